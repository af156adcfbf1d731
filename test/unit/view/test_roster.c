/* SPDX-License-Identifier: ISC */
/*
 * view/roster: it has what the store has after each change, and only what changed is read again; lists of it
 * are filtered, sorted and cut as if all of it were sorted.
 */
#include "view/roster.h"

#include "base/limits.h"

#include "test/unit/core/conf_fixture.h"
#include "test/unit/store_fixture.h"

#define NOW 2000000000
#define MISSING 604800

static struct roster *r;
static struct config *config;
static int64_t ms;

static int setup(void **state)
{
	store_fixture_setup(state);
	reopen(STORE_WRITE);
	r = roster_new();
	config = conf_fixture("<status missing='604800'/>");
	ms = 1000;
	return 0;
}

static int teardown(void **state)
{
	roster_free(r);
	conf_free(config);
	return store_fixture_teardown(state);
}

/* ---- changing the store ---- */

static void add(const char *sn, const char *ip)
{
	struct device d;
	device_init(&d, sn);
	d.created = NOW - 10;
	d.type = "IP232";
	d.ip = ip;
	d.asked = "/update?long=yes";
	change_device(&w.list, sn, NULL, &d);
}

static void refresh(void)
{
	ms += 1000;
	if (!roster_refresh(r, w.s, ms, 500, &w.e))
		fail_msg("%s", w.e.text);
}

static void assert_order(const char *sns)
{
	struct buf all = {0};
	for (size_t i = 0; i < roster_count(r); i++) {
		const struct roster_row *row = roster_at(r, i);
		buf_addf(&all, "%s%s", i ? " " : "", row->device.sn);
		assert_ptr_equal(roster_find(r, row->device.sn), row);
	}
	assert_string_equal(buf_text(&all), sns);
	buf_free(&all);
}

/* ---- keeping up ---- */

static void empty(void **state)
{
	(void)state;
	refresh();
	assert_order("");
	assert_int_equal(roster_stamp(r), 0);
	assert_null(roster_find(r, "a"));
	refresh();
	assert_order("");
}

static void follows(void **state)
{
	(void)state;
	add("b", "10.0.0.1");
	add("d", "10.0.0.2");
	keep();
	refresh();
	assert_order("b d");
	uint64_t first = roster_stamp(r);
	assert_true(first > 0);
	assert_string_equal(roster_at(r, 0)->device.ip, "10.0.0.1");
	assert_string_equal(roster_at(r, 0)->device.asked, "");
	assert_int_equal(roster_at(r, 0)->device.seen, 0);

	add("a", "");
	add("c", "");
	add("e", "");
	keep();
	refresh();
	assert_order("a b c d e");
	assert_true(roster_stamp(r) > first);
	assert_null(roster_find(r, "aa"));

	change_forget(&w.list, "a", CHANGE_ALWAYS);
	change_forget(&w.list, "e", CHANGE_ALWAYS);
	change_forget(&w.list, "c", CHANGE_ALWAYS);
	keep();
	refresh();
	assert_order("b d");
	change_forget(&w.list, "b", CHANGE_ALWAYS);
	change_forget(&w.list, "d", CHANGE_ALWAYS);
	keep();
	refresh();
	assert_order("");
}

/* Only the device that polled has another row. */
static void reads_what_changed(void **state)
{
	(void)state;
	add("a", "");
	add("b", "");
	add("c", "");
	keep();
	refresh();
	const struct roster_row *rows[] = {roster_at(r, 0), roster_at(r, 1), roster_at(r, 2)};
	uint64_t before = roster_stamp(r);
	keep_seen("b", NOW);
	refresh();
	assert_ptr_equal(roster_at(r, 0), rows[0]);
	assert_ptr_equal(roster_at(r, 2), rows[2]);
	assert_true(roster_at(r, 1)->changed > before);
	assert_true(roster_at(r, 0)->changed <= before);
	assert_int_equal(roster_at(r, 1)->device.seen, NOW);
	assert_int_equal(roster_at(r, 1)->device.polls, 1);
	/* an answer is a change of its device */
	before = roster_stamp(r);
	change_answer(&w.list, "c", "admin", NOW, "<info/>", 7);
	keep();
	refresh();
	assert_true(roster_at(r, 2)->changed > before);
}

