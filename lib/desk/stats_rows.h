/* SPDX-License-Identifier: ISC */
/*
 * Statistics as CSV: which columns there are, how a row is written, and how a file is read again. No file
 * and no store here: see stats.h.
 *
 *   2026-03-server.csv   a row for each quarter of an hour (UTC): what was counted in it, and how the fleet was at its
 *                        end
 *   2026-03-devices.csv  a row for each day (UTC) and device of which something was heard on it
 *
 * The first line has the names of the columns. Every row begins with its day, 2026-03-01; rows of one day stand
 * together, later ones behind earlier ones as long as nobody sets the clock. Numbers are whole; what is not known is
 * empty. Later versions add columns at the end. Fields are quoted as in RFC 4180, so that a file can be written again with another separator.
 */
#ifndef DESK_STATS_ROWS_H
#define DESK_STATS_ROWS_H

#include "base/buf.h"
#include "base/date.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STATS_QUARTER 900 /* seconds of a row of the server */
#define STATS_DAY_SIZE (sizeof "2026-03-01" - 1)

enum stats_kind { STATS_SERVER, STATS_DEVICES, STATS_KINDS };

/* ---- columns ---- */

/* What is counted of the server: in the store as tallies of these names (fcgi/keeper_tally.c); the column, what it is. */
#define STATS_COUNTS(C)                                                                            \
	C(POLLS, "polls", "polls", "polls")                                                        \
	C(REFUSED, "refused", "polls_refused", "of them answered with a comment or an error only") \
	C(COMMANDS, "commands", "polls_commands", "of them answered with something to do")         \
	C(MICROSECONDS, "microseconds", "poll_mean_us",                                            \
	    "mean time from the request to the reply of a poll, microseconds")                     \
	C(UPLOADS, "uploads", "uploads", "backups, answers and requests that devices sent")        \
	C(UPLOADS_REFUSED, "uploadsrefused", "uploads_refused", "the same, not taken")             \
	C(LOGS, "logs", "logs", "log entries taken")                                               \
	C(ALARMS, "alarms", "alarms", "alarm reports taken")                                       \
	C(ENTRIES_REFUSED, "entriesrefused", "entries_refused",                                    \
	    "of both, not taken: they were no entries")                                            \
	C(ENTRIES_LIMITED, "entrieslimited", "entries_limited",                                    \
	    "… there were too many of one device")                                                 \
	C(ENTRIES_FAILED, "entriesfailed", "entries_failed", "… they could not be written")        \
	C(RESTARTS, "restarts", "restarts", "processes of the server that had to be replaced")

enum stats_count {
#define STATS_COUNT(id, tally, column, help) STATS_##id,
	STATS_COUNTS(STATS_COUNT)
#undef STATS_COUNT
	    STATS_NCOUNTS
};
extern const char *const stats_tallies[STATS_NCOUNTS];

/* How the fleet is at the end of a quarter of an hour. */
#define STATS_GAUGES(G)                                                         \
	G(devices, "devices that are known")                                    \
	G(present, "of them seen within status/@missing")                       \
	G(missing, "of them not seen for longer")                               \
	G(settled, "of them in their last phase with nothing to do")            \
	G(firmware_current, "of them with the firmware that is wanted of them") \
	G(alarms_active, "alarms that are active")                              \
	G(store_bytes, "the store on the disk, bytes")

struct stats_gauges {
#define STATS_GAUGE(name, help) int64_t name;
	STATS_GAUGES(STATS_GAUGE)
#undef STATS_GAUGE
};

/* A device on a day. Moments are texts: "2026-03-01 12:15:00" (UTC), or empty. */
#define STATS_DEVICE(T, N)                                                      \
	T(sn, "its serial number")                                              \
	T(hwid, "hardware id")                                                  \
	T(name, "its name")                                                     \
	T(type, "the model")                                                    \
	T(address, "the address it calls from")                                 \
	T(phase, "the phase it is in")                                          \
	T(firmware, "the firmware build it runs")                               \
	T(bootcode, "the boot code build it runs")                              \
	N(polls, "polls on that day")                                           \
	T(first_heard, "when it was first heard of at all")                     \
	T(last_poll, "its last poll, when it was on that day")                  \
	N(answers, "queries that it answered last on that day")                 \
	N(snippets, "snippets that it was last sent on that day")               \
	N(backups, "1: its newest backup is of that day")                       \
	N(alarms, "alarms of it that were last heard of on that day")           \
	N(alarms_active, "alarms of it that are active at the end of that day") \
	N(settled, "1: it is in its last phase with nothing to do, at the end of that day")

struct stats_device {
#define STATS_TEXT(name, help) const char *name;
#define STATS_NUMBER(name, help) int64_t name;
	STATS_DEVICE(STATS_TEXT, STATS_NUMBER)
#undef STATS_TEXT
#undef STATS_NUMBER
};

/* ---- writing ---- */

/* The first line. `separator`: ';' or ','. */
void stats_head(struct buf *out, enum stats_kind kind, char separator);
/* The quarter of an hour that begins at `time`; `gauges` NULL: not known. */
void stats_server_row(struct buf *out, char separator, int64_t time,
    const int64_t counts[STATS_NCOUNTS], const struct stats_gauges *gauges);
void stats_device_row(struct buf *out, char separator, int64_t day, const struct stats_device *d);

/* ---- reading ---- */

/* The separator of a file, from its first line; '\0': it is none of these files. */
char stats_separator(const char *head, size_t size);
/* When the quarter of an hour of a row of the server begins. */
bool stats_row_time(const char *row, size_t size, int64_t *time);
/* A number of the server's, by its column's place behind day and time. False: it is empty. */
bool stats_row_number(const char *row, size_t size, char separator, size_t column, int64_t *out);
/* Adds a row with another separator; a row is without its end of line, which is added. */
void stats_convert(struct buf *out, const char *row, size_t size, char from, char to);

/* ---- months ---- */

/* A month is a number: 12 * year + 0 to 11. */
#define STATS_MONTH_SIZE sizeof "2026-03"
int stats_month(int64_t time);
int64_t stats_month_begins(int month);
const char *stats_month_text(int month, char text[DATE_SIZE]);
/* "2026-03", from 1970 to 9999. False: it is none; *month stays. */
bool stats_month_parse(const char *text, int *month);
/* "2026-03-devices.csv"; room for DATE_SIZE bytes. */
const char *stats_file_name(int month, enum stats_kind kind, char text[DATE_SIZE]);
/* The other way round. False: this is no such name. */
bool stats_file_parse(const char *name, int *month, enum stats_kind *kind);

#endif
