/* SPDX-License-Identifier: ISC */
/* A plain struct of texts and numbers as a record (record.h): a row for each member. */
#ifndef CORE_FIELDS_H
#define CORE_FIELDS_H

#include "base/arena.h"
#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

#define FIELDS_NUMBER 0

struct fields_row {
	unsigned id;   /* of the field in a record, fixed for ever */
	size_t offset; /* in the struct: a const char *, or an int64_t */
	size_t most;   /* bytes of a text, what is longer is cut; FIELDS_NUMBER: it is a number */
};

/* A row for a member of struct `of`. */
#define FIELDS_ROW(of, id, member, most)              \
	{                                             \
		id, offsetof(struct of, member), most \
	}

/*
 * Adds the fields in which `now` differs from `was`; `was` NULL: all that are not empty. A text that is NULL
 * counts as empty.
 */
void fields_encode(
    struct buf *out, const struct fields_row *rows, size_t count, const void *was, const void *now);
/*
 * Fills the members of `out`: texts are copied into the arena, "" when they are not in the record. False:
 * the bytes are no record.
 */
bool fields_decode(struct arena *a, const struct fields_row *rows, size_t count, const void *bytes,
    size_t size, void *out);

#endif
