/* SPDX-License-Identifier: ISC */
/* The part of `rollcall status` that is about the store: what is in it, and how its writer is. */
#ifndef ROLLCALL_STATUS_STORE_H
#define ROLLCALL_STATUS_STORE_H

#include "base/buf.h"
#include "proc/board.h"

#include <stdbool.h>
#include <stdint.h>

struct status_store {
	uint64_t devices, records, bytes, readers;
	bool full; /* no new device is taken */
	uint64_t commits, lists, sightings, lost, failures;
	char problem[BOARD_BLOCK + 1]; /* "": all is well */
};

void status_store_read(const struct board *b, struct status_store *out);
/* A line of the object, with its comma. */
void status_store_json(const struct status_store *s, struct buf *out);
void status_store_text(const struct status_store *s, struct buf *out);

#endif
