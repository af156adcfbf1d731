/* SPDX-License-Identifier: ISC */
/* What of the logs is found, and where a search goes on. */
#include "desk/logs.h"

#include "base/file.h"
#include "home/logfile.h"

#include "test/unit/home_fixture.h"

#define NOW 1767225600 /* 2026-01-01T00:00:00Z */

static struct arena a;
static struct logs found;

static void write_line(bool alarms, int64_t received, const char *from, const char *text)
{
	const struct entry entry = {.received = received,
	    .from = from,
	    .address = "192.0.2.7",
	    .event = alarms ? "alarm" : "syslog",
	    .text = text};
	struct buf line = {0};
	char *path = logs_path(&home, config, alarms), *lock = logs_lock_path(&home, alarms);
	struct logfile l = {
	    .path = path, .lock_path = lock, .size_most = 400, .keep = 4, .fd = -1, .lock = -1};
	entry_print(&line, &entry);
	if (!logfile_add(&l, line.data, line.size, &w.e))
		fail_msg("%s", w.e.text);
	logfile_close(&l);
	buf_free(&line);
	free(path);
	free(lock);
}

static int setup(void **state)
{
	(void)state;
	home_fixture_setup("");
	const char *const folders[] = {config->logs_dir, config->logs_alarmdir, "run"};
	for (size_t i = 0; i < COUNT(folders); i++) {
		char *path = home_path(&home, folders[i]);
		if (!file_mkdirs(path, 0755, &w.e))
			fail_msg("%s", w.e.text);
		free(path);
	}
	return 0;
}

static int teardown(void **state)
{
	arena_free(&a);
	return home_fixture_teardown(state);
}

static void find(struct logs_query q)
{
	q.until = q.until ? q.until : INT64_MAX;
	q.most = q.most ? q.most : 100;
	if (!logs_find(&home, config, &a, &q, &found, &w.e))
		fail_msg("%s", w.e.text);
	assert_string_equal(found.problem, "");
}

/* The texts of what was found, the newest first. */
static void expect(const char *texts)
{
	struct buf got = {0};
	for (size_t i = 0; i < found.count; i++)
		buf_addf(&got, "%s%s", i ? " " : "", found.list[i].text);
	assert_string_equal(buf_text(&got), texts);
	buf_free(&got);
}

/* Some 12 lines, in several files. */
static void write_twelve(void)
{
	for (int i = 0; i < 12; i++) {
		char text[16];
		snprintf(text, sizeof text, "n%d", i);
		write_line(
		    false, NOW + (int64_t)i * 60, i % 3 ? "IP1-00-00-01" : "IP2-00-00-02", text);
	}
}

static void nothing(void **state)
{
	(void)state;
	find((struct logs_query){.follow = true});
	expect("");
	assert_false(found.more);
	size_t size;
	assert_null(logtail_next(found.tail, &size));
	write_twelve();
	for (int i = 0; i < 12; i++)
		assert_non_null(logtail_next(found.tail, &size));
	assert_null(logtail_next(found.tail, &size));
	logtail_close(found.tail);
}

static void newest_first(void **state)
{
	(void)state;
	write_twelve();
	write_line(true, NOW, "x", "an-alarm");
	find((struct logs_query){.most = 3});
	expect("n11 n10 n9");
	assert_true(found.more);
	find((struct logs_query){.most = 12});
	assert_int_equal(found.count, 12);
	assert_false(found.more);
	find((struct logs_query){.alarms = true});
	expect("an-alarm");
}

static void by_words_device_and_time(void **state)
{
	static const char *const words[] = {"SYSLOG", "n1"}, *const none[] = {"n1", "nowhere"};
	(void)state;
	write_twelve();
	find((struct logs_query){.words = words, .nwords = 2});
	expect("n11 n10 n1");
	find((struct logs_query){.words = none, .nwords = 2});
	expect("");
	find((struct logs_query){.from = "IP2-00-00-02"});
	expect("n9 n6 n3 n0");
	find((struct logs_query){.from = "IP2-00-00"});
	expect("");
	find((struct logs_query){.since = NOW + 9 * 60, .until = NOW + 11 * 60});
	expect("n10 n9");
	find((struct logs_query){.from = "IP2-00-00-02", .since = NOW + 1, .most = 2});
	expect("n9 n6");
	assert_true(found.more);
	find((struct logs_query){.from = "IP2-00-00-02", .since = NOW + 1, .most = 3});
	assert_false(found.more);
}

