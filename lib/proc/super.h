/* SPDX-License-Identifier: ISC */
/*
 * The mechanism of the supervisor: forks, reaps, signals, and keeps the board; what to do when is
 * decided by policy.h. Knows nothing of what its processes do, and never reads a request.
 *
 *   SIGTERM, SIGINT  everybody is asked to leave after the present request; returns when all have
 *   SIGHUP           the hook `hangup`
 */
#ifndef PROC_SUPER_H
#define PROC_SUPER_H

#include "proc/board.h"

#include <stddef.h>
#include <stdint.h>

/* What a process knows of itself. */
struct proc_self {
	struct board *board;
	/* Its own: state, requests and busy_since_ms are the process's to write. */
	struct board_slot *slot;
	unsigned index; /* of the slot */
	int leave_fd;   /* readable when it is asked to leave; SIGTERM stays blocked */
};

struct proc_kind {
	const char *name; /* at most 15 bytes */
	unsigned count;
	int64_t job_ms; /* one that is busy for longer is killed */
	bool last;      /* needed by the others until their end: leaves after them */
	size_t data;    /* bytes of memory that it may use (RLIMIT_DATA) */
	/*
	 * The process. All signals are blocked. It sets its state to BOARD_IDLE when it is ready
	 * for work. What it returns is its exit status: 0 when it left as it should.
	 */
	int (*main)(const struct proc_self *self, void *context);
	void *context;
};

struct super {
	struct board *board;
	const struct proc_kind *kinds;
	unsigned nkinds;
	void *context; /* for the hooks */
	/*
	 * Called whenever the supervisor wakes up; `ready`: every slot has a process that is ready.
	 * A new configuration counts board->generation up. Returns in how many milliseconds it
	 * wants to be called again at the latest.
	 */
	int64_t (*tick)(void *context, int64_t now_ms, bool ready);
	void (*hangup)(void *context);
	/* In each new process, before its main: closes what is the supervisor's. */
	void (*child)(void *context);
};

/* Runs until everybody is gone. False: it could not begin, e says why. */
bool super_run(const struct super *s, struct err *e);

/* Marks the beginning and the end of a job on the board; the watchdog looks at this. */
void proc_busy(const struct proc_self *self);
void proc_idle(const struct proc_self *self);

#endif
