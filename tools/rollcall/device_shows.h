/* SPDX-License-Identifier: ISC */
/*
 * The `show` values of a fleet, as they are printed behind the fields of each device. They are worked out
 * while the fleet is read, and wait in a temporary file: those of a large fleet may be more than fits into
 * memory.
 */
#ifndef ROLLCALL_DEVICE_SHOWS_H
#define ROLLCALL_DEVICE_SHOWS_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "core/conf.h"
#include "desk/export.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct device_shows {
	struct export_shows columns;
	int64_t now;
	bool json;       /* else CSV */
	struct buf text; /* of one device */
	FILE *file;
	size_t size;
};

/* Where those of a device are in the file. */
struct device_shown {
	size_t at, size;
};

/* device_shows_close() in any case. */
bool device_shows_open(
    struct device_shows *w, const struct config *c, int64_t now, bool json, struct err *e);
void device_shows_close(struct device_shows *w);
/* Works them out of a device that was read, in a snapshot that is open. */
bool device_shows_take(struct device_shows *w, struct store *s, struct arena *scratch,
    const struct device *d, struct device_shown *out, struct err *e);
/* All are taken. */
bool device_shows_end(struct device_shows *w, struct err *e);
/* Adds `, "NAME": VALUE` for each column, or ",VALUE". */
bool device_shows_print(
    const struct device_shows *w, const struct device_shown *one, struct buf *out);

#endif
