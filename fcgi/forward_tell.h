/* SPDX-License-Identifier: ISC */
/*
 * Tells one target what it is to hear, in a process of its own: a target that hangs, a name that is not resolved, a
 * command that does not end keep nobody else waiting. It knows nothing of the store; who began it asks it how far it is.
 */
#ifndef FCGI_FORWARD_TELL_H
#define FCGI_FORWARD_TELL_H

#include "base/arena.h"
#include "base/err.h"
#include "core/conf.h"
#include "core/forward.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define TELLER_SECONDS \
	45 /* one that says nothing for so long is ended: longer than any kind waits */

/* Initialise with {0}. */
struct teller {
	pid_t pid; /* 0: there is none */
	int fd;
	int64_t until_ms;
};

/*
 * Begins to tell `n` news, in their order, until one cannot be told. `leave_fd`: that of the process that calls, a
 * signalfd of SIGTERM. What it is given need not live longer than the call.
 */
bool teller_begin(struct teller *t, struct arena *a, const struct conf_forward *target,
    const struct news *news, size_t n, int leave_fd, struct err *e);

enum teller_said {
	TELLER_NOTHING, /* it is at it */
	TELLER_TOOK,    /* so many more were taken */
	TELLER_FAILED,  /* the next one was not: `why` */
	TELLER_ENDED,   /* there is none any more */
};
struct teller_report {
	uint32_t count;
	char why[FORWARD_PROBLEM];
};
/* The next thing that it says; does not wait. */
enum teller_said teller_listen(struct teller *t, struct teller_report *out);

/* Asks it to leave at once; what it is in the middle of counts as not taken. teller_listen() until it has. */
void teller_leave(const struct teller *t);
/* Ends it, and what it has not said. */
void teller_end(struct teller *t);

#endif
