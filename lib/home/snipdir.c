/* SPDX-License-Identifier: ISC */
/*
 * The snippet folder, looked at again and again.
 *
 * Not by inotify: that sees no change that another machine makes on a network file system. A look
 * is one readdir() and one fstatat() a file, at most once a second; only files whose stamp changed
 * are read.
 */
#include "home/home.h"

#include "base/file.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* A file whose stamp is this young may change once more without its stamp showing it. */
#define FRESH_SECONDS 2

struct stamp {
	ino_t inode;
	off_t size;
	struct timespec modified, changed;
};

struct entry {
	char *name;
	struct stamp stamp;
	unsigned long long look; /* the last look that found it */
	bool again;              /* it could not be read: that may be over at the next look */
};

struct snipdir {
	char *dir;
	struct snippets *snippets;
	struct entry *entries; /* sorted by name */
	size_t count, room;
	unsigned long long look;
	long long looked_ms; /* when, CLOCK_MONOTONIC; -1: never */
	time_t wall;         /* of the present look */
	size_t bytes;        /* held so far, in the present look */
	bool complained;     /* about the folder */
	bool crowded;        /* the same about too many files */
};

struct snipdir *snipdir_new(const char *dir)
{
	struct snipdir *d = mem_alloc(sizeof *d);
	d->dir = mem_strdup(dir);
	d->snippets = snip_new();
	d->looked_ms = -1;
	return d;
}

void snipdir_free(struct snipdir *d)
{
	if (!d)
		return;
	for (size_t i = 0; i < d->count; i++)
		free(d->entries[i].name);
	free(d->entries);
	snip_free(d->snippets);
	free(d->dir);
	free(d);
}

static size_t place(const struct snipdir *d, const char *name, bool *there)
{
	size_t low = 0, high = d->count;
	*there = false;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(name, d->entries[middle].name);
		if (order == 0) {
			*there = true;
			return middle;
		}
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

static struct entry *entry_for(struct snipdir *d, const char *name, bool *there)
{
	size_t i = place(d, name, there);
	if (*there)
		return &d->entries[i];
	if (d->count == d->room) {
		d->room = d->room ? 2 * d->room : 64;
		d->entries = mem_realloc(d->entries, d->room * sizeof *d->entries);
	}
	memmove(d->entries + i + 1, d->entries + i, (d->count - i) * sizeof *d->entries);
	d->count++;
	d->entries[i] = (struct entry){.name = mem_strdup(name)};
	return &d->entries[i];
}

static bool same_time(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

static bool same_stamp(const struct stamp *a, const struct stamp *b)
{
	return a->inode == b->inode && a->size == b->size &&
	       same_time(&a->modified, &b->modified) && same_time(&a->changed, &b->changed);
}

/* `say`: whether a problem is worth a line in the log. False: it could not be read. */
static bool read_entry(
    struct snipdir *d, int dir, const char *name, const struct stat *st, bool say)
{
	struct buf bytes = {0};
	struct err e;
	const char *problem = NULL;

	if (d->bytes + (size_t)st->st_size > LIMIT_SNIPPETS_TOTAL)
		problem = "all snippets together are larger than the server holds in memory";
	else if (st->st_size > LIMIT_SNIPPET)
		problem = err_set(&e, "it is larger than %d bytes", LIMIT_SNIPPET) ? NULL : e.text;
	else if (!file_read(dir, name, LIMIT_SNIPPET, &bytes, &e))
		problem = e.text;
	if (problem)
		snip_put_problem(d->snippets, name, st->st_mtime, (size_t)st->st_size, problem);
	else
		snip_put(d->snippets, name, st->st_mtime, buf_text(&bytes), bytes.size);
	const struct snippet *s = snip_find(d->snippets, name);
	if (s->problem && say)
		log_warn(name, "left out: %s", s->problem);
	buf_free(&bytes);
	return !problem;
}

static bool is_one_too_many(struct snipdir *d, const char *name)
{
	bool there;
	place(d, name, &there);
	if (there || d->count < LIMIT_SNIPPETS)
		return false;
	if (!d->crowded)
		log_warn(d->dir, "more than %d snippets: %s and others are left out",
		    LIMIT_SNIPPETS, name);
	d->crowded = true;
	return true;
}

static void look_at(struct snipdir *d, int dir, const char *name)
{
	struct stat st;
	bool there;
	if (!text_ends(name, ".txt") || *name == '.')
		return;
	/* A link to nowhere is there, too: reading it will say what is wrong with it. */
	if (fstatat(dir, name, &st, 0) != 0 && fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return;
	if (is_one_too_many(d, name))
		return;
	struct entry *entry = entry_for(d, name, &there);
	struct stamp now = {st.st_ino, st.st_size, st.st_mtim, st.st_ctim};
	bool fresh = d->wall - now.changed.tv_sec < FRESH_SECONDS;

	bool changed = !there || !same_stamp(&entry->stamp, &now);

	entry->look = d->look;
	entry->stamp = now;
	if (changed || fresh || entry->again)
		entry->again = !read_entry(d, dir, name, &st, changed);
	d->bytes += (size_t)st.st_size;
}

static void drop_gone(struct snipdir *d)
{
	size_t kept = 0;
	for (size_t i = 0; i < d->count; i++) {
		if (d->entries[i].look == d->look) {
			d->entries[kept++] = d->entries[i];
			continue;
		}
		snip_drop(d->snippets, d->entries[i].name);
		free(d->entries[i].name);
	}
	d->count = kept;
}

/* A folder that cannot be read now keeps what it held: a network file system may be away for a
 * moment. */
static void complain(struct snipdir *d, const char *why)
{
	if (!d->complained)
		log_warn(d->dir, "the snippet folder cannot be read (%s): %s", why,
		    d->count ? "the snippets read before stay in force" : "no snippets are sent");
	d->complained = true;
}

static void look(struct snipdir *d)
{
	DIR *dir = opendir(d->dir);
	if (!dir) {
		complain(d, strerror(errno));
		return;
	}
	d->look++;
	d->bytes = 0;
	d->wall = time(NULL);
	errno = 0;
	for (struct dirent *one; (one = readdir(dir)); errno = 0)
		look_at(d, dirfd(dir), one->d_name);
	int failed = errno;
	closedir(dir);
	if (failed) {
		complain(d, strerror(failed));
		return;
	}
	d->complained = false;
	drop_gone(d);
}

const struct snippets *snipdir_refresh(struct snipdir *d, long long now_ms)
{
	if (d->looked_ms < 0 || now_ms - d->looked_ms >= LIMIT_SNIPPET_RESCAN_MS) {
		look(d);
		d->looked_ms = now_ms;
	}
	return d->snippets;
}
