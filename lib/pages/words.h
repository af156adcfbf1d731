/* SPDX-License-Identifier: ISC */
/* What somebody looks for on a page: words, each of which must be found. */
#ifndef PAGES_WORDS_H
#define PAGES_WORDS_H

#include "base/limits.h"
#include "pages/page.h"

#include <stdbool.h>
#include <stddef.h>

struct words {
	const char *list[LIMIT_FILTER_WORDS]; /* in lower case */
	size_t count;
};

/* Of the query or form, "q"; in the arena. False: they are too many or too long, page_fail() was called. */
bool words_read(struct page *p, struct words *out);

#endif
