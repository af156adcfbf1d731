/* SPDX-License-Identifier: ISC */
/*
 * The life of `rollcall serve`: starts rollcalld and lighttpd, says when they are ready, starts again
 * what dies, and stops them in the order in which no request is lost.
 */
#ifndef ROLLCALL_SERVE_H
#define ROLLCALL_SERVE_H

#include "tools/rollcall/listener.h"
#include "tools/rollcall/program.h"
#include "tools/rollcall/renew.h"
#include "tools/rollcall/web.h"

#include <stdbool.h>

struct serve {
	struct web *web;
	struct program lighttpd, rollcalld; /* with their arguments; the rest is done here */
	struct program leaving; /* the lighttpd before, ending what it has accepted; pid 0: none */
	int64_t leave_by;       /* when that is made to go */
	struct renew renew;
	int64_t look_at;        /* when lighttpd's logs and users are looked at next; 0: now */
	struct err log_problem; /* why a log could not be rotated; "": it could */
	bool reopen;            /* lighttpd is owed a SIGHUP, which it could not take yet */
	bool replace;           /* it is to be replaced by one with new certificates */
	int64_t restore_by; /* rollcalld stops for a restore, and is told to then; 0: it does not */
	bool restore_asked; /* it was, and must be ended then */
	int64_t deaf_until; /* a signal would end it before then: it has only just been started */
	int signals;        /* a signalfd */
	const struct program *failed; /* the one that we cannot go on without */
	long since;                   /* when we were started */
	bool announced, stopping, hasty;
};

/* `web` was written. Runs until it is told to stop, or cannot go on. Returns the exit status. */
int serve_run(struct serve *s);

#endif
