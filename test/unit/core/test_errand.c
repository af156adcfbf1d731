/* SPDX-License-Identifier: ISC */
/* core/errand: what a command file says, when it is due, and where a backup is sent. */
#include "core/errand.h"

#include "base/limits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define URL "http://192.0.2.1/b/cfg-#i-#b3.tar.gz"

static struct arena a;
static struct errands all;

static int teardown(void **state)
{
	(void)state;
	arena_free(&a);
	return 0;
}

static void parse(const char *text)
{
	errand_parse(&a, text, strlen(text), &all);
}

/* Exactly this is wrong with it. */
static void wrong(const char *text, const char *says)
{
	parse(text);
	assert_int_equal(all.nsaid, 1);
	assert_string_equal(all.said[0], says);
}

/* 2026-03-02 was a Monday. */
static struct tm at(int day, int hour)
{
	struct tm tm = {.tm_year = 126, .tm_mon = 2, .tm_mday = day, .tm_hour = hour};
	time_t t = timegm(&tm);
	gmtime_r(&t, &tm);
	return tm;
}

static bool is_due(size_t i, int day, int hour, const struct errand_done *done)
{
	struct tm tm = at(day, hour);
	return errand_is_due(&all.list[i], done, &tm);
}

/* ---- reading ---- */

static void nothing(void **state)
{
	(void)state;
	parse("");
	assert_int_equal(all.count, 0);
	parse("\n\r\n  \t\n# saveconfig http://x/\n   # more\n");
	assert_int_equal(all.count + all.nsaid, 0);
	assert_int_equal(errand_said(&all), 0);
}

static void names(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		enum errand_what what;
	} rows[] = {
	    {"saveinnovaphonecfgs", ERRAND_ALL},
	    {"saveinnovaphonelogs", ERRAND_LOGS},
	    {"saveinnovaphone-rollcallcfgs", ERRAND_CONFIG},
	    {"saveinnovaphone-rollcalllogs", ERRAND_LOGS},
	    {"saveinnovaphone-rollcalldb", ERRAND_DEVICES},
	    {"saveconfig", ERRAND_ALL},
	    {"savelogs", ERRAND_LOGS},
	    {"savedb", ERRAND_DEVICES},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		parse(arena_concat(&a, "\xef\xbb\xbf  ", rows[i].name, "\t " URL " \r\n"));
		assert_int_equal(all.nsaid, 0);
		assert_int_equal(all.count, 1);
		assert_string_equal(all.list->name, rows[i].name);
		assert_string_equal(all.list->url, URL);
		assert_int_equal(all.list->what, rows[i].what);
		assert_false(all.list->timed);
	}
}

static void what_is_wrong_is_said(void **state)
{
	(void)state;
	wrong("\nsaveinnovaphone-reportingcfgs http://x/",
	    "line 2: \"saveinnovaphone-reportingcfgs\" is no command that is known here");
	wrong("SAVECONFIG http://x/", "line 1: \"SAVECONFIG\" is no command that is known here");
	wrong("\x1b[31m\xff", "line 1: \"\\x1b[31m\\xff\" is no command that is known here");
	wrong("saveconfig", "line 1: saveconfig needs a URL, http:// or https://");
	wrong(
	    "saveconfig file:///etc/passwd", "line 1: saveconfig needs a URL, http:// or https://");
	wrong("saveconfig http://x/\x01y", "line 1: saveconfig needs a URL, http:// or https://");
	wrong("savelogs http://x/ y", "line 1: there is more behind the URL of savelogs");
	assert_int_equal(all.count, 0);
	int64_t one = errand_said(&all);
	assert_true(one > 0);
	wrong("savelogs http://x/ z z", "line 1: there is more behind the URL of savelogs");
	assert_int_equal(errand_said(&all), one);
	wrong("savedb http://x/ y", "line 1: there is more behind the URL of savedb");
	assert_int_not_equal(errand_said(&all), one);
}

