/* SPDX-License-Identifier: ISC */
/* Processes that do not outlive us: how they begin, and how they ended. */
#ifndef PROC_CHILD_H
#define PROC_CHILD_H

#include "base/err.h"

#include <stddef.h>
#include <sys/types.h>

/*
 * Forks, and returns as fork(2) does. The child gets `death` when we die (and ends at once if that has
 * happened), and every signal is blocked in it.
 */
pid_t child_begin(int death);
/* The same with a pipe: *fd is the end that the child writes to, and in us the one that is read. -1: e says why. */
pid_t child_begin_pipe(int death, int *fd, struct err *e);
/* Waits for the end of one; its status, as of waitpid(2). */
int child_wait(pid_t pid);
/*
 * As child_begin(), for a process of rollcalld: its data is fenced as well (`data` bytes), signals have their
 * default action, and SIGPIPE is ignored.
 */
pid_t child_fork(int death, size_t data);
/* How one ended, from waitpid(2): "was ended by signal 9 (Killed)". Returns `out`. */
const char *child_obituary(int status, char *out, size_t size);

#endif
