/* SPDX-License-Identifier: ISC */
/* A table for people: its columns are as wide as what stands in them. */
#ifndef ROLLCALL_TABLE_H
#define ROLLCALL_TABLE_H

#include "base/arena.h"
#include "base/buf.h"

#include <stddef.h>

#define TABLE_COLUMNS 12

struct table_row;

/* Initialise with {.titles = …, .columns = …}; free with table_free(). */
struct table {
	const char *const *titles;
	size_t columns; /* at most TABLE_COLUMNS */
	struct arena arena;
	struct table_row *first, *last;
	size_t count;
};

/* A row; the texts are copied, and everything in them is made visible. */
void table_add(struct table *t, const char *const *cells);
/* Adds the titles and all rows to `out`; nothing when there is no row. */
void table_print(const struct table *t, struct buf *out);
void table_free(struct table *t);

#endif
