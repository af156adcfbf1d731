/* SPDX-License-Identifier: ISC */
/*
 * What belongs into a backup of the whole server, and what its first and last members say. Private to
 * lib/desk/archive*.c and lib/desk/restore*.c.
 */
#ifndef DESK_ARCHIVE_PARTS_H
#define DESK_ARCHIVE_PARTS_H

#include "base/arena.h"
#include "desk/archive.h"

#define ARCHIVE_FORMAT 1
#define ARCHIVE_HEAD "rollcall-backup"
#define ARCHIVE_END "rollcall-end"
#define ARCHIVE_HEAD_MOST 65536
#define ARCHIVE_PARTS 16
#define ARCHIVE_STORE_NAME "data/store"
#define ARCHIVE_CONFIG_NAME "config/user-config.xml"
#define ARCHIVE_GOOD_NAME "data/user-config.good.xml"
#define ARCHIVE_OUTSIDE "outside"

/* A file or folder of the home, or one that the configuration names elsewhere. */
struct archive_part {
	const char *name; /* in the archive, and in the home that it is put into */
	const char *
	    path; /* absolute; when it was read from an archive, only of what lay elsewhere, or NULL */
	unsigned kind; /* ARCHIVE_CONFIG, … */
	bool file,
	    secrets; /* a file, no folder; files with keys and passwords are looked for in it */
};

struct archive_parts {
	struct archive_part list[ARCHIVE_PARTS];
	size_t count;
};

/*
 * Those that are wanted and are there, none within another one; in the arena. What must not be in a backup is told
 * in `said`, and counted.
 */
size_t archive_parts_find(
    struct arena *a, struct archive_parts *p, const struct archive_wish *w, struct buf *said);

/* Is it a name that a file of an archive can have: normal, printable, neither too long nor too deep? */
bool archive_is_name(const char *name);

/* ---- the first member ---- */

struct archive_head {
	int64_t made;
	char version[32], host[256];
	unsigned kinds; /* ARCHIVE_CONFIG, …, that were asked for */
	struct archive_parts parts;
};

void archive_head_print(const struct archive_head *h, struct buf *out);
/* What it names is checked; in the arena. `text` is not kept. False: `e` says what is wrong. */
bool archive_head_parse(struct arena *a, const char *text, struct archive_head *h, struct err *e);

/* ---- the last one ---- */

/* All members before it, one after the other. */
struct archive_sum {
	void *state;
	size_t files;
	int64_t bytes;
};
void archive_sum_begin(struct archive_sum *s);
/* A member of which `name` is the name; then its bytes, in pieces. */
void archive_sum_member(struct archive_sum *s, const char *name, bool folder, int64_t size);
void archive_sum_add(struct archive_sum *s, const void *bytes, size_t size);
/* What the last member must be. The sum has ended then; to be called in any case. */
void archive_sum_end(struct archive_sum *s, struct buf *out);

/* ---- files that are left out unless they are asked for ---- */

/* ARCHIVE_KEYS, ARCHIVE_PASSWORDS, or 0: neither. `fd` is the file, and at its beginning afterwards. */
unsigned archive_secret(const char *name, int fd);

#endif
