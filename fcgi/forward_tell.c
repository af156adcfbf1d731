/* SPDX-License-Identifier: ISC */
/* A child, and a pipe with reports of one size from it: each is written at once, so none is ever read by half. */
#include "fcgi/forward_tell.h"

#include "fcgi/forward_to.h"
#include "proc/child.h"
#include "proc/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define AT_IT_MS 10000 /* then it ends, so that what is new is heard of, too */

_Static_assert(sizeof(struct teller_report) <= PIPE_BUF, "a report is written at once");

/* ---- the child ---- */

struct telling {
	struct arena *a;
	const struct conf_forward *target;
	const struct news *news;
	size_t n;
	int leave_fd, fd;
};

static bool is_asked_to_leave(const struct telling *t)
{
	struct pollfd p = {.fd = t->leave_fd, .events = POLLIN};
	return poll(&p, 1, 0) > 0;
}

static bool report(const struct telling *t, size_t count, const char *why)
{
	struct teller_report r = {.count = (uint32_t)count};
	snprintf(r.why, sizeof r.why, "%.*s", (int)sizeof r.why - 1, why);
	return write(t->fd, &r, sizeof r) == (ssize_t)sizeof r;
}

static void tell_all(const struct telling *t)
{
	int64_t until_ms = clock_now_ms() + AT_IT_MS;
	for (size_t i = 0, taken; i < t->n && clock_now_ms() < until_ms; i += taken) {
		struct err e = {""};
		taken = 1;
		bool ok =
		    forward_to(t->a, t->target, t->news + i, t->n - i, t->leave_fd, &taken, &e);
		/* What it was kept from is no failure of the target's. */
		if (!ok && is_asked_to_leave(t))
			return;
		if (!report(t, ok ? taken : 0, e.text) || !ok || is_asked_to_leave(t))
			return;
	}
}

/* ---- its parent ---- */

bool teller_begin(struct teller *t, struct arena *a, const struct conf_forward *target,
    const struct news *news, size_t n, int leave_fd, struct err *e)
{
	int fd;
	/* Its last act is to end what it runs, when we are gone. */
	pid_t pid = child_begin_pipe(SIGTERM, &fd, e);
	if (pid < 0)
		return false;
	if (pid == 0) {
		const struct telling telling = {a, target, news, n, leave_fd, fd};
		tell_all(&telling);
		_exit(0);
	}
	fcntl(fd, F_SETFL, O_NONBLOCK);
	*t = (struct teller){pid, fd, clock_now_ms() + TELLER_SECONDS * 1000L};
	return true;
}

static enum teller_said fail(struct teller_report *out, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static enum teller_said fail(struct teller_report *out, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vsnprintf(out->why, sizeof out->why, format, args);
	va_end(args);
	out->count = 0;
	return TELLER_FAILED;
}

/* It has closed its end, or was killed. Returns its status. */
static int bury(struct teller *t)
{
	int status = child_wait(t->pid);
	close(t->fd);
	*t = (struct teller){.pid = 0};
	return status;
}

void teller_leave(const struct teller *t)
{
	if (t->pid)
		kill(t->pid, SIGTERM);
}

void teller_end(struct teller *t)
{
	if (!t->pid)
		return;
	kill(t->pid, SIGKILL);
	bury(t);
}

enum teller_said teller_listen(struct teller *t, struct teller_report *out)
{
	char how[80];
	if (!t->pid)
		return TELLER_ENDED;
	ssize_t n = read(t->fd, out, sizeof *out);
	if (n == (ssize_t)sizeof *out) {
		t->until_ms = clock_now_ms() + TELLER_SECONDS * 1000L;
		return out->count ? TELLER_TOOK : TELLER_FAILED;
	}
	if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
		if (clock_now_ms() < t->until_ms)
			return TELLER_NOTHING;
		teller_end(t);
		return fail(out, "nothing was heard for %d s", TELLER_SECONDS);
	}
	int status = bury(t);
	if (status != 0)
		return fail(
		    out, "the process that told it %s", child_obituary(status, how, sizeof how));
	return TELLER_ENDED;
}
