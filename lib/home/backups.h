/* SPDX-License-Identifier: ISC */
/*
 * Configuration backups: plain files where the administrator looks for them, DIR/HWID/HWID.N.txt
 * with N counting up (spec §9).
 */
#ifndef HOME_BACKUPS_H
#define HOME_BACKUPS_H

#include "base/err.h"

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

#endif
