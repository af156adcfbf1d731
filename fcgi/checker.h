/* SPDX-License-Identifier: ISC */
/*
 * Checks a configuration in a process of its own.
 *
 * What an administrator's file does to the parser (a crash, a hang, a lot of memory) then happens to
 * that process; the supervisor compiles only what came through. The verdict comes through a pipe; the
 * process is reaped by the supervisor's loop, as every child that is in no slot (proc/super.c).
 */
#ifndef FCGI_CHECKER_H
#define FCGI_CHECKER_H

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define CHECKER_SECONDS 10 /* a check that takes longer has failed */

enum checker_verdict { CHECKER_RUNNING, CHECKER_GOOD, CHECKER_BAD };

/* Initialise with {0}. */
struct checker {
	pid_t pid;
	int fd;
	int64_t deadline_ms;
	const char *name;
	struct buf text;
};

/* Begins to check `bytes`, which go by `name` in messages (kept, not copied). */
void checker_start(struct checker *c, const char *name, const struct buf *bytes, int64_t now_ms);
/* Does not wait. After CHECKER_BAD, checker_findings() says why, one finding a line. */
enum checker_verdict checker_poll(struct checker *c, int64_t now_ms);
/* Waits for the verdict. */
enum checker_verdict checker_wait(struct checker *c);
const char *checker_findings(const struct checker *c);

#endif
