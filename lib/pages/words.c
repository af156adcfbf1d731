/* SPDX-License-Identifier: ISC */
#include "pages/words.h"

#include <string.h>

#define BLANK " \t\r\n"

bool words_read(struct page *p, struct words *out)
{
	const char *at = arena_lower(&p->arena, page_value(p, "q"));
	out->count = 0;
	while (*(at += strspn(at, BLANK))) {
		size_t n = strcspn(at, BLANK);
		if (out->count == LIMIT_FILTER_WORDS || n > LIMIT_FILTER_WORD) {
			page_fail(p, 400, "A search has at most %d words of %d letters each.",
			    LIMIT_FILTER_WORDS, LIMIT_FILTER_WORD);
			return false;
		}
		out->list[out->count++] = arena_strndup(&p->arena, at, n);
		at += n;
	}
	return true;
}
