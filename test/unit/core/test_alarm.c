/* SPDX-License-Identifier: ISC */
#include "core/alarm.h"
#include "core/forward.h"

#include "base/limits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct arena a;

static struct alarm_report report(enum alarm_act act, int64_t time)
{
	return (struct alarm_report){.from = "IP24-1d-00-8d",
	    .code = "c0ffee",
	    .act = act,
	    .time = time,
	    .severity = ALARM_MAJOR,
	    .source = "SIP",
	    .text = "no trunk",
	    .details = "<x/>",
	    .serial = "00-90-33-1d-00-8d",
	    .address = "192.0.2.7"};
}

static struct alarm fresh(void)
{
	return (struct alarm){.from = "IP24-1d-00-8d",
	    .code = "c0ffee",
	    .source = "",
	    .text = "",
	    .details = "",
	    .serial = "",
	    .address = "",
	    .acked_by = "",
	    .note = ""};
}

static enum alarm_news take(struct alarm *alarm, enum alarm_act act, int64_t time)
{
	struct alarm_report r = report(act, time);
	return alarm_take(alarm, &r);
}

static void test_raised_and_cleared(void **state)
{
	struct alarm alarm = fresh();
	(void)state;
	assert_int_equal(take(&alarm, ALARM_RAISE, 100), ALARM_NEWS);
	assert_int_equal(alarm.raised, 100);
	assert_int_equal(alarm.count, 1);
	assert_string_equal(alarm.text, "no trunk");
	/* Again: it is no news, but it is counted. */
	assert_int_equal(take(&alarm, ALARM_RAISE, 150), ALARM_NOTHING);
	assert_int_equal(alarm.raised, 100);
	assert_int_equal(alarm.first, 100);
	assert_int_equal(alarm.last, 150);
	assert_int_equal(alarm.count, 2);
	alarm.acked = 160;
	alarm.acked_by = "anna";
	alarm.note = "on it";
	assert_int_equal(take(&alarm, ALARM_CLEAR, 200), ALARM_NEWS);
	assert_int_equal(alarm.raised, 0);
	assert_int_equal(alarm.cleared, 200);
	assert_int_equal(alarm.count, 2);
	assert_int_equal(alarm.acked, 160); /* what was done stays to be read */
	assert_int_equal(take(&alarm, ALARM_CLEAR, 210), ALARM_NOTHING);
	assert_int_equal(alarm.cleared, 200);
	/* Raised anew it is news again, and nobody has noted that one. */
	assert_int_equal(take(&alarm, ALARM_RAISE, 300), ALARM_NEWS);
	assert_int_equal(alarm.raised, 300);
	assert_int_equal(alarm.acked, 0);
	assert_string_equal(alarm.note, "");
	assert_int_equal(alarm.first, 100);
	assert_int_equal(alarm.count, 3);
}

static void test_event(void **state)
{
	struct alarm alarm = fresh();
	(void)state;
	assert_int_equal(take(&alarm, ALARM_EVENT, 100), ALARM_NEWS);
	assert_int_equal(take(&alarm, ALARM_EVENT, 110), ALARM_NEWS);
	assert_int_equal(alarm.raised, 0);
	assert_int_equal(alarm.count, 2);
	assert_int_equal(alarm.last, 110);
}

/* What was sent before, and comes later: several workers take what one device sends at once. */
static void test_late(void **state)
{
	struct alarm alarm = fresh();
	(void)state;
	take(&alarm, ALARM_RAISE, 100);
	take(&alarm, ALARM_CLEAR, 200);
	assert_int_equal(take(&alarm, ALARM_RAISE, 150), ALARM_NOTHING);
	assert_int_equal(alarm.raised, 0);
	assert_int_equal(alarm.count, 2);
	take(&alarm, ALARM_RAISE, 300);
	assert_int_equal(take(&alarm, ALARM_CLEAR, 250), ALARM_NOTHING);
	assert_int_equal(alarm.raised, 300);
}

static void test_report_of(void **state)
{
	static const char sent[] = "event=Clear&host=IP24-1d-00-8d&code=c0ffee&severity=2&text=up";
	struct entry entry;
	struct alarm_report r;
	struct err e;
	(void)state;
	assert_true(entry_parse(&a, sent, strlen(sent), &entry, &e));
	entry.received = 100;
	entry.address = "192.0.2.7";
	alarm_report_of(&a, &entry, &r);
	assert_int_equal(r.act, ALARM_CLEAR);
	assert_int_equal(r.severity, ALARM_MAJOR);
	assert_string_equal(alarm_id(&a, r.from, r.code), "IP24-1d-00-8d\tc0ffee");
	/* Without any of it, it still has a name. */
	assert_true(entry_parse(&a, "msg=a%0Ab", 9, &entry, &e));
	entry.received = 100;
	entry.address = "192.0.2.7";
	alarm_report_of(&a, &entry, &r);
	assert_int_equal(r.act, ALARM_EVENT);
	assert_int_equal(r.severity, ALARM_INDETERMINATE);
	const char *id = alarm_id(&a, r.from, r.code);
	assert_string_equal(id, "192.0.2.7\ta\\x0ab");
	assert_true(alarm_is_id(id, strlen(id)));
}

/* What the server says of itself, no device says or takes back. */
static void test_nobody_speaks_as_the_server(void **state)
{
	static const char *const names[] = {"server", "SERVER", "Server", "%73erver"};
	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		char sent[64];
		struct entry entry;
		struct alarm_report r;
		struct err e;
		snprintf(sent, sizeof sent, "event=clear&code=disk&from=%s", names[i]);
		assert_true(entry_parse(&a, sent, strlen(sent), &entry, &e));
		entry.address = "192.0.2.7";
		alarm_report_of(&a, &entry, &r);
		assert_string_equal(r.from, "192.0.2.7");
	}
}

