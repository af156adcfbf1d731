/* SPDX-License-Identifier: ISC */
/* Starting programs, and the rule for starting them again (program.h). */
#include "tools/rollcall/program.h"

#include "base/log.h"
#include "proc/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FIRST_FD 3
#define DELAY_MS 200 /* before the second start in a row, doubled each time */
#define EXEC_FAILED 127

void program_arg(struct program *p, const char *arg)
{
	if (p->nargs + 1 >= PROGRAM_ARGS)
		log_panic(p->name, "has more than %d arguments", PROGRAM_ARGS - 1);
	p->args[p->nargs++] = arg;
	p->args[p->nargs] = NULL;
}

void program_option(struct program *p, const char *name, const char *value)
{
	program_arg(p, name);
	program_arg(p, value);
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
static bool place_fds(const struct program *p)
{
	int away[PROGRAM_FDS];
	for (int i = 0; i < p->nfds; i++) {
		away[i] = fcntl(p->fds[i], F_DUPFD_CLOEXEC, FIRST_FD + PROGRAM_FDS);
		if (away[i] < 0)
			return false;
	}
	for (int i = 0; i < p->nfds; i++) {
		if (dup2(away[i], FIRST_FD + i) < 0)
			return false;
	}
	return true;
}

/* Where there is no /dev/null, it is heard. */
static void silence(void)
{
	int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (nowhere < 0)
		return;
	dup2(nowhere, STDOUT_FILENO);
	dup2(nowhere, STDERR_FILENO);
	if (nowhere > STDERR_FILENO)
		close(nowhere);
}

static void become(const struct program *p) __attribute__((noreturn));
static void become(const struct program *p)
{
	sigset_t none;
	sigemptyset(&none);
	setpgid(0, 0);
	if (p->activated)
		tell_sockets(p->nfds);
	if (p->silent)
		silence();
	if (place_fds(p) && sigprocmask(SIG_SETMASK, &none, NULL) == 0)
		execv(p->args[0], (char *const *)p->args);
	log_fatal(p->args[0], "cannot be run: %s", strerror(errno));
	_exit(EXEC_FAILED);
}

bool program_start(struct program *p, struct err *e)
{
	p->start_at = 0;
	p->ready = false;
	p->since = time(NULL);
	p->pid = child_begin(p->end_signal);
	if (p->pid < 0) {
		p->pid = 0;
		return err_sys(e, "%s cannot be started", p->name);
	}
	if (p->pid == 0)
		become(p);
	/* Here as well: the group must be there before we signal it. */
	setpgid(p->pid, p->pid);
	p->group = p->pid;
	return true;
}

bool program_died(struct program *p, int64_t now_ms)
{
	int recent = 0;
	memmove(p->deaths, p->deaths + 1, sizeof p->deaths - sizeof *p->deaths);
	p->deaths[PROGRAM_DEATHS - 1] = now_ms;
	for (int i = 0; i < PROGRAM_DEATHS; i++)
		recent += p->deaths[i] && now_ms - p->deaths[i] < PROGRAM_DEATHS_MS;
	if (recent == PROGRAM_DEATHS)
		return false;
	p->restarts++;
	p->start_at = recent == 1 ? now_ms : now_ms + ((int64_t)DELAY_MS << (recent - 2));
	return true;
}

void program_unwatch(struct program *p)
{
	if (p->watch >= 0)
		close(p->watch);
	p->watch = -1;
}
