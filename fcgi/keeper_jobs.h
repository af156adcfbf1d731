/* SPDX-License-Identifier: ISC */
/*
 * The jobs of the keeper: everything that must not happen inside a poll. Private to fcgi/keeper*.c.
 *
 * Each does what is due now, and returns in how many milliseconds it wants to be called again.
 */
#ifndef FCGI_KEEPER_JOBS_H
#define FCGI_KEEPER_JOBS_H

#include "core/master.h"
#include "fcgi/memory.h"
#include "fcgi/server.h"
#include "proc/super.h"

#include <stdbool.h>
#include <stdint.h>

#define KEEPER_LEAVE (-1)      /* it was asked to leave */
#define KEEPER_NEVER INT64_MAX /* there is nothing to do, ever */

struct keeper {
	const struct proc_self *self;
	const struct server *server;
	struct memory memory;
	struct arena arena;
	struct master master;
	bool begun;                                        /* the store may be opened */
	bool recalled;                                     /* what was known of it before */
	char said[sizeof((struct master *)NULL)->problem]; /* the problem that is in the log */
};

/* keeper_master.c: asks the master device. */
int64_t keeper_master(struct keeper *k);
/* keeper_store.c: notices when somebody sets the clock; no device is forgotten because of that. */
int64_t keeper_clock(struct keeper *k);
/* Forgets devices that were not seen for status/@expire. */
int64_t keeper_expire(struct keeper *k);
/* Removes messages that are older than status/@logkeep. */
int64_t keeper_messages(struct keeper *k);
/* Copies the store, once a day. */
int64_t keeper_copy(struct keeper *k);
/* keeper_tally.c: puts into the store what was counted, and ends sessions that nobody uses any more. */
int64_t keeper_tally(struct keeper *k);
int64_t keeper_sessions(struct keeper *k);

#endif