/* The clock was set back for a while: what is out of order is found all the same. */
static void out_of_order(void **state)
{
	(void)state;
	write_line(false, NOW + 100, "x", "a");
	write_line(false, NOW - 7200, "x", "b");
	write_line(false, NOW + 200, "x", "c");
	find((struct logs_query){.since = NOW});
	expect("c a");
}

static void lines_that_are_none(void **state)
{
	(void)state;
	write_line(false, NOW, "x", "a");
	char *path = logs_path(&home, config, false);
	FILE *f = fopen(path, "a");
	fputs("somebody's note\n\n2026-01-01T00:00:00Z\t-\thalf", f);
	fwrite("\0\0\n", 1, 3, f);
	fclose(f);
	free(path);
	write_line(false, NOW, "x", "b");
	find((struct logs_query){.most = 0});
	expect("b a");
}

static void pages(void **state)
{
	static const char *const expected[] = {"n11 n10 n9 n8 n7", "n6 n5 n4 n3 n2", "n1 n0"};
	struct logplace next;
	(void)state;
	write_twelve();
	for (size_t i = 0; i < COUNT(expected); i++) {
		find((struct logs_query){.most = 5, .before = i ? &next : NULL});
		expect(expected[i]);
		assert_int_equal(found.more, i < 2);
		next = found.next;
		char text[16];
		snprintf(text, sizeof text, "n%zu", 100 + i); /* meanwhile others write */
		write_line(false, NOW + 3600, "x", text);
	}
}

static void what_is_newer(void **state)
{
	(void)state;
	write_twelve();
	find((struct logs_query){.most = 1});
	struct logplace newest = found.newest;
	find((struct logs_query){.after = &newest});
	expect("");
	write_line(false, NOW + 3600, "x", "new1");
	write_line(false, NOW + 3600, "x", "new2");
	find((struct logs_query){.after = &newest});
	expect("new2 new1");
	for (int i = 0; i < 4; i++) /* through a rotation */
		write_line(false, NOW + 3601, "x", "more");
	find((struct logs_query){.after = &newest});
	expect("more more more more new2 new1");
}

/* An address of a page may be years old, or made up. */
static void places_that_are_none(void **state)
{
	static const struct logplace made_up[] = {
	    {12345678, 0}, {1, -1}, {0, 99}, {~0ULL, 1LL << 62}};
	(void)state;
	write_twelve();
	for (size_t i = 0; i < COUNT(made_up); i++) {
		find((struct logs_query){.before = &made_up[i]});
		expect("");
		find((struct logs_query){.after = &made_up[i]});
		assert_int_equal(found.count, 12);
	}
}

static void what_cannot_be_read_is_said(void **state)
{
	(void)state;
	char *path = logs_path(&home, config, false);
	assert_int_equal(symlink("/etc/passwd", path), 0);
	const struct logs_query q = {.until = INT64_MAX, .most = 1};
	assert_false(logs_find(&home, config, &a, &q, &found, &w.e));
	assert_non_null(strstr(w.e.text, path));
	free(path);
}

static void times(void **state)
{
	static const struct {
		const char *text;
		int64_t when;
	} cases[] = {
	    {"2026-01-01", NOW},
	    {"2026-01-01T00:01:00Z", NOW + 60},
	    {"0s", NOW},
	    {"90s", NOW - 90},
	    {"15m", NOW - 900},
	    {"2h", NOW - 7200},
	    {"7d", NOW - 7 * 86400},
	};
	static const char *const none[] = {"", "s", "7", "7w", "-7d", "7 d", "2026-13-01",
	    "yesterday", "2026-01-01T25:00:00Z", "99999999999d", "1.5h", "7dd"};
	int64_t when;
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_true(logs_time(cases[i].text, NOW, &when, &w.e));
		assert_int_equal(when, cases[i].when);
	}
	for (size_t i = 0; i < COUNT(none); i++) {
		if (logs_time(none[i], NOW, &when, &w.e))
			fail_msg("\"%s\" is a time", none[i]);
		assert_non_null(strstr(w.e.text, "is no time: 2026-03-01"));
	}
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
	    T(nothing),
	    T(newest_first),
	    T(by_words_device_and_time),
	    T(out_of_order),
	    T(lines_that_are_none),
	    T(pages),
	    T(what_is_newer),
	    T(places_that_are_none),
	    T(what_cannot_be_read_is_said),
	    T(times),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
