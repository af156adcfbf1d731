/* SPDX-License-Identifier: ISC */
/* rollcall/serving: what a running server says of itself, and that only a living one is believed. */
#include "desk/serving.h"

#include "test/unit/helpers.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static struct home home;
static struct err e;

static int setup(void **state)
{
	folder_setup(state);
	return home_open(&home, *state, &e) && home_make(&home, &e) ? 0 : -1;
}

static int teardown(void **state)
{
	home_close(&home);
	return folder_teardown(state);
}

static const struct serving all = {
    .pid = 1,
    .since = 2,
    .lighttpd = {3, 4, 5},
    .rollcalld = {6, 7, 8},
    .addresses = {"http://127.0.0.1:80/update/", "https://[::1]:443/update/"},
    .naddresses = 2,
};

/* Another process serves, until it is told to stop; it has said `what`, or nothing. */
static pid_t serve(const struct serving *what)
{
	int ends[2];
	char byte;
	assert_int_equal(pipe(ends), 0);
	pid_t pid = fork();
	if (pid == 0) {
		bool ok = serving_lock(&home, NULL) && (!what || serving_write(&home, what, NULL));
		if (!ok || write(ends[1], "x", 1) != 1)
			_exit(1);
		pause();
	}
	close(ends[1]);
	assert_int_equal(read(ends[0], &byte, 1), 1);
	close(ends[0]);
	return pid;
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void comes_back(void **state)
{
	(void)state;
	struct serving s;
	pid_t pid = serve(&all);
	serving_read(&home, &s);
	end(pid);
	assert_int_equal(s.pid, pid); /* that of the lock counts */
	assert_int_equal(s.since, 2);
	assert_int_equal(s.lighttpd.pid, 3);
	assert_int_equal(s.lighttpd.restarts, 4);
	assert_int_equal(s.rollcalld.since, 8);
	assert_int_equal(s.naddresses, 2);
	assert_string_equal(s.addresses[1], "https://[::1]:443/update/");
}

static void only_the_living(void **state)
{
	(void)state;
	struct serving s;
	serving_read(&home, &s);
	assert_int_equal(s.pid, 0);
	end(serve(&all));
	serving_read(&home, &s);
	assert_int_equal(s.pid, 0);
	assert_int_equal(s.naddresses, 0);
	/* The next one has not said anything yet: what the dead one said is gone. */
	pid_t pid = serve(NULL);
	serving_read(&home, &s);
	assert_int_equal(s.pid, pid);
	assert_int_equal(s.lighttpd.pid, 0);
	end(pid);
}

static void one_at_a_time(void **state)
{
	(void)state;
	char number[16];
	pid_t pid = serve(&all);
	snprintf(number, sizeof number, "%d", (int)pid);
	assert_false(serving_lock(&home, &e));
	assert_non_null(strstr(e.text, number));
	assert_int_equal(access(home.serve_says, F_OK), 0); /* nothing of the other was touched */
	end(pid);
	assert_true(serving_lock(&home, &e));
}

static void rubbish_is_nothing(void **state)
{
	(void)state;
	static const char text[] = "pid\nsince x\nlighttpd.pid 7\nunknown 1\naddress a\naddress b\n"
				   "address c\naddress d\n\n \n";
	struct serving s;
	pid_t pid = serve(NULL);
	folder_write(home.run, "serve", text, sizeof text - 1);
	serving_read(&home, &s);
	end(pid);
	assert_int_equal(s.pid, pid);
	assert_int_equal(s.since, 0);
	assert_int_equal(s.lighttpd.pid, 7);
	assert_int_equal(s.naddresses, SERVING_ADDRESSES);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(comes_back),
	    TEST(only_the_living),
	    TEST(one_at_a_time),
	    TEST(rubbish_is_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
