/* SPDX-License-Identifier: ISC */
/*
 * Devices, filtered; in memory, so that the snapshot is short and they can be sorted. They are of one
 * snapshot, unless `show` values are wanted: those take their time, so each slice of the fleet is of one.
 */
#ifndef ROLLCALL_DEVICE_ROWS_H
#define ROLLCALL_DEVICE_ROWS_H

#include "base/err.h"
#include "core/filter.h"
#include "store/store.h"
#include "tools/rollcall/device_shows.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct device_row {
	struct device device;
	struct device_shown shown; /* where its `show` values are */
};

struct device_rows {
	struct arena arena; /* their texts; what many have in common is there once */
	struct device_row **list;
	size_t count, room;
	size_t known;   /* devices in the store */
	size_t missing; /* of those in the list */
	int64_t now;
	int64_t limit; /* status/@missing */
	const struct fleet_judge *judge;
	struct device_shows *shows; /* NULL: they are not wanted */
};

/* What a device is sorted by. */
struct device_order {
	const struct device_field *field; /* NULL: by serial number */
	bool reverse;
};

/* Set `now`, `limit`, `judge` and `shows` before; device_rows_free() in any case. */
bool device_rows_read(
    struct device_rows *rows, struct store *s, const struct filter *f, struct err *e);
void device_rows_free(struct device_rows *rows);
/*
 * Numbers in texts count as numbers: 10.0.0.9 comes before 10.0.0.10. Devices of which it is not known come
 * last; those that are equal in it stand by serial number.
 */
void device_rows_sort(struct device_rows *rows, const struct device_order *order);

#endif
