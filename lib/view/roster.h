/* SPDX-License-Identifier: ISC */
/*
 * The fleet in the memory of a process that shows it: every device once, by serial number, kept up to date
 * from the store. What a page shows of a device is in it but for long texts; reading a hundred thousand
 * devices takes a third of a second, bringing the roster up to date a hundredth: the store says of each
 * device when it was last changed (store_stamps_each()).
 */
#ifndef VIEW_ROSTER_H
#define VIEW_ROSTER_H

#include "base/arena.h"
#include "base/err.h"
#include "core/device.h"
#include "core/filter.h"
#include "core/fleet.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct roster;

struct roster *roster_new(void) __attribute__((returns_nonnull));
void roster_free(struct roster *r);

/*
 * Brings it up to date, unless that was done less than `age_ms` ago (`now_ms` is CLOCK_MONOTONIC). In
 * snapshots of its own: no one may be open. False: the store cannot be read, `e` says why; what was known
 * before stays.
 */
bool roster_refresh(
    struct roster *r, struct store *s, int64_t now_ms, int64_t age_ms, struct err *e);

size_t roster_count(const struct roster *r);
/* The stamp of the newest change in it (store.h); grows. 0: it is empty. */
uint64_t roster_stamp(const struct roster *r);

struct roster_row {
	struct device device; /* valid until the next roster_refresh(). Left "": see roster.c */
	uint64_t changed;     /* stamp of its last change */
};
/* By serial number; `at` < roster_count(). */
const struct roster_row *roster_at(const struct roster *r, size_t at);
/* NULL: there is none. */
const struct roster_row *roster_find(const struct roster *r, const char *sn);

/* Is this field of a device in it? */
bool roster_has(const struct device_field *f);

struct roster_query {
	const struct filter *filter; /* NULL: all */
	const struct fleet_judge *judge;
	/* NULL, or another condition that must hold. */
	bool (*also)(void *context, const struct device *d);
	/* NULL, or asked every now and then: true ends it, with nothing found. */
	bool (*enough)(void *context);
	void *context;
	const struct device_field *sort; /* NULL: by serial number */
	bool reverse;
	size_t from, most; /* which of those that match, in that order */
};
struct roster_result {
	const struct roster_row **rows; /* arena */
	size_t count;
	bool stopped;            /* by `enough` */
	size_t matches, missing; /* of the whole fleet: that match; of those, that are missing */
};
/*
 * Numbers in texts count as numbers: 10.0.0.9 comes before 10.0.0.10. Devices of which it is not known
 * come last; equal ones stand by serial number.
 */
void roster_select(const struct roster *r, struct arena *a, const struct roster_query *q,
    struct roster_result *out);

#endif
