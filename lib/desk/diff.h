/* SPDX-License-Identifier: ISC */
/*
 * What is different between two backups of a device. diff(1), which is a part of every Debian, finds which
 * lines; what is different within two lines is found here. What comes out is from devices: bytes of any kind.
 */
#ifndef DESK_DIFF_H
#define DESK_DIFF_H

#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

struct diff_file {
	int fd;           /* open for reading, of a file; stays the caller's */
	const char *name; /* what it is called in the output */
};

/* A line of `diff -u`, without its line feed. False: no more is wanted. */
typedef bool diff_take(void *context, const char *line, size_t size);

enum diff_result {
	DIFF_SAME,
	DIFF_DIFFERENT,
	DIFF_FAILED, /* e says why */
};

/*
 * Runs diff -u with `around` unchanged lines around each change. CR before LF does not count. After `most_ms`
 * milliseconds it is ended and has failed; 0: it may take as long as it takes.
 */
enum diff_result diff_run(const struct diff_file files[2], long around, long most_ms,
    diff_take *take, void *context, struct err *e);

/* ---- both files, line by line ---- */

enum diff_kind { DIFF_KEPT, DIFF_REMOVED, DIFF_ADDED };

struct diff_line {
	enum diff_kind kind;
	long a, b; /* its number in each file, from 1; 0: it is not in that one */
	const char *text;
	size_t size;
};
struct diff {
	struct diff_line *lines; /* all of them, in order; none when the files are the same */
	size_t count;
	bool cut; /* there are more than DIFF_LINES: the first ones are here */
};
#define DIFF_LINES 100000

/* In the arena. */
enum diff_result diff_lines(struct arena *a, const struct diff_file files[2], long most_ms,
    struct diff *out, struct err *e);

/* ---- within two lines ---- */

struct diff_part {
	const char *text;
	size_t size;
	bool changed; /* the other line does not have it */
};
struct diff_parts {
	struct diff_part *list;
	size_t count;
};

/*
 * Cuts two lines into parts that both have and parts that one of them has, by words. Lines of very many words
 * and those that have nothing in common are one part each. In the arena.
 */
void diff_words(struct arena *a, const struct diff_line *old, const struct diff_line *new,
    struct diff_parts *was, struct diff_parts *is);

#endif
