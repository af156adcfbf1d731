/* SPDX-License-Identifier: ISC */
/*
 * The worker loop, the same for every pool: waits for a connection, lets libfcgi read a request from
 * it, has it served, and leaves when it is time.
 *
 * All signals stay blocked, always: a signal would cut a body short without a word (PITFALLS §0.6).
 * That it is asked to leave, a worker sees where it waits for connections, and nowhere else; so an
 * accepted request is always answered first.
 */
#ifndef FCGI_WORKER_H
#define FCGI_WORKER_H

#include "proc/super.h"

#include <fcgiapp.h>

struct worker_pool {
	int listen_fd; /* non-blocking, shared by the pool */
	/*
	 * Answers one request. What of the body it has not read is read and thrown away afterwards;
	 * the answer leaves when it returns.
	 */
	void (*serve)(void *state, FCGX_Request *request);
	/* There was nothing to do for a while. */
	void (*idle)(void *state);
	void *state;
};

/* Returns the exit status. */
int worker_run(const struct proc_self *self, const struct worker_pool *pool);

#endif
