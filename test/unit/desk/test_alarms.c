/* SPDX-License-Identifier: ISC */
/* desk/alarms: which are found, in which order, page by page; and who takes note of which. */
#include "desk/alarms.h"

#include "test/unit/home_fixture.h"

#define NOW 2000000000

static struct board *board;
static struct alarms found;
static const struct desk *desk;

static int setup(void **state)
{
	static struct desk who;
	(void)state;
	home_fixture_setup("");
	assert_true(home_make(&home, &w.e));
	assert_true(store_make(home.store, 16, &w.e));
	free(w.dir); /* the store is where those of desk look for it */
	w.dir = strdup(home.store);
	reopen(STORE_WRITE);
	board = calloc(1, sizeof *board);
	who = (struct desk){.home = &home, .config = config, .who = "anna", .now = NOW};
	desk = &who;
	return 0;
}

static int teardown(void **state)
{
	free(board);
	return home_fixture_teardown(state);
}

static void report(const char *from, const char *code, enum alarm_act act,
    enum alarm_severity severity, int64_t time)
{
	const struct alarm_report r = {.from = from,
	    .code = code,
	    .act = act,
	    .time = time,
	    .severity = severity,
	    .source = "SIP",
	    .text = "no Trunk",
	    .details = "",
	    .serial = "00-90-33-00-00-01",
	    .address = "192.0.2.7"};
	change_alarm(&w.list, &r);
}

/* One of each kind. */
static void some(void)
{
	report("IP1-1", "minor", ALARM_RAISE, ALARM_MINOR, NOW - 10);
	report("IP1-1", "major", ALARM_RAISE, ALARM_MAJOR, NOW - 90);
	report("IP2-2", "known", ALARM_RAISE, ALARM_MAJOR, NOW - 5);
	report("IP2-2", "over", ALARM_RAISE, ALARM_MAJOR, NOW - 70);
	report("IP2-2", "over", ALARM_CLEAR, ALARM_MAJOR, NOW - 60);
	report("IP2-2", "event", ALARM_EVENT, ALARM_MINOR, NOW - 1);
	change_alarm_ack(&w.list, "IP2-2", "known", NOW - 4, "bert", "he looks into it");
	keep();
}

static void find(const struct alarms_query *q)
{
	assert_true(store_begin(w.s, &w.e));
	alarms_find(w.s, board, &w.arena, q, &found);
	assert_true(store_end(w.s, &w.e));
}

/* "minor major": their codes. */
static void expect(const struct alarms_query *q, const char *codes)
{
	struct buf got = {0};
	find(q);
	for (size_t i = 0; i < found.count; i++)
		buf_addf(&got, "%s%s", i ? " " : "", found.list[i].code);
	assert_string_equal(buf_text(&got), codes);
	buf_free(&got);
}

static void in_their_order(void **state)
{
	(void)state;
	some();
	expect(&(struct alarms_query){.words = NULL}, "major minor known");
	assert_int_equal(found.active, 3);
	assert_int_equal(found.unnoted, 2);
	assert_int_equal(found.worst, ALARM_MAJOR);
	assert_string_equal(found.list[2].note, "he looks into it");
	expect(&(struct alarms_query){.all = true}, "major minor known event over");
	assert_int_equal(found.matches, 5);
}

static void what_is_asked_for(void **state)
{
	static const char *const words[] = {"no trunk", "ip1", "1"};
	(void)state;
	some();
	expect(&(struct alarms_query){.unnoted = true}, "major minor");
	expect(&(struct alarms_query){.least = ALARM_MAJOR}, "major known");
	expect(&(struct alarms_query){.words = words, .nwords = 3}, "major minor");
	expect(&(struct alarms_query){.from = "ip2-2", .all = true}, "known event over");
	expect(&(struct alarms_query){.from = "ip3-3"}, "");
	expect(&(struct alarms_query){.from = "ip3-3", .serial = "00-90-33-00-00-01"},
	    "major minor known");
	expect(&(struct alarms_query){.serial = "IP1-1"}, "major minor");
	expect(&(struct alarms_query){.until = NOW - 10}, "major minor");
	/* Of all, whatever was asked for. */
	expect(&(struct alarms_query){.from = "nobody"}, "");
	assert_int_equal(found.active, 3);
}

