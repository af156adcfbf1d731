/* SPDX-License-Identifier: ISC */
/*
 * The store: everything that is remembered of devices, in HOME/data/store (DESIGN, "State").
 *
 * One process changes it, the writer; any number read it, each in snapshots that are consistent and
 * short. Opened after fork, never before (PITFALLS §3.1). Only db.c knows LMDB.
 *
 *   table   key                        value: a record (core/record.h)
 *   meta    "format"                   version of all of this, when it was made
 *   device  SN · 0 · 1                 fields of core/device.h
 *           SN · 0 · 2 · query         an answer: 1 received, 2 XML
 *           SN · 0 · 3 · snippet       a delivery: 1 sent, 2 version (mtime of the file)
 *           SN · 0 · 4 · time, 8 · n, 2    a message: 1 text
 *   seen    SN                         1 last poll, 2 polls, 3 stamp of the last change
 *   issued  serial number              a certificate that our CA signed (core/issued.h)
 *   audit   time, 8 · n, 4             who did what (core/issued.h)
 *   account user                       who may use the pages (core/account.h)
 *   session SHA-256 of its token       (core/account.h)
 *   tally   what · 0 · time, 8         1 how many in the STORE_TALLY seconds from then
 *   alarm   from · TAB · code          (core/alarm.h)
 *   news    number, 8                  what happened to alarms (core/forward.h)
 *   forward target                     how far it is in passing them on (core/forward.h)
 *
 * All of a device stands together, so that a poll that changes several things changes one page. What
 * changes with every poll stands apart, many devices to a page. There is no index by time: to look
 * through `seen` takes a tenth of a second for a million devices, once in minutes.
 *
 * Numbers in keys are big-endian, so that keys sort by them.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/arena.h"
#include "base/err.h"
#include "core/account.h"
#include "core/alarm.h"
#include "core/device.h"
#include "core/forward.h"
#include "core/issued.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#define STORE_FORMAT 1

/* The map of who does not know status/@mapsize, MB: it grows by itself. */
#define STORE_MAP_MB 64

/* What stands beside a store DIR: its copy, and those that were put aside. */
#define STORE_BESIDE_COPY "-copy"
#define STORE_BESIDE_DAMAGED ".damaged-"

enum store_mode {
	STORE_READ,
	STORE_WRITE, /* also makes a store where there never was one; one process at a time: waits up to 3 s */
};

struct store;

/*
 * Opening catches SIGBUS for the whole process: a file that is cut off while it is mapped ends it with a
 * line on stderr and status 74, for whoever started it to begin anew.
 *
 * `map_mb` is the size of the map to begin with, in MB; it grows by itself when it is full. NULL: `e`
 * says why. What looks damaged (empty, cut off, not ours, of a newer version) is refused and stays
 * as it is: `rollcall repair` helps.
 */
struct store *store_open(const char *dir, enum store_mode mode, long map_mb, struct err *e);
void store_close(struct store *s);
/* Makes an empty one at `dir`, where nothing is. */
bool store_make(const char *dir, long map_mb, struct err *e);

/* ---- reading ---- */

/*
 * Begins a snapshot. What is read until store_end() is of one moment. Keep it short: while it is open
 * nothing of it can be used again, and the file grows. Not nested.
 */
bool store_begin(struct store *s, struct err *e);
/* False: something that was read in between was damaged; nothing of it may be used. */
bool store_end(struct store *s, struct err *e);

/* All of these copy into the arena. False: not known. `seen` and `polls` are not filled. */
bool store_device(struct store *s, struct arena *a, const char *sn, struct device *out);
/* Fills `seen` and `polls` of a device that was read. */
void store_seen(struct store *s, struct device *d);

struct store_answer {
	const char *query;
	int64_t received;
	const char *xml;
	size_t size;
};
struct store_delivery {
	const char *snippet;
	int64_t sent, version;
};
struct store_message {
	int64_t time;
	const char *text;
};
/* Arrays in the arena, by key. `from`: only messages of that time or later. */
struct store_answer *store_answers(struct store *s, struct arena *a, const char *sn, size_t *count);
struct store_delivery *store_deliveries(
    struct store *s, struct arena *a, const char *sn, size_t *count);
struct store_message *store_messages(
    struct store *s, struct arena *a, const char *sn, int64_t from, size_t *count);
/* How many of its answers were received, and deliveries sent, in a span of time; reads no XML. */
struct store_span {
	int64_t from, until;
};
size_t store_answered(struct store *s, const char *sn, const struct store_span *span);
size_t store_delivered(struct store *s, const char *sn, const struct store_span *span);
/* One answer. False: there is none. */
bool store_answer(
    struct store *s, struct arena *a, const char *sn, const char *query, struct store_answer *out);

/*
 * All devices whose SN is greater than `after` ("" for all), by SN, until `take` returns false. What
 * it is given lives in the arena; it may reset that one.
 */
void store_each(struct store *s, struct arena *a, const char *after,
    bool (*take)(void *context, const struct device *d), void *context);
/*
 * Two walks through all devices, a part in each snapshot: from behind `after` ("" at the beginning) at
 * most STORE_PART devices are looked at. *next is where to go on, NULL at the end; arena.
 */
#define STORE_PART 20000
/* SNs that were last seen (or, if they never polled, made) before `time`. */
const char **store_idle(struct store *s, struct arena *a, const char *after, int64_t time,
    size_t *count, const char **next);
