/* SPDX-License-Identifier: ISC */
/* Failed sign-ins: who waits for how long, and that nobody can make others wait, or free himself. */
#include "guard/throttle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#define HERE "192.0.2.7"
#define THERE "198.51.100.9"

static struct throttle *t;

static int make(void **state)
{
	(void)state;
	t = throttle_new();
	return t ? 0 : -1;
}

static int drop(void **state)
{
	(void)state;
	throttle_free(t);
	return 0;
}

static void fail_times(const char *address, const char *user, int times, int64_t now)
{
	for (int i = 0; i < times; i++)
		throttle_failed(t, address, user, now);
}

static void doubled(void **state)
{
	int64_t now = 1000, delay = THROTTLE_FIRST;
	(void)state;
	for (int i = 0; i < THROTTLE_FREE; i++) {
		assert_int_equal(throttle_wait(t, HERE, "anna", now), 0);
		throttle_failed(t, HERE, "anna", now);
	}
	for (int i = 0; i < 30; i++) {
		assert_int_equal(throttle_wait(t, HERE, "anna", now), delay);
		assert_int_equal(throttle_wait(t, HERE, "anna", now + delay - 1), 1);
		now += delay;
		if (delay == THROTTLE_MOST)
			break;
		assert_int_equal(throttle_wait(t, HERE, "anna", now), 0);
		throttle_failed(t, HERE, "anna", now);
		delay = delay * 2 > THROTTLE_MOST ? THROTTLE_MOST : delay * 2;
	}
	assert_int_equal(delay, THROTTLE_MOST);
	/* After as long, all is forgotten. */
	fail_times(HERE, "anna", THROTTLE_FREE - 1, now);
	assert_int_equal(throttle_wait(t, HERE, "anna", now), 0);
}

/* The clock of another process may be a second behind, or far off: nobody waits for longer than said. */
static void clock_behind(void **state)
{
	(void)state;
	fail_times(HERE, "anna", 255 + 10, 5000);
	assert_int_equal(throttle_wait(t, HERE, "anna", 10), THROTTLE_MOST);
	assert_int_equal(throttle_wait(t, HERE, "anna", 5000), THROTTLE_MOST);
	assert_int_equal(throttle_wait(t, HERE, "anna", 5000 + THROTTLE_MOST), 0);
}

static void others_do_not_wait(void **state)
{
	(void)state;
	fail_times(HERE, "anna", THROTTLE_FREE, 0);
	assert_true(throttle_wait(t, HERE, "anna", 0) > 0);
	assert_int_equal(throttle_wait(t, HERE, "berta", 0), 0);
	assert_int_equal(throttle_wait(t, THERE, "anna", 0), 0);
}

static void passed(void **state)
{
	(void)state;
	fail_times(HERE, "anna", THROTTLE_FREE, 0);
	fail_times(HERE, "berta", THROTTLE_FREE, 0);
	throttle_passed(t, HERE, "anna", 0);
	assert_int_equal(throttle_wait(t, HERE, "anna", 0), 0);
	assert_true(throttle_wait(t, HERE, "berta", 0) > 0);
	fail_times(HERE, "anna", THROTTLE_FREE - 1, 0);
	assert_int_equal(throttle_wait(t, HERE, "anna", 0), 0);
	throttle_passed(t, HERE, "nobody", 0);
}

/* One password for many names; who has an account of his own gains nothing by using it in between. */
static void spraying(void **state)
{
	char name[32];
	(void)state;
	for (int i = 0; i < THROTTLE_SPRAY; i++) {
		snprintf(name, sizeof name, "user%d", i);
		assert_int_equal(throttle_wait(t, HERE, name, 0), 0);
		throttle_failed(t, HERE, name, 0);
		if (i >= THROTTLE_SPRAY - 1)
			continue;
		throttle_failed(t, HERE, "mallory", 0);
		throttle_passed(t, HERE, "mallory", 0);
	}
	assert_int_equal(throttle_wait(t, HERE, "one more", 0), THROTTLE_FIRST);
	assert_int_equal(throttle_wait(t, THERE, "one more", 0), 0);
}

/* Many addresses against one user: each gets one try, and the user himself is let in from elsewhere. */
static void many_addresses(void **state)
{
	char address[32];
	(void)state;
	for (int i = 0; i < THROTTLE_USER; i++) {
		snprintf(address, sizeof address, "10.0.%d.1", i);
		assert_int_equal(throttle_wait(t, address, "anna", 0), 0);
		throttle_failed(t, address, "anna", 0);
	}
	assert_int_equal(throttle_wait(t, "10.0.0.1", "anna", 0), THROTTLE_FIRST);
	assert_int_equal(throttle_wait(t, "10.0.0.1", "berta", 0), 0);
	assert_int_equal(throttle_wait(t, HERE, "anna", 0), 0);
	fail_times(HERE, "anna", 1, 0);
	assert_int_equal(throttle_wait(t, HERE, "anna", 0), THROTTLE_FIRST);
	fail_times(HERE, "anna", 1, 2);
	assert_int_equal(throttle_wait(t, HERE, "anna", 2), 2 * THROTTLE_FIRST);
	throttle_passed(t, HERE, "anna", 6);
	assert_int_equal(throttle_wait(t, HERE, "anna", 6), 0);
}

