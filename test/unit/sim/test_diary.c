/* SPDX-License-Identifier: ISC */
/* sim/diary: what a device logs and reports, that nothing is missing, and what it does when nobody takes it. */
#include "tools/sim/device.h"
#include "tools/sim/diary.h"

#include "test/unit/helpers.h"

#define NOW 1767225600 /* 2026-01-01T00:00:00Z */

static struct device d;
static struct diary_page page;

static int setup(void **state)
{
	(void)state;
	device_init(&d, 0, "IP232", "http://127.0.0.1:8080/update/update.php?sn=#m");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	diary_page_free(&page);
	page = (struct diary_page){0};
	device_free(&d);
	return 0;
}

static enum diary_kind next(void)
{
	diary_next(&d, NOW, &page);
	return page.kind;
}

static void nothing_unless_asked(void **state)
{
	(void)state;
	assert_int_equal(next(), DIARY_NOTHING);
	for (d.polls = 1; d.polls < 100; d.polls++)
		diary_go_on(&d, 0, false);
	assert_int_equal(next(), DIARY_NOTHING);
}

static void as_specified(void **state)
{
	static const char expected[] =
	    "event=syslog&time=1767225600&date=20260101-000000&from=IP232-00-00-00"
	    "&msg=LOG_HTTP%200%20TCP-Up%20192.0.2.1";
	(void)state;
	diary_go_on(&d, 1, false);
	assert_int_equal(next(), DIARY_LOG);
	assert_string_equal(buf_text(&page.body), expected);
	assert_false(page.posted);
	assert_string_equal(strchr(buf_text(&page.url), '?') + 1, expected);
	*strchr(page.url.data, '?') = '\0';
	assert_string_equal(page.url.data, "http://127.0.0.1:8080/ap/log.fcgi");
	diary_taken(&d, DIARY_LOG);
	assert_int_equal(next(), DIARY_NOTHING);
}

/* The one after it is posted. */
static void both_ways(void **state)
{
	(void)state;
	diary_go_on(&d, 2, false);
	next();
	diary_taken(&d, DIARY_LOG);
	assert_int_equal(next(), DIARY_LOG);
	assert_true(page.posted);
	assert_string_equal(buf_text(&page.url), "http://127.0.0.1:8080/ap/log.fcgi");
	assert_non_null(strstr(buf_text(&page.body), "msg=LOG_PHONE%201%20"));
}

static void servers(void **state)
{
	static const struct {
		const char *url, *server;
	} cases[] = {
	    {"http://h?x=/", "http://h/ap/log.fcgi"},
	    {"https://[::1]:444/a/b#c", "https://[::1]:444/ap/log.fcgi"},
	    {"http://h", "http://h/ap/log.fcgi"},
	    {"http://#i:1/", "http://10.0.0.1:1/ap/log.fcgi"},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		teardown(NULL);
		device_init(&d, 0, "IP232", cases[i].url);
		diary_go_on(&d, 1, false);
		next();
		assert_non_null(strchr(page.url.data, '?'));
		*strchr(page.url.data, '?') = '\0';
		assert_string_equal(page.url.data, cases[i].server);
	}
}

/* What is not acknowledged stays, up to a number; the numbers of what was forgotten are missing. */
static void kept(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++) {
		diary_go_on(&d, 400, false);
		next();
	}
	assert_int_equal(d.diary.owed, DIARY_KEPT);
	assert_int_equal(d.diary.logged, 200);
	for (int i = 0; i < DIARY_KEPT; i++) {
		assert_int_equal(next(), DIARY_LOG);
		diary_taken(&d, DIARY_LOG);
	}
	assert_int_equal(next(), DIARY_NOTHING);
	assert_int_equal(d.diary.logged, 1200);
}

/* Each that was raised is cleared, with the same code, and an unacknowledged one is said again. */
static void alarms_begin_and_end(void **state)
{
	char code[64] = "";
	int raised = 0, cleared = 0;
	(void)state;
	for (d.polls = 1; d.polls < 200; d.polls++) {
		diary_go_on(&d, 0, true);
		while (next() != DIARY_NOTHING) {
			char now[64];
			assert_int_equal(page.kind, DIARY_ALARM);
			assert_non_null(strstr(buf_text(&page.url), "/ap/alarm.fcgi"));
			assert_non_null(strstr(buf_text(&page.body), "&serial=00-90-33-00-00-00&"));
			assert_int_equal(
			    sscanf(strstr(buf_text(&page.body), "code="), "code=%63[^&]", now), 1);
			bool raises = strncmp(buf_text(&page.body), "event=alarm&", 12) == 0;
			assert_int_equal(raised - cleared, raises ? 0 : 1);
			if (!raises)
				assert_string_equal(code, now);
			memcpy(code, now, sizeof code);
			next(); /* it was not taken */
			raised += raises;
			cleared += !raises;
			diary_taken(&d, DIARY_ALARM);
		}
	}
	assert_true(raised > 20 && raised < 80);
	assert_true(raised - cleared <= 1);
}

/* The same in every run, and not the same for all. */
static void repeats(void **state)
{
	struct device other;
	int differ = 0;
	(void)state;
	device_init(&other, 1, "IP232", "http://h/");
	for (uint32_t i = 1; i < 100; i++) {
		d.polls = other.polls = i;
		diary_go_on(&d, 0, true);
		diary_go_on(&other, 0, true);
		differ += d.diary.alarm != other.diary.alarm;
		d.diary = other.diary = (struct diary){0};
	}
	assert_true(differ > 10);
	device_free(&other);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
	    T(nothing_unless_asked),
	    T(as_specified),
	    T(both_ways),
	    T(servers),
	    T(kept),
	    T(alarms_begin_and_end),
	    T(repeats),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
