/* SPDX-License-Identifier: ISC */
/* What a process does first after it was forked from the supervisor. */
#ifndef PROC_CHILD_H
#define PROC_CHILD_H

#include <sys/types.h>

/*
 * Forks. In the child: it gets `death` when `parent` dies (and ends at once if that has happened),
 * its data is fenced (LIMIT_WORKER_DATA), signals have their default action, SIGPIPE is ignored,
 * and every signal is blocked. Returns as fork(2) does.
 */
pid_t child_fork(int death);

#endif
