/* SPDX-License-Identifier: ISC */
/*
 * Opening and the store as a whole. A new store is made beside its place and then put there, so that
 * a folder of this name always holds a whole one: what is empty or cut off was damaged, and is not
 * taken for a new one.
 */
#include "store/store.h"

#include "base/file.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"
#include "core/record.h"
#include "store/db.h"
#include "store/internal.h"
#include "store/keys.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#define MB (1024L * 1024L)
#define PATH_SIZE 4096
#define LOCK_TRIES 150  /* 20 ms apart */
#define STATUS_STORE 74 /* EX_IOERR */

/* ---- a file that is cut off while it is in use ---- */

static void broken(int signal)
{
	static const char text[] =
	    "the store's file was cut off or cannot be read (SIGBUS): rollcall repair says what can be done\n";
	(void)signal;
	if (write(STDERR_FILENO, text, sizeof text - 1) < 0)
		_exit(STATUS_STORE);
	_exit(STATUS_STORE);
}

static void catch_broken(void)
{
	struct sigaction action = {.sa_handler = broken};
	sigset_t bus;
	sigemptyset(&action.sa_mask);
	sigaction(SIGBUS, &action, NULL);
	/* One that is blocked would end us without a word. */
	sigemptyset(&bus);
	sigaddset(&bus, SIGBUS);
	sigprocmask(SIG_UNBLOCK, &bus, NULL);
}

/* ---- the folder ---- */

static bool path_of(char out[PATH_SIZE], const char *dir, const char *rest, struct err *e)
{
	return (size_t)snprintf(out, PATH_SIZE, "%s%s", dir, rest) < PATH_SIZE ||
	       err_set(e, "the name of the store %s is too long", dir);
}

static bool sync_folder(const char *path, struct err *e)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool ok = fd >= 0 && fsync(fd) == 0;
	if (fd >= 0)
		close(fd);
	return ok || err_sys(e, "%s cannot be kept", path);
}

/* The folder that holds `dir`; returns the name in it. */
static const char *split_parent(char parent[PATH_SIZE], const char *dir)
{
	const char *slash = strrchr(dir, '/');
	size_t size = slash ? (size_t)(slash - dir) : 0;
	snprintf(parent, PATH_SIZE, "%.*s", (int)size, dir);
	if (!size)
		snprintf(parent, PATH_SIZE, "%s", slash ? "/" : ".");
	return slash ? slash + 1 : dir;
}

static bool sync_parent(const char *dir, struct err *e)
{
	char parent[PATH_SIZE];
	split_parent(parent, dir);
	return sync_folder(parent, e);
}

/* An empty folder of that name; what an earlier try left is removed. */
static bool make_empty(const char *dir, struct err *e)
{
	static const char *const files[] = {"/" DB_FILE, "/" DB_LOCK};
	char path[PATH_SIZE];
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		if (!path_of(path, dir, files[i], e))
			return false;
		if (unlink(path) != 0 && errno != ENOENT && errno != ENOTDIR)
			return err_sys(e, "%s cannot be removed", path);
	}
	return file_mkdirs(dir, 0700, e);
}

static void remove_copy(const char *dir)
{
	if (make_empty(dir, NULL))
		rmdir(dir);
}

/* ---- making one ---- */

static bool write_format(struct db *db, struct err *e)
{
	struct buf record = {0};
	if (!db_begin(db, true, e))
		return false;
	record_add_number(&record, META_FORMAT, STORE_FORMAT);
	record_add_number(&record, META_MADE, (int64_t)time(NULL));
	db_put(db, DB_META, META_KEY, strlen(META_KEY), record.data, record.size);
	buf_free(&record);
	return db_commit(db, e) == DB_DONE;
}

static bool make_in(const char *dir, size_t map, struct err *e)
{
	if (!make_empty(dir, e))
		return false;
	struct db *db = db_open(dir, true, map, e);
	bool ok = db && write_format(db, e);
	db_close(db);
	return ok && sync_folder(dir, e);
}

bool store_make(const char *dir, long map_mb, struct err *e)
{
	char beside[PATH_SIZE];
	if (!path_of(beside, dir, ".new", e) || !make_in(beside, (size_t)map_mb * MB, e))
		return false;
	if (rename(beside, dir) != 0)
		return err_sys(e, "the new store cannot be put at %s", dir);
	return sync_parent(dir, e);
}

/* "store-copy" and "store.damaged-TIME" tell that there was a store. */
static bool is_trace(const char *name, const char *base)
{
	const char *rest = name + strlen(base);
	return text_starts(name, base) &&
	       (strcmp(rest, STORE_BESIDE_COPY) == 0 || text_starts(rest, STORE_BESIDE_DAMAGED));
}