/* What was meant for some hours must not happen in all of them. */
static void wrong_times(void **state)
{
	(void)state;
	static const char *const words[] = {"day:0", "day:8", "day:", "day:1,", "day:1;2",
	    "hour:24", "hour:-1", "hour:x", "minute:5", "10", "day:1,99999999999999999999"};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		parse(arena_concat(&a, "times day:1 ", words[i],
		    "\nsaveconfig " URL "\ntimes hour:3\nsavelogs " URL));
		assert_int_equal(all.nsaid, 1);
		assert_non_null(strstr(all.said[0], words[i]));
		assert_int_equal(all.count, 1);
		assert_string_equal(all.list->name, "savelogs");
	}
}

static void limits(void **state)
{
	(void)state;
	struct buf text = {0};
	for (int i = 0; i < LIMIT_ERRANDS + 5; i++)
		buf_addf(&text, "savelogs http://x/%d\n", i);
	parse(text.data);
	assert_int_equal(all.count, LIMIT_ERRANDS);
	assert_int_equal(all.nsaid, 5);
	buf_reset(&text);
	for (int i = 0; i < 1000; i++)
		buf_addf(&text, "wrong%d\n", i);
	parse(text.data);
	assert_int_equal(all.nsaid, LIMIT_ERRANDS);
	buf_reset(&text);
	buf_adds(&text, "savelogs http://x/");
	for (int i = 0; i < LIMIT_SETTING; i++)
		buf_addc(&text, 'x');
	wrong(text.data, "line 1: savelogs needs a URL, http:// or https://");
	buf_free(&text);
}

/* ---- when ---- */

static void without_times_it_is_always_due(void **state)
{
	(void)state;
	const struct errand_done done = {.hour = INT64_MAX};
	parse("saveconfig " URL);
	for (int day = 1; day <= 7; day++)
		assert_true(is_due(0, day, day, &done));
}

static void days_and_hours(void **state)
{
	(void)state;
	parse("savelogs http://x/0\n"
	      "times day:1,2,3,4,5 hour:10,11\nsavelogs http://x/1\n"
	      "times day:6,7 hour:00\nsavelogs http://x/2\nsaveconfig http://x/3\n"
	      "times hour:23\nsavelogs http://x/4\ntimes\nsavelogs http://x/5");
	assert_int_equal(all.count, 6);
	assert_int_equal(all.nsaid, 0);
	for (int day = 2; day <= 8; day++) { /* Monday to Sunday */
		for (int hour = 0; hour < 24; hour++) {
			bool week = day <= 6;
			assert_true(is_due(0, day, hour, NULL));
			assert_int_equal(is_due(1, day, hour, NULL), week && hour / 2 == 5);
			assert_int_equal(is_due(2, day, hour, NULL), !week && hour == 0);
			assert_int_equal(is_due(3, day, hour, NULL), !week && hour == 0);
			assert_int_equal(is_due(4, day, hour, NULL), hour == 23);
			assert_true(is_due(5, day, hour, NULL));
		}
	}
}

static void once_in_an_hour(void **state)
{
	(void)state;
	struct tm now = at(2, 10);
	struct errand_done done = {.hour = errand_hour(&now)};
	parse("times\nsavelogs http://x/");
	assert_false(is_due(0, 2, 10, &done));
	assert_true(is_due(0, 2, 11, &done));
	assert_true(is_due(0, 3, 10, &done));
	int64_t last = 0;
	for (int hour = 0; hour < 24 * 800; hour++) {
		now = at(1, hour);
		assert_true(errand_hour(&now) > last);
		last = errand_hour(&now);
	}
}

/* ---- what was done ---- */

