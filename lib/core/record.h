/* SPDX-License-Identifier: ISC */
/*
 * A record: tagged, length-prefixed fields. What is stored, and what processes tell each other.
 *
 *   field = id (2 bytes) · length (4 bytes) · that many bytes        all numbers big-endian
 *
 * A NUMBER is 8 bytes, two's complement; a TEXT has no NUL at its end. Ids are fixed for ever: a number
 * that was once used for something is never used for something else. A reader skips ids that it does
 * not know, and a merge keeps them: an older version does not undo what a newer one wrote.
 *
 * Bytes that are no record (cut off, of a damaged store) are found when they are read: nothing here
 * trusts a length.
 */
#ifndef CORE_RECORD_H
#define CORE_RECORD_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RECORD_HEAD 6 /* bytes before the content of a field */

void record_add(struct buf *b, unsigned id, const void *bytes, size_t n);
void record_add_text(struct buf *b, unsigned id, const char *text);
void record_add_number(struct buf *b, unsigned id, int64_t number);

struct record_field {
	unsigned id;
	const char *bytes;
	size_t size;
};

/* Goes through the fields of a record. */
struct record_cursor {
	const char *at, *end;
	bool broken; /* the bytes are no record */
};

void record_open(struct record_cursor *c, const void *bytes, size_t n);
/* The next field. False: there is none any more, or c->broken. */
bool record_next(struct record_cursor *c, struct record_field *f);
/* The number in a field; 0 when it is not 8 bytes long. */
int64_t record_number(const struct record_field *f);
/* All of it is well-formed. */
bool record_is_whole(const void *bytes, size_t n);

/*
 * `old` with the fields of `patch` in place of its own of the same id, those that are new behind them;
 * everything else stays as it was. False: one of both is broken; nothing was added to `out`.
 */
bool record_merge(
    struct buf *out, const void *old, size_t old_size, const void *patch, size_t patch_size);

#endif