/* A store that is gone, or a disk that is not mounted, must not look like a new beginning. */
static bool may_begin(const char *dir, struct err *e)
{
	char parent[PATH_SIZE];
	const char *base = split_parent(parent, dir);
	DIR *folder = opendir(parent);
	if (!folder)
		return err_sys(e, "%s cannot be read", parent);
	bool trace = false;
	for (const struct dirent *one; !trace && (one = readdir(folder));)
		trace = is_trace(one->d_name, base);
	closedir(folder);
	return !trace ||
	       err_set(e,
		   "the store %s is gone, but there was one: nothing was changed; rollcall repair says what can be done",
		   dir);
}

/* ---- opening ---- */

/* A writer that was asked to leave, or whose server was killed, may need a moment to end. */
static bool lock_writer(struct store *s, struct err *e)
{
	const struct timespec moment = {.tv_nsec = 20000000};
	char path[PATH_SIZE];
	if (!path_of(path, s->dir, ".lock", e))
		return false;
	s->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (s->lock < 0)
		return err_sys(e, "%s cannot be opened", path);
	for (int tries = 0; tries < LOCK_TRIES; tries++) {
		if (flock(s->lock, LOCK_EX | LOCK_NB) == 0)
			return true;
		if (errno != EWOULDBLOCK && errno != EINTR)
			break;
		nanosleep(&moment, NULL);
	}
	return errno == EWOULDBLOCK
		   ? err_set(e, "the store %s is being written by another process", s->dir)
		   : err_sys(e, "%s cannot be locked", path);
}

static void take_format(void *context, const struct record_field *f)
{
	int64_t *format = context;
	if (f->id == META_FORMAT)
		*format = record_number(f);
}

static bool check_format(struct store *s, struct err *e)
{
	struct db_bytes b;
	int64_t format = 0;
	if (!db_begin(s->db, false, e))
		return false;
	if (db_get(s->db, DB_META, META_KEY, strlen(META_KEY), &b))
		store_fields(s, "meta", &b, take_format, &format);
	if (!db_end(s->db, e))
		return false;
	if (format > STORE_FORMAT)
		return err_set(e,
		    "the store %s was written by a newer version (format %lld, this one knows %d): nothing was changed",
		    s->dir, (long long)format, STORE_FORMAT);
	return format == STORE_FORMAT ||
	       err_set(e,
		   "the store %s does not say what it is: nothing was changed; rollcall repair says what can be done",
		   s->dir);
}

static bool open_it(struct store *s, enum store_mode mode, long map_mb, struct err *e)
{
	bool write = mode == STORE_WRITE;
	if (write && !lock_writer(s, e))
		return false;
	bool missing = access(s->dir, F_OK) != 0 && errno == ENOENT;
	if (write && missing && !(may_begin(s->dir, e) && store_make(s->dir, map_mb, e)))
		return false;
	/* Only make_new() may make a file: one that is gone from its folder was lost. */
	char file[PATH_SIZE];
	if (!path_of(file, s->dir, "/" DB_FILE, e))
		return false;
	if (access(file, F_OK) != 0)
		return err_sys(e,
		    "the store's file %s cannot be used (rollcall repair says what can be done)",
		    file);
	s->db = db_open(s->dir, write, (size_t)map_mb * MB, e);
	return s->db && check_format(s, e);
}

struct store *store_open(const char *dir, enum store_mode mode, long map_mb, struct err *e)
{
	struct store *s = mem_alloc(sizeof *s);
	*s = (struct store){.dir = mem_strdup(dir),
	    .lock = -1,
	    .audit_most = LIMIT_AUDIT,
	    .session_most = LIMIT_SESSIONS,
	    .news_most = LIMIT_OUTBOX,
	    .alarms_most = LIMIT_ALARMS,
	    .alarms_most_of_one = LIMIT_ALARMS_DEVICE};
	catch_broken();
	if (open_it(s, mode, map_mb, e))
		return s;
	store_close(s);
	return NULL;
}

void store_close(struct store *s)
{
	if (!s)
		return;
	db_close(s->db);
	if (s->lock >= 0)
		close(s->lock);
	buf_free(&s->work);
	buf_free(&s->patch);
	arena_free(&s->arena);
	free(s->dir);
	free(s);
}

/* ---- transactions ---- */

bool store_begin(struct store *s, struct err *e)
{
	return db_begin(s->db, false, e);
}

bool store_end(struct store *s, struct err *e)
{
	return db_end(s->db, e);
}

bool store_write(struct store *s, struct err *e)
{
	return db_begin(s->db, true, e);
}

