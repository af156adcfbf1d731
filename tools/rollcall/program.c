/* SPDX-License-Identifier: ISC */
/* Starting programs, and the rule for starting them again (program.h). */
#include "tools/rollcall/program.h"

#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define FIRST_FD 3
#define DELAY_MS 200 /* before the second start in a row, doubled each time */
#define EXEC_FAILED 127

void program_args(struct program *c, ...)
{
	va_list args;
	const char *arg;
	va_start(args, c);
	while ((arg = va_arg(args, const char *))) {
		if (c->nargs + 1 >= PROGRAM_ARGS)
			log_panic(c->name, "has more than %d arguments", PROGRAM_ARGS - 1);
		c->args[c->nargs++] = arg;
		c->args[c->nargs] = NULL;
	}
	va_end(args);
}

static void tell_sockets(int count)
{
	char number[16];
	snprintf(number, sizeof number, "%d", (int)getpid());
	setenv("LISTEN_PID", number, 1);
	snprintf(number, sizeof number, "%d", count);
	setenv("LISTEN_FDS", number, 1);
}

/* First out of the way, above where they go, then to their places; dup2() drops close-on-exec. */
static bool place_fds(const struct program *c)
{
	int away[PROGRAM_FDS];
	for (int i = 0; i < c->nfds; i++) {
		away[i] = fcntl(c->fds[i], F_DUPFD_CLOEXEC, FIRST_FD + PROGRAM_FDS);
		if (away[i] < 0)
			return false;
	}
	for (int i = 0; i < c->nfds; i++) {
		if (dup2(away[i], FIRST_FD + i) < 0)
			return false;
	}
	return true;
}

static void become(const struct program *c, pid_t parent) __attribute__((noreturn));
static void become(const struct program *c, pid_t parent)
{
	sigset_t none;
	sigemptyset(&none);
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, c->end_signal);
	if (getppid() != parent)
		_exit(EXEC_FAILED); /* it died before we asked to be told */
	if (c->activated)
		tell_sockets(c->nfds);
	if (place_fds(c) && sigprocmask(SIG_SETMASK, &none, NULL) == 0)
		execv(c->args[0], (char *const *)c->args);
	log_fatal(c->args[0], "cannot be run: %s", strerror(errno));
	_exit(EXEC_FAILED);
}

bool program_start(struct program *c, struct err *e)
{
	pid_t parent = getpid();
	c->start_at = 0;
	c->ready = false;
	c->pid = fork();
	if (c->pid < 0) {
		c->pid = 0;
		return err_sys(e, "%s cannot be started", c->name);
	}
	if (c->pid == 0)
		become(c, parent);
	/* Here as well: the group must be there before we signal it. */
	setpgid(c->pid, c->pid);
	c->group = c->pid;
	return true;
}

bool program_died(struct program *c, int64_t now_ms)
{
	int recent = 0;
	memmove(c->deaths, c->deaths + 1, sizeof c->deaths - sizeof *c->deaths);
	c->deaths[PROGRAM_DEATHS - 1] = now_ms;
	for (int i = 0; i < PROGRAM_DEATHS; i++)
		recent += c->deaths[i] && now_ms - c->deaths[i] < PROGRAM_DEATHS_MS;
	if (recent == PROGRAM_DEATHS)
		return false;
	c->start_at = recent == 1 ? now_ms : now_ms + ((int64_t)DELAY_MS << (recent - 2));
	return true;
}

const char *program_obituary(int status, char *out, size_t size)
{
	if (WIFSIGNALED(status))
		snprintf(out, size, "was killed by signal %d (%s)%s", WTERMSIG(status),
		    strsignal(WTERMSIG(status)), WCOREDUMP(status) ? ", core dumped" : "");
	else
		snprintf(out, size, "ended with status %d", WEXITSTATUS(status));
	return out;
}

void program_unwatch(struct program *c)
{
	if (c->watch >= 0)
		close(c->watch);
	c->watch = -1;
}
