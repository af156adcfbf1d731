/* SPDX-License-Identifier: ISC */
#include "tools/rollcall/device_rows.h"

#include "base/limits.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- reading ---- */

/* A slice: a snapshot that is open for long makes the store grow. */
#define SLICE 1000
#define SLICE_SECONDS 1

struct reading {
	struct device_rows *rows;
	struct store *store;
	const struct filter *filter;
	struct arena scratch;
	struct err *error;
	char last[LIMIT_SN + 1]; /* the device that was looked at last; "" for none */
	size_t looked;           /* at devices in this slice */
	time_t until;            /* it ends, monotonic */
	bool more, failed;
};

/* Devices that follow each other have most texts in common. */
static void keep_text(
    struct arena *a, struct device *d, const struct device *before, const struct device_field *f)
{
	const char *text = device_text(d, f), *same = before ? device_text(before, f) : NULL;
	device_set_text(d, f, same && strcmp(same, text) == 0 ? same : arena_strdup(a, text));
}

static struct device_row *keep(struct device_rows *rows, const struct device *d)
{
	const struct device *before = rows->count ? &rows->list[rows->count - 1]->device : NULL;
	struct device_row *row = arena_alloc(&rows->arena, sizeof *row);
	row->device = *d;
	row->device.sn = arena_strdup(&rows->arena, d->sn);
	for (size_t i = 0; i < device_nfields; i++) {
		const struct device_field *f = &device_fields[i];
		if (f->type == DEVICE_TEXT)
			keep_text(&rows->arena, &row->device, before, f);
	}
	if (rows->count == rows->room) {
		rows->room = rows->room ? 2 * rows->room : 256;
		rows->list = mem_realloc(rows->list, rows->room * sizeof(struct device_row *));
	}
	return rows->list[rows->count++] = row;
}

static time_t seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

static bool take(void *context, const struct device *d)
{
	struct reading *r = context;
	struct device_rows *rows = r->rows;
	snprintf(r->last, sizeof r->last, "%s", d->sn);
	rows->known++;
	if (filter_matches(r->filter, d, rows->judge)) {
		rows->missing += device_is_missing(d, rows->now, rows->limit);
		struct device_row *row = keep(rows, d);
		r->failed = rows->shows && !device_shows_take(rows->shows, r->store, &r->scratch, d,
					       &row->shown, r->error);
	}
	arena_reset(&r->scratch);
	r->more = rows->shows && (++r->looked == SLICE || seconds() > r->until);
	return !r->more && !r->failed;
}

/* What is read in one snapshot. */
static bool read_slice(struct reading *r)
{
	char after[sizeof r->last];
	memcpy(after, r->last, sizeof after);
	r->more = false;
	r->looked = 0;
	r->until = seconds() + SLICE_SECONDS;
	if (!store_begin(r->store, r->error))
		return false;
	store_each(r->store, &r->scratch, after, take, r);
	return store_end(r->store, r->error) && !r->failed;
}

bool device_rows_read(
    struct device_rows *rows, struct store *s, const struct filter *f, struct err *e)
{
	struct reading r = {.rows = rows, .store = s, .filter = f, .error = e};
	bool ok = true;
	do
		ok = read_slice(&r);
	while (ok && r.more);
	arena_free(&r.scratch);
	return ok && (!rows->shows || device_shows_end(rows->shows, e));
}

void device_rows_free(struct device_rows *rows)
{
	arena_free(&rows->arena);
	free(rows->list);
}

/* ---- sorting ---- */

static int compare(const void *left, const void *right, void *context)
{
	const struct device_row *const *a = left, *const *b = right;
	const struct device_order *order = context;
	return device_compare(&(*a)->device, &(*b)->device, order->field, order->reverse);
}

void device_rows_sort(struct device_rows *rows, const struct device_order *order)
{
	struct device_order by = *order;
	if (rows->count > 1 && (order->field || order->reverse))
		qsort_r(rows->list, rows->count, sizeof(struct device_row *), compare, &by);
}
