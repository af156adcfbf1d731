/* SPDX-License-Identifier: ISC */
/* Alarms on pages: those of the Alarms page, of the fleet, of one device. */
#ifndef PAGES_PAGE_ALARMS_H
#define PAGES_PAGE_ALARMS_H

#include "desk/alarms.h"
#include "pages/page.h"

#include <stdbool.h>

/* What fits, in a snapshot of its own. False: page_fail() was called. */
bool alarms_page_find(struct page *p, const struct alarms_query *q, struct alarms *out);
/* Adds an <alarm> for each (templates/alarm.xsl). False: page_fail() was called. */
bool alarms_page_add(struct page *p, const struct alarms *all);
/* The attributes active, unnoted, and worst (a word) to the element that is open. */
void alarms_page_counts(struct page *p, const struct alarms *all);

#endif
