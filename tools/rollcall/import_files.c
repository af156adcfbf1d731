/* SPDX-License-Identifier: ISC */
/*
 * Files of DIR → files of HOME: snippets, certificates, backups, what the master device said.
 *
 * A file appears under its name when all of it is on disk, with the time it had; one that is there
 * already is never replaced, not even by another process that writes at the same moment.
 */
#include "base/file.h"
#include "base/limits.h"
#include "base/num.h"
#include "base/text.h"
#include "core/master.h"
#include "core/req.h"
#include "tools/rollcall/import_work.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* One import a home at a time: one name is enough. What is left of a killed one is written over. */
#define TEMPORARY ".rollcall-import"

/* ---- one file ---- */

static bool write_temporary(
    int folder, const struct buf *bytes, struct timespec mtime, struct err *e)
{
	const struct timespec times[2] = {mtime, mtime};
	unlinkat(folder, TEMPORARY, 0);
	int fd =
	    openat(folder, TEMPORARY, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0640);
	bool ok = fd >= 0 && file_write_fd(fd, buf_text(bytes), bytes->size) &&
		  futimens(fd, times) == 0 && fsync(fd) == 0;
	if (!ok)
		err_sys(e, "it cannot be written");
	if (fd >= 0 && close(fd) != 0 && ok)
		ok = err_sys(e, "it cannot be written");
	return ok;
}

/* Not every file system can rename without replacing. */
static bool name_it(int folder, const char *name)
{
	if (renameat2(folder, TEMPORARY, folder, name, RENAME_NOREPLACE) == 0)
		return true;
	return (errno == EINVAL || errno == ENOSYS) &&
	       linkat(folder, TEMPORARY, folder, name, 0) == 0;
}

/* Is there a file of this name in HOME, and is it the same? */
static enum import_outcome compare(int folder, const char *name, const struct buf *bytes)
{
	struct stat st;
	struct buf mine = {0};
	if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return IMPORT_TAKEN;
	bool same = file_read(folder, name, bytes->size, &mine, NULL) && mine.size == bytes->size &&
		    memcmp(buf_text(&mine), buf_text(bytes), mine.size) == 0;
	buf_free(&mine);
	return same ? IMPORT_THERE : IMPORT_KEPT;
}

enum import_outcome import_put(
    int folder, const char *name, const struct buf *bytes, struct timespec mtime, struct err *e)
{
	enum import_outcome outcome = compare(folder, name, bytes);
	if (outcome == IMPORT_TAKEN && !write_temporary(folder, bytes, mtime, e))
		outcome = IMPORT_LEFT_OUT;
	else if (outcome == IMPORT_TAKEN && !name_it(folder, name))
		outcome = errno == EEXIST ? compare(folder, name, bytes) : IMPORT_LEFT_OUT;
	else
		return outcome;
	if (outcome == IMPORT_LEFT_OUT && !*e->text)
		err_sys(e, "it cannot be written");
	unlinkat(folder, TEMPORARY, 0);
	return outcome;
}

bool import_sync(int folder, struct err *e)
{
	/* What linkat() leaves of it. */
	unlinkat(folder, TEMPORARY, 0);
	return fsync(folder) == 0 || err_sys(e, "a folder cannot be synchronised");
}

int import_target(const char *path, struct err *e)
{
	if (!file_mkdirs(path, 0750, e))
		return -1;
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		err_sys(e, "%s cannot be opened", path);
	return fd;
}

enum import_outcome import_put_at(
    char *path, const struct buf *bytes, struct timespec mtime, struct err *e)
{
	enum import_outcome outcome = IMPORT_LEFT_OUT;
	char *slash = strrchr(path, '/');
	*slash = '\0';
	int folder = import_target(path, e);
	*slash = '/';
	if (folder < 0)
		return outcome;
	outcome = import_put(folder, slash + 1, bytes, mtime, e);
	if (!import_sync(folder, e))
		outcome = IMPORT_LEFT_OUT;
	close(folder);
	return outcome;
}

/* First a second name for the old one: at no moment there is none of that name. */
bool import_replace(int folder, const char *name, const char *aside, const struct buf *bytes,
    struct timespec mtime, struct err *e)
{
	if (linkat(folder, name, folder, aside, 0) != 0)
		return errno != EEXIST && err_sys(e, "%s cannot be kept as %s", name, aside);
	if (!write_temporary(folder, bytes, mtime, e))
		return false;
	if (renameat(folder, TEMPORARY, folder, name) != 0)
		return err_sys(e, "%s cannot be replaced", name);
	return import_sync(folder, e);
}

