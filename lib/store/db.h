/* SPDX-License-Identifier: ISC */
/*
 * Tables of keys and values in one file: LMDB, and what it takes to use it safely (PITFALLS §3).
 * Private to lib/store. db.c is the only file that knows LMDB.
 *
 * Failures within a transaction are latched: everything after the first does nothing and finds
 * nothing, and the end of the transaction tells. So nobody between has to ask.
 */
#ifndef STORE_DB_H
#define STORE_DB_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Those from DB_ISSUED on came later: a file of an earlier version has them from the first transaction
 * that changes it, and nothing is found in them before.
 */
enum db_table {
	DB_META,
	DB_DEVICE,
	DB_SEEN,
	DB_ISSUED,
	DB_AUDIT,
	DB_ACCOUNT,
	DB_SESSION,
	DB_TALLY,
	DB_ALARM,
	DB_NEWS,
	DB_FORWARD,
	DB_TABLES
};

#define DB_KEY_MAX 511 /* bytes; a longer key fails */
#define DB_FILE "data.mdb"
#define DB_LOCK "lock.mdb"

/* Of a value that was read: valid until the transaction ends or changes something. */
struct db_bytes {
	const char *bytes;
	size_t size;
};

struct db;

/*
 * Opens the file in folder `dir`. `write`: it is made, with its tables, when it is missing; one that is
 * there does not change by being opened. The map begins with `map` bytes, or what the file needs. NULL:
 * `e` says why.
 */
struct db *db_open(const char *dir, bool write, size_t map, struct err *e);
void db_close(struct db *d);

/* One transaction at a time. */
bool db_begin(struct db *d, bool write, struct err *e);
/* Of one that reads. False: something went wrong in between. */
bool db_end(struct db *d, struct err *e);
void db_abort(struct db *d);

enum db_outcome {
	DB_DONE,
	DB_GREW,    /* the map was full and is larger now: nothing was changed, do it again */
	DB_FAILED,  /* nothing was changed; the next one may work */
	DB_DAMAGED, /* the same, by db_fail() */
	DB_DEAD,    /* the same, and this process must open the file anew */
};
enum db_outcome db_commit(struct db *d, struct err *e);
/* Latches a failure of the caller's: a record that is damaged. */
void db_fail(struct db *d, const char *format, ...) __attribute__((format(printf, 2, 3)));

bool db_get(struct db *d, enum db_table t, const void *key, size_t size, struct db_bytes *out);
void db_put(struct db *d, enum db_table t, const void *key, size_t key_size, const void *value,
    size_t size);
void db_delete(struct db *d, enum db_table t, const void *key, size_t size);

/*
 * The first entry whose key is `key` or greater; then one after the other. What was read stays valid
 * as above: do not change a table while going through it; seek again behind the last key instead.
 */
struct db_cursor {
	struct db *db;
	void *lmdb;
	struct db_bytes key, value;
};
bool db_seek(struct db_cursor *c, struct db *d, enum db_table t, const void *key, size_t size);
bool db_next(struct db_cursor *c);
/* The same backwards: the last entry whose key is less than `key`; `size` 0: the last of all. */
bool db_seek_back(struct db_cursor *c, struct db *d, enum db_table t, const void *key, size_t size);
bool db_previous(struct db_cursor *c);
void db_cursor_close(struct db_cursor *c);

/* Of the transaction: that of one that writes is greater than that of any before it. */
uint64_t db_stamp(const struct db *d);

/* How many entries a table has; costs nothing. */
size_t db_count(struct db *d, enum db_table t);

const char *db_table_name(enum db_table t);

struct db_info {
	size_t entries[DB_TABLES];
	size_t map_bytes, used_bytes;
	unsigned readers, readers_max;
};
void db_info(struct db *d, struct db_info *out);
/* Frees the places of readers that died; how many there were. */
int db_reap(struct db *d);
/* A compact copy as DIR/data.mdb; the folder exists and is empty. */
bool db_copy(struct db *d, const char *dir, struct err *e);

#endif
