/* SPDX-License-Identifier: ISC */
/* How much one sender may say, and that it is his own measure. */
#include "guard/flood.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOW 1000000 /* ms */
#define RATE 20
#define BURST (RATE * FLOOD_BURST)

static struct flood *f;

static int make(void **state)
{
	(void)state;
	f = flood_new();
	return f ? 0 : -1;
}

static int drop(void **state)
{
	(void)state;
	flood_free(f);
	return 0;
}

/* How many of so many tries there was a token for. */
static int taken(const char *who, int tries, int64_t now)
{
	int count = 0;
	for (int i = 0; i < tries; i++)
		count += flood_take(f, who, RATE, now) == 0;
	return count;
}

static void burst_then_rate(void **state)
{
	(void)state;
	assert_int_equal(taken("a", 2 * BURST, NOW), BURST);
	assert_int_equal(flood_take(f, "a", RATE, NOW), 1);
	/* A second brings RATE of them, an hour not more than a burst. */
	assert_int_equal(taken("a", BURST, NOW + 1000), RATE);
	assert_int_equal(taken("a", BURST, NOW + 1050), 1);
	assert_int_equal(taken("a", 2 * BURST, NOW + 3600000), BURST);
}

static void says_when(void **state)
{
	(void)state;
	for (int i = 0; i < FLOOD_BURST; i++)
		assert_int_equal(flood_take(f, "slow", 1, NOW), 0);
	assert_int_equal(flood_take(f, "slow", 1, NOW), 1);
	assert_int_equal(flood_take(f, "slow", 1, NOW + 999), 1);
	assert_int_equal(flood_take(f, "slow", 1, NOW + 1000), 0);
}

static void others_are_not_held_up(void **state)
{
	char who[32];
	(void)state;
	taken("flood", 1000, NOW);
	for (int i = 0; i < 1000; i++) {
		snprintf(who, sizeof who, "phone %d", i);
		assert_int_equal(flood_take(f, who, RATE, NOW), 0);
	}
	assert_int_not_equal(flood_take(f, "flood", RATE, NOW), 0);
}

/* Names that somebody makes up push him out of the table at worst, and nobody else into waiting. */
static void made_up_names(void **state)
{
	char who[32];
	int refused = 0;
	(void)state;
	for (int i = 0; i < 300000; i++) {
		snprintf(who, sizeof who, "made up %d", i);
		refused += flood_take(f, who, RATE, NOW) != 0;
	}
	assert_true(refused < 3000);
	assert_int_equal(flood_take(f, "honest", RATE, NOW), 0);
}

static void shared_by_processes(void **state)
{
	int status, total = 0;
	(void)state;
	for (int i = 0; i < 4; i++) {
		if (fork() == 0)
			_exit(taken("a", 100, NOW) & 0xff);
	}
	for (int i = 0; i < 4; i++) {
		assert_true(wait(&status) > 0);
		total += WEXITSTATUS(status);
	}
	assert_int_equal(total, BURST);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, make, drop)
	const struct CMUnitTest tests[] = {
	    T(burst_then_rate),
	    T(says_when),
	    T(others_are_not_held_up),
	    T(made_up_names),
	    T(shared_by_processes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
