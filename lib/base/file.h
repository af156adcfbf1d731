/* SPDX-License-Identifier: ISC */
/* Whole files, read within a limit and written so that nobody ever sees half of one. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Appends all of a regular file to `out`. `dir` is an open folder that a relative `path` starts at,
 * or AT_FDCWD. More than `limit` bytes, not a regular file, or unreadable: false.
 */
bool file_read(int dir, const char *path, size_t limit, struct buf *out, struct err *e);

/* The same of a file that is open; `path` is what messages call it. */
bool file_read_fd(int fd, const char *path, size_t limit, struct buf *out, struct err *e);
/* Writes all of it, whatever interrupts it. False: errno says why not. */
bool file_write_fd(int fd, const void *bytes, size_t n);

/* What follows the name in the temporary one, before six letters. */
#define FILE_TEMPORARY ".rollcall-"

/*
 * Writes a file: temporary name in the same folder, fsync, rename, fsync of the folder. After true
 * it survives a power cut; after false the old file is as it was.
 */
bool file_write(const char *path, const void *bytes, size_t n, unsigned mode, struct err *e);

/* Do two names lead to the same file or folder? Not when one of them leads nowhere. */
bool file_is_same(const char *a, const char *b);

/* Makes a folder and those above it; one that exists is fine. */
bool file_mkdirs(const char *path, unsigned mode, struct err *e);

#endif
