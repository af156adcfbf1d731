/* SPDX-License-Identifier: ISC */
/*
 * A program that `rollcall serve` runs, and when it is started again.
 *
 * It gets a process group of its own: Ctrl-C reaches us alone, and we stop things in order; and what
 * it leaves behind can be ended with it. It dies when we die.
 */
#ifndef ROLLCALL_PROGRAM_H
#define ROLLCALL_PROGRAM_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#define PROGRAM_ARGS 48
#define PROGRAM_FDS 3
#define PROGRAM_FIRST_FD "3"    /* the first of them in the program, as text */
#define PROGRAM_DEATHS 5        /* so many deaths … */
#define PROGRAM_DEATHS_MS 10000 /* … within this: something is wrong that starting does not cure */

struct program {
	const char *name;
	const char *args[PROGRAM_ARGS]; /* the first is its absolute path; NULL at the end */
	size_t nargs;
	int fds[PROGRAM_FDS]; /* become descriptors 3, 4, … of the child */
	int nfds;
	bool activated; /* tell it by LISTEN_FDS that these are listening sockets */
	bool silent;    /* what it prints goes nowhere */
	int end_signal; /* what it gets when we are gone */
	pid_t pid;      /* 0: not running */
	pid_t group;
	time_t since;      /* when it was started */
	unsigned restarts; /* how often it died and was to be started again */
	int watch; /* a descriptor whose first byte says "I am ready"; -1: nothing is awaited */
	bool ready;
	int64_t deaths[PROGRAM_DEATHS]; /* the latest, oldest first; 0: none */
	int64_t start_at;               /* when it is to be started again; 0: it is not to be */
};

/* Adds an argument, which must outlive the program. More than fit is a bug and ends the process. */
void program_arg(struct program *p, const char *arg);
void program_option(struct program *p, const char *name, const char *value);
bool program_start(struct program *p, struct err *e);
/*
 * It died at `now_ms`: notes it, and sets start_at. At once after a first death, later and later after
 * more. False: it died too often, give up.
 */
bool program_died(struct program *p, int64_t now_ms);
/* Closes the watch. */
void program_unwatch(struct program *p);

#endif
