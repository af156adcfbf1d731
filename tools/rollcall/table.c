/* SPDX-License-Identifier: ISC */
#include "tools/rollcall/table.h"

#include "tools/rollcall/device_text.h"

#define BETWEEN 2 /* blanks between two columns */

struct table_row {
	struct table_row *next;
	const char *cells[TABLE_COLUMNS];
};

void table_add(struct table *t, const char *const *cells)
{
	struct table_row *row = arena_alloc(&t->arena, sizeof *row);
	struct buf clean = {0};
	for (size_t i = 0; i < t->columns; i++) {
		buf_reset(&clean);
		cell_add(&clean, cells[i]);
		row->cells[i] = arena_strdup(&t->arena, buf_text(&clean));
	}
	buf_free(&clean);
	if (t->last)
		t->last->next = row;
	else
		t->first = row;
	t->last = row;
	t->count++;
}

static void find_widths(const struct table *t, size_t widths[TABLE_COLUMNS])
{
	for (size_t i = 0; i < t->columns; i++) {
		widths[i] = cell_width(t->titles[i]);
		for (const struct table_row *row = t->first; row; row = row->next) {
			size_t n = cell_width(row->cells[i]);
			widths[i] = n > widths[i] ? n : widths[i];
		}
	}
}

/* Nothing but blanks behind the last text of a line. */
static void print_line(
    const struct table *t, const char *const *cells, const size_t *widths, struct buf *out)
{
	for (size_t i = 0; i < t->columns; i++) {
		size_t from = out->size;
		buf_adds(out, cells[i]);
		cell_pad(out, from, widths[i] + BETWEEN);
	}
	while (out->size && out->data[out->size - 1] == ' ')
		out->size--;
	buf_addc(out, '\n');
}

void table_print(const struct table *t, struct buf *out)
{
	size_t widths[TABLE_COLUMNS];
	if (!t->first)
		return;
	find_widths(t, widths);
	print_line(t, t->titles, widths, out);
	for (const struct table_row *row = t->first; row; row = row->next)
		print_line(t, row->cells, widths, out);
}

void table_free(struct table *t)
{
	arena_free(&t->arena);
}
