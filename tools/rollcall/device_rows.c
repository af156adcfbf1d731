/* SPDX-License-Identifier: ISC */
#include "tools/rollcall/device_rows.h"

#include "base/mem.h"
#include "base/text.h"
#include "tools/rollcall/device_text.h"

#include <stdlib.h>
#include <string.h>

/* ---- reading ---- */

struct reading {
	struct device_rows *rows;
	const struct filter *filter;
	struct arena scratch;
};

/* Devices that follow each other have most texts in common. */
static void keep_text(struct arena *a, const char **text, const char *before)
{
	*text = before && strcmp(before, *text) == 0 ? before : arena_strdup(a, *text);
}

static void keep(struct device_rows *rows, const struct device *d)
{
	const struct device *before = rows->count ? rows->list[rows->count - 1] : NULL;
	struct device *copy = arena_alloc(&rows->arena, sizeof *copy);
	*copy = *d;
	copy->sn = arena_strdup(&rows->arena, d->sn);
	for (size_t i = 0; i < device_nfields; i++) {
		const struct device_field *f = &device_fields[i];
		if (f->type == DEVICE_TEXT)
			keep_text(&rows->arena, (const char **)((char *)copy + f->offset),
			    before ? device_text(before, f) : NULL);
	}
	if (rows->count == rows->room) {
		rows->room = rows->room ? 2 * rows->room : 256;
		rows->list = mem_realloc(rows->list, rows->room * sizeof(const struct device *));
	}
	rows->list[rows->count++] = copy;
}

static bool take(void *context, const struct device *d)
{
	struct reading *r = context;
	struct device_rows *rows = r->rows;
	rows->known++;
	if (filter_matches(r->filter, d, rows->now, rows->limit)) {
		rows->missing += device_is_missing(d, rows->now, rows->limit);
		keep(rows, d);
	}
	arena_reset(&r->scratch);
	return true;
}

bool device_rows_read(
    struct device_rows *rows, struct store *s, const struct filter *f, struct err *e)
{
	struct reading r = {.rows = rows, .filter = f};
	bool ok = store_begin(s, e);
	if (ok) {
		store_each(s, &r.scratch, "", take, &r);
		ok = store_end(s, e);
	}
	arena_free(&r.scratch);
	return ok;
}

void device_rows_free(struct device_rows *rows)
{
	arena_free(&rows->arena);
	free(rows->list);
}

/* ---- sorting ---- */

static size_t number_size(const char **text)
{
	*text += strspn(*text, "0");
	return strspn(*text, "0123456789");
}

/* Digits at both places: as numbers, of any length. */
static int compare_numbers(const char **a, const char **b)
{
	size_t n = number_size(a), m = number_size(b);
	int order = n != m ? (n > m) - (n < m) : memcmp(*a, *b, n);
	*a += n;
	*b += m;
	return order;
}

static int compare_texts(const char *a, const char *b)
{
	while (*a && *b) {
		int order;
		if (text_is_digit(*a) && text_is_digit(*b)) {
			order = compare_numbers(&a, &b);
		} else {
			order = (unsigned char)text_lower(*a) - (unsigned char)text_lower(*b);
			a++;
			b++;
		}
		if (order)
			return order;
	}
	return (*a != '\0') - (*b != '\0');
}

static bool is_known(const struct device *d, const struct device_field *f)
{
	return f->type == DEVICE_TEXT ? *device_text(d, f) != '\0' : device_number(d, f) != 0;
}

static int compare_fields(
    const struct device *a, const struct device *b, const struct device_field *f)
{
	if (f->type == DEVICE_TEXT)
		return compare_texts(device_text(a, f), device_text(b, f));
	int64_t x = device_number(a, f), y = device_number(b, f);
	return (x > y) - (x < y);
}

static int compare(const void *left, const void *right, void *context)
{
	const struct device *a = *(const struct device *const *)left;
	const struct device *b = *(const struct device *const *)right;
	const struct device_order *order = context;
	if (!order->field)
		return order->reverse ? strcmp(b->sn, a->sn) : strcmp(a->sn, b->sn);
	int known = is_known(b, order->field) - is_known(a, order->field);
	if (known)
		return known;
	int result = order->reverse ? compare_fields(b, a, order->field)
				    : compare_fields(a, b, order->field);
	return result ? result : strcmp(a->sn, b->sn);
}

void device_rows_sort(struct device_rows *rows, const struct device_order *order)
{
	struct device_order by = *order;
	if (rows->count > 1 && (order->field || order->reverse))
		qsort_r(rows->list, rows->count, sizeof(const struct device *), compare, &by);
}