enum store_outcome store_commit(struct store *s, struct err *e)
{
	static const enum store_outcome outcomes[] = {
	    [DB_DONE] = STORE_DONE,
	    [DB_GREW] = STORE_AGAIN,
	    [DB_FAILED] = STORE_FAILED,
	    [DB_DAMAGED] = STORE_DAMAGED,
	    [DB_DEAD] = STORE_DEAD,
	};
	return outcomes[db_commit(s->db, e)];
}

int store_reap(struct store *s)
{
	return db_reap(s->db);
}

/* ---- the whole ---- */

struct meta {
	int64_t format, made;
};

static void take_meta(void *context, const struct record_field *f)
{
	struct meta *m = context;
	if (f->id == META_FORMAT)
		m->format = record_number(f);
	else if (f->id == META_MADE)
		m->made = record_number(f);
}

void store_info(struct store *s, struct store_info *out)
{
	struct db_info info;
	struct db_bytes b;
	struct meta meta = {0, 0};
	struct stat st = {.st_blocks = 0};
	char file[PATH_SIZE];
	struct err e;
	db_info(s->db, &info);
	if (db_get(s->db, DB_META, META_KEY, strlen(META_KEY), &b))
		store_fields(s, "meta", &b, take_meta, &meta);
	if (path_of(file, s->dir, "/" DB_FILE, &e) && stat(file, &st) != 0)
		st.st_blocks = 0;
	*out = (struct store_info){
	    .format = meta.format,
	    .made = meta.made,
	    .devices = info.entries[DB_SEEN],
	    .records = info.entries[DB_DEVICE],
	    .issued = info.entries[DB_ISSUED],
	    .audit = info.entries[DB_AUDIT],
	    .accounts = info.entries[DB_ACCOUNT],
	    .sessions = info.entries[DB_SESSION],
	    .tallies = info.entries[DB_TALLY],
	    .alarms = info.entries[DB_ALARM],
	    .news = info.entries[DB_NEWS],
	    .file_bytes = (size_t)st.st_blocks * 512, /* it has a hole at its end */
	    .used_bytes = info.used_bytes,
	    .map_bytes = info.map_bytes,
	    .readers = info.readers,
	    .readers_max = info.readers_max,
	};
}

/* The serial number of a device stands in front, or is all of the key. */
static bool is_device_key(const struct db_bytes *key)
{
	size_t size = strnlen(key->bytes, key->size);
	return size && size <= LIMIT_SN && size + 1 < key->size;
}

static bool is_seen_key(const struct db_bytes *key)
{
	size_t size = strnlen(key->bytes, key->size);
	return size && size <= LIMIT_SN && size == key->size;
}

static bool is_issued_key(const struct db_bytes *key)
{
	return issued_is_serial(key->bytes, key->size);
}

static bool is_audit_key(const struct db_bytes *key)
{
	return key->size == KEY_AUDIT;
}

static bool is_account_key(const struct db_bytes *key)
{
	return account_is_name(key->bytes, key->size);
}

static bool is_session_key(const struct db_bytes *key)
{
	return session_is_id(key->bytes, key->size);
}

static bool is_tally_key(const struct db_bytes *key)
{
	size_t size = strnlen(key->bytes, key->size);
	return size && key->size == size + 1 + KEY_TIME;
}

static bool is_alarm_key(const struct db_bytes *key)
{
	return alarm_is_id(key->bytes, key->size);
}

static bool is_news_key(const struct db_bytes *key)
{
	return key->size == KEY_TIME;
}

static bool is_forward_key(const struct db_bytes *key)
{
	return key->size && key->size <= LIMIT_NAME;
}

static void verify_table(struct store *s, enum db_table t)
{
	static const struct {
		bool (*fits)(const struct db_bytes *key);
		bool named; /* a key begins with something for people */
	} tables[DB_TABLES] = {
	    [DB_DEVICE] = {is_device_key, true},
	    [DB_SEEN] = {is_seen_key, true},
	    [DB_ISSUED] = {is_issued_key, true},
	    [DB_AUDIT] = {is_audit_key, false},
	    [DB_ACCOUNT] = {is_account_key, true},
	    [DB_SESSION] = {is_session_key, false},
	    [DB_TALLY] = {is_tally_key, true},
	    [DB_ALARM] = {is_alarm_key, true},
	    [DB_NEWS] = {is_news_key, false},
	    [DB_FORWARD] = {is_forward_key, true},
	};
	struct db_cursor c;
	bool more = db_seek(&c, s->db, t, NULL, 0);
	for (; more; more = db_next(&c)) {
		if (tables[t].fits && !tables[t].fits(&c.key))
			db_fail(s->db, "a key in its table \"%s\" is damaged", db_table_name(t));
		else if (!record_is_whole(c.value.bytes, c.value.size))
			db_fail(s->db, "a record%s%.*s in its table \"%s\" is damaged",
			    tables[t].named ? " of " : "",
			    tables[t].named ? (int)strnlen(c.key.bytes, c.key.size) : 0,
			    c.key.bytes, db_table_name(t));
	}
	db_cursor_close(&c);
}

