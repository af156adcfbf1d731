/* SPDX-License-Identifier: ISC */
/* store: who changed since when, what was counted, and going through the audit. */
#include "core/record.h"
#include "store/keys.h"

#include "test/unit/store/store_try.h"

#include <time.h>

#define OTHER "00-90-33-30-00-b0"

/* ---- stamps ---- */

struct stamps {
	char text[256]; /* "SN SN " */
	uint64_t of[8];
	struct store_stamp all[8];
	size_t count, most;
};

static bool take(void *context, const struct store_stamp *one)
{
	struct stamps *s = context;
	size_t used = strlen(s->text);
	snprintf(s->text + used, sizeof s->text - used, "%.*s ", (int)one->sn_size, one->sn);
	s->all[s->count] = *one;
	s->of[s->count++] = one->stamp;
	return s->count < s->most;
}

static struct stamps stamps(void)
{
	struct stamps s = {.most = 8};
	look();
	store_stamps_each(w.s, take, &s);
	uint64_t newest = store_stamp(w.s);
	looked();
	for (size_t i = 0; i < s.count; i++)
		assert_true(s.of[i] <= newest);
	return s;
}

static uint64_t newest(void)
{
	look();
	uint64_t stamp = store_stamp(w.s);
	looked();
	return stamp;
}

static void every_device_has_one(void **state)
{
	(void)state;
	reopen(STORE_WRITE);
	assert_int_equal(stamps().count, 0);
	add_device(SN, 5);
	add_device(OTHER, 6);
	keep();
	struct stamps s = stamps();
	assert_string_equal(s.text, SN " " OTHER " ");
	assert_true(s.of[0] > 0);
	assert_true(s.of[0] == s.of[1]);
	assert_true(s.of[0] == newest());
	assert_int_equal(s.all[0].seen, 0); /* it was made, and has never polled */
	assert_int_equal(s.all[0].polls, 0);
}

/* Whatever is changed of one device: its stamp is that of the newest transaction, the other's stays. */
static void assert_stamps(void)
{
	struct stamps was = stamps();
	uint64_t before = newest();
	keep();
	struct stamps is = stamps();
	assert_true(newest() > before);
	assert_true(is.of[0] == newest());
	assert_true(is.of[1] == was.of[1]);
}

static void any_change_leaves_one(void **state)
{
	(void)state;
	struct device was, now;
	reopen(STORE_WRITE);
	add_device(SN, 5);
	add_device(OTHER, 6);
	keep();
	change_seen(&w.list, SN, 100);
	assert_stamps();
	assert_int_equal(stamps().all[0].seen, 100);
	assert_int_equal(stamps().all[0].polls, 1);
	change_touch(&w.list, SN, 200);
	assert_stamps();
	device_init(&was, SN);
	now = was;
	now.name = "x";
	change_device(&w.list, SN, &was, &now);
	assert_stamps();
	change_answer(&w.list, SN, "admin", 300, "<a/>", 4);
	assert_stamps();
	change_delivery(&w.list, SN, "all-all-all.txt", 300, 1);
	assert_stamps();
	change_message(&w.list, SN, 300, "hello");
	assert_stamps();
	change_trim(&w.list, SN, 400);
	assert_stamps();
	/* Several at once, and somebody else in between. */
	change_message(&w.list, SN, 500, "hello");
	change_audit(&w.list, SN, 500, "device touch", "root", "");
	change_seen(&w.list, SN, 501);
	assert_stamps();
	assert_int_equal(stamps().all[0].seen, 501);
	change_message(&w.list, SN, 502, "hello");
	change_message(&w.list, OTHER, 502, "hello");
	change_message(&w.list, SN, 503, "hello");
	keep();
	assert_true(stamps().of[0] == newest() && stamps().of[1] == newest());
}

static void sightings_leave_one(void **state)
{
	(void)state;
	reopen(STORE_WRITE);
	add_device(SN, 5);
	keep();
	assert_true(store_write(w.s, &w.e));
	store_apply_seen(w.s, SN, 700, 3);
	assert_int_equal(store_commit(w.s, &w.e), STORE_DONE);
	struct stamps s = stamps();
	assert_true(s.of[0] == newest());
	assert_int_equal(s.all[0].seen, 700);
	assert_int_equal(s.all[0].polls, 3);
}

/* What changes nothing leaves nothing, and who is forgotten is not given any more. */
static void nothing_of_what_is_gone(void **state)
{
	(void)state;
	reopen(STORE_WRITE);
	add_device(SN, 5);
	add_device(OTHER, 6);
	keep();
	uint64_t before = stamps().of[1];
	change_message(&w.list, SN, 10, "a last word");
	change_forget(&w.list, SN, CHANGE_ALWAYS);
	change_message(&w.list, SN, 11, "of one that is gone");
	change_issued(&w.list, SN, "1A", NULL, &(struct issued){.cn = "x"});
	keep();
	struct stamps s = stamps();
	assert_string_equal(s.text, OTHER " ");
	assert_true(s.of[0] == before);
	add_device(SN, 20);
	keep();
	assert_true(stamps().of[0] == newest());
}

