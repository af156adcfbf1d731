/* SPDX-License-Identifier: ISC */
/*
 * Files of lines that several processes append to, and that are rotated (platform.md, "Logs and alarms").
 *
 *   NAME.txt  NAME.txt.1  … NAME.txt.KEEP      the newest first; nothing is kept behind the last
 *
 * A lock (flock on NAME.lock, in the folder of the home that no web server publishes) holds while the size is looked at, files are moved and lines are
 * written: lines of two processes never mix, and none is lost between two files. A line is in the file when
 * logfile_add() returns, whoever dies then; it is on the disk some seconds later (logfile_sync()), so a power cut
 * can cost the last of them.
 */
#ifndef HOME_LOGFILE_H
#define HOME_LOGFILE_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

/* One file, as a process sees it. Initialise with {.fd = -1, .lock = -1} and the first three. */
struct logfile {
	const char *path;      /* HOME/webdav/log/log.txt */
	const char *lock_path; /* HOME/run/log.lock */
	long size_most;        /* bytes before it is rotated; one line may make it longer */
	long keep;             /* rotated files that are kept, 0 or more */
	int fd, lock;
	unsigned mode;            /* of a new file; 0: one that a web server may show */
	unsigned long long inode; /* of fd */
};

/*
 * Appends whole lines. False: none of them is in the file (the disk is full, the folder is gone, …), e says why; the
 * file is as it was.
 */
bool logfile_add(struct logfile *l, const void *lines, size_t size, struct err *e);
/* What was added is on the disk when it returns. */
bool logfile_sync(struct logfile *l, struct err *e);
void logfile_close(struct logfile *l);

#endif
