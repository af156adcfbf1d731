/* SPDX-License-Identifier: ISC */
#include "home/backups.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/text.h"
#include "core/backup.h"
#include "core/req.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* What is stored has CRLF where a device may have sent LF. */
#define LOCK_TRIES 200 /* 10 ms apart */
#define STORED_MAX ((size_t)LIMIT_BODY * 2)

/* The numbers of the backups of one device, ascending. */
struct numbers {
	long *list;
	size_t count, room;
};

static int by_size(const void *a, const void *b)
{
	long x = *(const long *)a, y = *(const long *)b;
	return (x > y) - (x < y);
}

/* N when a name is "HWID.N.txt" as we write it, followed by `rest`; -1 for any other name. */
static long number_of(const char *hwid, const char *name, const char **rest)
{
	size_t n = strlen(hwid);
	if (strncmp(name, hwid, n) != 0 || name[n] != '.' || !text_is_digit(name[n + 1]))
		return -1;
	const char *digits = name + n + 1;
	size_t size = strspn(digits, "0123456789");
	char text[20];
	long value;
	if (size >= sizeof text || !text_starts(digits + size, ".txt"))
		return -1;
	memcpy(text, digits, size);
	text[size] = '\0';
	*rest = digits + size + 4;
	return num_parse(text, 0, LONG_MAX - 1, &value) ? value : -1;
}

static void numbers_add(struct numbers *all, long number)
{
	if (all->count == all->room) {
		all->room = all->room ? 2 * all->room : 16;
		all->list = mem_realloc(all->list, all->room * sizeof *all->list);
	}
	all->list[all->count++] = number;
}

/* When the folder is locked (`clean`), what has a temporary name was left by one that was ended half-way. */
static void look_at(int folder, const char *hwid, const char *name, bool clean, struct numbers *all)
{
	const char *rest;
	struct stat st;
	long number = number_of(hwid, name, &rest);
	if (number < 0 || fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return;
	if (clean && text_starts(rest, FILE_TEMPORARY) && S_ISREG(st.st_mode))
		unlinkat(folder, name, 0);
	else if (*rest == '\0')
		numbers_add(all, number);
}

static bool numbers_read(
    int folder, const char *hwid, bool clean, struct numbers *all, struct err *e)
{
	int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir) {
		if (fd >= 0)
			close(fd);
		return err_sys(e, "the backup folder of %s cannot be read", hwid);
	}
	for (struct dirent *one; (one = readdir(dir));)
		look_at(folder, hwid, one->d_name, clean, all);
	closedir(dir);
	if (all->count)
		qsort(all->list, all->count, sizeof *all->list, by_size);
	return true;
}

static void file_name(char *out, size_t size, const char *hwid, long number)
{
	snprintf(out, size, "%s.%ld.txt", hwid, number);
}

static bool same_as(int folder, const char *hwid, long number, const struct buf *text)
{
	char name[LIMIT_HWID + 32];
	struct buf old = {0};
	file_name(name, sizeof name, hwid, number);
	bool same = file_read(folder, name, STORED_MAX, &old, NULL) && old.size == text->size &&
		    memcmp(buf_text(&old), buf_text(text), old.size) == 0;
	buf_free(&old);
	return same;
}

/* Not a folder that somebody made. */
static bool is_file(int folder, const char *hwid, long number, struct stat *st)
{
	char name[LIMIT_HWID + 32];
	file_name(name, sizeof name, hwid, number);
	return fstatat(folder, name, st, AT_SYMLINK_NOFOLLOW) == 0 && !S_ISDIR(st->st_mode);
}

/* Removes the oldest; what cannot be removed stays, and is tried again next time. */
static void prune(
    const struct backups *b, int folder, const char *hwid, const struct numbers *all, time_t now)
{
	struct stat st;
	size_t stored = 1; /* the new one */
	for (size_t i = 0; i < all->count; i++)
		stored += is_file(folder, hwid, all->list[i], &st);
	for (size_t i = 0; i < all->count && stored > (size_t)b->keep; i++) {
		char name[LIMIT_HWID + 32];
		if (!is_file(folder, hwid, all->list[i], &st))
			continue;
		if (b->min_age > 0 && now - st.st_mtime < b->min_age * 86400)
			continue;
		file_name(name, sizeof name, hwid, all->list[i]);
		if (unlinkat(folder, name, 0) == 0)
			stored--;
	}
}

/*
 * Two workers may be handed backups of one device. Whoever else holds the lock (a shell that looks
 * around) must not hold a worker for longer than a moment.
 */
static bool lock(int folder)
{
	const struct timespec moment = {.tv_nsec = 10000000};
	for (int tries = LOCK_TRIES; tries > 0; tries--) {
		if (flock(folder, LOCK_EX | LOCK_NB) == 0)
			return true;
		if (errno != EWOULDBLOCK && errno != EINTR)
			return false;
		nanosleep(&moment, NULL);
	}
	errno = EWOULDBLOCK;
	return false;
}

static bool write_new(
    const char *path, const char *hwid, long number, const struct buf *text, struct err *e)
{
	struct buf name = {0};
	buf_addf(&name, "%s/%s.%ld.txt", path, hwid, number);
	bool ok = file_write(name.data, text->data, text->size, 0640, e);
	buf_free(&name);
	return ok;
}

