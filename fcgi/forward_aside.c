/* SPDX-License-Identifier: ISC */
#include "fcgi/forward_aside.h"

#include "proc/child.h"
#include "proc/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

_Static_assert(sizeof(struct err) <= PIPE_BUF, "it is written at once");

bool aside_begin(struct aside *a, bool (*work)(void *context, struct err *e), void *context,
    long seconds, struct err *e)
{
	int fd;
	pid_t pid = child_begin_pipe(SIGKILL, &fd, e);
	if (pid < 0)
		return false;
	if (pid == 0) {
		struct err why = {""};
		bool ok = work(context, &why);
		_exit(ok || write(fd, &why, sizeof why) != (ssize_t)sizeof why ? !ok : 0);
	}
	fcntl(fd, F_SETFL, O_NONBLOCK);
	*a = (struct aside){pid, fd, clock_now_ms() + seconds * 1000};
	return true;
}

static int bury(struct aside *a)
{
	int status = child_wait(a->pid);
	close(a->fd);
	*a = (struct aside){.pid = 0};
	return status;
}

static bool took_too_long(struct aside *a)
{
	if (clock_now_ms() < a->until_ms)
		return false;
	kill(a->pid, SIGKILL);
	bury(a);
	return true;
}

enum aside_state aside_look(struct aside *a, struct err *e)
{
	char how[80];
	struct err why;
	if (!a->pid)
		return ASIDE_NONE;
	ssize_t n = read(a->fd, &why, sizeof why);
	if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
		if (!took_too_long(a))
			return ASIDE_BUSY;
		err_set(e, "it took too long");
		return ASIDE_FAILED;
	}
	int status = bury(a);
	if (n == 0 && status == 0)
		return ASIDE_DONE;
	if (n == (ssize_t)sizeof why)
		err_set(e, "%.*s", (int)sizeof why.text - 1, why.text);
	else
		err_set(e, "the process that did it %s", child_obituary(status, how, sizeof how));
	return ASIDE_FAILED;
}
