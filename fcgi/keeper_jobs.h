/* SPDX-License-Identifier: ISC */
/*
 * The jobs of the keeper: everything that must not happen inside a poll; and those of its sister that speaks to
 * others. Private to fcgi/keeper*.c and fcgi/forward*.c.
 *
 * Each does what is due now, and returns in how many milliseconds it wants to be called again.
 */
#ifndef FCGI_KEEPER_JOBS_H
#define FCGI_KEEPER_JOBS_H

#include "core/alarm.h"
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
	/* Called before it leaves; NULL: nothing is to be done then. */
	void (*leave)(struct keeper *k);
};

typedef int64_t keeper_job(struct keeper *k);
/* Calls each job, at most 16, when it is due, until the process is asked to leave. `k` has self and server. */
void keeper_run(struct keeper *k, keeper_job *const *jobs, size_t count);

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
/* keeper_alarms.c: raises and clears the server's own alarms, and forgets old ones. */
int64_t keeper_alarms(struct keeper *k);
int64_t keeper_alarms_trim(struct keeper *k);
/* What is said of one of the server's own, of any process. */
struct alarm_report keeper_alarm_report(const char *code, enum alarm_severity severity,
    enum alarm_act act, int64_t time, const char *text);
/* Of one of those, by its code. */
enum alarm_severity keeper_alarm_severity(const char *code);
/* keeper_stats.c: adds to the statistics; closes those of a month that is over. */
int64_t keeper_stats(struct keeper *k);

/* ---- of the process `forward` (forward.h), which may wait for others ---- */

/* forward_news.c: passes news of alarms on; and ends what it is at. */
int64_t forward_news(struct keeper *k);
void forward_news_leave(struct keeper *k);
/* forward_errands.c: fetches the command file and carries it out. */
int64_t forward_errands(struct keeper *k);
/* forward_stats.c: copies and mails the statistics of a month that is over. */
int64_t forward_stats(struct keeper *k);

#endif
