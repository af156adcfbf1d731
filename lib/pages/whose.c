/* SPDX-License-Identifier: ISC */
/* The roster is walked through once for all of them: it knows devices by serial number only. */
#include "pages/whose.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static void set(struct page *p, struct whose *w, const struct device *d)
{
	w->sn = arena_strdup(&p->arena, d->sn);
	w->name = arena_strdup(&p->arena, d->name);
	w->type = arena_strdup(&p->arena, d->type);
}

static int by_from(const void *a, const void *b)
{
	const struct whose *const *x = a, *const *y = b;
	return strcasecmp((*x)->from, (*y)->from);
}

static int is_from(const void *hwid, const void *one)
{
	const struct whose *const *w = one;
	return strcasecmp(hwid, (*w)->from);
}

/* All that call themselves so: they stand side by side. */
static void set_all(struct page *p, struct whose **sorted, size_t count, const struct device *d)
{
	struct whose **found = bsearch(d->hwid, sorted, count, sizeof(struct whose *), is_from);
	if (!found)
		return;
	while (found > sorted && is_from(d->hwid, found - 1) == 0)
		found--;
	for (; found < sorted + count && is_from(d->hwid, found) == 0; found++)
		set(p, *found, d);
}

/* Those that the serial number does not say. */
static struct whose **left_of(
    struct page *p, const struct roster *r, struct whose *list, size_t count, size_t *left)
{
	struct whose **out = arena_calloc(&p->arena, count + 1, sizeof(struct whose *));
	*left = 0;
	for (size_t i = 0; i < count; i++) {
		const struct roster_row *row =
		    *list[i].serial ? roster_find(r, list[i].serial) : NULL;
		list[i].sn = list[i].name = list[i].type = "";
		if (row)
			set(p, &list[i], &row->device);
		else
			out[(*left)++] = &list[i];
	}
	return out;
}

bool whose_find(struct page *p, struct whose *list, size_t count)
{
	size_t left;
	const struct roster *r = page_roster(p);
	if (!r)
		return false;
	struct whose **sorted = left_of(p, r, list, count, &left);
	if (!left)
		return true;
	qsort(sorted, left, sizeof(struct whose *), by_from);
	for (size_t i = 0; i < roster_count(r); i++) {
		const struct device *d = &roster_at(r, i)->device;
		if (*d->hwid)
			set_all(p, sorted, left, d);
	}
	return true;
}

void whose_add(struct page *p, const struct whose *w)
{
	struct doc *d = p->doc;
	doc_attr(d, "from", w->from);
	if (!*w->sn)
		return;
	doc_attr(d, "sn", w->sn);
	doc_attr(d, "device-href", page_url(p, "device", "sn", w->sn, NULL));
	if (*w->name)
		doc_attr(d, "name", w->name);
	doc_attr(d, "type", w->type);
}
