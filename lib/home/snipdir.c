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
#include "base/stamp.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* A file whose stamp is this young may change once more without its stamp showing it. */
#define FRESH_SECONDS 2

struct entry {
	char *name;
	struct stamp stamp;
	bool again; /* it could not be read: that may be over at the next look */
};

struct entries {
	struct entry *list; /* sorted by name */
	size_t count, room;
};

struct snipdir {
	char *dir;
	struct snippets *snippets;
	struct entries entries;
	long long looked_ms; /* when, CLOCK_MONOTONIC; -1: never */
	bool say;            /* log what is wrong */
	char problem[512];   /* with the folder as a whole; "": none */
};

struct snipdir *snipdir_new(const char *dir, bool say)
{
	struct snipdir *d = mem_alloc(sizeof *d);
	d->dir = mem_strdup(dir);
	d->snippets = snip_new();
	d->looked_ms = -1;
	d->say = say;
	return d;
}

static void entries_free(struct entries *all)
{
	for (size_t i = 0; i < all->count; i++)
		free(all->list[i].name);
	free(all->list);
}

void snipdir_free(struct snipdir *d)
{
	if (!d)
		return;
	entries_free(&d->entries);
	snip_free(d->snippets);
	free(d->dir);
	free(d);
}

/* ---- what is in the folder now ---- */

static void entries_add(struct entries *all, const char *name, const struct stat *st)
{
	if (all->count == all->room) {
		all->room = all->room ? 2 * all->room : 64;
		all->list = mem_realloc(all->list, all->room * sizeof *all->list);
	}
	all->list[all->count++] = (struct entry){
	    .name = mem_strdup(name),
	    .stamp = stamp_of(st),
	};
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct entry *)a)->name, ((const struct entry *)b)->name);
}

static void collect_one(int dir, const char *name, struct entries *all)
{
	struct stat st;
	if (!text_ends(name, ".txt") || *name == '.')
		return;
	/* A link to nowhere is there, too: reading it will say what is wrong with it. */
	if (fstatat(dir, name, &st, 0) == 0 || fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		entries_add(all, name, &st);
}

/* False, with errno: the folder cannot be read to its end. */
static bool collect(DIR *dir, struct entries *all)
{
	errno = 0;
	for (struct dirent *one; (one = readdir(dir)); errno = 0)
		collect_one(dirfd(dir), one->d_name, all);
	if (errno)
		return false;
	if (all->count)
		qsort(all->list, all->count, sizeof *all->list, by_name);
	return true;
}

/* ---- what has changed since ---- */

/* `room`: bytes that may still be held. `say`: whether a problem is worth a line in the log. */
static void read_entry(struct snipdir *d, int dir, struct entry *entry, size_t room, bool say)
{
	struct buf bytes = {0};
	struct err e = {""};
	size_t size = (size_t)entry->stamp.size;
	time_t mtime = entry->stamp.modified.tv_sec;

	if (size > LIMIT_SNIPPET)
		err_set(&e, "it is larger than %d bytes", LIMIT_SNIPPET);
	else if (size > room)
		err_set(&e, "all snippets together are larger than %d bytes", LIMIT_SNIPPETS_TOTAL);
	else if (file_read(dir, entry->name, LIMIT_SNIPPET, &bytes, &e))
		e.text[0] = '\0';
	entry->again = *e.text != '\0';
	if (entry->again)
		snip_put_problem(d->snippets, entry->name, mtime, size, e.text);
	else
		snip_put(d->snippets, entry->name, mtime, buf_text(&bytes), bytes.size);
	const struct snippet *s = snip_find(d->snippets, entry->name);
	if (s->problem && d->say && say)
		log_warn(entry->name, "left out: %s", s->problem);
	buf_free(&bytes);
}

/*
 * Old and new side by side, both sorted: what is gone is dropped, what is new or changed is read. Which
 * files fit into memory depends on their names and sizes alone, so that all workers leave out the same.
 */
static void compare(struct snipdir *d, int dir, struct entries *found, time_t wall)
{
	const struct entries *old = &d->entries;
	size_t room = LIMIT_SNIPPETS_TOTAL, k = 0;

	for (size_t i = 0; i < found->count; i++) {
		struct entry *entry = &found->list[i];
		for (; k < old->count && strcmp(old->list[k].name, entry->name) < 0; k++)
			snip_drop(d->snippets, old->list[k].name);
		const struct entry *before = NULL;
		if (k < old->count && strcmp(old->list[k].name, entry->name) == 0)
			before = &old->list[k++];

		bool changed = !before || !stamp_same(&before->stamp, &entry->stamp);
		bool fresh = wall - entry->stamp.changed.tv_sec < FRESH_SECONDS;
		size_t size = (size_t)entry->stamp.size;
		bool fits = size <= room;
		if (changed || fresh || before->again || !fits)
			read_entry(d, dir, entry, room, changed || (!fits && !before->again));
		room -= fits ? size : 0;
	}
	for (; k < old->count; k++)
		snip_drop(d->snippets, old->list[k].name);
}

/* Beyond the limit the last ones by name are left out. */
static void limit(struct snipdir *d, struct entries *found)
{
	d->problem[0] = '\0';
	if (found->count <= LIMIT_SNIPPETS)
		return;
	snprintf(d->problem, sizeof d->problem,
	    "more than %d snippets: %s and those after it are left out", LIMIT_SNIPPETS,
	    found->list[LIMIT_SNIPPETS].name);
	for (; found->count > LIMIT_SNIPPETS; found->count--)
		free(found->list[found->count - 1].name);
}

/* A folder that cannot be read now keeps what it held: a network file system may be away for a moment. */
static void describe_failure(struct snipdir *d)
{
	snprintf(d->problem, sizeof d->problem, "the snippet folder cannot be read (%s): %s",
	    strerror(errno),
	    d->entries.count ? "the snippets read before stay in force" : "no snippets are sent");
}

static void look_at_files(struct snipdir *d)
{
	struct entries found = {0};
	DIR *dir = opendir(d->dir);
	if (!dir || !collect(dir, &found)) {
		describe_failure(d);
		entries_free(&found);
	} else {
		limit(d, &found);
		compare(d, dirfd(dir), &found, time(NULL));
		entries_free(&d->entries);
		d->entries = found;
	}
	if (dir)
		closedir(dir);
}

/* What is wrong with the folder as a whole is said when it begins, not at each look. */
static void look(struct snipdir *d)
{
	char before[sizeof d->problem];
	memcpy(before, d->problem, sizeof before);
	look_at_files(d);
	if (d->say && *d->problem && strcmp(before, d->problem) != 0)
		log_warn(d->dir, "%s", d->problem);
}

const char *snipdir_problem(const struct snipdir *d)
{
	return d->problem;
}

const struct snippets *snipdir_refresh(struct snipdir *d, long long now_ms)
{
	if (d->looked_ms < 0 || now_ms - d->looked_ms >= LIMIT_SNIPPET_RESCAN_MS) {
		look(d);
		d->looked_ms = now_ms;
	}
	return d->snippets;
}