/* ---- which files ---- */

/* A name that any program can work with. */
static bool is_plain_name(const char *name, struct err *e)
{
	size_t n = strlen(name);
	if (*name == '-' || strchr(name, '\\') || strstr(name, FILE_TEMPORARY) ||
	    text_has_control(name, n) || !text_is_utf8(name, n))
		return err_set(e, "its name is not a proper one");
	return true;
}

/* HWID.N.txt, N as we would write it. */
static bool is_backup(const char *hwid, const char *name, struct err *e)
{
	long number;
	char digits[24], again[LIMIT_HWID + 32];
	size_t n = strlen(hwid);
	bool begins = strncmp(name, hwid, n) == 0 && name[n] == '.';
	snprintf(digits, sizeof digits, "%.*s", begins ? (int)strcspn(name + n + 1, ".") : 0,
	    begins ? name + n + 1 : "");
	if (num_parse(digits, 0, LONG_MAX - 1, &number)) {
		snprintf(again, sizeof again, "%s.%ld.txt", hwid, number);
		if (strcmp(again, name) == 0)
			return true;
	}
	return err_set(e, "a backup is called %s.NUMBER.txt here", hwid);
}

/* ---- a folder of files ---- */

/* A folder of DIR and what becomes of it. */
struct work {
	struct import *im;
	enum import_kind kind;
	size_t limit;
	const char *name;   /* of the folder, for the report */
	const char *target; /* its path in HOME */
	const char *hwid;   /* whose backups it has; NULL: it has others */
	int from, to;       /* to: -1 until something is put there */
};

static void report(
    const struct work *w, enum import_outcome outcome, const char *name, const char *why)
{
	struct buf what = {0};
	buf_addf(&what, "%s/%s", w->name, name);
	import_add(&w->im->report, w->kind, outcome, what.data, why);
	buf_free(&what);
}

static enum import_outcome take(struct work *w, const char *name, struct err *e)
{
	struct buf bytes = {0};
	struct timespec mtime;
	enum import_outcome outcome = IMPORT_LEFT_OUT;
	bool right = w->hwid ? is_backup(w->hwid, name, e) : is_plain_name(name, e);
	if (right && import_read(w->from, name, w->limit, &bytes, &mtime, e)) {
		if (w->to < 0)
			w->to = import_target(w->target, e);
		if (w->to >= 0)
			outcome = import_put(w->to, name, &bytes, mtime, e);
	}
	buf_free(&bytes);
	return outcome;
}

static void take_one(struct work *w, const char *name)
{
	struct err e = {""};
	struct buf kept = {0};
	enum import_outcome outcome = take(w, name, &e);
	if (outcome == IMPORT_KEPT) {
		buf_addf(&kept, "%s/%s is another one", w->target, name);
		report(w, outcome, name, kept.data);
	} else {
		report(w, outcome, name, outcome == IMPORT_LEFT_OUT ? e.text : NULL);
	}
	buf_free(&kept);
}

static void take_all(struct work *w)
{
	struct import_names names;
	struct err e = {""};
	if (!import_list(w->from, &names, &e))
		import_add(&w->im->report, w->kind, IMPORT_LEFT_OUT, w->name, e.text);
	for (size_t i = 0; i < names.count; i++)
		if (import_is_hidden(names.list[i]))
			report(w, IMPORT_IGNORED, names.list[i], IMPORT_HIDDEN);
		else
			take_one(w, names.list[i]);
	import_names_free(&names);
	if (w->to >= 0 && !import_sync(w->to, &e))
		import_add(&w->im->report, w->kind, IMPORT_LEFT_OUT, w->name, e.text);
	if (w->to >= 0)
		close(w->to);
	close(w->from);
}

