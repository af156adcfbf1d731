/* SPDX-License-Identifier: ISC */
/*
 * LMDB, as measured in PITFALLS §3: default (synchronous) flags, never WRITEMAP; opened after fork; a
 * read transaction is renewed, not made; the descriptor of the data file is closed on exec. A file
 * that was cut off is found here, because LMDB would find it by SIGBUS.
 */
#include "store/db.h"

#include "base/limits.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <lmdb.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define MODE 0640
#define NO_ROOM (1 << 20)
#define AHEAD ((size_t)128 << 20) /* twice what one transaction may take */
#define MAP_MAX ((size_t)1 << 42) /* 4 TB: more than a process can have is no use */

static const char *const names[DB_TABLES] = {
    [DB_META] = "meta",
    [DB_DEVICE] = "device",
    [DB_SEEN] = "seen",
    [DB_ISSUED] = "issued",
    [DB_AUDIT] = "audit",
    [DB_ACCOUNT] = "account",
    [DB_SESSION] = "session",
    [DB_TALLY] = "tally",
    [DB_ALARM] = "alarm",
    [DB_NEWS] = "news",
    [DB_FORWARD] = "forward",
};

struct db {
	char *dir;
	MDB_env *env;
	MDB_dbi tables[DB_TABLES];
	bool has[DB_TABLES];   /* the file has it, and it is open */
	bool added[DB_TABLES]; /* by the transaction at work: not there when that one fails */
	MDB_txn *reader;       /* kept for the next snapshot */
	MDB_txn *txn;          /* the one at work; NULL: none */
	int failed;            /* LMDB's number for the first failure; OTHER: `why` alone tells */
	struct err why;
};

#define OTHER (-1)

/* ---- failures ---- */

static bool fail(struct err *e, const struct db *d, const char *what, int number)
{
	return err_set(e, "the store %s %s: %s", d->dir, what, mdb_strerror(number));
}

static void latch(struct db *d, const char *what, int number)
{
	if (d->failed)
		return;
	d->failed = number;
	fail(&d->why, d, what, number);
}

void db_fail(struct db *d, const char *format, ...)
{
	va_list args;
	char text[400];
	if (d->failed)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	d->failed = OTHER;
	err_set(&d->why, "the store %s: %s", d->dir, text);
}

static bool is_usable(const struct db *d)
{
	return d->txn && !d->failed;
}

/* ---- opening ---- */

static bool looks_whole(const struct db *d, struct err *e)
{
	char path[4096];
	struct stat st;
	snprintf(path, sizeof path, "%s/" DB_FILE, d->dir);
	if (stat(path, &st) != 0)
		return err_sys(e, "the store's file %s cannot be used", path);
	if (st.st_size == 0)
		return err_set(e,
		    "the store's file %s is empty: nothing was changed; rollcall repair says what can be done",
		    path);
	return true;
}

/* What the file is to have, by its header; pages that nobody uses included. */
static size_t size_by_header(const struct db *d)
{
	MDB_envinfo info;
	MDB_stat st;
	mdb_env_info(d->env, &info);
	mdb_env_stat(d->env, &st);
	return (info.me_last_pgno + 1) * st.ms_psize;
}

/* Its size, and what it is to have. False: it cannot be asked. */
static bool sizes_of(const struct db *d, mdb_filehandle_t *fd, size_t *has, size_t *needs)
{
	struct stat st;
	*needs = size_by_header(d); /* before the other: the file only grows */
	if (mdb_env_get_fd(d->env, fd) != 0 || fstat(*fd, &st) != 0)
		return false;
	*has = (size_t)st.st_size;
	return true;
}

/* LMDB believes what its header says: pages that are not in the file would be found by SIGBUS. */
static bool is_long_enough(const struct db *d, struct err *e)
{
	mdb_filehandle_t fd;
	size_t has = 0, needs = 0;
	if (!sizes_of(d, &fd, &has, &needs))
		return err_sys(e, "the store %s cannot be examined", d->dir);
	return has >= needs ||
	       err_set(e,
		   "the store's file %s/data.mdb is cut off (%zu bytes of %zu): nothing was changed; rollcall repair says what can be done",
		   d->dir, has, needs);
}

/*
 * LMDB does not write a page that one transaction both took and gave up; when that is the last one, the
 * file ends before it, and could not be told from one that was cut off. So the file is always longer than
 * any one transaction makes it (a hole: it takes no place on the disk).
 */
