/* SPDX-License-Identifier: ISC */
/* The numbers of a fleet, counted in one walk through the roster by core/fleet.h. */
#ifndef PAGES_PAGE_FLEET_SUM_H
#define PAGES_PAGE_FLEET_SUM_H

#include "base/arena.h"
#include "core/fleet.h"
#include "view/roster.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FLEET_NAMES 200 /* different ones that are counted by name; more are not */
#define FLEET_FEW 6     /* devices that are named */
#define FLEET_MONTHS \
	12 /* of FLEET_MONTH days: filter words are in days, so list and number agree */
#define FLEET_MONTH 30
#define FLEET_DAYS ((long)FLEET_MONTHS * FLEET_MONTH)
#define FLEET_SAME_MS 5000  /* how long numbers are good when nothing has changed since … */
#define FLEET_OTHER_MS 1000 /* … and when something has */

/* How many devices have which value of a field. */
struct fleet_names {
	struct fleet_name {
		const char *name; /* "": it is not known */
		size_t count;     /* that have it */
		size_t wanted;    /* of which it is wanted (builds) */
	} list[FLEET_NAMES];      /* by name; case does not count, nor does it for a filter */
	size_t count, last;
};

struct fleet_few {
	struct fleet_one {
		const char *sn, *name, *type;
		int64_t at;
	} list[FLEET_FEW];
	size_t count;
};

struct fleet_sum {
	struct arena arena; /* of the texts */
	size_t count, presence[FLEET_PRESENCES], unsettled;
	size_t firmware[FLEET_BUILDS], bootcode[FLEET_BUILDS], cert[FLEET_CERTS];
	struct fleet_names phases, firmwares, bootcodes;
	size_t within[3];            /* certificates that end within so many days: fleet_within */
	size_t months[FLEET_MONTHS]; /* that end in each of the next ones */
	size_t later;                /* that end after those */
	struct fleet_few missing, newest;
	/* Of what it was made. */
	uint64_t stamp;
	int64_t at_ms;
};
extern const long fleet_within[3]; /* days */

struct fleet_sum *fleet_sum_new(void) __attribute__((returns_nonnull));
void fleet_sum_free(struct fleet_sum *s);
/*
 * Counts again, unless that was done a moment ago: time passes, and with it devices go missing, so it is done now
 * and then although nothing has changed. `now_ms` is CLOCK_MONOTONIC.
 */
void fleet_sum_refresh(
    struct fleet_sum *s, const struct roster *r, const struct fleet_judge *j, int64_t now_ms);

#endif