static void it_stops_when_told(void **state)
{
	(void)state;
	struct stamps s = {.most = 1};
	reopen(STORE_WRITE);
	add_device(SN, 5);
	add_device(OTHER, 6);
	keep();
	look();
	store_stamps_each(w.s, take, &s);
	looked();
	assert_string_equal(s.text, SN " ");
}

static void put_seen_record(const struct buf *record)
{
	put_raw(DB_SEEN, SN, strlen(SN), record->data, record->size);
	reopen(STORE_WRITE);
}

/* Of a store of before: 0, until something changes. What a newer version wrote stays. */
static void records_of_other_versions(void **state)
{
	(void)state;
	struct buf record = {0};
	struct db_bytes b;
	reopen(STORE_WRITE);
	add_device(SN, 5);
	add_device(OTHER, 5);
	keep();
	record_add_number(&record, SEEN_LAST, 100);
	record_add_number(&record, SEEN_POLLS, 7);
	put_seen_record(&record);
	struct stamps s = stamps();
	assert_true(s.of[0] == 0);
	assert_int_equal(s.all[0].seen, 100);
	assert_int_equal(s.all[0].polls, 7);
	change_message(&w.list, SN, 10, "x");
	assert_stamps();
	assert_int_equal(stamps().all[0].polls, 7);
	record_add_text(&record, 77, "new");
	put_seen_record(&record);
	change_seen(&w.list, SN, 200);
	assert_stamps();
	assert_int_equal(stamps().all[0].polls, 8);
	shut();
	struct db *db = db_open(w.dir, false, 0, &w.e);
	assert_true(db_begin(db, false, &w.e));
	assert_true(db_get(db, DB_SEEN, SN, strlen(SN), &b));
	assert_non_null(memmem(b.bytes, b.size, "new", 3));
	assert_true(db_end(db, &w.e));
	db_close(db);
	buf_free(&record);
}

/* A record that is damaged is mended by the next poll, and keeps no other change away. */
static void damaged_records(void **state)
{
	(void)state;
	struct stamps s = {.most = 8};
	reopen(STORE_WRITE);
	add_device(SN, 5);
	keep();
	damage(DB_SEEN, SN, strlen(SN));
	look();
	store_stamps_each(w.s, take, &s);
	assert_false(store_end(w.s, &w.e));
	assert_says("a record in its table \"seen\" is damaged");
	change_message(&w.list, SN, 10, "x");
	keep();
	change_seen(&w.list, SN, 20);
	keep();
	assert_true(stamps().of[0] == newest());
	char key[LIMIT_SN + 1];
	memset(key, 'x', sizeof key);
	put_empty(DB_SEEN, key, sizeof key);
	look();
	store_stamps_each(w.s, take, &(struct stamps){.most = 8});
	assert_false(store_end(w.s, &w.e));
	assert_says("a key in its table \"seen\" is damaged");
}

static bool count(void *context, const struct store_stamp *one)
{
	(void)one;
	++*(size_t *)context;
	return true;
}

static double seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* A fleet is gone through in some milliseconds. Generous for slow machines, and sanitizers. */
static void fast(void **state)
{
	(void)state;
	char sn[LIMIT_SN];
	size_t found = 0;
	reopen(STORE_WRITE);
	for (int i = 0; i < 50000; i++) {
		snprintf(sn, sizeof sn, "00-90-33-%06x", (unsigned)i);
		add_device(sn, 5);
		if (i % 1000 == 999)
			keep();
	}
	look();
	double start = seconds();
	store_stamps_each(w.s, count, &found);
	double took = seconds() - start;
	looked();
	assert_int_equal(found, 50000);
	if (took > 0.5)
		fail_msg("50000 devices took %.3f s", took);
}

/* ---- what was counted ---- */

/* "600=5 900=7 " */
static const char *tallies(const char *what, int64_t from)
{
	static char text[512];
	size_t n;
	*text = '\0';
	look();
	const struct store_tally *list = store_tallies(w.s, &w.arena, what, from, &n);
	for (size_t i = 0; i < n; i++)
		snprintf(text + strlen(text), sizeof text - strlen(text), "%lld=%lld ",
		    (long long)list[i].time, (long long)list[i].count);
	looked();
	return text;
}

static void counted_in_steps(void **state)
{
	(void)state;
	reopen(STORE_WRITE);
	assert_string_equal(tallies("polls", 0), "");
	change_tally(&w.list, "polls", 6000, 5);
	change_tally(&w.list, "polls", 6299, 2);
	change_tally(&w.list, "refused", 6000, 1);
	change_tally(&w.list, "polls", 6600, 3);
	change_tally(&w.list, "poll", 6600, 9);
	keep();
	assert_string_equal(tallies("polls", 0), "6000=7 6600=3 ");
	assert_string_equal(tallies("polls", 6001), "6600=3 ");
	assert_string_equal(tallies("polls", 6600), "6600=3 ");
	assert_string_equal(tallies("polls", 6601), "");
	assert_string_equal(tallies("refused", 0), "6000=1 ");
	assert_string_equal(tallies("nothing", 0), "");
	change_tally(&w.list, "polls", 6000, INT64_MAX - 3);
	keep();
	assert_string_equal(tallies("polls", 0), "6000=9223372036854775807 6600=3 ");
}