static void keep_ahead(const struct db *d)
{
	mdb_filehandle_t fd;
	size_t has, needs;
	if (sizes_of(d, &fd, &has, &needs) && has < needs + AHEAD / 2 &&
	    ftruncate(fd, (off_t)(needs + AHEAD)) != 0)
		return; /* a limit on the size of files; the disk's own end is found by the commit */
}

static int open_table(struct db *d, MDB_txn *txn, int t, unsigned flags)
{
	int r = mdb_dbi_open(txn, names[t], flags, &d->tables[t]);
	d->has[t] = !r;
	return r == MDB_NOTFOUND && t >= DB_ISSUED ? 0 : r;
}

static bool open_tables(struct db *d, bool write, bool is_new, struct err *e)
{
	MDB_txn *txn;
	int r = mdb_txn_begin(d->env, NULL, write ? 0 : MDB_RDONLY, &txn);
	if (r)
		return fail(e, d, "cannot be read", r);
	for (int t = 0; t < DB_TABLES && !r; t++)
		r = open_table(d, txn, t, is_new ? MDB_CREATE : 0);
	if (r) {
		mdb_txn_abort(txn);
		return fail(e, d,
		    "has not the tables it should have; rollcall repair says what can be done", r);
	}
	r = mdb_txn_commit(txn);
	return !r || fail(e, d, "cannot be used", r);
}

static int set_up(struct db *d, bool write, size_t map)
{
	int r = mdb_env_create(&d->env);
	if (!r)
		r = mdb_env_set_maxdbs(d->env, DB_TABLES);
	if (!r)
		r = mdb_env_set_maxreaders(d->env, LIMIT_READERS);
	if (!r && map)
		r = mdb_env_set_mapsize(d->env, map);
	return r ? r
		 : mdb_env_open(
		       d->env, d->dir, write ? MDB_NORDAHEAD : MDB_RDONLY | MDB_NORDAHEAD, MODE);
}

static const char *explain(int number)
{
	switch (number) {
	case MDB_INVALID:
		return "is not one (its file data.mdb is damaged or something else); nothing was changed; rollcall repair says what can be done";
	case MDB_VERSION_MISMATCH:
		return "was written by another version of LMDB";
	default:
		return "cannot be opened";
	}
}

static bool open_env(struct db *d, bool write, bool is_new, size_t map, struct err *e)
{
	mdb_filehandle_t fd;
	if (!is_new && !looks_whole(d, e))
		return false;
	int r = set_up(d, write, map);
	if (r)
		return fail(e, d, explain(r), r);
	if (mdb_env_get_fd(d->env, &fd) == 0)
		fcntl(fd, F_SETFD, FD_CLOEXEC); /* LMDB forgets this one */
	mdb_reader_check(d->env, NULL);
	/* What is there already must not change before it is known to be ours. */
	return (is_new || is_long_enough(d, e)) && open_tables(d, write, is_new, e);
}

static bool has_file(const char *dir)
{
	char path[4096];
	snprintf(path, sizeof path, "%s/" DB_FILE, dir);
	return access(path, F_OK) == 0;
}

struct db *db_open(const char *dir, bool write, size_t map, struct err *e)
{
	struct db *d = mem_alloc(sizeof *d);
	*d = (struct db){.dir = mem_strdup(dir)};
	if (open_env(d, write, write && !has_file(dir), map, e))
		return d;
	db_close(d);
	return NULL;
}

void db_close(struct db *d)
{
	if (!d)
		return;
	if (d->txn)
		db_abort(d);
	if (d->reader)
		mdb_txn_abort(d->reader);
	if (d->env)
		mdb_env_close(d->env);
	free(d->dir);
	free(d);
}

/* ---- transactions ---- */

static int renew(struct db *d)
{
	int r = d->reader ? mdb_txn_renew(d->reader)
			  : mdb_txn_begin(d->env, NULL, MDB_RDONLY, &d->reader);
	if (!r)
		d->txn = d->reader;
	return r;
}

/* The writer of another process made the map larger. */
static int adopt_map(struct db *d)
{
	if (d->reader) {
		mdb_txn_abort(d->reader);
		d->reader = NULL;
	}
	return mdb_env_set_mapsize(d->env, 0);
}

/* ---- tables that an earlier version did not have ---- */

static bool lacks_tables(const struct db *d)
{
	int t = DB_ISSUED;
	while (t < DB_TABLES && d->has[t])
		t++;
	return t < DB_TABLES;
}