static void page_by_page(void **state)
{
	(void)state;
	some();
	expect(&(struct alarms_query){.all = true, .most = 2}, "major minor");
	assert_int_equal(found.matches, 5);
	expect(&(struct alarms_query){.all = true, .skip = 2, .most = 2}, "known event");
	expect(&(struct alarms_query){.all = true, .skip = 4, .most = 2}, "over");
	expect(&(struct alarms_query){.all = true, .skip = 5, .most = 2}, "");
	expect(&(struct alarms_query){.all = true, .skip = 999}, "");
}

static void none(void **state)
{
	(void)state;
	expect(&(struct alarms_query){.all = true}, "");
	assert_int_equal(found.worst, -1);
	assert_int_equal(found.active, 0);
}

/* The server's own stand on the board while the store cannot be written; none stands there twice. */
static void the_servers_own(void **state)
{
	static const char text[] = "disk\tit is full\nstore\tit cannot be written\nnonsense\n";
	(void)state;
	BOARD_SET(board->started, NOW - 100);
	board_write(&board->own_alarms, text, sizeof text - 1);
	report(ALARM_SERVER, "disk", ALARM_RAISE, ALARM_MINOR, NOW - 5);
	keep();
	expect(&(struct alarms_query){.words = NULL}, "store disk");
	assert_string_equal(found.list[0].text, "it cannot be written");
	assert_string_equal(found.list[0].from, ALARM_SERVER);
	assert_int_equal(found.list[0].raised, NOW - 100);
	assert_int_equal(found.active, 2);
	report(ALARM_SERVER, "store", ALARM_RAISE, ALARM_MINOR, NOW - 4);
	report(ALARM_SERVER, "store", ALARM_CLEAR, ALARM_MINOR, NOW - 3);
	keep();
	expect(&(struct alarms_query){.words = NULL}, "store disk");
}

static void states(void **state)
{
	(void)state;
	some();
	find(&(struct alarms_query){.all = true});
	static const char *const wanted[] = {"active", "active", "noted", "event", "over"};
	for (size_t i = 0; i < COUNT(wanted); i++)
		assert_string_equal(alarms_state(&found.list[i]), wanted[i]);
}

/* ---- taking note ---- */

static size_t note(const struct alarm_name *names, size_t count, bool acked, const char *sentence)
{
	size_t done = 99;
	shut();
	if (!desk_note_alarms(desk, names, count, acked, sentence, &done, &w.e))
		fail_msg("%s", w.e.text);
	reopen(STORE_WRITE);
	return done;
}

static size_t audited(const char *part)
{
	size_t count, n = 0;
	assert_true(store_begin(w.s, &w.e));
	const struct audit *list = store_audit(w.s, &w.arena, 100, &count);
	for (size_t i = 0; i < count; i++)
		n += strcmp(list[i].what, "alarm note") == 0 && strstr(list[i].text, part) != NULL;
	assert_true(store_end(w.s, &w.e));
	return n;
}

static void taking_note(void **state)
{
	static const struct alarm_name names[] = {
	    {"IP1-1", "major", NOW - 90}, {"IP1-1", "minor", NOW - 10}};
	(void)state;
	some();
	assert_int_equal(note(names, 2, true, "ticket 4711"), 2);
	expect(&(struct alarms_query){.unnoted = true}, "");
	expect(&(struct alarms_query){.words = NULL}, "known major minor");
	assert_string_equal(found.list[1].note, "ticket 4711");
	assert_string_equal(found.list[1].acked_by, "anna");
	assert_int_equal(found.list[1].acked, NOW);
	assert_int_equal(audited("of IP1-1: ticket 4711"), 2);
	assert_int_equal(note(names, 1, false, "not said"), 1);
	expect(&(struct alarms_query){.unnoted = true}, "major");
	assert_string_equal(found.list[0].note, "");
	assert_int_equal(audited("major of IP1-1: no longer"), 1);
	assert_int_equal(audited("not said"), 0);
}