static void remembered(void **state)
{
	(void)state;
	struct errand_memory m = {.fetched = 1700000000, .said = 7}, again;
	struct buf text = {0};
	parse("saveconfig " URL "\nsavelogs " URL "\nsavelogs http://x/");
	assert_null(errand_find(&m, &all.list[0]));
	errand_note(&a, &m, &all.list[0], 100, 1);
	errand_note(&a, &m, &all.list[2], 200, 0);
	errand_note(&a, &m, &all.list[0], 300, 2);
	errand_memory_print(&text, &m, &all);
	assert_string_equal(
	    text.data, "1700000000 7\n300 2 saveconfig " URL "\n200 0 savelogs http://x/\n");
	errand_memory_read(&a, text.data, text.size, &again);
	assert_int_equal(again.fetched, 1700000000);
	assert_int_equal(again.said, 7);
	assert_int_equal(again.count, 2);
	assert_int_equal(errand_find(&again, &all.list[0])->number, 2);
	assert_int_equal(errand_find(&again, &all.list[0])->hour, 300);
	assert_null(errand_find(&again, &all.list[1]));
	/* What is not in the file any more is forgotten. */
	parse("savelogs http://x/");
	buf_reset(&text);
	errand_memory_print(&text, &again, &all);
	assert_string_equal(text.data, "1700000000 7\n200 0 savelogs http://x/\n");
	buf_free(&text);
}

static void damaged_memory(void **state)
{
	(void)state;
	static const char *const texts[] = {"", "x", "1", "1 x\n", "-1 0\n", "\n\n\n",
	    "5 5\n1 2 saveconfig", "5 5\nx 2 saveconfig http://x/",
	    "5 5\n1 100000 saveconfig http://x/"};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct errand_memory m;
		errand_memory_read(&a, texts[i], strlen(texts[i]), &m);
		assert_int_equal(m.count, 0);
		assert_int_equal(m.fetched, *texts[i] == '5' ? 5 : 0);
	}
}

/* ---- where to ---- */

static const char *url(const char *template, long number)
{
	static const struct errand_place place = {
	    "192.0.2.9", "00-90-33-30-00-af", "20260301-121500"};
	return errand_url(&a, template, &place, number);
}

static void macros(void **state)
{
	(void)state;
	assert_string_equal(url("http://x/", 1), "http://x/");
	assert_string_equal(url("http://x/#i-#m-#d-#b10.tar.gz", 7),
	    "http://x/192.0.2.9-00-90-33-30-00-af-20260301-121500-7.tar.gz");
	assert_string_equal(url("http://x/#b3#b3", 2), "http://x/22");
	assert_string_equal(url("http://x/#x#b#bx#b0#b999999#", 2), "http://x/#x#b#bx#b0#b999999#");
}

static void numbers_go_round(void **state)
{
	(void)state;
	struct errand_done done = {.number = 0};
	parse("saveconfig " URL "\nsaveconfig http://x/#d\nsaveconfig http://x/#x#b1");
	assert_int_equal(errand_number(&all.list[0], NULL), 1);
	for (long i = 0; i < 10; i++) {
		assert_int_equal(errand_number(&all.list[0], &done), i % 3 + 1);
		done.number = i % 3 + 1;
	}
	done.number = 50; /* there were more before */
	assert_int_equal(errand_number(&all.list[0], &done), 3);
	assert_int_equal(errand_number(&all.list[1], &done), 0);
	assert_int_equal(errand_number(&all.list[2], &done), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(nothing),
	    cmocka_unit_test(names),
	    cmocka_unit_test(what_is_wrong_is_said),
	    cmocka_unit_test(wrong_times),
	    cmocka_unit_test(limits),
	    cmocka_unit_test(without_times_it_is_always_due),
	    cmocka_unit_test(days_and_hours),
	    cmocka_unit_test(once_in_an_hour),
	    cmocka_unit_test(remembered),
	    cmocka_unit_test(damaged_memory),
	    cmocka_unit_test(macros),
	    cmocka_unit_test(numbers_go_round),
	};
	return cmocka_run_group_tests(tests, NULL, teardown);
}