static void test_ids(void **state)
{
	char id[ALARM_ID + 2];
	static const char *const wrong[] = {"", "a", "\tb", "a\t", "a\tb\tc", "a\nb\tc", "a\t\xff"};
	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_false(alarm_is_id(wrong[i], strlen(wrong[i])));
	assert_true(alarm_is_id("a\tb", 3));
	snprintf(id, sizeof id, "%0*d\tb", ALARM_FROM, 0);
	assert_true(alarm_is_id(id, strlen(id)));
	snprintf(id, sizeof id, "%0*d\tb", ALARM_FROM + 1, 0);
	assert_false(alarm_is_id(id, strlen(id)));
}

static void test_records(void **state)
{
	struct alarm was = fresh(), now;
	struct alarm_report r = report(ALARM_RAISE, 100), read;
	struct buf b = {0};
	(void)state;
	take(&was, ALARM_RAISE, 100);
	was.acked = 7;
	was.acked_by = "anna";
	alarm_encode(&b, NULL, &was);
	assert_true(alarm_decode(&a, "f\tc", 3, b.data, b.size, &now));
	assert_string_equal(now.from, "f");
	assert_string_equal(now.code, "c");
	assert_int_equal(now.raised, 100);
	assert_int_equal(now.severity, ALARM_MAJOR);
	assert_string_equal(now.acked_by, "anna");
	assert_string_equal(now.note, "");
	assert_false(alarm_decode(&a, "f\tc", 3, b.data, b.size - 1, &now));
	buf_reset(&b);
	alarm_report_encode(&b, &r);
	assert_true(alarm_report_decode(&a, b.data, b.size, &read));
	assert_string_equal(read.details, "<x/>");
	assert_false(alarm_report_decode(&a, b.data, b.size - 1, &read));
	assert_false(alarm_report_decode(&a, "", 0, &read)); /* no act, no time */
	buf_free(&b);
}

static void test_words(void **state)
{
	(void)state;
	assert_string_equal(alarm_act_word(ALARM_RAISE), "raise");
	assert_string_equal(alarm_act_word(0), "?");
	assert_string_equal(alarm_act_word(4), "?");
	assert_string_equal(alarm_severity_word(ALARM_MINOR), "minor");
	assert_string_equal(alarm_severity_word(ALARM_MAJOR), "major");
	assert_string_equal(alarm_severity_word(-1), "?");
	assert_string_equal(alarm_severity_word(3), "?");
}

/* ---- forward ---- */

static void test_back_off(void **state)
{
	struct forward_state f = {.id = "ops", .problem = ""};
	int64_t now = 1000, last = 0;
	(void)state;
	for (int i = 0; i < 20; i++) {
		forward_failed(&f, "refused", now);
		assert_true(f.next - now >= FORWARD_FIRST && f.next - now <= FORWARD_MOST);
		assert_true(f.next - now >= last);
		last = f.next - now;
	}
	assert_int_equal(last, FORWARD_MOST);
	assert_int_equal(f.failures, 20);
	assert_string_equal(f.problem, "refused");
	forward_took(&f, 7, true, 2000);
	assert_int_equal(f.taken, 7);
	assert_int_equal(f.sent, 1);
	assert_int_equal(f.sent_at, 2000);
	assert_int_equal(f.failures + f.next, 0);
	assert_string_equal(f.problem, "");
	forward_took(&f, 8, false, 3000);
	assert_int_equal(f.taken, 8);
	assert_int_equal(f.sent, 1);
	assert_int_equal(f.sent_at, 2000);
}

static void test_forward_records(void **state)
{
	const struct news sent = {.report = report(ALARM_RAISE, 100), .count = 3};
	struct news read;
	struct forward_state was = {.id = "ops", .taken = 9, .problem = "refused", .next = 5}, now;
	struct buf b = {0};
	(void)state;
	news_encode(&b, &sent);
	assert_true(news_decode(&a, 12, b.data, b.size, &read));
	assert_int_equal(read.number, 12);
	assert_int_equal(read.count, 3);
	assert_string_equal(read.report.text, "no trunk");
	assert_false(news_decode(&a, 12, b.data, b.size - 1, &read));
	buf_reset(&b);
	forward_encode(&b, NULL, &was);
	assert_true(forward_decode(&a, "ops", b.data, b.size, &now));
	assert_int_equal(now.taken, 9);
	assert_string_equal(now.problem, "refused");
	buf_reset(&b);
	forward_took(&now, 10, true, 1);
	forward_encode(&b, &was, &now);
	assert_true(b.size > 0);
	assert_true(forward_decode(&a, "ops", b.data, b.size, &now));
	assert_string_equal(now.problem, "");
	buf_free(&b);
}

static int clean(void **state)
{
	(void)state;
	arena_free(&a);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_teardown(test_raised_and_cleared, clean),
	    cmocka_unit_test_teardown(test_event, clean),
	    cmocka_unit_test_teardown(test_late, clean),
	    cmocka_unit_test_teardown(test_report_of, clean),
	    cmocka_unit_test_teardown(test_nobody_speaks_as_the_server, clean),
	    cmocka_unit_test_teardown(test_ids, clean),
	    cmocka_unit_test_teardown(test_records, clean),
	    cmocka_unit_test_teardown(test_words, clean),
	    cmocka_unit_test_teardown(test_back_off, clean),
	    cmocka_unit_test_teardown(test_forward_records, clean),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
