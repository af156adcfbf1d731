/* SPDX-License-Identifier: ISC */
/*
 * Reading what logfile.h writes: from the newest line backwards, through the rotated files; and what is added from now
 * on, through rotations. Neither holds up those that write.
 */
#ifndef HOME_LOGREAD_H
#define HOME_LOGREAD_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

struct logread;

/*
 * Opens NAME.txt and the rotated files behind it, as they are at one moment. A log that nobody has written to is
 * empty. NULL: e says why.
 */
struct logread *logread_open(const char *path, const char *lock_path, struct err *e);
void logread_close(struct logread *r);
/*
 * The line before the one that was read last, the newest first; without its line feed, valid until the next call. NULL:
 * there is none any more, or a file cannot be read (logread_problem()).
 */
const char *logread_back(struct logread *r, size_t *size);
/*
 * A place between two lines; it stays the same when files are rotated. Somebody may come back with one that he was
 * given earlier: what is made up leads nowhere.
 */
struct logplace {
	unsigned long long file; /* which it is, at most INT64_MAX; 0: before all that there is */
	long long at;            /* bytes from its beginning */
};
/* Where the line begins that was read last; before the first one, where the newest one ends. */
struct logplace logread_place(const struct logread *r);
/* Before the first line: only those that are older than this place. None, when its file is gone. */
void logread_before(struct logread *r, struct logplace place);
/* Before the first line: only those that are newer than this place. All, when its file is gone. */
void logread_after(struct logread *r, struct logplace place);
/* Bytes that were looked at so far. */
size_t logread_seen(const struct logread *r);
/* "": all of it could be read. */
const char *logread_problem(const struct logread *r);

struct logtail;

/* What is added after `r` was opened: nothing is missing between the two, and nothing comes twice. */
struct logtail *logtail_after(const struct logread *r) __attribute__((returns_nonnull));
void logtail_close(struct logtail *t);
/*
 * The next whole line that was added; without its line feed, valid until the next call. NULL: there is none now, ask
 * again later.
 */
const char *logtail_next(struct logtail *t, size_t *size);

#endif
