/* SPDX-License-Identifier: ISC */
/* The steps of restore_prepare(). Private to lib/desk/restore*.c. */
#ifndef DESK_RESTORE_PARTS_H
#define DESK_RESTORE_PARTS_H

#include "desk/archive_parts.h"
#include "desk/restore.h"

struct restoring {
	const struct restore_wish *w;
	struct restore_facts *facts;
	struct archive_head head;
	struct {
		bool skip;       /* it stays in the archive */
		const char *to;  /* in the home */
	} places[ARCHIVE_PARTS]; /* of head.parts */
	int into;                /* the folder HOME/restore.new/new */
	struct arena arena;
	struct err *e;
};

void restore_say(struct restoring *r, bool finding, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
bool restore_go_on(const struct restoring *r);

/* restore_unpack.c: `fd` into r->into, and the head; `take_head` is called when that is known. */
bool restore_unpack(struct restoring *r, int fd, bool (*take_head)(struct restoring *r));
/* restore_keep.c: what an archive is made without (keys, passwords) comes from the home as it is. */
bool restore_keep(struct restoring *r);

#endif
