/* SPDX-License-Identifier: ISC */
/* By which a file is known to be the one that was read, and unchanged. */
#ifndef BASE_STAMP_H
#define BASE_STAMP_H

#include <stdbool.h>
#include <sys/stat.h>

/* Zeroes: there is no file. */
struct stamp {
	dev_t device;
	ino_t inode;
	off_t size;
	struct timespec modified, changed;
};

struct stamp stamp_of(const struct stat *st);
/* Of the file that a path leads to now; zeroes: to none. */
struct stamp stamp_at(const char *path);
bool stamp_same(const struct stamp *a, const struct stamp *b);

#endif
