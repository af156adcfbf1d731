/* SPDX-License-Identifier: ISC */
/* Which devices those are that log and raise alarms: they call themselves by a hardware id, or by anything. */
#ifndef PAGES_WHOSE_H
#define PAGES_WHOSE_H

#include "pages/page.h"

#include <stdbool.h>
#include <stddef.h>

struct whose {
	const char *from, *serial;    /* what was said; serial: "" when nothing was */
	const char *sn, *name, *type; /* of the device that is meant; "": none is known */
};

/* Fills in the devices; in the arena. False: page_fail() was called. */
bool whose_find(struct page *p, struct whose *list, size_t count);
/* Adds from, sn, name, type and device-href, as far as they are known, to the element that is open. */
void whose_add(struct page *p, const struct whose *w);

#endif