static void not_too_often(void **state)
{
	(void)state;
	refresh();
	add("a", "");
	keep();
	assert_true(roster_refresh(r, w.s, ms + 499, 500, &w.e));
	assert_order("");
	assert_true(roster_refresh(r, w.s, ms + 500, 500, &w.e));
	assert_order("a");
	/* 0: in any case */
	add("b", "");
	keep();
	assert_true(roster_refresh(r, w.s, ms + 500, 0, &w.e));
	assert_order("a b");
}

/* A copy that was put in place of the store is read anew, though stamps of its devices may be the same. */
static void another_store(void **state)
{
	(void)state;
	add("a", "10.0.0.1");
	keep();
	add("b", "");
	keep();
	refresh();
	free(w.dir);
	w.dir = strdup(folder_path(w.folder, "other"));
	reopen(STORE_WRITE);
	add("a", "10.0.0.2");
	keep();
	refresh();
	assert_order("a");
	assert_string_equal(roster_at(r, 0)->device.ip, "10.0.0.2");
}

/* What was known stays when the store cannot be read. */
static void failure(void **state)
{
	(void)state;
	add("a", "10.0.0.1");
	keep();
	refresh();
	add("b", "");
	keep();
	assert_true(store_begin(w.s, &w.e)); /* two at once are refused */
	assert_false(roster_refresh(r, w.s, ms + 5000, 0, &w.e));
	assert_true(strlen(w.e.text) > 0);
	assert_true(store_end(w.s, &w.e));
	assert_order("a");
	refresh();
	assert_order("a b");
}

/* ---- lists ---- */

static struct roster_result pick(struct roster_query q)
{
	struct fleet_judge judge = {.config = config, .now = NOW};
	struct roster_result out;
	q.judge = &judge;
	roster_select(r, &w.arena, &q, &out);
	return out;
}

static void assert_rows(struct roster_query q, const char *sns)
{
	struct roster_result got = pick(q);
	struct buf all = {0};
	for (size_t i = 0; i < got.count; i++)
		buf_addf(&all, "%s%s", i ? " " : "", got.rows[i]->device.sn);
	assert_string_equal(buf_text(&all), sns);
	buf_free(&all);
}

static void fill(void)
{
	add("a", "10.0.0.10");
	add("b", "10.0.0.9");
	add("c", "");
	add("d", "10.0.0.9");
	add("e", "9.0.0.1");
	keep();
	refresh();
}

#define IP (&device_fields[DEVICE_AT_ip])

static void sorted(void **state)
{
	(void)state;
	fill();
	assert_rows((struct roster_query){.most = 9}, "a b c d e");
	assert_rows((struct roster_query){.most = 2, .from = 1}, "b c");
	assert_rows((struct roster_query){.most = 2, .reverse = true}, "e d");
	assert_rows((struct roster_query){.most = 9, .sort = IP}, "e b d a c");
	assert_rows((struct roster_query){.most = 9, .sort = IP, .reverse = true}, "a b d e c");
	assert_rows((struct roster_query){.most = 2, .from = 1, .sort = IP}, "b d");
	assert_rows((struct roster_query){.most = 2, .from = 3, .sort = IP}, "a c");
	assert_rows((struct roster_query){.most = 2, .from = 4, .sort = IP}, "c");
	assert_rows((struct roster_query){.most = 2, .from = 5, .sort = IP}, "");
	assert_rows((struct roster_query){.most = 0, .sort = IP}, "");
	assert_rows((struct roster_query){.most = SIZE_MAX, .from = SIZE_MAX, .sort = IP}, "");
}

static bool is_odd(void *context, const struct device *d)
{
	return (d->sn[0] - 'a') % 2 == *(const int *)context;
}