/* Nobody has seen the one that was raised anew, and nobody writes of one that is not there. */
static void only_what_was_seen(void **state)
{
	static const struct alarm_name names[] = {{"IP1-1", "major", NOW - 91},
	    {"IP1-1", "nothing", 0}, {"IP2-2", "event", 0}, {"IP2-2", "over", NOW - 70}};
	(void)state;
	some();
	assert_int_equal(note(names, 4, true, ""), 1);
	expect(&(struct alarms_query){.unnoted = true}, "major minor");
	assert_int_equal(audited(""), 1);
	assert_int_equal(audited("event of IP2-2"), 1);
	assert_int_equal(note(names, 0, true, ""), 0);
}

static void many_at_once(void **state)
{
	enum { MANY = 230 };
	struct alarm_name *names = arena_calloc(&w.arena, MANY, sizeof *names);
	(void)state;
	for (int i = 0; i < MANY; i++) {
		names[i] =
		    (struct alarm_name){arena_printf(&w.arena, "IP1-%d", i), "1", NOW - 1 - i % 7};
		report(names[i].from, "1", ALARM_RAISE, ALARM_MINOR, names[i].raised);
	}
	keep();
	assert_int_equal(note(names, MANY, true, "all"), MANY);
	find(&(struct alarms_query){.words = NULL});
	assert_int_equal(found.active, MANY);
	assert_int_equal(found.unnoted, 0);
	expect(&(struct alarms_query){.most = 3}, "1 1 1");
	assert_string_equal(found.list[0].from, "IP1-0");
	assert_string_equal(found.list[1].from, "IP1-7");
	assert_string_equal(found.list[2].from, "IP1-14");
}

/* Of many only the first ones are held in memory: they are the same as of all. */
static void the_first_of_many(void **state)
{
	enum { MANY = 4000 };
	(void)state;
	for (int i = 0; i < MANY; i++) {
		unsigned mixed = (unsigned)i * 2654435761U >> 8;
		report(arena_printf(&w.arena, "IP1-%d", i % 900), arena_printf(&w.arena, "%d", i),
		    ALARM_RAISE, (enum alarm_severity)(mixed % 3), NOW - 1000 + mixed / 3 % 50);
		if (i % 200 == 199)
			keep();
	}
	find(&(struct alarms_query){.words = NULL});
	const struct alarms all = found;
	assert_int_equal(all.count, MANY);
	for (size_t skip = 0; skip < 600; skip += 7) {
		find(&(struct alarms_query){.skip = skip, .most = 7});
		assert_int_equal(found.matches, MANY);
		assert_int_equal(found.count, 7);
		for (size_t i = 0; i < found.count; i++)
			assert_string_equal(found.list[i].code, all.list[skip + i].code);
	}
}

static void no_store(void **state)
{
	static const struct alarm_name names[] = {{"IP1-1", "major", NOW - 90}};
	size_t done = 99;
	(void)state;
	shut();
	char *store = strdup(folder_path(w.folder, "nothing"));
	struct home nowhere = home;
	nowhere.store = store;
	struct desk k = *desk;
	k.home = &nowhere;
	assert_false(desk_note_alarms(&k, names, 1, true, "", &done, &w.e));
	assert_non_null(strstr(w.e.text, "nothing was changed"));
	assert_int_equal(done, 0);
	free(store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(in_their_order, setup, teardown),
	    cmocka_unit_test_setup_teardown(what_is_asked_for, setup, teardown),
	    cmocka_unit_test_setup_teardown(page_by_page, setup, teardown),
	    cmocka_unit_test_setup_teardown(none, setup, teardown),
	    cmocka_unit_test_setup_teardown(the_servers_own, setup, teardown),
	    cmocka_unit_test_setup_teardown(states, setup, teardown),
	    cmocka_unit_test_setup_teardown(taking_note, setup, teardown),
	    cmocka_unit_test_setup_teardown(only_what_was_seen, setup, teardown),
	    cmocka_unit_test_setup_teardown(many_at_once, setup, teardown),
	    cmocka_unit_test_setup_teardown(the_first_of_many, setup, teardown),
	    cmocka_unit_test_setup_teardown(no_store, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