/* SNs that have messages from before `time`. */
const char **store_stale_messages(struct store *s, struct arena *a, const char *after, int64_t time,
    size_t *count, const char **next);

/* A certificate that our CA signed. Arena. False: there is none with this serial number. */
bool store_issued(struct store *s, struct arena *a, const char *serial, struct issued *out);
/* All of them, by serial number, until `take` returns false; it may reset the arena. */
void store_issued_each(struct store *s, struct arena *a,
    bool (*take)(void *context, const struct issued *i), void *context);
/* The newest `most` entries of the audit, newest first; array in the arena. */
struct audit *store_audit(struct store *s, struct arena *a, size_t most, size_t *count);

/*
 * From entry to entry, newest first, until `take` returns false; it may reset the arena. `before`: only those
 * of earlier times (INT64_MAX: all).
 */
void store_audit_each(struct store *s, struct arena *a, int64_t before,
    bool (*take)(void *context, const struct audit *entry), void *context);

/*
 * When each device was last changed in any way, polls included: by stamps that grow with every transaction
 * of the writer. By SN, of all devices; none of what is given lives longer than the call.
 */
struct store_stamp {
	const char *sn; /* not terminated */
	size_t sn_size;
	int64_t seen, polls;
	uint64_t stamp;
};
void store_stamps_each(
    struct store *s, bool (*take)(void *context, const struct store_stamp *one), void *context);
/* The stamp of the newest change of anything. It may begin anew with another store (a copy, a repair). */
uint64_t store_stamp(struct store *s);

/* Accounts and sessions. Arena. False: there is none of that name. */
bool store_account(struct store *s, struct arena *a, const char *name, struct account *out);
struct account *store_accounts(struct store *s, struct arena *a, size_t *count);
bool store_session(struct store *s, struct arena *a, const char *id, struct session *out);
struct session *store_sessions(struct store *s, struct arena *a, size_t *count);

/* What is counted over time: at most STORE_TALLIES of each are kept. */
#define STORE_TALLY 300    /* seconds of one */
#define STORE_TALLIES 2016 /* a week */
struct store_tally {
	int64_t time; /* when it began, a multiple of STORE_TALLY */
	int64_t count;
};
/* Those of `what` ("polls", "refused") from that time on, by time; those with nothing in them may be missing. */
struct store_tally *store_tallies(
    struct store *s, struct arena *a, const char *what, int64_t from, size_t *count);

/* An alarm. Arena. False: there is none. */
bool store_alarm(
    struct store *s, struct arena *a, const char *from, const char *code, struct alarm *out);
/* Those of one, or of all (`from` NULL), by whose they are and by code, until `take` returns false; it may
   reset the arena. */
void store_alarms_each(struct store *s, struct arena *a, const char *from,
    bool (*take)(void *context, const struct alarm *alarm), void *context);
/* At most so many news behind the number `after`, in their order; array in the arena. */
struct news *store_news(
    struct store *s, struct arena *a, int64_t after, size_t most, size_t *count);
/* The number of the last one that there is; 0: there are none. */
int64_t store_news_last(struct store *s);
/* How far each target is; array in the arena. */
struct forward_state *store_forwards(struct store *s, struct arena *a, size_t *count);

struct store_info {
	int64_t format, made;    /* of the store */
	size_t devices, records; /* records of all kinds that are about devices */
	size_t issued, audit;    /* certificates, entries of the audit */
	size_t accounts, sessions, tallies;
	size_t alarms, news;
	size_t file_bytes; /* the data file, on disk */
	size_t used_bytes; /* of it, in use or free for use again */
	size_t map_bytes;
	unsigned readers, readers_max;
};
void store_info(struct store *s, struct store_info *out);

/* ---- changing: the writer only ---- */

/* Begins a transaction. */
bool store_write(struct store *s, struct err *e);
/*
 * Applies a list of changes (core/change.h) that change_is_whole() found right. What fails is told by
 * store_commit().
 */
void store_apply(struct store *s, const void *list, size_t size);
/* The same for `polls` polls of a device, the last one at `time`. */
void store_apply_seen(struct store *s, const char *sn, int64_t time, int64_t polls);
enum store_outcome {
	STORE_DONE,  /* all of it is on disk */
	STORE_AGAIN, /* nothing was changed; the map was too small and is larger now: do it again */
	STORE_FAILED,  /* nothing was changed (the disk is full, …); a later one may work */
	STORE_DAMAGED, /* the same, because of a record that is damaged: others may work */
	STORE_DEAD,    /* the same, and this process must open the store anew */
};
/* `e` is filled when it is neither done nor again. */
enum store_outcome store_commit(struct store *s, struct err *e);

/* Frees the places of readers that died; how many there were. */
int store_reap(struct store *s);

/* ---- the whole store ---- */

/*
 * A consistent copy of a store that may be in use, as folder `to`: made beside it, checked, then put
 * in its place; a copy that was there before stays when this one fails. What is no copy is not replaced.
 */
bool store_copy(struct store *s, const char *to, struct err *e);
/* The one file that a copy consists of, in its folder. */
extern const char store_file[];
/* Opens that file for reading and removes the copy, which is gone when the descriptor is closed. -1: e says why. */
int store_copy_take(const char *dir, struct err *e);
/* When a copy was made; 0: there is none. */
time_t store_copied_at(const char *dir);
/* Reads every record of an open store. False: `e` names the first that is damaged. */
bool store_verify(struct store *s, struct err *e);

#endif