static void filtered(void **state)
{
	(void)state;
	fill();
	keep_seen("b", NOW - MISSING - 1);
	keep_seen("d", NOW - MISSING);
	keep_seen("e", NOW - MISSING - 2);
	refresh();
	struct roster_result all = pick((struct roster_query){.most = 1});
	assert_int_equal(all.count, 1);
	assert_int_equal(all.matches, 5);
	assert_int_equal(all.missing, 2);
	const char *text = "10.0.0.*";
	const struct filter *f = filter_parse(&w.arena, &text, 1, &w.e);
	assert_non_null(f);
	struct roster_result some = pick((struct roster_query){.filter = f, .most = 9});
	assert_int_equal(some.matches, 3);
	assert_int_equal(some.missing, 1);
	assert_rows((struct roster_query){.filter = f, .most = 9}, "a b d");
	int odd = 1;
	assert_rows(
	    (struct roster_query){.filter = f, .most = 9, .also = is_odd, .context = &odd}, "b d");
	assert_rows(
	    (struct roster_query){.most = 9, .sort = IP, .also = is_odd, .context = &odd}, "b d");
}

/* More than are sorted as they are. */
#define MANY 5120

static void add_many(const char *(*ip)(int i, char *text, size_t room))
{
	char sn[16], text[32];
	for (int i = 0; i < MANY; i++) {
		snprintf(sn, sizeof sn, "%04x", i);
		add(sn, ip(i, text, sizeof text));
		if (w.list.size > LIMIT_POST / 2)
			keep();
	}
	keep();
	refresh();
}

/* Every cut of a large list is what sorting all of it gives. */
static void assert_cuts(bool reverse)
{
	struct roster_query q = {.sort = IP, .reverse = reverse, .most = SIZE_MAX};
	struct roster_result all = pick(q);
	assert_int_equal(all.count, MANY);
	for (size_t i = 1; i < all.count; i++)
		assert_true(device_compare(
				&all.rows[i - 1]->device, &all.rows[i]->device, IP, reverse) < 0);
	q.most = 77;
	for (q.from = 0; q.from < MANY; q.from += 77) {
		struct roster_result part = pick(q);
		for (size_t i = 0; i < part.count; i++)
			assert_ptr_equal(part.rows[i], all.rows[q.from + i]);
		assert_int_equal(part.count, q.from + 77 <= MANY ? 77 : MANY - q.from);
	}
}

static const char *mixed(int i, char *text, size_t room)
{
	if (i % 11 == 0)
		return "";
	snprintf(text, room, "10.0.%d.%d", i * 7919 % 5, i * 31 % 97);
	return text;
}

/* Every tenth, which are those that a sample of 512 consists of, is nothing like the others. */
static const char *misleading(int i, char *text, size_t room)
{
	snprintf(text, room, "%d.0.%d.%d", i % 10 ? 10 : 192, i * 7 % 200, i % 200);
	return text;
}

static void cuts(void **state)
{
	(void)state;
	add_many(mixed);
	assert_cuts(false);
	assert_cuts(true);
}

static void cuts_where_a_sample_misleads(void **state)
{
	(void)state;
	add_many(misleading);
	assert_cuts(false);
	assert_cuts(true);
}

/* More than fit into one part. */
static void many(void **state)
{
	(void)state;
	char sn[16];
	for (int i = 0; i < STORE_PART + 5; i++) {
		snprintf(sn, sizeof sn, "%06x", i);
		add(sn, "10.0.0.1");
		if (w.list.size > LIMIT_POST / 2)
			keep();
	}
	keep();
	refresh();
	assert_int_equal(roster_count(r), STORE_PART + 5);
	assert_string_equal(roster_at(r, STORE_PART + 4)->device.sn, sn);
}

#define T(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    T(empty),
	    T(follows),
	    T(reads_what_changed),
	    T(not_too_often),
	    T(another_store),
	    T(failure),
	    T(sorted),
	    T(filtered),
	    T(cuts),
	    T(cuts_where_a_sample_misleads),
	    T(many),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
