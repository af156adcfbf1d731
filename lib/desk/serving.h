/* SPDX-License-Identifier: ISC */
/*
 * Who serves a home: the lock that the one `rollcall serve` of a home holds while it lives, and what it
 * says of itself in HOME/run/serve, a line per fact, for `rollcall status`.
 */
#ifndef DESK_SERVING_H
#define DESK_SERVING_H

#include "base/err.h"
#include "core/conf.h"
#include "home/home.h"

#include <stdbool.h>
#include <stddef.h>

#define SERVING_ADDRESS 512
#define SERVING_ADDRESSES 3 /* for HTTP, HTTPS, mutual TLS */

struct serving_program {
	long pid;      /* 0: it does not run now */
	long restarts; /* how often it had to be started again */
	long since;    /* when it was started; seconds since 1970, as all times here */
};

struct serving {
	long pid; /* of `rollcall serve`; 0: none runs */
	long since;
	struct serving_program lighttpd, rollcalld;
	char addresses[SERVING_ADDRESSES][SERVING_ADDRESS]; /* "http://127.0.0.1:8080/update/" */
	size_t naddresses;
};

/* Held until this process ends. False: another one holds it, and e says which. */
bool serving_lock(const struct home *h, struct err *e);
/* Nobody serves: all is 0. What one said that was killed does not count. */
void serving_read(const struct home *h, struct serving *s);
/*
 * Can devices prove themselves at the server that runs: is times/@httpsport its port for mutual TLS? False: `e` says
 * why nobody gets snippets when trust is forced. True also when none runs: then that cannot be said.
 */
bool serving_hears_proof(const struct home *h, const struct config *c, struct err *e);
/*
 * The value that a SIGHUP (sigqueue(3)) brings to `rollcall serve` which asks it to put HOME/restore.new in place
 * (home/swap.h). One that does not know it takes it for any SIGHUP, which harms nobody.
 */
#define SERVING_RESTORE 0x726573

/* For the one that holds the lock. */
bool serving_write(const struct home *h, const struct serving *s, struct err *e);
void serving_end(const struct home *h);

#endif