bool store_verify(struct store *s, struct err *e)
{
	if (!store_begin(s, e))
		return false;
	for (int t = 0; t < DB_TABLES; t++)
		verify_table(s, (enum db_table)t);
	return store_end(s, e);
}

static bool sync_file(const char *dir, struct err *e)
{
	char file[PATH_SIZE];
	if (!path_of(file, dir, "/" DB_FILE, e))
		return false;
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	bool ok = fd >= 0 && fsync(fd) == 0;
	if (fd >= 0)
		close(fd);
	return ok || err_sys(e, "%s cannot be kept", file);
}

static bool verify_copy(const char *dir, struct err *e)
{
	struct store *copy = store_open(dir, STORE_READ, 0, e);
	bool ok = copy && store_verify(copy, e);
	store_close(copy);
	return ok;
}

/* May the folder be replaced: is there nothing in it but what a copy has? */
static bool is_copy(const char *dir, struct err *e)
{
	bool ok = true;
	DIR *folder = opendir(dir);
	if (!folder)
		return err_sys(e, "%s cannot be read", dir);
	for (const struct dirent *one; ok && (one = readdir(folder));)
		ok = strcmp(one->d_name, ".") == 0 || strcmp(one->d_name, "..") == 0 ||
		     strcmp(one->d_name, DB_FILE) == 0 || strcmp(one->d_name, DB_LOCK) == 0;
	closedir(folder);
	return ok ||
	       err_set(e,
		   "%s has other things in it than a copy: name a folder that is new or empty",
		   dir);
}

static bool may_copy_to(const struct store *s, const char *to, struct err *e)
{
	if (access(to, F_OK) != 0)
		return errno == ENOENT || err_sys(e, "%s cannot be used", to);
	if (file_is_same(to, s->dir))
		return err_set(e, "%s is the store itself", to);
	return is_copy(to, e);
}

/* A copy that fills the disk takes away from the store what it needs itself. */
static bool has_room(struct store *s, const char *to, struct err *e)
{
	char parent[PATH_SIZE];
	struct statvfs fs;
	struct db_info info;
	split_parent(parent, to);
	if (statvfs(parent, &fs) != 0)
		return err_sys(e, "%s cannot be used", parent);
	db_info(s->db, &info);
	size_t needs = info.used_bytes + info.used_bytes / 10;
	return fs.f_bavail * fs.f_frsize > needs ||
	       err_set(e, "there is no room for a copy in %s: %zu MB are needed", parent,
		   needs / MB + 1);
}

/* In one step, so that there is a copy under this name at every moment. */
static bool put_in_place(const char *beside, const char *to, struct err *e)
{
	bool had = access(to, F_OK) == 0;
	if (renameat2(AT_FDCWD, beside, AT_FDCWD, to, had ? RENAME_EXCHANGE : RENAME_NOREPLACE) !=
	    0)
		return err_sys(e, "the copy cannot be put at %s", to);
	if (had)
		remove_copy(beside);
	return sync_parent(to, e);
}

bool store_copy(struct store *s, const char *to, struct err *e)
{
	char beside[PATH_SIZE];
	if (!may_copy_to(s, to, e) || !has_room(s, to, e) || !path_of(beside, to, ".new", e) ||
	    (access(beside, F_OK) == 0 && !is_copy(beside, e)) || !make_empty(beside, e))
		return false;
	if (db_copy(s->db, beside, e) && verify_copy(beside, e) && sync_file(beside, e) &&
	    sync_folder(beside, e) && put_in_place(beside, to, e))
		return true;
	remove_copy(beside);
	return false;
}

const char store_file[] = DB_FILE;

int store_copy_take(const char *dir, struct err *e)
{
	char file[PATH_SIZE];
	int fd = path_of(file, dir, "/" DB_FILE, e) ? open(file, O_RDONLY | O_CLOEXEC) : -1;
	if (fd < 0)
		err_sys(e, "the copy in %s cannot be read", dir);
	remove_copy(dir);
	return fd;
}

time_t store_copied_at(const char *dir)
{
	char file[PATH_SIZE];
	struct stat st;
	return path_of(file, dir, "/" DB_FILE, NULL) && stat(file, &st) == 0 ? st.st_mtime : 0;
}
