/* SPDX-License-Identifier: ISC */
/*
 * Configuration backups: plain files where the administrator looks for them, DIR/HWID/HWID.N.txt
 * with N counting up (spec §9).
 */
#ifndef HOME_BACKUPS_H
#define HOME_BACKUPS_H

#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

struct backups {
	const char *dir; /* absolute */
	long keep;       /* files a device; the oldest beyond go … */
	long min_age;    /* … but none younger than so many days */
};

enum backups_result {
	BACKUPS_STORED,
	BACKUPS_SAME,   /* nothing that counts has changed since the newest one */
	BACKUPS_EMPTY,  /* not a line that counts; nothing was stored */
	BACKUPS_FAILED, /* e says why; nothing was stored */
};

/*
 * Keeps a configuration as it was received, less the lines that do not count. After BACKUPS_STORED
 * it is on disk; two that arrive at once do not disturb each other. `hwid` was validated (req.h).
 * *number is the N of the newest file afterwards.
 */
enum backups_result backups_store(const struct backups *b, const char *hwid, const char *bytes,
    size_t size, time_t now, long *number, struct err *e);

struct backups_file {
	const char *name; /* "IP232-30-00-af.7.txt" */
	long number;
	time_t stored;
	size_t size;
};
/*
 * The backups of a device by number, in the arena; none when it has no folder. False: the folder cannot
 * be read, or `hwid` cannot be the name of one.
 */
bool backups_list(struct arena *a, const char *dir, const char *hwid, struct backups_file **out,
    size_t *count, struct err *e);
/* Removes one of them, by the name that backups_list() gave. False: there is none of that name, … */
bool backups_drop(const char *dir, const char *hwid, const char *name, struct err *e);
/*
 * Opens one of them for reading, by its name; *size is that of the file. Links are not followed. -1: there is no
 * backup of that name, e says so.
 */
int backups_open(const char *dir, const char *hwid, const char *name, size_t *size, struct err *e);

#endif
