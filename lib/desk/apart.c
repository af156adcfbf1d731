/* SPDX-License-Identifier: ISC */
#include "desk/apart.h"

#include "proc/child.h"
#include "store/store.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void begin(apart_work *work, const void *context, int fd) __attribute__((noreturn));
static void begin(apart_work *work, const void *context, int fd)
{
	struct err e = {""};
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	bool ok = work(context, &e);
	/* What it says fits into the pipe. */
	_exit(write(fd, e.text, strlen(e.text)) < 0 || !ok);
}

static void listen_to(int fd, struct err *e)
{
	size_t size = 0;
	ssize_t n;
	while (size + 1 < sizeof e->text &&
	       ((n = read(fd, e->text + size, sizeof e->text - 1 - size)) > 0 ||
		   (n < 0 && errno == EINTR)))
		size += n > 0 ? (size_t)n : 0;
	e->text[size] = '\0';
}

bool apart(apart_work *work, const void *context, struct err *e)
{
	int fd;
	struct err said = {""};
	char how[80];
	fflush(NULL);
	pid_t pid = child_begin_pipe(SIGKILL, &fd, e);
	if (pid < 0)
		return false;
	if (pid == 0)
		begin(work, context, fd);
	listen_to(fd, &said);
	close(fd);
	int status = child_wait(pid);
	if (!*said.text && status != 0)
		return err_set(
		    e, "the process that looked at it %s", child_obituary(status, how, sizeof how));
	return status == 0 || err_set(e, "%s", said.text);
}

bool apart_verify(const void *dir, struct err *e)
{
	struct store *s = store_open(dir, STORE_READ, 0, e);
	bool ok = s && store_verify(s, e);
	store_close(s);
	return ok;
}
