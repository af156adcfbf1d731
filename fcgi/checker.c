/* SPDX-License-Identifier: ISC */
/*
 * Through the pipe comes one word, "good" or "bad", a newline, and the findings. A pipe that ends
 * without the word is that of a process that crashed.
 */
#include "fcgi/checker.h"

#include "base/err.h"
#include "base/text.h"
#include "home/home.h"
#include "proc/child.h"
#include "proc/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define GOOD "good\n"
#define BAD "bad\n"
#define TEXT_MAX (64 * 1024UL)

static void check_in_child(const char *name, const struct buf *bytes, int fd)
{
	struct rlimit cpu = {CHECKER_SECONDS, CHECKER_SECONDS};
	struct findings f = {0};
	struct buf out = {0};
	setrlimit(RLIMIT_CPU, &cpu);
	struct config *config = home_compile(name, bytes, &f);
	buf_adds(&out, config ? GOOD : BAD);
	findings_print(&f, &out);
	for (size_t at = 0; at < out.size;) {
		ssize_t n = write(fd, out.data + at, out.size - at);
		if (n <= 0 && errno != EINTR)
			break;
		at += n > 0 ? (size_t)n : 0;
	}
	_exit(0);
}

static void fail(struct checker *c, const char *why)
{
	buf_reset(&c->text);
	buf_addf(&c->text, BAD "%s: error: %s\n", c->name, why);
}

static void end(struct checker *c)
{
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
	c->pid = 0;
}

void checker_start(struct checker *c, const char *name, const struct buf *bytes, int64_t now_ms)
{
	int ends[2];
	struct err e;
	c->name = name;
	c->deadline_ms = now_ms + CHECKER_SECONDS * 1000L;
	c->fd = -1;
	buf_reset(&c->text);
	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) {
		err_sys(&e, "it cannot be checked");
		fail(c, e.text);
		return;
	}
	c->fd = ends[0];
	c->pid = child_fork(SIGKILL, LIMIT_WORKER_DATA);
	if (c->pid == 0) {
		fcntl(ends[1], F_SETFL, 0); /* a long list of findings waits for its reader */
		check_in_child(name, bytes, ends[1]);
	}
	close(ends[1]);
	if (c->pid < 0) {
		err_sys(&e, "it cannot be checked");
		fail(c, e.text);
		end(c);
	}
}

/* Everything that is in the pipe. True at its end. */
static bool drain(struct checker *c)
{
	for (;;) {
		ssize_t n = read(c->fd, buf_want(&c->text, 4096), 4096);
		if (n == 0)
			return true;
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno != EAGAIN;
		if (c->text.size < TEXT_MAX)
			buf_took(&c->text, (size_t)n);
	}
}

enum checker_verdict checker_poll(struct checker *c, int64_t now_ms)
{
	if (c->fd >= 0) {
		bool over = drain(c);
		if (!over && now_ms < c->deadline_ms)
			return CHECKER_RUNNING;
		if (!over) {
			/* Its end of the pipe is open, so it lives, and the id is still its own. */
			kill(c->pid, SIGKILL);
			fail(c, "checking it took too long; it stays out of force");
		}
		end(c);
	}
	if (!text_starts(buf_text(&c->text), GOOD) && !text_starts(buf_text(&c->text), BAD))
		fail(c, "the process that checked it crashed; it stays out of force");
	return text_starts(buf_text(&c->text), GOOD) ? CHECKER_GOOD : CHECKER_BAD;
}

enum checker_verdict checker_wait(struct checker *c)
{
	enum checker_verdict verdict;
	while ((verdict = checker_poll(c, clock_now_ms())) == CHECKER_RUNNING) {
		struct pollfd p = {.fd = c->fd, .events = POLLIN};
		poll(&p, 1, 100);
	}
	return verdict;
}

const char *checker_findings(const struct checker *c)
{
	const char *newline = strchr(buf_text(&c->text), '\n');
	return newline ? newline + 1 : "";
}