/* The writer may have added them since. That it cannot be asked now is found by who reads. */
static void find_tables(struct db *d)
{
	MDB_txn *txn;
	if (d->reader) /* there is one at a time */
		mdb_txn_abort(d->reader);
	d->reader = NULL;
	if (mdb_txn_begin(d->env, NULL, MDB_RDONLY, &txn) != 0)
		return;
	int r = 0;
	for (int t = DB_ISSUED; t < DB_TABLES && !r; t++)
		r = d->has[t] ? 0 : open_table(d, txn, t, 0);
	if (r)
		mdb_txn_abort(txn);
	else
		mdb_txn_commit(txn);
	for (int t = DB_ISSUED; t < DB_TABLES && r; t++)
		d->has[t] = false;
}

static void add_tables(struct db *d)
{
	for (int t = DB_ISSUED; t < DB_TABLES; t++) {
		if (d->has[t])
			continue;
		int r = open_table(d, d->txn, t, MDB_CREATE);
		d->added[t] = !r;
		if (r)
			latch(d, "cannot be written", r);
	}
}

/* What a transaction added is there when it is done, else not. */
static void settle_tables(struct db *d, bool done)
{
	for (int t = DB_ISSUED; t < DB_TABLES; t++) {
		d->has[t] = d->has[t] && (done || !d->added[t]);
		d->added[t] = false;
	}
}

static int try_begin(struct db *d, bool write)
{
	return write ? mdb_txn_begin(d->env, NULL, 0, &d->txn) : renew(d);
}

static int recover(struct db *d, int number)
{
	if (number == MDB_MAP_RESIZED)
		return adopt_map(d);
	if (number == MDB_READERS_FULL) {
		int dead = 0;
		mdb_reader_check(d->env, &dead);
		return dead ? 0 : number;
	}
	return number;
}

bool db_begin(struct db *d, bool write, struct err *e)
{
	d->failed = 0;
	if (write)
		keep_ahead(d);
	else if (lacks_tables(d))
		find_tables(d);
	int r = try_begin(d, write);
	if (r && recover(d, r) == 0)
		r = try_begin(d, write);
	if (!r && write)
		add_tables(d);
	return !r || fail(e, d, "cannot be used now", r);
}

bool db_end(struct db *d, struct err *e)
{
	mdb_txn_reset(d->txn);
	d->txn = NULL;
	if (d->failed && e)
		*e = d->why;
	return !d->failed;
}

void db_abort(struct db *d)
{
	if (d->txn == d->reader && d->txn)
		mdb_txn_reset(d->txn);
	else if (d->txn)
		mdb_txn_abort(d->txn);
	d->txn = NULL;
	settle_tables(d, false);
}

static bool grow(struct db *d)
{
	MDB_envinfo info;
	if (d->reader) /* it would look at the old map */
		mdb_txn_abort(d->reader);
	d->reader = NULL;
	mdb_env_info(d->env, &info);
	return info.me_mapsize <= MAP_MAX / 2 &&
	       mdb_env_set_mapsize(d->env, info.me_mapsize * 2) == 0;
}

/* LMDB takes a write that was cut short for a broken disk. */
static bool has_no_room(const struct db *d)
{
	struct statvfs fs;
	return statvfs(d->dir, &fs) == 0 && (uint64_t)fs.f_bavail * fs.f_frsize < NO_ROOM;
}

enum db_outcome db_commit(struct db *d, struct err *e)
{
	if (!d->failed) {
		int r = mdb_txn_commit(d->txn); /* frees it, whatever it returns */
		d->txn = NULL;
		if (!r) {
			settle_tables(d, true);
			return DB_DONE;
		}
		latch(d, "cannot be written", r == EIO && has_no_room(d) ? ENOSPC : r);
	}
	db_abort(d);
	if (d->failed == MDB_MAP_FULL && grow(d))
		return DB_GREW;
	if (e)
		*e = d->why;
	if (d->failed == OTHER)
		return DB_DAMAGED;
	return d->failed == MDB_PANIC || d->failed == MDB_CORRUPTED ? DB_DEAD : DB_FAILED;
}

/* ---- keys and values ---- */

static MDB_val value_of(const void *bytes, size_t size)
{
	return (MDB_val){size, (void *)bytes};
}

bool db_get(struct db *d, enum db_table t, const void *key, size_t size, struct db_bytes *out)
{
	MDB_val k = value_of(key, size), v;
	if (!is_usable(d) || !d->has[t])
		return false;
	int r = mdb_get(d->txn, d->tables[t], &k, &v);
	if (r && r != MDB_NOTFOUND)
		latch(d, "cannot be read", r);
	if (!r)
		*out = (struct db_bytes){v.mv_data, v.mv_size};
	return !r;
}

