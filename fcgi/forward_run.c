/* SPDX-License-Identifier: ISC */
#include "fcgi/forward_run.h"

#include "base/text.h"
#include "proc/child.h"
#include "proc/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define ENV_MOST 40
#define SAID 400U /* bytes of stderr that are remembered */
#define PATH "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
#define NOT_RUN 127

/* Our ends of its standard input and error; -1: closed. */
struct ends {
	int in, err, process;
};

static void close_end(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void become(const struct forward_run *r, int in, int err) __attribute__((noreturn));
static void become(const struct forward_run *r, int in, int err)
{
	const char *env[ENV_MOST + 2] = {PATH};
	sigset_t none;
	size_t n = 1;
	for (; r->env[n - 1] && n <= ENV_MOST; n++)
		env[n] = r->env[n - 1];
	sigemptyset(&none);
	signal(SIGPIPE, SIG_DFL); /* what is ignored stays so in what is executed */
	setpgid(0, 0);
	int nothing = open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (dup2(in, STDIN_FILENO) >= 0 && dup2(nothing, STDOUT_FILENO) >= 0 &&
	    dup2(err, STDERR_FILENO) >= 0 && syscall(SYS_close_range, 3U, ~0U, 0U) == 0 &&
	    sigprocmask(SIG_SETMASK, &none, NULL) == 0)
		execve(r->args[0], (char *const *)r->args, (char *const *)env);
	_exit(NOT_RUN);
}

static pid_t start(const struct forward_run *r, struct ends *ends, struct err *e)
{
	int in[2], err[2];
	if (pipe2(in, O_CLOEXEC) != 0) {
		err_sys(e, "no pipe");
		return -1;
	}
	if (pipe2(err, O_CLOEXEC) != 0) {
		err_sys(e, "no pipe");
		close(in[0]);
		close(in[1]);
		return -1;
	}
	pid_t pid = child_begin(SIGKILL);
	if (pid == 0)
		become(r, in[0], err[1]);
	if (pid > 0)
		setpgid(pid, pid); /* whoever is first: it can be killed as a whole from here on */
	if (pid < 0)
		err_sys(e, "%s cannot be started", r->args[0]);
	close(in[0]);
	close(err[1]);
	if (pid < 0) {
		close(in[1]);
		close(err[0]);
		return -1;
	}
	fcntl(in[1], F_SETFL, O_NONBLOCK);
	fcntl(err[0], F_SETFL, O_NONBLOCK);
	*ends = (struct ends){in[1], err[0], (int)syscall(SYS_pidfd_open, pid, 0)};
	return pid;
}

/* What it does not read is lost: it need not. */
static void feed(const struct forward_run *r, size_t *done, int *in)
{
	ssize_t n = write(*in, r->input + *done, r->size - *done);
	if (n > 0)
		*done += (size_t)n;
	if ((n < 0 && errno != EAGAIN && errno != EINTR) || *done == r->size)
		close_end(in);
}

/* The end of it is what tells. */
static void listen_to(struct buf *said, int *err)
{
	char bytes[1024];
	ssize_t n = read(*err, bytes, sizeof bytes);
	if (n > 0)
		buf_add(said, bytes, (size_t)n);
	if (said->size > (size_t)2 * SAID) {
		memmove(said->data, said->data + said->size - SAID, SAID + 1);
		said->size = SAID;
	}
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		close_end(err);
}

/* Until it has ended. False: it was too long at it, or we are to leave. */
static bool attend(const struct forward_run *r, struct ends *ends, struct buf *said)
{
	int64_t until = clock_now_ms() + r->seconds * 1000;
	size_t done = 0;
	for (;;) {
		int64_t left = until - clock_now_ms();
		struct pollfd all[] = {{ends->process, POLLIN, 0}, {r->leave_fd, POLLIN, 0},
		    {ends->in, POLLOUT, 0}, {ends->err, POLLIN, 0}};
		if (left <= 0 || (poll(all, 4, (int)left) < 0 && errno != EINTR) || all[1].revents)
			return false;
		if (all[2].revents)
			feed(r, &done, &ends->in);
		if (all[3].revents)
			listen_to(said, &ends->err);
		if (all[0].revents) {
			if (ends->err >= 0)
				listen_to(said, &ends->err);
			return true;
		}
	}
}

bool forward_run(const struct forward_run *r, struct err *e)
{
	struct ends ends;
	struct buf said = {0};
	char how[80], clean[SAID];
	int status = 0;
	pid_t pid = start(r, &ends, e);
	if (pid < 0)
		return false;
	bool ended = ends.process >= 0 && attend(r, &ends, &said);
	if (!ended)
		kill(-pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	close_end(&ends.in);
	close_end(&ends.err);
	close_end(&ends.process);
	text_clean(clean, sizeof clean, buf_text(&said), said.size);
	buf_free(&said);
	if (!ended)
		return err_set(
		    e, "%s did not end within %ld s, and was killed", r->args[0], r->seconds);
	if (WIFEXITED(status) && WEXITSTATUS(status) == NOT_RUN && !*clean)
		return err_set(e, "%s cannot be run", r->args[0]);
	return status == 0 ||
	       err_set(e, "%s %s%s%s", r->args[0], child_obituary(status, how, sizeof how),
		   *clean ? ": " : "", clean);
}
