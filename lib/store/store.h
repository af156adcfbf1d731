/* SPDX-License-Identifier: ISC */
/*
 * The store: everything that is remembered of devices, in HOME/data/store (DESIGN, "State").
 *
 * One process changes it, the writer; any number read it, each in snapshots that are consistent and
 * short. Opened after fork, never before (PITFALLS §3.1). Only db.c knows LMDB.
 *
 *   table     key                              value: a record (core/record.h)
 *   meta      "format"                         version of all of this, when it was made
 *   device    SN                               fields of core/device.h
 *   seen      SN                               1 last poll, 2 polls, 3 the hour it stands under in `idle`
 *   idle      hour of the last poll, 4 · SN    empty: who was not seen for long comes first
 *   answer    SN · 0 · query                   1 received, 2 XML
 *   delivery  SN · 0 · snippet                 1 sent, 2 version (mtime of the file)
 *   message   SN · 0 · time, 8 · n, 2          1 text
 *
 * Numbers in keys are big-endian, so that keys sort by them.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/arena.h"
#include "base/err.h"
#include "core/device.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STORE_FORMAT 1

enum store_mode {
	STORE_READ,
	STORE_WRITE, /* also makes a store where there is none; one process at a time: waits up to 3 s */
};

struct store;

/*
 * `map_mb` is the size of the map to begin with, in MB; it grows by itself when it is full. NULL: `e`
 * says why. What looks damaged (empty, cut off, not ours, of a newer version) is refused and stays
 * as it is: `rollcall repair` helps.
 */
struct store *store_open(const char *dir, enum store_mode mode, long map_mb, struct err *e);
void store_close(struct store *s);

/* ---- reading ---- */

/*
 * Begins a snapshot. What is read until store_end() is of one moment. Keep it short: while it is open
 * nothing of it can be used again, and the file grows. Not nested.
 */
bool store_begin(struct store *s, struct err *e);
/* False: something that was read in between was damaged; nothing of it may be used. */
bool store_end(struct store *s, struct err *e);

/* All of these copy into the arena. False: not known. */
bool store_device(struct store *s, struct arena *a, const char *sn, struct device *out);

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
/* One answer. False: there is none. */
bool store_answer(
    struct store *s, struct arena *a, const char *sn, const char *query, struct store_answer *out);

/*
 * All devices whose SN is greater than `after` ("" for all), by SN, until `take` returns false. What
 * it is given lives in the arena; it may reset that one.
 */
void store_each(struct store *s, struct arena *a, const char *after,
    bool (*take)(void *context, const struct device *d), void *context);
/* SNs that were last seen before `time`, the oldest first, at most `max`; arena. */
const char **store_idle(struct store *s, struct arena *a, int64_t time, size_t max, size_t *count);
/* SNs that have messages from before `time`, among those after `after`, at most `max`; arena. */
const char **store_stale_messages(
    struct store *s, struct arena *a, const char *after, int64_t time, size_t max, size_t *count);

struct store_info {
	int64_t format, made; /* of the store */
	size_t devices, answers, deliveries, messages;
	size_t file_bytes; /* the data file */
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
void store_abort(struct store *s);

/* Frees the places of readers that died; how many there were. */
int store_reap(struct store *s);

/* ---- the whole store ---- */

/*
 * A consistent copy of a store that may be in use, as folder `to`: made beside it, checked, then put
 * in its place; a copy that was there before stays when this one fails.
 */
bool store_copy(struct store *s, const char *to, struct err *e);
/* Reads every record of an open store. False: `e` names the first that is damaged. */
bool store_verify(struct store *s, struct err *e);

#endif
