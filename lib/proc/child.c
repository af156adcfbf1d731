/* SPDX-License-Identifier: ISC */
#include "proc/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef __has_feature
#define __has_feature(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
#define FENCED 0 /* its shadow memory is larger than any fence */
#else
#define FENCED 1
#endif

static void reset_signals(void)
{
	for (int i = 1; i < NSIG; i++)
		signal(i, SIG_DFL); /* fails for those that cannot be changed: fine */
	signal(SIGPIPE, SIG_IGN);
}

/* RLIMIT_DATA counts what is written to; RLIMIT_AS would also count maps of files. */
static void fence(size_t data)
{
	struct rlimit limit = {.rlim_cur = data, .rlim_max = data};
	if (FENCED)
		setrlimit(RLIMIT_DATA, &limit);
}

pid_t child_begin(int death)
{
	sigset_t all, before;
	pid_t parent = getpid();

	/* Blocked in between, so that no handler of the parent runs in the child. */
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	pid_t pid = fork();
	if (pid != 0) {
		sigprocmask(SIG_SETMASK, &before, NULL);
		return pid;
	}
	prctl(PR_SET_PDEATHSIG, death);
	if (getppid() != parent)
		_exit(0);
	return 0;
}

pid_t child_begin_pipe(int death, int *fd, struct err *e)
{
	int ends[2];
	if (pipe2(ends, O_CLOEXEC) != 0) {
		err_sys(e, "no pipe can be made");
		return -1;
	}
	pid_t pid = child_begin(death);
	if (pid < 0)
		err_sys(e, "no process can be started");
	bool is_child = pid == 0;
	close(ends[is_child ? 0 : 1]);
	*fd = ends[is_child ? 1 : 0];
	if (pid < 0)
		close(*fd);
	return pid;
}

int child_wait(pid_t pid)
{
	int status = 0;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

pid_t child_fork(int death, size_t data)
{
	pid_t pid = child_begin(death);
	if (pid == 0) {
		reset_signals();
		fence(data);
	}
	return pid;
}

const char *child_obituary(int status, char *out, size_t size)
{
	if (WIFSIGNALED(status))
		snprintf(out, size, "was ended by signal %d (%s)%s", WTERMSIG(status),
		    strsignal(WTERMSIG(status)), WCOREDUMP(status) ? ", core dumped" : "");
	else
		snprintf(out, size, "ended with status %d", WEXITSTATUS(status));
	return out;
}