static enum backups_result store_in(const struct backups *b, int folder, const char *path,
    const char *hwid, const struct buf *text, time_t now, long *number, struct err *e)
{
	struct numbers all = {0};
	enum backups_result result = BACKUPS_FAILED;
	if (numbers_read(folder, hwid, true, &all, e)) {
		long newest = all.count ? all.list[all.count - 1] : -1;
		*number = newest;
		if (newest >= 0 && same_as(folder, hwid, newest, text)) {
			result = BACKUPS_SAME;
		} else if (write_new(path, hwid, newest + 1, text, e)) {
			*number = newest + 1;
			prune(b, folder, hwid, &all, now);
			result = BACKUPS_STORED;
		}
	}
	free(all.list);
	return result;
}

enum backups_result backups_store(const struct backups *b, const char *hwid, const char *bytes,
    size_t size, time_t now, long *number, struct err *e)
{
	struct buf text = {0}, path = {0};
	enum backups_result result = BACKUPS_FAILED;

	buf_addf(&path, "%s/%s", b->dir, hwid);
	backup_filter(&text, bytes, size);
	if (!text.size) {
		result = BACKUPS_EMPTY;
	} else if (file_mkdirs(path.data, 0750, e)) {
		int folder = open(path.data, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (folder < 0 || !lock(folder))
			err_sys(e, "%s cannot be used", path.data);
		else
			result = store_in(b, folder, path.data, hwid, &text, now, number, e);
		if (folder >= 0)
			close(folder);
	}
	buf_free(&text);
	buf_free(&path);
	return result;
}

/* ---- for people ---- */

static bool list_numbers(
    const char *path, const char *hwid, int *folder, struct numbers *all, struct err *e)
{
	*folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (*folder < 0)
		return errno == ENOENT || err_sys(e, "%s cannot be read", path);
	return numbers_read(*folder, hwid, false, all, e);
}

static size_t list_files(struct arena *a, int folder, const char *hwid, const struct numbers *all,
    struct backups_file *out)
{
	char name[LIMIT_HWID + 32];
	struct stat st;
	size_t count = 0;
	for (size_t i = 0; i < all->count; i++) {
		if (!is_file(folder, hwid, all->list[i], &st) || !S_ISREG(st.st_mode))
			continue;
		file_name(name, sizeof name, hwid, all->list[i]);
		out[count++] = (struct backups_file){.name = arena_strdup(a, name),
		    .number = all->list[i],
		    .stored = st.st_mtime,
		    .size = (size_t)st.st_size};
	}
	return count;
}

bool backups_list(struct arena *a, const char *dir, const char *hwid, struct backups_file **out,
    size_t *count, struct err *e)
{
	struct numbers all = {0};
	int folder;
	*count = 0;
	if (!req_is_hwid(hwid))
		return err_set(e, "\"%s\" is no hardware id", hwid);
	bool ok = list_numbers(arena_concat(a, dir, "/", hwid), hwid, &folder, &all, e);
	*out = arena_calloc(a, all.count, sizeof **out);
	if (ok)
		*count = list_files(a, folder, hwid, &all, *out);
	if (folder >= 0)
		close(folder);
	free(all.list);
	return ok;
}

/* A name as we write it: not 007 for 7, not a temporary one. */
static bool is_name(const char *hwid, const char *name)
{
	char own[LIMIT_HWID + 32];
	const char *rest;
	long number = req_is_hwid(hwid) ? number_of(hwid, name, &rest) : -1;
	if (number < 0)
		return false;
	file_name(own, sizeof own, hwid, number);
	return strcmp(own, name) == 0;
}

static int open_file(int folder, const char *name, size_t *size)
{
	struct stat st;
	int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 || (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))) {
		*size = fd < 0 ? 0 : (size_t)st.st_size;
		return fd;
	}
	close(fd);
	errno = EISDIR;
	return -1;
}

int backups_open(const char *dir, const char *hwid, const char *name, size_t *size, struct err *e)
{
	if (!is_name(hwid, name)) {
		err_set(e, "this is not the name of a backup of this device");
		return -1;
	}
	struct buf path = {0};
	buf_addf(&path, "%s/%s", dir, hwid);
	int folder = open(path.data, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int fd = folder < 0 ? -1 : open_file(folder, name, size);
	if (fd < 0)
		err_sys(e, "%s/%s cannot be read", path.data, name);
	if (folder >= 0)
		close(folder);
	buf_free(&path);
	return fd;
}

static bool drop_from(int folder, const char *hwid, const char *name, struct err *e)
{
	const char *rest = "";
	struct stat st;
	long number = number_of(hwid, name, &rest);
	if (number < 0 || *rest != '\0' || fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
	    !S_ISREG(st.st_mode))
		return err_set(e, "%s is no backup of %s", name, hwid);
	return unlinkat(folder, name, 0) == 0 || err_sys(e, "%s cannot be removed", name);
}

bool backups_drop(const char *dir, const char *hwid, const char *name, struct err *e)
{
	struct buf path = {0};
	if (!req_is_hwid(hwid))
		return err_set(e, "\"%s\" is no hardware id", hwid);
	buf_addf(&path, "%s/%s", dir, hwid);
	int folder = open(path.data, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	bool ok = folder >= 0 && lock(folder) ? drop_from(folder, hwid, name, e)
					      : err_sys(e, "%s cannot be used", path.data);
	if (folder >= 0)
		close(folder);
	buf_free(&path);
	return ok;
}
