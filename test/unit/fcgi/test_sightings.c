/* SPDX-License-Identifier: ISC */
/* fcgi/sightings: what came through the pipe, one entry per device, sorted. */
#include "fcgi/sightings.h"

#include "test/unit/helpers.h"

#include <errno.h>

static struct sightings s;
static int ends[2];

static int open_pipe(void **state)
{
	struct err e;
	(void)state;
	s = (struct sightings){0};
	return memory_pipe(ends, &e) ? 0 : -1;
}

static int close_pipe(void **state)
{
	(void)state;
	sightings_free(&s);
	close(ends[0]);
	close(ends[1]);
	return 0;
}

static void sight(const char *sn, int64_t time)
{
	struct sighting one = {.time = time};
	memcpy(one.sn, sn, strlen(sn));
	assert_int_equal(write(ends[1], &one, sizeof one), sizeof one);
}

static void assert_device(size_t i, const char *sn, int64_t time, int64_t polls)
{
	assert_true(i < s.count);
	assert_string_equal(s.devices[i].sn, sn);
	assert_int_equal(s.devices[i].time, time);
	assert_int_equal(s.devices[i].polls, polls);
}

static void the_pipe_does_not_block(void **state)
{
	(void)state;
	sightings_read(&s, ends[0]); /* nothing there: returns */
	assert_int_equal(s.count, 0);
	assert_int_equal(s.polls, 0);
	for (int i = 0; i < 2; i++) {
		assert_true(fcntl(ends[i], F_GETFD) & FD_CLOEXEC);
		assert_true(fcntl(ends[i], F_GETFL) & O_NONBLOCK);
	}
	/* Full, it refuses a whole one rather than take a part of it. */
	struct sighting one = {.sn = "a"};
	size_t sent = 0;
	while (write(ends[1], &one, sizeof one) == (ssize_t)sizeof one)
		sent++;
	assert_int_equal(errno, EAGAIN);
	assert_true(sent > 10000);
	sightings_read(&s, ends[0]);
	assert_device(0, "a", 0, (int64_t)sent);
}

static void one_entry_per_device(void **state)
{
	(void)state;
	sight("b", 10);
	sight("a", 11);
	sight("b", 13);
	sight("c", 12);
	sight("b", 12); /* of another worker, late: the last time counts */
	sightings_read(&s, ends[0]);
	assert_int_equal(s.count, 3);
	assert_int_equal(s.polls, 5);
	assert_device(0, "a", 11, 1);
	assert_device(1, "b", 13, 3);
	assert_device(2, "c", 12, 1);
}

static void what_comes_later_is_added(void **state)
{
	(void)state;
	sight("m", 10);
	sight("m", 11);
	sightings_read(&s, ends[0]);
	sight("m", 12);
	sight("a", 12);
	sight("z", 12);
	sightings_read(&s, ends[0]);
	sightings_read(&s, ends[0]); /* nothing new */
	assert_int_equal(s.count, 3);
	assert_int_equal(s.polls, 5);
	assert_device(0, "a", 12, 1);
	assert_device(1, "m", 12, 3);
	assert_device(2, "z", 12, 1);
	/* One that was on its way for long counts, and does not turn the time back. */
	sight("m", 5);
	sightings_read(&s, ends[0]);
	assert_device(1, "m", 12, 4);
}

static void cleared(void **state)
{
	(void)state;
	sight("a", 1);
	sight("b", 1);
	sightings_read(&s, ends[0]);
	sightings_clear(&s);
	assert_int_equal(s.count, 0);
	assert_int_equal(s.polls, 0);
	sight("b", 2);
	sightings_read(&s, ends[0]);
	assert_int_equal(s.count, 1);
	assert_device(0, "b", 2, 1); /* nothing of before */
}

static void many_devices(void **state)
{
	(void)state;
	char sn[16];
	for (int i = 4999; i >= 0; i--) {
		snprintf(sn, sizeof sn, "sn-%04d", i % 2500);
		sight(sn, 1000 + i);
	}
	sightings_read(&s, ends[0]);
	assert_int_equal(s.count, 2500);
	assert_int_equal(s.polls, 5000);
	for (int i = 0; i < 2500; i++) {
		snprintf(sn, sizeof sn, "sn-%04d", i);
		assert_device((size_t)i, sn, 1000 + 2500 + i, 2);
	}
}

/* A store that cannot be written must not make the writer grow for ever. */
static void no_more_than_some_are_held(void **state)
{
	(void)state;
	char sn[16];
	size_t sent = 0;
	for (size_t before = 1; before != s.count; sent += 10000) {
		assert_true(sent < 300000);
		before = s.count;
		for (int i = 0; i < 10000; i++) {
			struct sighting one = {.time = 1};
			snprintf(sn, sizeof sn, "%07zu", sent + (size_t)i);
			memcpy(one.sn, sn, strlen(sn));
			if (write(ends[1], &one, sizeof one) < 0)
				break;
		}
		sightings_read(&s, ends[0]);
	}
	assert_true(s.count >= 100000 && s.count < 101000);
	/* What stays in the pipe is read when there is room again. */
	sightings_clear(&s);
	sightings_read(&s, ends[0]);
	assert_true(s.count > 0);
}

static void a_text_without_an_end(void **state)
{
	(void)state;
	struct sighting one = {.time = 1};
	memset(one.sn, 'x', sizeof one.sn);
	assert_int_equal(write(ends[1], &one, sizeof one), sizeof one);
	sightings_read(&s, ends[0]);
	assert_int_equal(s.count, 1);
	assert_int_equal(strlen(s.devices[0].sn), sizeof one.sn - 1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, open_pipe, close_pipe)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(the_pipe_does_not_block),
	    TEST(one_entry_per_device),
	    TEST(what_comes_later_is_added),
	    TEST(cleared),
	    TEST(many_devices),
	    TEST(no_more_than_some_are_held),
	    TEST(a_text_without_an_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
