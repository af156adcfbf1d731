/* SPDX-License-Identifier: ISC */
/*
 * The policy of the supervisor: which process to start, to ask to leave, to kill, and when.
 *
 * Pure: events and the time go in, actions come out; nothing here forks, signals or reads a clock
 * (super.c does). So it is tested by replaying lists of events.
 *
 * A slot is a place for one process of a kind. What holds:
 *   - A slot without a process gets one, at once or when its kind is throttled no more.
 *   - A process that dies before its first job throttles its kind: nothing is started for 1 s, then
 *     2 s, 4 s, … 30 s. The others of the kind run on. A job that was begun ends that.
 *   - One that is busy (or stopped, or starting) for too long is hung and is killed: with SIGKILL,
 *     because nothing milder reaches a process that is stopped, or that blocks signals while it has
 *     a request in work. Nothing is lost by it: a worker keeps nothing that outlives its request.
 *   - When there is a new generation of the configuration, processes are replaced one at a time per
 *     kind: the next is asked to leave when all of the kind are ready.
 *   - When all stop, a kind that others need until their end (`last`) is asked when those are gone.
 *   - One that was asked to leave is asked again every 50 ms, until it is gone or was given longer
 *     than a job may take; then it is killed.
 */
#ifndef PROC_POLICY_H
#define PROC_POLICY_H

#include "proc/board.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define POLICY_KINDS 8
#define POLICY_ASK_AGAIN_MS 50
#define POLICY_THROTTLE_MS 1000 /* after the first failure, doubled with each */
#define POLICY_THROTTLE_MAX_MS 30000
#define POLICY_STARTING_MS 60000   /* a large snippet folder on a slow disk takes its time */
#define POLICY_GRACE_MS 2000       /* on top of the longest job, for one that was asked to leave */
#define POLICY_LOOK_MS 250         /* how often processes are looked at when nothing else is due */
#define POLICY_LOOK_STARTING_MS 10 /* the same while one is starting: somebody waits for it */

enum policy_verb { POLICY_START, POLICY_ASK, POLICY_KILL };

struct policy_action {
	enum policy_verb verb;
	unsigned slot;
	const char *why; /* of a POLICY_KILL, for the log */
};

enum policy_life { POLICY_ABSENT, POLICY_STARTING, POLICY_READY };

struct policy_slot {
	unsigned kind;
	enum policy_life life;
	uint32_t generation;
	bool worked; /* has begun a job */
	bool killed;
	int64_t started_ms;
	int64_t busy_since_ms; /* 0: waiting for work */
	int64_t stopped_ms;    /* 0: not stopped */
	int64_t leaving_ms;    /* when it was first asked to leave; 0: not */
	int64_t asked_ms;      /* when it was last asked */
};

struct policy_kind {
	int64_t job_ms;        /* the longest a job may take */
	bool last;             /* when all stop: asked to leave when the other kinds are gone */
	unsigned failures;     /* in a row */
	int64_t not_before_ms; /* nothing is started before */
};

/* Initialise with {.generation = …}. */
struct policy {
	struct policy_kind kinds[POLICY_KINDS];
	struct policy_slot slots[BOARD_SLOTS];
	unsigned nkinds, nslots;
	uint32_t generation;
	bool stopping;
};

/* A kind with `count` slots, which are numbered on from those that there are. */
void policy_add(struct policy *p, unsigned count, int64_t job_ms, bool last);

/* Events. All but the last two are about the process in a slot. */
void policy_ready(struct policy *p, unsigned slot);
/* It has begun a job, now or in the past. */
void policy_worked(struct policy *p, unsigned slot);
/* 0: it is not busy. */
void policy_busy(struct policy *p, unsigned slot, int64_t since_ms);
void policy_stopped(struct policy *p, unsigned slot, int64_t now_ms);
void policy_continued(struct policy *p, unsigned slot);
/* It is gone, or could not be started. */
void policy_gone(struct policy *p, unsigned slot, int64_t now_ms);
void policy_renew(struct policy *p, uint32_t generation);
void policy_stop(struct policy *p);

/*
 * What to do now, at most one action per slot; `actions` has room for nslots. The caller does all
 * of it: a slot that is to be started counts as starting from here on.
 */
size_t policy_decide(struct policy *p, int64_t now_ms, struct policy_action *actions);
/* In how many milliseconds to look at the processes and decide again, if nothing happens before. */
int64_t policy_wait(const struct policy *p, int64_t now_ms);
/* Every slot has a process that is ready. */
bool policy_all_ready(const struct policy *p);
bool policy_all_gone(const struct policy *p);

#endif