static void old_ones_go(void **state)
{
	(void)state;
	size_t n;
	reopen(STORE_WRITE);
	change_tally(&w.list, "refused", STORE_TALLY, 9);
	for (int64_t i = 1; i <= STORE_TALLIES + 2; i++)
		change_tally(&w.list, "polls", i * STORE_TALLY, i);
	keep();
	look();
	const struct store_tally *list = store_tallies(w.s, &w.arena, "polls", 0, &n);
	assert_int_equal(n, STORE_TALLIES);
	assert_int_equal(list[0].count, 3);
	assert_int_equal(list[n - 1].count, STORE_TALLIES + 2);
	looked();
	assert_string_equal(tallies("refused", 0), "300=9 ");
}

/* What a clock counted that was far ahead does not stay for ever. */
static void clocks_that_were_wrong(void **state)
{
	(void)state;
	const int64_t now = 1700000400, day = 86400;
	reopen(STORE_WRITE);
	change_tally(&w.list, "polls", now + 400 * day, 1);
	change_tally(&w.list, "polls", now + 401 * day, 1);
	change_tally(&w.list, "polls", now, 2);
	keep();
	assert_string_equal(tallies("polls", 0), "1700000400=2 ");
	change_tally(&w.list, "polls", now + 3600, 3);
	keep();
	change_tally(&w.list, "polls", now + 600, 4);
	keep();
	assert_string_equal(tallies("polls", 0), "1700000400=2 1700001000=4 1700004000=3 ");
}

static void damaged_tallies(void **state)
{
	(void)state;
	struct key k;
	size_t n;
	reopen(STORE_WRITE);
	change_tally(&w.list, "polls", 6000, 5);
	keep();
	assert_true(store_verify(w.s, &w.e));
	key_tally(&k, "polls", 5, 6000);
	damage(DB_TALLY, k.bytes, k.size);
	look();
	store_tallies(w.s, &w.arena, "polls", 0, &n);
	assert_false(store_end(w.s, &w.e));
	assert_says("a record in its table \"tally\" is damaged; rollcall repair says");
	assert_false(store_verify(w.s, &w.e));
	assert_says("a record of polls in its table \"tally\" is damaged");
	put_empty(DB_TALLY, k.bytes, k.size);
	put_empty(DB_TALLY, k.bytes, k.size - 1);
	look();
	store_tallies(w.s, &w.arena, "polls", 0, &n);
	assert_false(store_end(w.s, &w.e));
	assert_says("a key in its table \"tally\" is damaged");
	assert_false(store_verify(w.s, &w.e));
	assert_says("a key in its table \"tally\" is damaged");
}

/* ---- the audit, one entry after the other ---- */

struct entries {
	char text[256];
	size_t left;
	struct arena scratch;
};

static bool take_entry(void *context, const struct audit *a)
{
	struct entries *e = context;
	size_t used = strlen(e->text);
	snprintf(e->text + used, sizeof e->text - used, "%lld:%s ", (long long)a->time, a->text);
	arena_reset(&e->scratch); /* what it was given is gone now */
	return --e->left > 0;
}

static const char *entries(int64_t before, size_t most)
{
	static struct entries e;
	e = (struct entries){.left = most};
	look();
	store_audit_each(w.s, &e.scratch, before, take_entry, &e);
	looked();
	arena_free(&e.scratch);
	return e.text;
}

static void from_entry_to_entry(void **state)
{
	(void)state;
	reopen(STORE_WRITE);
	assert_string_equal(entries(INT64_MAX, 9), "");
	change_audit(&w.list, "", 100, "x", "root", "a");
	change_audit(&w.list, "", 200, "x", "root", "b");
	change_audit(&w.list, "", 200, "x", "root", "c");
	change_audit(&w.list, "", 300, "x", "root", "d");
	keep();
	assert_string_equal(entries(INT64_MAX, 9), "300:d 200:c 200:b 100:a ");
	assert_string_equal(entries(INT64_MAX, 2), "300:d 200:c ");
	assert_string_equal(entries(301, 9), "300:d 200:c 200:b 100:a ");
	assert_string_equal(entries(300, 9), "200:c 200:b 100:a ");
	assert_string_equal(entries(200, 9), "100:a ");
	assert_string_equal(entries(100, 9), "");
	assert_string_equal(entries(0, 9), "");
	assert_string_equal(entries(-5, 9), "");
	size_t n = 1;
	look();
	assert_null(store_audit(w.s, &w.arena, 0, &n));
	looked();
	assert_int_equal(n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(every_device_has_one),
	    TEST(any_change_leaves_one),
	    TEST(sightings_leave_one),
	    TEST(nothing_of_what_is_gone),
	    TEST(it_stops_when_told),
	    TEST(records_of_other_versions),
	    TEST(damaged_records),
	    TEST(fast),
	    TEST(counted_in_steps),
	    TEST(old_ones_go),
	    TEST(clocks_that_were_wrong),
	    TEST(damaged_tallies),
	    TEST(from_entry_to_entry),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
