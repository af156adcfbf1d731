/* SPDX-License-Identifier: ISC */
/*
 * Which devices are traced, and for how long: HOME/data/traces, a line for each, its serial number and the second
 * since 1970 when that is over. `rollcall trace` writes the file; workers look at it once a second, so nobody has to
 * be started again, and a server that is started again goes on.
 */
#ifndef HOME_TRACES_H
#define HOME_TRACES_H

#include "base/err.h"
#include "base/limits.h"
#include "base/stamp.h"
#include "home/home.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TRACES_MOST 32         /* at once */
#define TRACES_SIZE (4L << 20) /* bytes of HOME/log/trace-SN.log, before it is rotated … */
#define TRACES_KEEP 1          /* … and how many of those are kept */
#define TRACES_LOOK_MS 1000

/* Initialise with {0}. */
struct traces {
	struct traced {
		char sn[LIMIT_SN + 1];
		int64_t until;
	} list[TRACES_MOST];
	size_t count;
	struct stamp seen;
	int64_t looked_ms; /* CLOCK_MONOTONIC; 0: never */
};

/* What the file says; none is none. Lines that are no traces, and what is over at `now`, are left out. */
bool traces_read(struct traces *t, const struct home *h, int64_t now, struct err *e);
/*
 * A device is traced until then, or (0) no longer. False: e says why not; `*was` (NULL: not asked for) says whether
 * it was traced before.
 */
bool traces_set(
    const struct home *h, const char *sn, int64_t until, int64_t now, bool *was, struct err *e);
/* The same as traces_read(), for workers: only when the file is another one, and at most once a second. */
void traces_refresh(struct traces *t, const struct home *h, int64_t now_ms);
/* Is this device traced now? */
bool traces_has(const struct traces *t, const char *sn, int64_t now);

/* HOME/log/trace-SN.log; free() it. */
char *traces_file(const struct home *h, const char *sn);

#endif
