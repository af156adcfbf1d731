/* SPDX-License-Identifier: ISC */
/* proc/child: processes that do not outlive us, and the words for their end. */
#include "proc/child.h"

#include "base/limits.h"

#include "test/unit/helpers.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

/* How a process ends that does what `what` says: an exit status, or minus a signal. */
static const char *end_of(int what)
{
	static char text[128];
	int status;
	pid_t pid = child_fork(SIGKILL, LIMIT_WORKER_DATA);
	if (pid == 0) {
		if (what < 0)
			kill(getpid(), -what);
		_exit(what);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return child_obituary(status, text, sizeof text);
}

static void obituaries(void **state)
{
	(void)state;
	assert_string_equal(end_of(0), "ended with status 0");
	assert_string_equal(end_of(71), "ended with status 71");
	assert_string_equal(end_of(-SIGKILL), "was ended by signal 9 (Killed)");
}

/* In the child: are all signals that can be blocked blocked, and was the parent's mask left alone? */
static void signals_are_blocked(void **state)
{
	(void)state;
	sigset_t before, after;
	int status;
	sigprocmask(SIG_SETMASK, NULL, &before);
	pid_t pid = child_begin(SIGKILL);
	if (pid == 0) {
		sigprocmask(SIG_SETMASK, NULL, &after);
		_exit(sigismember(&after, SIGTERM) && sigismember(&after, SIGCHLD) ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	sigprocmask(SIG_SETMASK, NULL, &after);
	assert_int_equal(sigismember(&before, SIGTERM), sigismember(&after, SIGTERM));
}

/* The grandchild holds the pipe; it closes when that is gone, too. */
static void dies_with_its_parent(void **state)
{
	(void)state;
	int ends[2];
	char byte;
	assert_int_equal(pipe(ends), 0);
	pid_t parent = fork();
	if (parent == 0) {
		if (child_begin(SIGKILL) == 0)
			pause();
		_exit(0);
	}
	close(ends[1]);
	assert_int_equal(waitpid(parent, NULL, 0), parent);
	assert_int_equal(read(ends[0], &byte, 1), 0);
	close(ends[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(obituaries),
	    cmocka_unit_test(signals_are_blocked),
	    cmocka_unit_test(dies_with_its_parent),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
