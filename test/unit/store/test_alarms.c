/* SPDX-License-Identifier: ISC */
/* store: alarms, the news that they make, and how far those are passed on. */
#include "base/limits.h"
#include "store/internal.h"

#include "test/unit/store/store_try.h"

static void report_by(
    const char *address, const char *from, const char *code, enum alarm_act act, int64_t time)
{
	const struct alarm_report r = {.from = from,
	    .code = code,
	    .act = act,
	    .time = time,
	    .severity = ALARM_MAJOR,
	    .source = "SIP",
	    .text = act == ALARM_CLEAR ? "" : "no trunk",
	    .details = "",
	    .serial = "",
	    .address = address};
	change_alarm(&w.list, &r);
}

static void report(const char *from, const char *code, enum alarm_act act, int64_t time)
{
	report_by("192.0.2.7", from, code, act, time);
}

static bool find(const char *from, const char *code, struct alarm *out)
{
	look();
	bool found = store_alarm(w.s, &w.arena, from, code, out);
	looked();
	return found;
}

static bool add_name(void *context, const struct alarm *alarm)
{
	struct buf *out = context;
	buf_addf(out, "%s/%s%s ", alarm->from, alarm->code, alarm->raised ? "!" : "");
	return true;
}

/* "a/1! a/2 b/1 "; '!': it is active. */
static const char *names(const char *from)
{
	static struct buf out;
	buf_reset(&out);
	look();
	store_alarms_each(w.s, &w.arena, from, add_name, &out);
	looked();
	const char *copy = arena_strdup(&w.arena, buf_text(&out));
	buf_free(&out);
	return copy;
}

/* "1 raise a/1, 2 clear a/1" */
static const char *news_after(int64_t number, size_t most)
{
	const char *out = "";
	size_t count;
	look();
	const struct news *list = store_news(w.s, &w.arena, number, most, &count);
	for (size_t i = 0; i < count; i++)
		out = arena_printf(&w.arena, "%s%s%d %s %s/%s", out, i ? ", " : "",
		    (int)list[i].number, alarm_act_word(list[i].report.act), list[i].report.from,
		    list[i].report.code);
	looked();
	return out;
}

static void raised_counted_cleared(void **state)
{
	struct alarm alarm;
	(void)state;
	reopen(STORE_WRITE);
	report("a", "1", ALARM_CLEAR, 90); /* of what never was */
	report("a", "1", ALARM_RAISE, 100);
	report("a", "1", ALARM_RAISE, 110);
	report("b", "1", ALARM_EVENT, 120);
	keep();
	assert_true(find("a", "1", &alarm));
	assert_int_equal(alarm.raised, 100);
	assert_int_equal(alarm.count, 2);
	assert_string_equal(alarm.text, "no trunk");
	assert_string_equal(names(NULL), "a/1! b/1 ");
	assert_string_equal(news_after(0, 10), "1 raise a/1, 2 event b/1");
	report("a", "1", ALARM_CLEAR, 130);
	keep();
	assert_string_equal(names("a"), "a/1 ");
	assert_string_equal(news_after(2, 10), "3 clear a/1");
	/* Who hears that it is over is told what it was. */
	size_t count;
	look();
	const struct news *list = store_news(w.s, &w.arena, 2, 1, &count);
	assert_string_equal(list[0].report.text, "no trunk");
	assert_int_equal(list[0].report.severity, ALARM_MAJOR);
	looked();
	assert_false(find("a", "2", &alarm));
	assert_string_equal(names("c"), "");
	/* A name that others begin with. */
	report("aa", "1", ALARM_RAISE, 140);
	keep();
	assert_string_equal(names("a"), "a/1 ");
}

static void acknowledged(void **state)
{
	struct alarm alarm;
	(void)state;
	reopen(STORE_WRITE);
	report("a", "1", ALARM_RAISE, 100);
	change_alarm_ack(&w.list, "a", "1", 150, "anna", "on it");
	change_alarm_ack(&w.list, "a", "2", 150, "anna", "there is none");
	keep();
	assert_true(find("a", "1", &alarm));
	assert_int_equal(alarm.acked, 150);
	assert_string_equal(alarm.acked_by, "anna");
	assert_string_equal(alarm.note, "on it");
	assert_int_equal(alarm.raised, 100);
	assert_int_equal(alarm.count, 1);
	assert_false(find("a", "2", &alarm));
	change_alarm_ack(&w.list, "a", "1", 0, "", "");
	keep();
	assert_true(find("a", "1", &alarm));
	assert_int_equal(alarm.acked, 0);
	assert_string_equal(alarm.note, "");
}

