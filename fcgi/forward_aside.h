/* SPDX-License-Identifier: ISC */
/*
 * One thing at a time done aside, in a process of its own: what takes long or hangs keeps nobody waiting. It ends with
 * the process that began it. It must not use the store of that one, only open it anew.
 */
#ifndef FCGI_FORWARD_ASIDE_H
#define FCGI_FORWARD_ASIDE_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Initialise with {0}. */
struct aside {
	pid_t pid; /* 0: there is none */
	int fd;
	int64_t until_ms;
};

/* `work` must be done within so many seconds. */
bool aside_begin(struct aside *a, bool (*work)(void *context, struct err *e), void *context,
    long seconds, struct err *e);

enum aside_state {
	ASIDE_NONE, /* nothing was begun */
	ASIDE_BUSY,
	ASIDE_DONE,   /* once; nothing is begun then */
	ASIDE_FAILED, /* the same; `e` says why */
};
/* Does not wait. */
enum aside_state aside_look(struct aside *a, struct err *e);

#endif
