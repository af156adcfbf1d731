/* SPDX-License-Identifier: ISC */
/*
 * Statistics of a home, as files and up to this moment (stats_rows.h says what is in them).
 *
 *   HOME/stats/2026-03-server.csv    statistics/@dir; of a month that is over nobody may write them any more
 *   HOME/data/statistics/day.txt     how many polls of each device there had been when the day began
 *
 * The keeper writes them: a row of the server each quarter of an hour, those of devices when their day is over. What
 * came since is in the store, and is printed behind what the files say.
 */
#ifndef DESK_STATS_H
#define DESK_STATS_H

#include "base/arena.h"
#include "base/err.h"
#include "core/conf.h"
#include "desk/stats_rows.h"
#include "home/home.h"
#include "proc/board.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct stats_source {
	const struct home *home;
	const struct config *config;
	const struct board *board; /* of the server that runs; NULL: none does */
	struct store *store;       /* open, without a snapshot */
	int64_t now;
	/* Asked now and then by what takes its time; NULL if nobody cares. False: it is to be given up. */
	bool (*go_on)(void *context);
	void *context;
};

/* statistics/@dir and @separator. free() the first. */
bool stats_are_on(const struct config *c);
char *stats_folder(const struct home *h, const struct config *c);
char stats_usual_separator(const struct config *c);

/* ---- for people ---- */

struct stats_month_files {
	int month;
	struct stats_file {
		bool there;
		size_t size;
	} files[STATS_KINDS];
	bool over; /* it is, and they do not change any more */
};
/* The newest first, the running one in any case; arena. False: the folder cannot be read. */
bool stats_months(const struct stats_source *s, struct arena *a, struct stats_month_files **out,
    size_t *count, struct err *e);

struct stats_wish {
	enum stats_kind kind;
	int month;
	char separator;        /* '\0': as configured */
	const char *from, *to; /* "2026-03-01": only rows of these days and between; NULL: all */
	/* Takes whole lines. False: no more, and stats_print() fails without a word in `e`. */
	bool (*take)(void *context, const char *bytes, size_t size);
	void *context;
};
/* The head, what the file says, and what came since. False: e says why not all of it could be had. */
bool stats_print(const struct stats_source *s, const struct stats_wish *w, struct err *e);

/* ---- rows that are not in a file yet (stats_live.c, stats_devices.c) ---- */

/* How the fleet is now. */
bool stats_gauge(const struct stats_source *s, struct stats_gauges *out, struct err *e);

struct stats_quarters {
	int64_t from, until; /* multiples of STATS_QUARTER */
	bool last;           /* the last of them has a row although nothing was counted in it … */
	const struct stats_gauges *gauges; /* … and these numbers; NULL: they are not known */
	char separator;
};
/* Adds the rows of quarters of an hour in which anything was counted. */
bool stats_add_quarters(
    const struct stats_source *s, const struct stats_quarters *q, struct buf *out, struct err *e);

struct stats_day {
	int64_t day;   /* which one it is that devices are counted for; 0: none yet */
	int64_t place; /* how long the file of its month was before its rows */
};
bool stats_day(const struct home *h, struct stats_day *out, struct err *e);

struct stats_devices {
	const struct stats_day *day;
	char separator;
	/* Takes rows, whole lines; NULL: none are wanted. */
	bool (*take)(void *context, const char *bytes, size_t size);
	void *context;
	struct buf *next; /* NULL, or what stats_next_day() needs is added */
};
bool stats_devices(const struct stats_source *s, const struct stats_devices *d, struct err *e);
/* From now on they are counted for another day. */
bool stats_next_day(
    const struct home *h, const struct stats_day *day, const struct buf *next, struct err *e);

/* ---- files (stats_files.c) ---- */

/* free() it. */
char *stats_path(const struct home *h, const struct config *c, int month, enum stats_kind kind);

/* Goes through the rows of a file. False: it is none of these, or cannot be read. One that is missing has none. */
struct stats_line {
	const char *row; /* without its end; terminated */
	size_t size;
	char separator; /* of the file */
};
bool stats_read(const char *path, bool (*take)(void *context, const struct stats_line *line),
    void *context, struct err *e);
/* When the last quarter of an hour begins that a file of the server has; 0: there is none. */
bool stats_last(const char *path, int64_t *time, struct err *e);

#endif
