/* SPDX-License-Identifier: ISC */
/* What devices logged and reported, as an administrator looks for it: on the command line and on the Log page. */
#ifndef DESK_LOGS_H
#define DESK_LOGS_H

#include "core/conf.h"
#include "core/entry.h"
#include "home/home.h"
#include "home/logread.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LOGS_SCAN ((size_t)64 << 20) /* bytes that one search looks through */

struct logs_query {
	bool alarms;              /* what was reported as alarms, not what was logged */
	const char *const *words; /* each must be found in the line, case aside */
	size_t nwords;
	const char *from; /* only of this one: its HWID, case aside, or its address; NULL: of all */
	int64_t since, until; /* received then or later, and before; 0, INT64_MAX: any time */
	size_t most;          /* entries */
	const struct logplace *before, *after; /* only what is older, or newer; NULL: all */
	bool follow;                           /* what comes afterwards is wanted, too: logs.tail */
};

struct logs {
	struct entry *list;      /* the newest first */
	struct logplace *places; /* where each of them begins */
	size_t count;
	bool more;    /* there are older ones that would fit, or that were not looked at */
	bool partial; /* they were not looked at: LOGS_SCAN */
	struct logplace newest, next; /* where all that there is ends; where older ones end */
	const char *problem;          /* "": all could be read */
	struct logtail *tail; /* what comes from now on (home/logread.h); the caller closes it */
};

/* Arena. False: e says why. */
bool logs_find(const struct home *h, const struct config *c, struct arena *a,
    const struct logs_query *q, struct logs *out, struct err *e);
/* Is this line what is looked for? Then it is read into `out`. Arena. */
bool logs_fits(
    struct arena *a, const struct logs_query *q, const char *line, size_t size, struct entry *out);

/* An entry as a line of CSV; NULL: the names of the columns. */
void logs_csv(struct buf *out, const struct entry *entry);

/* The files: HOME/webdav/log/log.txt, and the lock of those that write. free() both. */
char *logs_path(const struct home *h, const struct config *c, bool alarms);
char *logs_lock_path(const struct home *h, bool alarms);

/*
 * "2026-03-01", "2026-03-01T12:00:00Z" (UTC), or how long ago: "90s", "15m", "2h", "7d". False: it is none of them, e says
 * what would be.
 */
bool logs_time(const char *text, int64_t now, int64_t *out, struct err *e);

#endif