static void one_network_is_one_address(void **state)
{
	(void)state;
	fail_times("2001:db8:1:2::1", "anna", 3, 0);
	fail_times("2001:db8:1:2:ffff::7", "anna", 2, 0);
	assert_true(throttle_wait(t, "2001:db8:1:2:abcd::", "anna", 0) > 0);
	assert_int_equal(throttle_wait(t, "2001:db8:1:3::1", "anna", 0), 0);
	fail_times("::ffff:192.0.2.1", "anna", 5, 0);
	assert_true(throttle_wait(t, "192.0.2.1", "anna", 0) > 0);
	assert_int_equal(throttle_wait(t, "192.0.2.2", "anna", 0), 0);
	fail_times("no address", "anna", 5, 0);
	assert_true(throttle_wait(t, "no address", "anna", 0) > 0);
	assert_int_equal(throttle_wait(t, "", "anna", 0), 0);
}

/* Address and name do not run into each other. */
static void no_confusion(void **state)
{
	(void)state;
	fail_times("ab", "c", 5, 0);
	assert_int_equal(throttle_wait(t, "a", "bc", 0), 0);
	assert_int_equal(throttle_wait(t, "abc", "", 0), 0);
}

/* More of them than the table holds, ten times over: who failed often stays, and others still get in. */
static void overflow(void **state)
{
	char address[40];
	(void)state;
	fail_times(HERE, "anna", THROTTLE_FREE + 2, 0);
	for (int i = 0; i < 900000; i++) {
		snprintf(address, sizeof address, "2001:db8:%x:%x::1", i >> 16, i & 0xffff);
		throttle_failed(t, address, "anna", 1);
	}
	assert_true(throttle_wait(t, HERE, "anna", 1) > 0);
	assert_int_equal(throttle_wait(t, THERE, "anna", 1), 0);
	assert_int_equal(throttle_wait(t, THERE, "berta", 1), 0);
	/* What is old makes room. */
	fail_times(THERE, "anna", THROTTLE_FREE, THROTTLE_MOST + 1);
	assert_true(throttle_wait(t, THERE, "anna", THROTTLE_MOST + 1) > 0);
	assert_int_equal(throttle_wait(t, HERE, "anna", THROTTLE_MOST + 1), 0);
}

static int in_child(bool (*what)(void))
{
	int status;
	pid_t child = fork();
	if (child == 0)
		_exit(what() ? 1 : 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static bool begins(void)
{
	return throttle_begin(t, 1000);
}

static bool begins_later(void)
{
	return throttle_begin(t, 1000 + THROTTLE_HOLD_MS);
}

static bool ends(void)
{
	throttle_end(t);
	return true;
}

static bool fails(void)
{
	fail_times(HERE, "anna", THROTTLE_FREE, 0);
	return true;
}

static void one_at_a_time(void **state)
{
	(void)state;
	assert_true(throttle_begin(t, 1000));
	assert_int_equal(in_child(begins), 0);
	in_child(ends); /* of what is not his */
	assert_int_equal(in_child(begins), 0);
	throttle_end(t);
	assert_int_equal(in_child(begins), 1);
	assert_false(throttle_begin(t, 1001)); /* that one died with it */
	assert_int_equal(in_child(begins_later), 1);
	throttle_end(t); /* taken from us: not ours to give */
	assert_false(throttle_begin(t, 1001 + THROTTLE_HOLD_MS));
}

static bool queues(void)
{
	return throttle_queue(t, 1000);
}

static void queue(void **state)
{
	(void)state;
	for (int i = 0; i < THROTTLE_QUEUE; i++)
		assert_int_equal(in_child(queues), 1);
	assert_false(throttle_queue(t, 1000));
	assert_true(throttle_queue(t, 1000 + THROTTLE_HOLD_MS));
	throttle_leave(t);
	assert_true(throttle_queue(t, 1000 + THROTTLE_HOLD_MS));
}

static void shared(void **state)
{
	(void)state;
	in_child(fails);
	assert_true(throttle_wait(t, HERE, "anna", 0) > 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make, drop)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(doubled),
	    TEST(clock_behind),
	    TEST(others_do_not_wait),
	    TEST(passed),
	    TEST(spraying),
	    TEST(many_addresses),
	    TEST(one_network_is_one_address),
	    TEST(no_confusion),
	    TEST(overflow),
	    TEST(one_at_a_time),
	    TEST(queue),
	    TEST(shared),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