void db_put(
    struct db *d, enum db_table t, const void *key, size_t key_size, const void *value, size_t size)
{
	MDB_val k = value_of(key, key_size), v = value_of(value, size);
	int r = is_usable(d) ? mdb_put(d->txn, d->tables[t], &k, &v, 0) : 0;
	if (r)
		latch(d, "cannot be written", r);
}

void db_delete(struct db *d, enum db_table t, const void *key, size_t size)
{
	MDB_val k = value_of(key, size);
	int r = is_usable(d) ? mdb_del(d->txn, d->tables[t], &k, NULL) : 0;
	if (r && r != MDB_NOTFOUND)
		latch(d, "cannot be written", r);
}

static bool step(struct db_cursor *c, const void *key, size_t size, MDB_cursor_op op)
{
	MDB_val k = value_of(key, size), v;
	int r = mdb_cursor_get(c->lmdb, &k, &v, op);
	if (r && r != MDB_NOTFOUND)
		latch(c->db, "cannot be read", r);
	if (r)
		return false;
	c->key = (struct db_bytes){k.mv_data, k.mv_size};
	c->value = (struct db_bytes){v.mv_data, v.mv_size};
	return true;
}

static bool open_cursor(struct db_cursor *c, struct db *d, enum db_table t)
{
	MDB_cursor *cursor = NULL;
	*c = (struct db_cursor){.db = d};
	if (!is_usable(d) || !d->has[t])
		return false;
	int r = mdb_cursor_open(d->txn, d->tables[t], &cursor);
	if (r)
		latch(d, "cannot be read", r);
	c->lmdb = cursor;
	return !r;
}

bool db_seek(struct db_cursor *c, struct db *d, enum db_table t, const void *key, size_t size)
{
	return open_cursor(c, d, t) && step(c, key, size, size ? MDB_SET_RANGE : MDB_FIRST);
}

bool db_seek_back(struct db_cursor *c, struct db *d, enum db_table t, const void *key, size_t size)
{
	if (!open_cursor(c, d, t))
		return false;
	bool behind = size && step(c, key, size, MDB_SET_RANGE);
	return is_usable(d) && step(c, NULL, 0, behind ? MDB_PREV : MDB_LAST);
}

bool db_previous(struct db_cursor *c)
{
	return is_usable(c->db) && step(c, NULL, 0, MDB_PREV);
}

bool db_next(struct db_cursor *c)
{
	return is_usable(c->db) && step(c, NULL, 0, MDB_NEXT);
}

void db_cursor_close(struct db_cursor *c)
{
	if (c->lmdb)
		mdb_cursor_close(c->lmdb);
	c->lmdb = NULL;
}

uint64_t db_stamp(const struct db *d)
{
	return d->txn ? mdb_txn_id(d->txn) : 0;
}

size_t db_count(struct db *d, enum db_table t)
{
	MDB_stat st = {.ms_entries = 0};
	int r = is_usable(d) && d->has[t] ? mdb_stat(d->txn, d->tables[t], &st) : 0;
	if (r)
		latch(d, "cannot be read", r);
	return r ? 0 : st.ms_entries;
}

/* ---- the whole ---- */

static int count_reader(const char *line, void *count)
{
	(void)line;
	++*(unsigned *)count;
	return 0;
}

void db_info(struct db *d, struct db_info *out)
{
	MDB_envinfo info;
	MDB_stat st;
	*out = (struct db_info){.map_bytes = 0};
	mdb_env_info(d->env, &info);
	mdb_env_stat(d->env, &st);
	out->map_bytes = info.me_mapsize;
	out->used_bytes = (info.me_last_pgno + 1) * st.ms_psize;
	mdb_reader_list(d->env, count_reader, &out->readers);
	out->readers -=
	    out->readers > 0; /* the line above the list, or one that says that it is empty */
	out->readers_max = info.me_maxreaders;
	for (int t = 0; t < DB_TABLES; t++)
		out->entries[t] = db_count(d, (enum db_table)t);
}

int db_reap(struct db *d)
{
	int dead = 0;
	mdb_reader_check(d->env, &dead);
	return dead;
}

bool db_copy(struct db *d, const char *dir, struct err *e)
{
	int r = mdb_env_copy2(d->env, dir, MDB_CP_COMPACT);
	if (r && recover(d, r) == 0)
		r = mdb_env_copy2(d->env, dir, MDB_CP_COMPACT);
	if (r)
		return err_set(e, "the store cannot be copied to %s: %s", dir, mdb_strerror(r));
	return true;
}

const char *db_table_name(enum db_table t)
{
	return names[t];
}