/* The backups of one device, in a folder of its own. */
static void take_device(struct work *w, const char *hwid)
{
	struct work one = *w;
	struct buf name = {0}, target = {0};
	struct err e = {""};
	one.from = -1;
	if (!req_is_hwid(hwid)) {
		err_set(&e, "no device has such a hardware id");
	} else {
		one.from = openat(w->from, hwid, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (one.from < 0)
			err_set(&e, "it is no folder");
	}
	if (one.from < 0) {
		report(w, IMPORT_LEFT_OUT, hwid, e.text);
		return;
	}
	buf_addf(&name, "%s/%s", w->name, hwid);
	buf_addf(&target, "%s/%s", w->target, hwid);
	one.name = name.data;
	one.target = target.data;
	one.hwid = hwid;
	take_all(&one);
	buf_free(&name);
	buf_free(&target);
}

static void take_devices(struct work *w)
{
	struct import_names names;
	struct err e = {""};
	if (!import_list(w->from, &names, &e))
		import_add(&w->im->report, w->kind, IMPORT_LEFT_OUT, w->name, e.text);
	for (size_t i = 0; i < names.count; i++) {
		if (w->im->progress && i % 100 == 0)
			fprintf(stderr, "\rbackups: %zu of %zu devices", i, names.count);
		if (import_is_hidden(names.list[i]))
			report(w, IMPORT_IGNORED, names.list[i], IMPORT_HIDDEN);
		else
			take_device(w, names.list[i]);
	}
	if (w->im->progress)
		fputs("\r\033[K", stderr);
	import_names_free(&names);
	close(w->from);
}

/* ---- what the master device said ---- */

/* As home_write_master() would name it. */
static char *master_path(const struct import *im)
{
	const char *name = im->target->master_cache;
	return home_path(im->home, *name ? name : "data/master-info.xml");
}

static enum import_outcome take_master(
    const struct import *im, int folder, const char *name, struct err *e)
{
	struct buf bytes = {0};
	struct timespec mtime;
	struct master master = {0};
	enum import_outcome outcome = IMPORT_LEFT_OUT;
	if (import_read(folder, name, LIMIT_MASTER_INFO, &bytes, &mtime, e) &&
	    master_parse(buf_text(&bytes), bytes.size, &master, e)) {
		char *path = master_path(im);
		outcome = import_put_at(path, &bytes, mtime, e);
		free(path);
	}
	if (outcome == IMPORT_KEPT)
		err_set(e, "this home has an answer of its own");
	buf_free(&bytes);
	return outcome;
}

static void import_master(struct import *im)
{
	const char *path = import_folder(
	    im->source, offsetof(struct config, master_cache), "cache/master-info.xml");
	struct arena a = {0};
	struct err e = {""};
	char *folder = arena_strdup(&a, path), *slash = strrchr(folder, '/');
	struct stat st;
	if (slash)
		*slash = '\0';
	int fd = import_open(im, slash ? folder : ".", O_DIRECTORY, &e);
	const char *name = slash ? slash + 1 : path;
	if (fd >= 0 && fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0) {
		enum import_outcome outcome = take_master(im, fd, name, &e);
		import_add(&im->report, IMPORT_MASTER, outcome, path, *e.text ? e.text : NULL);
	} else if (*e.text) {
		import_add(&im->report, IMPORT_MASTER, IMPORT_LEFT_OUT, path, e.text);
	}
	if (fd >= 0)
		close(fd);
	arena_free(&a);
}

/* ---- all of them ---- */

static const struct {
	enum import_kind kind;
	size_t field; /* of struct config: what the folder is called */
	const char *usual;
	size_t limit;
	void (*take)(struct work *w);
} folders[] = {
#define AT(field) offsetof(struct config, field)
    {IMPORT_SCRIPTS, AT(times_dir), "scripts", LIMIT_SNIPPET, take_all},
    {IMPORT_CERTS, AT(customcerts_dir), "certs", LIMIT_CERT_FILE, take_all},
    {IMPORT_BACKUPS, AT(backup_dir), "backup", (size_t)LIMIT_BODY * 2, take_devices},
#undef AT
};

static void import_one(struct import *im, size_t i)
{
	struct err e = {""};
	const char *name = import_folder(im->source, folders[i].field, folders[i].usual);
	struct work w = {.im = im,
	    .kind = folders[i].kind,
	    .limit = folders[i].limit,
	    .name = name,
	    .from = import_open(im, name, O_DIRECTORY, &e),
	    .to = -1};
	/* A folder that has not the usual name was meant to be there. */
	if (w.from < 0 && !*e.text && strcmp(name, folders[i].usual) != 0)
		err_set(&e, "the configuration names this folder, but it does not exist");
	if (w.from < 0 && *e.text)
		import_add(&im->report, w.kind, IMPORT_LEFT_OUT, name, e.text);
	if (w.from < 0)
		return;
	char *target =
	    home_path(im->home, import_folder(im->target, folders[i].field, folders[i].usual));
	w.target = target;
	folders[i].take(&w);
	free(target);
}

void import_files(struct import *im)
{
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
		import_one(im, i);
	import_master(im);
}