static void trimmed(void **state)
{
	(void)state;
	reopen(STORE_WRITE);
	report("a", "active", ALARM_RAISE, 100);
	report("a", "over", ALARM_RAISE, 100);
	report("a", "over", ALARM_CLEAR, 200);
	report("b", "event", ALARM_EVENT, 150);
	keep();
	change_alarms_trim(&w.list, 200);
	keep();
	assert_string_equal(names(NULL), "a/active! a/over ");
	change_alarms_trim(&w.list, 201);
	keep();
	assert_string_equal(names(NULL), "a/active! ");
}

/* Nobody fills the store: of one device the one that was quiet for longest goes, an active one last. */
static void not_too_many(void **state)
{
	char code[16];
	(void)state;
	reopen(STORE_WRITE);
	w.s->alarms_most_of_one = 3;
	report("a", "0", ALARM_RAISE, 100);
	report("a", "1", ALARM_EVENT, 101);
	report("a", "2", ALARM_EVENT, 102);
	report("b", "0", ALARM_EVENT, 1);
	report("a", "3", ALARM_RAISE, 103);
	keep();
	assert_string_equal(names(NULL), "a/0! a/2 a/3! b/0 ");
	for (int i = 4; i < 8; i++) {
		snprintf(code, sizeof code, "%d", i);
		report("a", code, ALARM_RAISE, 100 + i);
	}
	keep();
	assert_string_equal(names("a"), "a/5! a/6! a/7! ");
	w.s->alarms_most = 5;
	report_by("192.0.2.9", "c", "0", ALARM_RAISE, 200);
	report_by("192.0.2.9", "d", "0", ALARM_RAISE, 200);
	report("a", "5", ALARM_CLEAR, 200);
	keep();
	assert_string_equal(names(NULL), "a/6! a/7! b/0 c/0! d/0! ");
	report(ALARM_SERVER, "disk-full", ALARM_RAISE, 201);
	keep();
	assert_string_equal(names(NULL), "a/6! a/7! b/0 c/0! d/0! server/disk-full! ");
}

/* Who makes up names only pushes out what he has said himself. */
static void names_by_the_thousand(void **state)
{
	char name[16];
	(void)state;
	reopen(STORE_WRITE);
	w.s->alarms_most = 10;
	report_by("192.0.2.9", "phone", "0", ALARM_RAISE, 100);
	report(ALARM_SERVER, "disk-full", ALARM_RAISE, 100);
	for (int i = 0; i < 100; i++) {
		snprintf(name, sizeof name, "x%02d", i);
		report(name, "0", ALARM_RAISE, 101 + i);
	}
	keep();
	assert_string_equal(names("phone"), "phone/0! ");
	assert_string_equal(names(ALARM_SERVER), "server/disk-full! ");
	report_by("192.0.2.10", "another", "0", ALARM_RAISE, 300);
	keep();
	assert_string_equal(names("another"), "another/0! ");
	assert_string_equal(names("phone"), "phone/0! ");
}

/* Numbers go on, also when all were taken and the store was opened anew. */
static void news_are_numbered(void **state)
{
	(void)state;
	reopen(STORE_WRITE);
	w.s->news_most = 3;
	for (int i = 0; i < 5; i++)
		report("a", "1", ALARM_EVENT, 100 + i);
	keep();
	assert_string_equal(news_after(0, 10), "3 event a/1, 4 event a/1, 5 event a/1");
	assert_string_equal(news_after(3, 1), "4 event a/1");
	look();
	assert_int_equal(store_news_last(w.s), 5);
	looked();
	const struct forward_state was = {.id = "ops", .problem = ""},
				   now = {.id = "ops", .taken = 5, .problem = ""};
	change_forward(&w.list, NULL, &was);
	change_forward(&w.list, &was, &now);
	change_news_trim(&w.list, 4);
	keep();
	assert_string_equal(news_after(0, 10), "5 event a/1");
	change_news_trim(&w.list, 5);
	keep();
	reopen(STORE_WRITE);
	look();
	assert_int_equal(store_news_last(w.s), 0);
	looked();
	report("a", "1", ALARM_EVENT, 200);
	keep();
	assert_string_equal(news_after(0, 10), "6 event a/1");
	size_t count;
	look();
	const struct forward_state *list = store_forwards(w.s, &w.arena, &count);
	assert_int_equal(count, 1);
	assert_string_equal(list[0].id, "ops");
	assert_int_equal(list[0].taken, 5);
	looked();
	assert_true(store_verify(w.s, &w.e));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, store_fixture_setup, store_fixture_teardown)
	const struct CMUnitTest tests[] = {
	    T(raised_counted_cleared),
	    T(acknowledged),
	    T(trimmed),
	    T(not_too_many),
	    T(names_by_the_thousand),
	    T(news_are_numbered),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
