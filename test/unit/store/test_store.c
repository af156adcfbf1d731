/* SPDX-License-Identifier: ISC */
/*
 * store/store: what is stored comes back, what is changed keeps the rest, what is damaged is refused.
 * Where a second process is needed it is forked first: an open store is never taken over a fork.
 */
#include "store/store.h"

#include "base/limits.h"
#include "core/record.h"
#include "store/keys.h"

#include "test/unit/store/store_try.h"

#include <signal.h>
#include <sys/file.h>
#include <time.h>

#define HOUR 3600L

/* ---- looking at it ---- */

static bool device_of(const char *sn, struct device *d)
{
	look();
	bool known = store_device(w.s, &w.arena, sn, d);
	assert_int_equal(d->seen, 0); /* not asked for */
	if (known)
		store_seen(w.s, d);
	looked();
	return known;
}

static bool is_known(const char *sn)
{
	struct device d;
	return device_of(sn, &d);
}

static void assert_counts(size_t devices, size_t answers, size_t deliveries, size_t messages)
{
	struct store_info i = info();
	assert_int_equal(i.devices, devices);
	assert_int_equal(i.records, devices + answers + deliveries + messages);
}

static struct store_message *messages_of(const char *sn, int64_t from, size_t *count)
{
	look();
	struct store_message *all = store_messages(w.s, &w.arena, sn, from, count);
	looked();
	return all;
}

/* "a b c" */
static const char *join(const char **sns, size_t count)
{
	const char *text = "";
	for (size_t i = 0; i < count; i++)
		text = arena_printf(&w.arena, "%s%s%s", text, i ? " " : "", sns[i]);
	return text;
}

typedef const char **finder(struct store *s, struct arena *a, const char *after, int64_t time,
    size_t *count, const char **next);

static const char *found(finder *find, const char *after, int64_t time)
{
	size_t count = 9;
	const char *next = "?";
	look();
	const char **sns = find(w.s, &w.arena, after, time, &count, &next);
	looked();
	assert_null(next);
	return join(sns, count);
}

static const char *idle(int64_t time)
{
	return found(store_idle, "", time);
}

static const char *stale(const char *after, int64_t time)
{
	return found(store_stale_messages, after, time);
}

/* ---- the file, past the store ---- */

static size_t count_raw(enum db_table t)
{
	struct db_info i;
	struct db *db = db_open(w.dir, false, 0, &w.e);
	assert_non_null(db);
	assert_true(db_begin(db, false, &w.e));
	db_info(db, &i);
	assert_true(db_end(db, &w.e));
	db_close(db);
	return i.entries[t];
}

struct bytes {
	char *data;
	size_t size;
};

static struct bytes read_file(const char *dir)
{
	struct bytes b = {NULL, 0};
	struct stat st;
	FILE *f = fopen(folder_path(dir, "data.mdb"), "r");
	if (!f)
		return b;
	assert_int_equal(fstat(fileno(f), &st), 0);
	b.size = (size_t)st.st_size;
	b.data = malloc(b.size + 1);
	assert_int_equal(fread(b.data, 1, b.size, f), b.size);
	fclose(f);
	return b;
}

static void assert_unchanged(const char *dir, struct bytes *before)
{
	struct bytes now = read_file(dir);
	assert_int_equal(now.data != NULL, before->data != NULL);
	assert_int_equal(now.size, before->size);
	assert_true(!now.size || memcmp(now.data, before->data, now.size) == 0);
	free(now.data);
	free(before->data);
	before->data = NULL;
}

static bool exists(const char *name)
{
	return access(folder_path(w.folder, name), F_OK) == 0;
}

/* ---- what is stored comes back ---- */

static void a_new_store(void **state)
{
	(void)state;
	time_t before = time(NULL);
	reopen(STORE_WRITE);
	struct store_info i = info();
	assert_int_equal(i.format, STORE_FORMAT);
	assert_true(i.made >= before && i.made <= time(NULL));
	assert_int_equal(i.devices + i.records, 0);
	assert_int_equal(i.map_bytes, 1 << 20);
	assert_int_equal(i.readers_max, LIMIT_READERS);
	assert_true(i.readers >= 1);
	assert_true(i.used_bytes > 0 && i.file_bytes > 0);
	assert_true(i.file_bytes <= 1 << 20); /* on disk */
	assert_false(is_known(SN));
	assert_false(exists("store.new"));
	shut();
	reopen(STORE_READ);
	assert_int_equal(info().made, i.made);
}

static void fill_one(void)
{
	struct device d;
	device_init(&d, SN);
	d.created = 1000;
	d.type = "IP232";
	d.hwid = "IP232-30-00-af";
	change_device(&w.list, SN, NULL, &d);
	change_seen(&w.list, SN, 2000);
	change_seen(&w.list, SN, 2060);
	change_answer(&w.list, SN, "zeta", 3001, "<z/>", 4);
	change_answer(&w.list, SN, "admin", 3000, "<a>\0</a>", 8);
	change_delivery(&w.list, SN, "all-all-all.txt", 4000, 400);
	change_message(&w.list, SN, 5000, "is new here");
	change_message(&w.list, SN, 5060, "");
}

static void assert_one(void)
{
	struct device d;
	size_t n;
	assert_true(device_of(SN, &d));
	assert_string_equal(d.sn, SN);
	assert_int_equal(d.created, 1000);
	assert_string_equal(d.type, "IP232");
	assert_string_equal(d.hwid, "IP232-30-00-af");
	assert_string_equal(d.phase, "");
	assert_int_equal(d.seen, 2060);
	assert_int_equal(d.polls, 2);
	look();
	struct store_answer *a = store_answers(w.s, &w.arena, SN, &n);
	assert_int_equal(n, 2);
	assert_string_equal(a[0].query, "admin");
	assert_int_equal(a[0].received, 3000);
	assert_int_equal(a[0].size, 8);
	assert_memory_equal(a[0].xml, "<a>\0</a>", 9);
	assert_string_equal(a[1].query, "zeta");
	assert_string_equal(a[1].xml, "<z/>");
	struct store_delivery *v = store_deliveries(w.s, &w.arena, SN, &n);
	assert_int_equal(n, 1);
	assert_string_equal(v->snippet, "all-all-all.txt");
	assert_int_equal(v->sent, 4000);
	assert_int_equal(v->version, 400);
	looked();
	struct store_message *m = messages_of(SN, 0, &n);
	assert_int_equal(n, 2);
	assert_int_equal(m[0].time, 5000);
	assert_string_equal(m[0].text, "is new here");
	assert_int_equal(m[1].time, 5060);
	assert_string_equal(m[1].text, "");
	assert_counts(1, 2, 1, 2);
}

static void what_is_stored_comes_back(void **state)
{
	(void)state;
	reopen(STORE_WRITE);
	fill_one();
	keep();
	assert_one();
	shut();
	reopen(STORE_READ);
	assert_one();
	assert_true(store_verify(w.s, &w.e));
}

static void one_answer(void **state)
{
	(void)state;
	struct store_answer a;
	reopen(STORE_WRITE);
	fill_one();
	change_answer(&w.list, SN, "zeta", 3005, "<newer/>", 8); /* in place of the one before */
	keep();
	look();
	assert_true(store_answer(w.s, &w.arena, SN, "zeta", &a));
	assert_string_equal(a.query, "zeta");
	assert_string_equal(a.xml, "<newer/>");
	assert_int_equal(a.size, 8);
	assert_int_equal(a.received, 3005);
	assert_false(store_answer(w.s, &w.arena, SN, "zet", &a));
	assert_string_equal(a.xml, "");
	assert_false(store_answer(w.s, &w.arena, SN "0", "zeta", &a));
	looked();
	assert_counts(1, 2, 1, 2);
}

static void nothing_of_a_device_that_is_not_known(void **state)
{
	(void)state;
	size_t n = 9;
	reopen(STORE_WRITE);
	fill_one();
	keep();
	/* One whose SN begins alike, or is too long, or empty. */
	char long_one[1000];
	memset(long_one, 'x', sizeof long_one);
	long_one[sizeof long_one - 1] = '\0';
	const char *const sns[] = {"00-90-33-30-00-a", SN "0", "", long_one};
	for (size_t i = 0; i < COUNT(sns); i++) {
		struct device d;
		assert_false(device_of(sns[i], &d));
		assert_int_equal(d.created, 0);
		assert_string_equal(d.type, "");
		look();
		store_answers(w.s, &w.arena, sns[i], &n);
		assert_int_equal(n, 0);
		store_deliveries(w.s, &w.arena, sns[i], &n);
		assert_int_equal(n, 0);
		looked();
		messages_of(sns[i], 0, &n);
		assert_int_equal(n, 0);
	}
}

/* What is read stays good when the store goes on. */
static void what_is_read_is_a_copy(void **state)
{
	(void)state;
	struct device d;
	reopen(STORE_WRITE);
	fill_one();
	keep();
	assert_true(device_of(SN, &d));
	shut();
	assert_string_equal(d.hwid, "IP232-30-00-af");
}

/* ---- merges ---- */

static void a_field_does_not_undo_others(void **state)
{
	(void)state;
	struct device was, a, b, d;
	reopen(STORE_WRITE);
	add_device(SN, 1000);
	keep();
	assert_true(device_of(SN, &was));
	/* Two that looked at the same time. */
	a = b = was;
	a.phase = "update";
	b.name = "Reception";
	change_device(&w.list, SN, &was, &a);
	keep();
	change_device(&w.list, SN, &was, &b);
	keep();
	assert_true(device_of(SN, &d));
	assert_string_equal(d.phase, "update");
	assert_string_equal(d.name, "Reception");
	assert_string_equal(d.type, "IP232");
	assert_int_equal(d.created, 1000);
}

static bool raw_has(const char *sn, unsigned id, const char *text)
{
	struct db_bytes b;
	struct record_cursor c;
	struct record_field f;
	bool found = false;
	struct db *db = db_open(w.dir, false, 0, &w.e);
	assert_non_null(db);
	assert_true(db_begin(db, false, &w.e));
	struct key k;
	key_kind(&k, sn, strlen(sn), KEY_DEVICE);
	assert_true(db_get(db, DB_DEVICE, k.bytes, k.size, &b));
	record_open(&c, b.bytes, b.size);
	while (record_next(&c, &f))
		found |= f.id == id && f.size == strlen(text) && !memcmp(f.bytes, text, f.size);
	assert_true(db_end(db, &w.e));
	db_close(db);
	return found;
}

static void fields_of_a_newer_version_are_kept(void **state)
{
	(void)state;
	struct buf record = {0};
	struct device was, now;
	reopen(STORE_WRITE);
	add_device(SN, 1000);
	keep();
	shut();
	record_add_number(&record, 1, 1000);
	record_add_text(&record, 999, "from the future");
	struct key k;
	key_kind(&k, SN, strlen(SN), KEY_DEVICE);
	put_raw(DB_DEVICE, k.bytes, k.size, record.data, record.size);
	buf_free(&record);
	reopen(STORE_WRITE);
	assert_true(device_of(SN, &was));
	now = was;
	now.phase = "update";
	change_device(&w.list, SN, &was, &now);
	keep();
	shut();
	assert_true(raw_has(SN, 999, "from the future"));
	assert_true(raw_has(SN, 7, "update"));
}

static void a_list_is_applied_in_its_order(void **state)
{
	(void)state;
	struct device d, was;
	reopen(STORE_WRITE);
	fill_one();
	change_forget(&w.list, SN, CHANGE_ALWAYS);
	change_seen(&w.list, SN, 9000);
	add_device(SN, 7000);
	device_init(&was, SN);
	d = was;
	d.phase = "update";
	change_device(&w.list, SN, &was, &d);
	keep();
	assert_true(device_of(SN, &d));
	assert_int_equal(d.created, 7000);
	assert_string_equal(d.phase, "update");
	assert_string_equal(d.hwid, "");
	assert_int_equal(d.seen, 0);
	assert_int_equal(d.polls, 0);
	assert_counts(1, 0, 0, 0);
}

static void a_list_that_is_none_changes_nothing(void **state)
{
	(void)state;
	reopen(STORE_WRITE);
	fill_one();
	buf_addc(&w.list, 'x');
	assert_int_equal(try_list(), STORE_DAMAGED);
	assert_says("a list of changes is not whole");
	assert_counts(0, 0, 0, 0);
}

/* ---- devices that are not there ---- */

/* All that may come of a device, but what makes it. */
static void add_the_rest(const char *sn)
{
	struct device was, now;
	device_init(&was, sn);
	now = was;
	now.phase = "update";
	change_device(&w.list, sn, &was, &now);
	change_seen(&w.list, sn, 9000);
	change_touch(&w.list, sn, 9000);
	change_answer(&w.list, sn, "admin", 9000, "<a/>", 4);
	change_delivery(&w.list, sn, "all.txt", 9000, 1);
	change_message(&w.list, sn, 9000, "text");
	change_trim(&w.list, sn, 1);
	change_forget(&w.list, sn, 1);
}

static void unknown_ones_are_not_half_made(void **state)
{
	(void)state;
	reopen(STORE_WRITE);
	add_the_rest(SN);
	keep();
	assert_true(store_write(w.s, &w.e));
	store_apply_seen(w.s, SN, 9000, 3);
	assert_int_equal(store_commit(w.s, &w.e), STORE_DONE);
	assert_counts(0, 0, 0, 0);
	shut();
	assert_int_equal(count_raw(DB_SEEN), 0);
}

static void forgotten_ones_are_not_half_made(void **state)
{
	(void)state;
	reopen(STORE_WRITE);
	fill_one();
	keep();
	change_forget(&w.list, SN, CHANGE_ALWAYS);
	keep();
	add_the_rest(SN);
	keep();
	assert_counts(0, 0, 0, 0);
	shut();
	assert_int_equal(count_raw(DB_SEEN), 0);
}

/* ---- forgetting ---- */

static void all_of_a_device_is_forgotten(void **state)
{
	(void)state;
	static const char *const others[] = {SN "-1", "00-90-33-30-00-a", "00"};
	reopen(STORE_WRITE);
	fill_one();
	for (size_t i = 0; i < COUNT(others); i++) {
		add_device(others[i], 1000);
		change_answer(&w.list, others[i], "admin", 1, "<a/>", 4);
		change_delivery(&w.list, others[i], "a.txt", 1, 1);
		change_message(&w.list, others[i], 1, "text");
	}
	keep();
	assert_counts(4, 5, 4, 5);
	change_forget(&w.list, SN, CHANGE_ALWAYS);
	keep();
	assert_counts(3, 3, 3, 3);
	assert_false(is_known(SN));
	for (size_t i = 0; i < COUNT(others); i++)
		assert_true(is_known(others[i]));
	shut();
	assert_int_equal(count_raw(DB_SEEN), 3);
}

static void forgotten_unless_seen_since(void **state)
{
	(void)state;
	reopen(STORE_WRITE);
	fill_one(); /* seen at 2060 */
	change_forget(&w.list, SN, 2059);
	keep();
	assert_one();
	change_forget(&w.list, SN, 2060);
	keep();
	assert_counts(0, 0, 0, 0);
}

static void forgotten_unless_made_since(void **state)
{
	(void)state;
	reopen(STORE_WRITE);
	add_device(SN, 2 * HOUR + 10);
	change_forget(&w.list, SN, 2 * HOUR + 9);
	keep();
	assert_true(is_known(SN));
	change_forget(&w.list, SN, 2 * HOUR + 10);
	keep();
	assert_false(is_known(SN));
}

/* ---- seen ---- */

static void polls_are_counted(void **state)
{
	(void)state;
	struct device d;
	reopen(STORE_WRITE);
	add_device(SN, 1000);
	keep();
	assert_true(device_of(SN, &d));
	assert_int_equal(d.seen, 0);
	assert_int_equal(d.polls, 0);
	assert_true(store_write(w.s, &w.e));
	store_apply_seen(w.s, SN, 2000, 5);
	store_apply_seen(w.s, SN, 3000, 2);
	assert_int_equal(store_commit(w.s, &w.e), STORE_DONE);
	change_seen(&w.list, SN, 4000);
	keep();
	assert_true(device_of(SN, &d));
	assert_int_equal(d.seen, 4000);
	assert_int_equal(d.polls, 8);
}

static void a_touch_is_no_poll_and_never_goes_back(void **state)
{
	(void)state;
	struct device d;
	static const struct {
		int64_t touch, seen;
	} steps[] = {{5000, 5000}, {4999, 5000}, {0, 5000}, {-1, 5000}, {5000, 5000},
	    {9 * HOUR, 9 * HOUR}, {HOUR, 9 * HOUR}};
	reopen(STORE_WRITE);
	add_device(SN, 1000);
	change_seen(&w.list, SN, 2000);
	for (size_t i = 0; i < COUNT(steps); i++) {
		change_touch(&w.list, SN, steps[i].touch);
		keep();
		assert_true(device_of(SN, &d));
		assert_int_equal(d.seen, steps[i].seen);
		assert_int_equal(d.polls, 1);
	}
	/* Nor does it in the index: it would be found as idle. */
	assert_string_equal(idle(9 * HOUR), "");
	assert_string_equal(idle(9 * HOUR + 1), SN);
	/* Nor for one that never polled. */
	add_device("b", 10 * HOUR);
	change_touch(&w.list, "b", 11 * HOUR);
	change_touch(&w.list, "b", 10 * HOUR);
	keep();
	assert_true(device_of("b", &d));
	assert_int_equal(d.seen, 11 * HOUR);
	assert_int_equal(d.polls, 0);
}

/* ---- those that are idle ---- */

static void idle_before_a_time(void **state)
{
	(void)state;
	static const struct {
		const char *sn;
		int64_t seen;
	} devices[] = {{"d", HOUR - 1}, {"a", HOUR}, {"c", 2 * HOUR - 1}, {"b", 2 * HOUR}};
	static const struct {
		int64_t time;
		const char *sns;
	} cases[] = {{0, ""}, {HOUR - 1, ""}, {HOUR, "d"}, {HOUR + 1, "a d"}, {2 * HOUR - 1, "a d"},
	    {2 * HOUR, "a c d"}, {2 * HOUR + 1, "a b c d"}, {INT64_MAX, "a b c d"}, {-5, ""}};
	reopen(STORE_WRITE);
	assert_string_equal(idle(INT64_MAX), "");
	for (size_t i = 0; i < COUNT(devices); i++) {
		add_device(devices[i].sn, 1);
		change_seen(&w.list, devices[i].sn, devices[i].seen);
	}
	keep();
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_string_equal(idle(cases[i].time), cases[i].sns);
	assert_string_equal(found(store_idle, "b", INT64_MAX), "c d");
	assert_string_equal(found(store_idle, "bb", INT64_MAX), "c d");
	assert_string_equal(found(store_idle, "d", INT64_MAX), "");
}

static void idle_since_it_was_made(void **state)
{
	(void)state;
	reopen(STORE_WRITE);
	add_device("a", 5 * HOUR + 7);
	keep();
	assert_string_equal(idle(5 * HOUR + 7), "");
	assert_string_equal(idle(5 * HOUR + 8), "a");
}

static void clocks_that_go_back(void **state)
{
	(void)state;
	static const int64_t times[] = {100 * HOUR, 50 * HOUR, 50 * HOUR + 1, 200 * HOUR, 0, -7,
	    INT64_MAX, INT64_MIN, 70 * HOUR};
	struct device d;
	reopen(STORE_WRITE);
	add_device(SN, 90 * HOUR);
	keep();
	for (size_t i = 0; i < COUNT(times); i++) {
		change_seen(&w.list, SN, times[i]);
		keep();
		assert_true(device_of(SN, &d));
		assert_true(d.seen == times[i]);
	}
	assert_int_equal(d.polls, COUNT(times));
	assert_string_equal(idle(70 * HOUR), "");
	assert_string_equal(idle(70 * HOUR + 1), SN);
}

/* More devices than one part has: each is found once, whatever is forgotten between two parts. */
static void walks_in_parts(void **state)
{
	(void)state;
	const char *next = "", **sns;
	char sn[16], last[16] = "";
	size_t count, all = 0, parts = 0;
	reopen(STORE_WRITE);
	for (int i = 0; i < 2 * STORE_PART + 1; i++) {
		snprintf(sn, sizeof sn, "sn-%06d", i);
		add_device(sn, i % 4 + 1);
	}
	keep();
	while (next) {
		look();
		sns = store_idle(w.s, &w.arena, next, 4, &count, &next);
		looked();
		for (size_t i = 0; i < count; i++) {
			assert_true(strcmp(sns[i], last) > 0);
			snprintf(last, sizeof last, "%s", sns[i]);
		}
		if (parts == 0) {
			assert_int_equal(count, STORE_PART / 4 * 3);
			assert_string_equal(next, "sn-019999");
			change_forget(&w.list, next, CHANGE_ALWAYS);
			keep();
		}
		all += count;
		parts++;
	}
	assert_int_equal(parts, 3);
	assert_int_equal(all, (2 * STORE_PART + 1 + 3) / 4 * 3 - 2);
}

/* ---- messages ---- */

static void add_messages(int64_t time, int64_t step, int first, int count)
{
	char text[32];
	for (int i = first; i < first + count; i++, time += step) {
		snprintf(text, sizeof text, "message %d", i);
		change_message(&w.list, SN, time, text);
	}
}

static void assert_messages(int first, size_t count)
{
	size_t n;
	char text[32];
	struct store_message *m = messages_of(SN, 0, &n);
	assert_int_equal(n, count);
	for (size_t i = 0; i < n; i++) {
		snprintf(text, sizeof text, "message %d", first + (int)i);
		assert_string_equal(m[i].text, text);
	}
}

static void the_newest_messages_are_kept(void **state)
{
	(void)state;
	reopen(STORE_WRITE);
	add_device(SN, 1);
	add_messages(1000, 10, 0, LIMIT_MESSAGES);
	keep();
	assert_messages(0, LIMIT_MESSAGES);
	add_messages(9000, 10, LIMIT_MESSAGES, 1);
	keep();
	assert_messages(1, LIMIT_MESSAGES);
	add_messages(10000, 10, LIMIT_MESSAGES + 1, 300);
	keep();
	assert_messages(301, LIMIT_MESSAGES);
}

static void messages_of_one_second_keep_their_order(void **state)
{
	(void)state;
	reopen(STORE_WRITE);
	add_device(SN, 1);
	add_messages(1000, 0, 0, 12);
	keep();
	add_messages(1000, 0, 12, 300); /* also when older ones have gone */
	keep();
	assert_messages(112, LIMIT_MESSAGES);
	add_messages(1001, 0, 312, 2);
	add_messages(1000, 0, 999, 0);
	keep();
	assert_messages(114, LIMIT_MESSAGES);
}

static void messages_from_a_time_on(void **state)
{
	(void)state;
	size_t n;
	reopen(STORE_WRITE);
	add_device(SN, 1);
	add_messages(1000, 10, 0, 5);
	add_device(SN "-2", 1);
	change_message(&w.list, SN "-2", 5000, "of another");
	keep();
	struct store_message *m = messages_of(SN, 1020, &n);
	assert_int_equal(n, 3);
	assert_int_equal(m[0].time, 1020);
	messages_of(SN, 1021, &n);
	assert_int_equal(n, 2);
	assert_null(messages_of(SN, 1041, &n));
	assert_int_equal(n, 0);
}

static void trimmed(void **state)
{
	(void)state;
	reopen(STORE_WRITE);
	add_device(SN, 1);
	add_device("z", 1);
	change_message(&w.list, "z", 1, "of another");
	add_messages(1000, 10, 0, 5);
	add_messages(1020, 0, 5, 0);
	keep();
	change_trim(&w.list, SN, 1000);
	keep();
	assert_messages(0, 5);
	change_trim(&w.list, SN, 1020);
	keep();
	assert_messages(2, 3);
	change_trim(&w.list, SN, CHANGE_ALWAYS);
	keep();
	assert_messages(0, 0);
	assert_counts(2, 0, 0, 1);
	assert_true(is_known(SN));
}

static void stale_messages(void **state)
{
	(void)state;
	static const char *const sns[] = {"a", "a-1", "b", "c", "d", "e"};
	reopen(STORE_WRITE);
	for (size_t i = 0; i < COUNT(sns); i++) {
		add_device(sns[i], 1);
		if (strcmp(sns[i], "c") == 0)
			continue; /* has none */
		change_message(&w.list, sns[i], strcmp(sns[i], "d") == 0 ? 2000 : 1000, "old");
		change_message(&w.list, sns[i], 3000, "new");
	}
	keep();
	assert_string_equal(stale("", 1001), "a a-1 b e");
	assert_string_equal(stale("", 1000), "");
	assert_string_equal(stale("", 2001), "a a-1 b d e");
	assert_string_equal(stale("a-1", 1001), "b e");
	assert_string_equal(stale("a", 1001), "a-1 b e");
	assert_string_equal(stale("e", 1001), "");
	assert_string_equal(stale("c", 1001), "e");    /* one that has none */
	assert_string_equal(stale("aa", 1001), "b e"); /* one that is not known */
}

/* ---- all devices ---- */

struct taking {
	const char *sns;
	size_t stop_after, count;
	bool reset;
	struct arena scratch;
};

static bool take(void *context, const struct device *d)
{
	struct taking *t = context;
	assert_string_equal(d->type, "IP232");
	assert_int_equal(d->seen, 500);
	t->sns = arena_printf(&w.arena, "%s%s ", t->sns, d->sn);
	t->count++;
	if (t->reset)
		arena_reset(&t->scratch);
	return t->count != t->stop_after;
}

static const char *each(const char *after, size_t stop_after, bool reset)
{
	struct taking t = {.sns = "", .stop_after = stop_after, .reset = reset};
	look();
	store_each(w.s, &t.scratch, after, take, &t);
	looked();
	arena_free(&t.scratch);
	return t.sns;
}

static void each_device_in_order(void **state)
{
	(void)state;
	static const char *const sns[] = {
	    "b", "a", "ab", "01234567890123456789012345678901", "a-b"};
	char long_one[1000];
	memset(long_one, '9', sizeof long_one);
	long_one[sizeof long_one - 1] = '\0';
	reopen(STORE_WRITE);
	assert_string_equal(each("", 0, false), "");
	for (size_t i = 0; i < COUNT(sns); i++) {
		add_device(sns[i], 1);
		change_seen(&w.list, sns[i], 500);
	}
	keep();
	assert_string_equal(each("", 0, false), "01234567890123456789012345678901 a a-b ab b ");
	assert_string_equal(each("", 0, true), "01234567890123456789012345678901 a a-b ab b ");
	assert_string_equal(each("", 2, false), "01234567890123456789012345678901 a ");
	assert_string_equal(each("a", 0, false), "a-b ab b ");
	assert_string_equal(each("a-b", 1, false), "ab ");
	assert_string_equal(each("aa", 0, false), "ab b ");
	assert_string_equal(each("b", 0, false), "");
	assert_string_equal(each("01234567890123456789012345678901", 1, true), "a ");
	assert_string_equal(each(long_one, 1, true), "a "); /* no SN is that long */
}

/* ---- room ---- */

static char big[60000];

static void add_big(const char *sn)
{
	memset(big, 'x', sizeof big);
	add_device(sn, 1);
	change_answer(&w.list, sn, "admin", 1, big, sizeof big);
}

static void a_map_that_is_full_grows(void **state)
{
	(void)state;
	char sn[16];
	size_t grown = 0, before = 1 << 20;
	reopen(STORE_WRITE);
	for (int i = 0; i < 100; i++) {
		snprintf(sn, sizeof sn, "sn-%03d", i);
		add_big(sn);
		enum store_outcome outcome = try_list();
		while (outcome == STORE_AGAIN) {
			grown++;
			assert_false(is_known(sn)); /* nothing was changed */
			assert_int_equal(info().map_bytes, 2 * before);
			before *= 2;
			outcome = try_list();
		}
		assert_int_equal(outcome, STORE_DONE);
		buf_reset(&w.list);
	}
	assert_int_equal(grown, 3); /* 6 MB: 2, 4, 8 */
	assert_counts(100, 100, 0, 0);
	assert_true(store_verify(w.s, &w.e));
	/* Opened anew with a map that is too small, it gets what it needs. */
	reopen(STORE_WRITE);
	assert_counts(100, 100, 0, 0);
	add_device("another", 1);
	keep();
	assert_counts(101, 100, 0, 0);
}

/* ---- opening ---- */

static void readers_make_nothing(void **state)
{
	(void)state;
	assert_null(store_open(w.dir, STORE_READ, 1, &w.e));
	assert_says(
	    "/store/data.mdb cannot be used (rollcall repair says what can be done): No such file");
	assert_int_equal(folder_count(w.folder), 0);
}

static void what_a_crash_left_is_no_problem(void **state)
{
	(void)state;
	assert_int_equal(mkdir(folder_path(w.folder, "store.new"), 0700), 0);
	folder_write(w.folder, "store.new/data.mdb", "half of", 7);
	folder_write(w.folder, "store.new/lock.mdb", "x", 1);
	reopen(STORE_WRITE);
	assert_counts(0, 0, 0, 0);
	assert_false(exists("store.new"));
	/* Nor beside a store that there is. */
	fill_one();
	keep();
	shut();
	assert_int_equal(mkdir(folder_path(w.folder, "store.new"), 0700), 0);
	folder_write(w.folder, "store.new/data.mdb", "half of", 7);
	reopen(STORE_WRITE);
	assert_one();
}

static void without_the_lock_file(void **state)
{
	(void)state;
	reopen(STORE_WRITE);
	fill_one();
	keep();
	for (int mode = STORE_READ; mode <= STORE_WRITE; mode++) {
		shut();
		assert_int_equal(unlink(folder_path(w.dir, "lock.mdb")), 0);
		reopen((enum store_mode)mode);
		assert_one();
	}
}

static void make_filled(void)
{
	char sn[16];
	reopen(STORE_WRITE);
	for (int i = 0; i < 20; i++) {
		snprintf(sn, sizeof sn, "sn-%03d", i);
		add_big(sn);
		keep();
	}
	shut();
}

static void cut_to(off_t size)
{
	make_filled();
	assert_int_equal(truncate(folder_path(w.dir, "data.mdb"), size), 0);
}

static void spoil_empty(void)
{
	cut_to(0);
}

/* So that `missing` bytes of what is used are gone; what lies behind it is a hole. */
static void cut_off(size_t missing)
{
	make_filled();
	reopen(STORE_READ);
	size_t used = info().used_bytes;
	shut();
	assert_int_equal(truncate(folder_path(w.dir, "data.mdb"), (off_t)(used - missing)), 0);
}

static void spoil_half(void)
{
	cut_off(500000);
}

static void spoil_one_byte(void)
{
	cut_off(1);
}

static void spoil_first_page(void)
{
	cut_to(4096);
}

static void spoil_few_bytes(void)
{
	cut_to(100);
}

static void spoil_garbage(void)
{
	static char garbage[100000];
	memset(garbage, 'g', sizeof garbage);
	make_filled();
	folder_write(w.dir, "data.mdb", garbage, sizeof garbage);
}

static void spoil_text(void)
{
	make_filled();
	folder_write(w.dir, "data.mdb", "hello\n", 6);
}

static void spoil_gone(void)
{
	make_filled();
	assert_int_equal(unlink(folder_path(w.dir, "data.mdb")), 0);
}

static void spoil_no_format(void)
{
	make_filled();
	put_raw(DB_META, META_KEY, strlen(META_KEY), NULL, 0);
}

static void put_format(int64_t format)
{
	struct buf record = {0};
	make_filled();
	record_add_number(&record, META_FORMAT, format);
	put_raw(DB_META, META_KEY, strlen(META_KEY), record.data, record.size);
	buf_free(&record);
}

static void spoil_newer(void)
{
	put_format(STORE_FORMAT + 1);
}

static void spoil_zero(void)
{
	put_format(0);
}

static void spoil_meta(void)
{
	make_filled();
	put_raw(DB_META, META_KEY, strlen(META_KEY), "\0\1\0", 3);
}

/* An LMDB file of somebody else's. */
static void spoil_foreign(void)
{
	MDB_env *env;
	MDB_txn *txn;
	MDB_dbi dbi;
	MDB_val v = {3, (void *)"abc"};
	assert_int_equal(mkdir(w.dir, 0700), 0);
	assert_int_equal(mdb_env_create(&env), 0);
	assert_int_equal(mdb_env_open(env, w.dir, 0, 0600), 0);
	assert_int_equal(mdb_txn_begin(env, NULL, 0, &txn), 0);
	assert_int_equal(mdb_dbi_open(txn, NULL, 0, &dbi), 0);
	assert_int_equal(mdb_put(txn, dbi, &v, &v, 0), 0);
	assert_int_equal(mdb_txn_commit(txn), 0);
	mdb_env_close(env);
}

#define HELP "nothing was changed; rollcall repair says what can be done"

static void what_is_refused_stays_as_it_is(void **state)
{
	static const struct {
		void (*spoil)(void);
		const char *says, *help;
	} cases[] = {
	    {spoil_empty, "/data.mdb is empty: ", HELP},
	    {spoil_half, "/data.mdb is cut off (", HELP},
	    {spoil_one_byte, "/data.mdb is cut off (", HELP},
	    {spoil_first_page, " is not one (its file data.mdb is damaged or something else); ",
		HELP},
	    {spoil_few_bytes, " is not one (", HELP},
	    {spoil_garbage, " is not one (", HELP},
	    {spoil_text, " is not one (", HELP},
	    {spoil_gone,
		"/data.mdb cannot be used (rollcall repair says what can be done): No such file",
		""},
	    {spoil_no_format, " does not say what it is: ", HELP},
	    {spoil_zero, " does not say what it is: ", HELP},
	    {spoil_newer,
		" was written by a newer version (format 2, this one knows 1): nothing was changed",
		""},
	    {spoil_meta, "a record in its table \"meta\" is damaged", "rollcall repair"},
	    {spoil_foreign, " has not the tables it should have; ", "rollcall repair"},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		store_fixture_setup(state);
		cases[i].spoil();
		struct bytes before = read_file(w.dir);
		for (int mode = STORE_READ; mode <= STORE_WRITE; mode++) {
			memset(&w.e, 0, sizeof w.e);
			if (store_open(w.dir, (enum store_mode)mode, 1, &w.e))
				fail_msg("case %zu was opened", i);
			assert_says(cases[i].says);
			assert_says(cases[i].help);
			assert_says(w.dir);
		}
		assert_unchanged(w.dir, &before);
		store_fixture_teardown(state);
	}
}

/*
 * LMDB does not write the last page of the file when a transaction took it and gave it up again. Such
 * a store is whole, and must not be taken for one that was cut off.
 */
static void a_page_that_nobody_uses_at_the_end(void **state)
{
	(void)state;
	struct stat st;
	char sn[16];
	reopen(STORE_WRITE);
	for (int round = 0; round < 60; round++) {
		for (int k = 0; k < 40; k++) {
			snprintf(sn, sizeof sn, "sn-%05d", (round * 7919 + k * 104729) % 500);
			if ((round + k) % 3)
				add_device(sn, 1000 + k * HOUR);
			if ((round + k) % 2)
				change_answer(&w.list, sn, "q", 1, big, (size_t)(k * 331) % 9000);
			if (round % 2)
				change_forget(&w.list, sn, CHANGE_ALWAYS);
		}
		keep();
		assert_int_equal(stat(folder_path(w.dir, "data.mdb"), &st), 0);
		assert_true((size_t)st.st_size >= info().used_bytes);
	}
	reopen(STORE_READ);
}

/* ---- one process writes ---- */

static void one_writes_at_a_time(void **state)
{
	(void)state;
	reopen(STORE_WRITE);
	assert_null(store_open(w.dir, STORE_WRITE, 1, &w.e)); /* stops at the lock, before LMDB */
	assert_says("/store is being written by another process");
	shut();
	reopen(STORE_WRITE);
}

/* Runs in a child that was forked before the parent has opened anything; `to` and `from` are pipes. */
struct other {
	pid_t pid;
	int to, from;
};

static struct other start_other(void (*run)(int to, int from))
{
	int down[2], up[2];
	assert_null(w.s);
	assert_int_equal(pipe(down), 0);
	assert_int_equal(pipe(up), 0);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		close(down[1]);
		close(up[0]);
		run(up[1], down[0]);
		_exit(0);
	}
	close(down[0]);
	close(up[1]);
	return (struct other){pid, down[1], up[0]};
}

static void wait_other(const struct other *o)
{
	char c;
	if (read(o->from, &c, 1) != 1)
		fail_msg("the other process is gone");
}

static void tell(int fd)
{
	assert_int_equal(write(fd, "x", 1), 1);
}

static int end_other(struct other *o)
{
	int status;
	close(o->to);
	close(o->from);
	assert_int_equal(waitpid(o->pid, &status, 0), o->pid);
	return status;
}

/* In a child: ends it with a number that says where. */
#define NEEDS(what)                                \
	do {                                       \
		if (!(what))                       \
			_exit(__LINE__ % 250 + 1); \
	} while (0)

static void hold_lock_for_a_moment(int to, int from)
{
	const struct timespec moment = {.tv_nsec = 200000000};
	(void)from;
	int fd = open(folder_path(w.folder, "store.lock"), O_RDWR | O_CREAT, 0600);
	NEEDS(flock(fd, LOCK_EX) == 0);
	NEEDS(write(to, "x", 1) == 1);
	nanosleep(&moment, NULL);
}

static void a_writer_that_is_about_to_end_is_waited_for(void **state)
{
	(void)state;
	struct other o = start_other(hold_lock_for_a_moment);
	wait_other(&o);
	reopen(STORE_WRITE);
	assert_int_equal(end_other(&o), 0);
}

/* ---- readers elsewhere ---- */

static void read_until_killed(int to, int from)
{
	char c;
	struct device d;
	NEEDS(read(from, &c, 1) == 1);
	struct store *s = store_open(w.dir, STORE_READ, 1, NULL);
	NEEDS(s && store_begin(s, NULL));
	NEEDS(store_device(s, &w.arena, SN, &d));
	NEEDS(write(to, "x", 1) == 1);
	NEEDS(read(from, &c, 1) == 1); /* killed here */
}

static void a_reader_that_died_is_reaped(void **state)
{
	(void)state;
	struct other o = start_other(read_until_killed);
	reopen(STORE_WRITE);
	fill_one();
	keep();
	tell(o.to);
	wait_other(&o);
	assert_int_equal(store_reap(w.s), 0);
	assert_int_equal(kill(o.pid, SIGKILL), 0);
	int status = end_other(&o);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(store_reap(w.s), 1);
	assert_int_equal(store_reap(w.s), 0);
	assert_one();
}

static void read_before_and_after(int to, int from)
{
	char c;
	struct device d;
	struct store_info i;
	NEEDS(read(from, &c, 1) == 1);
	struct store *s = store_open(w.dir, STORE_READ, 0, NULL);
	NEEDS(s && store_begin(s, NULL));
	store_info(s, &i);
	NEEDS(i.map_bytes == 1 << 20 && store_device(s, &w.arena, SN, &d));
	NEEDS(store_end(s, NULL));
	NEEDS(write(to, "x", 1) == 1);
	NEEDS(read(from, &c, 1) == 1);
	/* The map is larger now. */
	NEEDS(store_begin(s, NULL));
	store_info(s, &i);
	NEEDS(i.map_bytes > 1 << 20 && i.devices == 41);
	NEEDS(store_device(s, &w.arena, "sn-039", &d));
	NEEDS(store_end(s, NULL));
	NEEDS(store_verify(s, NULL));
	store_close(s);
}

static void a_reader_follows_a_map_that_grew(void **state)
{
	(void)state;
	char sn[16];
	struct other o = start_other(read_before_and_after);
	reopen(STORE_WRITE);
	fill_one();
	keep();
	tell(o.to);
	wait_other(&o);
	for (int i = 0; i < 40; i++) {
		snprintf(sn, sizeof sn, "sn-%03d", i);
		add_big(sn);
		keep();
	}
	tell(o.to);
	assert_int_equal(end_other(&o), 0);
}

static void look_twice(int to, int from)
{
	char c;
	struct device d;
	NEEDS(read(from, &c, 1) == 1);
	struct store *s = store_open(w.dir, STORE_READ, 0, NULL);
	NEEDS(s && store_begin(s, NULL) && !store_device(s, &w.arena, SN, &d));
	NEEDS(write(to, "x", 1) == 1);
	NEEDS(read(from, &c, 1) == 1);
	NEEDS(!store_device(s, &w.arena, SN, &d)); /* what is read is of one moment */
	NEEDS(store_end(s, NULL));
	NEEDS(store_begin(s, NULL) && store_device(s, &w.arena, SN, &d));
	NEEDS(store_end(s, NULL));
	store_close(s);
}

static void a_snapshot_is_of_one_moment(void **state)
{
	(void)state;
	struct other o = start_other(look_twice);
	reopen(STORE_WRITE);
	tell(o.to);
	wait_other(&o);
	fill_one();
	keep();
	tell(o.to);
	assert_int_equal(end_other(&o), 0);
}

/* ---- failures ---- */

static void limit_file(rlim_t size)
{
	const struct rlimit limit = {size, RLIM_INFINITY};
	NEEDS(setrlimit(RLIMIT_FSIZE, &limit) == 0);
}

static void write_on_a_full_disk(int to, int from)
{
	struct store_info i;
	(void)to, (void)from;
	signal(SIGXFSZ, SIG_IGN);
	w.s = store_open(w.dir, STORE_WRITE, 8, &w.e);
	NEEDS(w.s);
	fill_one();
	NEEDS(try_list() == STORE_DONE);
	NEEDS(store_begin(w.s, NULL));
	store_info(w.s, &i);
	NEEDS(store_end(w.s, NULL));
	limit_file(i.used_bytes);
	buf_reset(&w.list);
	add_big("another");
	for (int tries = 0; tries < 3; tries++) {
		w.e.text[0] = '\0';
		NEEDS(try_list() == STORE_FAILED);
		NEEDS(strstr(w.e.text, "/store cannot be written: File too large"));
		NEEDS(!is_known("another") && is_known(SN));
	}
	limit_file(RLIM_INFINITY);
	NEEDS(try_list() == STORE_DONE);
	NEEDS(is_known("another") && is_known(SN));
	NEEDS(store_verify(w.s, NULL));
	store_close(w.s);
}

static void a_full_disk_and_then_room_again(void **state)
{
	(void)state;
	struct other o = start_other(write_on_a_full_disk);
	assert_int_equal(end_other(&o), 0);
	reopen(STORE_READ);
	assert_counts(2, 3, 1, 2);
}

/* What the damage is, what reads it, and what is said. */
static void damage_device(const char *sn)
{
	struct key k;
	key_kind(&k, sn, strlen(sn), KEY_DEVICE);
	damage(DB_DEVICE, k.bytes, k.size);
}

static void assert_damaged(const char *says)
{
	assert_false(store_end(w.s, &w.e));
	assert_says(says);
	assert_false(store_verify(w.s, &w.e));
	assert_says(w.dir);
	assert_says(" is damaged");
}

static void damaged_records_are_found(void **state)
{
	(void)state;
	struct device d;
	struct store_answer a;
	struct key k;
	size_t n;
	reopen(STORE_WRITE);
	fill_one();
	keep();
	key_message(&k, SN, strlen(SN), 5000, 0);
	damage(DB_DEVICE, k.bytes, k.size);
	look();
	store_messages(w.s, &w.arena, SN, 0, &n);
	assert_damaged("a record in its table \"message\" is damaged; rollcall repair");
	key_named(&k, SN, strlen(SN), KEY_DELIVERY, "all-all-all.txt", 15);
	damage(DB_DEVICE, k.bytes, k.size);
	look();
	store_deliveries(w.s, &w.arena, SN, &n);
	assert_damaged("a record in its table \"delivery\" is damaged; rollcall repair");
	key_named(&k, SN, strlen(SN), KEY_ANSWER, "admin", 5);
	damage(DB_DEVICE, k.bytes, k.size);
	look();
	store_answer(w.s, &w.arena, SN, "admin", &a);
	assert_damaged("a record in its table \"answer\" is damaged; rollcall repair");
	damage(DB_SEEN, SN, strlen(SN));
	look();
	assert_true(store_device(w.s, &w.arena, SN, &d));
	store_seen(w.s, &d);
	assert_int_equal(d.polls, 0);
	assert_damaged("a record in its table \"seen\" is damaged; rollcall repair");
	damage_device(SN);
	look();
	assert_false(store_device(w.s, &w.arena, SN, &d));
	assert_int_equal(d.created, 0);
	assert_damaged("the record of device " SN " is damaged; rollcall repair says");
	/* The next snapshot is not blamed for it. */
	assert_false(is_known("b"));
}

/* A walk ends there rather than never. */
static void damaged_keys_are_found(void **state)
{
	(void)state;
	static const char key[] = "b23456789012345678901234567890123";
	static finder *const finders[] = {store_idle, store_stale_messages};
	struct taking t = {.sns = ""};
	reopen(STORE_WRITE);
	add_device("a", 1);
	add_device("c", 1);
	change_seen(&w.list, "a", 500);
	keep();
	for (size_t i = 0; i < COUNT(finders); i++) {
		const char *next = "?";
		size_t count;
		damage(DB_SEEN, key, strlen(key));
		look();
		finders[i](w.s, &w.arena, "", 9, &count, &next);
		assert_null(next);
		assert_false(store_end(w.s, &w.e));
		assert_says("a key in its table \"seen\" is damaged; rollcall repair says");
		assert_false(store_verify(w.s, &w.e));
		assert_says("a key in its table \"seen\" is damaged");
	}
	damage(DB_DEVICE, key, strlen(key));
	look();
	store_each(w.s, &t.scratch, "", take, &t);
	assert_false(store_end(w.s, &w.e));
	assert_says("a key in its table \"device\" is damaged; rollcall repair says");
	assert_string_equal(t.sns, "a ");
	arena_free(&t.scratch);
}

/* The first that is damaged has a name. */
static void what_is_damaged_is_named(void **state)
{
	(void)state;
	reopen(STORE_WRITE);
	fill_one();
	add_device("z", 1);
	keep();
	assert_true(store_verify(w.s, &w.e));
	damage_device("z");
	assert_false(store_verify(w.s, &w.e));
	assert_says("a record of z in its table \"device\" is damaged");
	damage_device(SN);
	assert_false(store_verify(w.s, &w.e));
	assert_says("a record of " SN " in its table \"device\" is damaged");
}

static void damage_of_one_does_not_stop_others(void **state)
{
	(void)state;
	struct device was, now;
	reopen(STORE_WRITE);
	add_device(SN, 1);
	add_device("b", 1);
	keep();
	damage_device(SN);
	device_init(&was, "b");
	now = was;
	now.phase = "update";
	change_device(&w.list, "b", &was, &now);
	change_device(&w.list, SN, &was, &now);
	assert_int_equal(try_list(), STORE_DAMAGED);
	assert_says("the record of device " SN " is damaged; rollcall repair says");
	assert_true(device_of("b", &now)); /* together, or not at all */
	assert_string_equal(now.phase, "");
	buf_reset(&w.list);
	now.phase = "update";
	change_device(&w.list, "b", &was, &now);
	keep();
	assert_true(device_of("b", &now));
	assert_string_equal(now.phase, "update");
	/* Who is forgotten is made anew. */
	change_forget(&w.list, SN, CHANGE_ALWAYS);
	add_device(SN, 5);
	keep();
	assert_true(is_known(SN));
	assert_true(store_verify(w.s, &w.e));
}

static void cut_off_while_open(int to, int from)
{
	(void)to, (void)from;
	struct store *s = store_open(w.dir, STORE_READ, 0, NULL);
	NEEDS(s && dup2(to, STDERR_FILENO) >= 0);
	NEEDS(truncate(folder_path(w.dir, "data.mdb"), 16384) == 0);
	store_verify(s, NULL);
}

static void a_file_that_is_cut_off_while_it_is_used(void **state)
{
	(void)state;
	char said[512] = "";
	make_filled();
	struct other o = start_other(cut_off_while_open);
	ssize_t n = read(o.from, said, sizeof said - 1);
	assert_true(n > 0);
	assert_non_null(strstr(said, "the store's file was cut off or cannot be read (SIGBUS): "
				     "rollcall repair says what can be done\n"));
	int status = end_other(&o);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 74);
}

/* ---- copies ---- */

static void assert_copy(size_t devices)
{
	struct store_info i;
	struct store *copy = store_open(folder_path(w.folder, "copy"), STORE_READ, 0, &w.e);
	assert_non_null(copy);
	assert_true(store_begin(copy, &w.e));
	store_info(copy, &i);
	assert_true(store_end(copy, &w.e));
	assert_int_equal(i.devices, devices);
	assert_int_equal(i.format, STORE_FORMAT);
	assert_true(store_verify(copy, &w.e));
	store_close(copy);
}

static void assert_no_leftovers(void)
{
	assert_false(exists("copy.new"));
}

static void copies(void **state)
{
	(void)state;
	const char *to = arena_strdup(&w.arena, folder_path(w.folder, "copy"));
	time_t before = time(NULL);
	reopen(STORE_WRITE);
	fill_one();
	keep();
	assert_int_equal(store_copied_at(to), 0);
	assert_true(store_copy(w.s, to, &w.e));
	assert_true(store_copied_at(to) >= before - 1 && store_copied_at(to) <= time(NULL));
	assert_copy(1);
	assert_no_leftovers();
	add_device("b", 1);
	keep();
	assert_copy(1);
	/* In place of the one before; what earlier tries left is no problem. */
	assert_int_equal(mkdir(folder_path(w.folder, "copy.new"), 0700), 0);
	folder_write(w.folder, "copy.new/data.mdb", "half", 4);
	assert_true(store_copy(w.s, to, &w.e));
	assert_copy(2);
	assert_no_leftovers();
	/* The store itself goes on. */
	add_device("c", 1);
	keep();
	assert_counts(3, 2, 1, 2);
	shut();
	/* A reader can make one, too. */
	reopen(STORE_READ);
	assert_true(store_copy(w.s, to, &w.e));
	assert_copy(3);
}

/* What is no copy is not replaced. */
static void copies_that_are_refused(void **state)
{
	(void)state;
	reopen(STORE_WRITE);
	fill_one();
	keep();
	assert_false(store_copy(w.s, w.dir, &w.e));
	assert_says(" is the store itself");
	assert_int_equal(mkdir(folder_path(w.folder, "mine"), 0700), 0);
	folder_write(w.folder, "mine/letter.txt", "dear", 4);
	assert_false(store_copy(w.s, folder_path(w.folder, "mine"), &w.e));
	assert_says(" has other things in it than a copy");
	assert_true(exists("mine/letter.txt"));
	folder_write(w.folder, "file", "x", 1);
	assert_false(store_copy(w.s, folder_path(w.folder, "file"), &w.e));
	assert_int_equal(mkdir(folder_path(w.folder, "empty"), 0700), 0);
	assert_true(store_copy(w.s, folder_path(w.folder, "empty"), &w.e));
	assert_one();
}

/* A store that is gone is not taken for one that never was. */
static void gone_with_a_trace(void **state)
{
	static const char *const traces[] = {"-copy", ".damaged-20260101T000000Z"};
	(void)state;
	for (size_t i = 0; i < COUNT(traces); i++) {
		struct buf trace = {0};
		buf_addf(&trace, "%s%s", w.dir, traces[i]);
		assert_int_equal(mkdir(trace.data, 0700), 0);
		assert_null(store_open(w.dir, STORE_WRITE, 1, &w.e));
		assert_says(" is gone, but there was one");
		assert_int_equal(rmdir(trace.data), 0);
		buf_free(&trace);
	}
	assert_true(store_make(w.dir, 1, &w.e));
	reopen(STORE_WRITE);
}

static void a_copy_that_fails_leaves_the_old_one(void **state)
{
	(void)state;
	const char *to = arena_strdup(&w.arena, folder_path(w.folder, "copy"));
	reopen(STORE_WRITE);
	fill_one();
	keep();
	assert_true(store_copy(w.s, to, &w.e));
	struct bytes before = read_file(to);
	damage_device("b");
	assert_false(store_copy(w.s, to, &w.e)); /* what is damaged is no copy */
	assert_says(" is damaged");
	assert_unchanged(to, &before);
	assert_no_leftovers();
	assert_copy(1);
}

static void copy_on_a_full_disk(int to, int from)
{
	(void)to, (void)from;
	signal(SIGXFSZ, SIG_IGN);
	w.s = store_open(w.dir, STORE_READ, 0, &w.e);
	NEEDS(w.s);
	limit_file(25 * 4096L); /* whole pages: LMDB writes a copy past the cache */
	NEEDS(!store_copy(w.s, folder_path(w.folder, "copy"), &w.e));
	NEEDS(strstr(w.e.text, "cannot be copied to "));
	NEEDS(strstr(w.e.text, "File too large"));
	store_close(w.s);
}

static void no_room_for_a_copy(void **state)
{
	(void)state;
	const char *to = arena_strdup(&w.arena, folder_path(w.folder, "copy"));
	reopen(STORE_WRITE);
	fill_one();
	keep();
	assert_true(store_copy(w.s, to, &w.e));
	make_filled();
	struct bytes before = read_file(to);
	struct other o = start_other(copy_on_a_full_disk);
	assert_int_equal(end_other(&o), 0);
	assert_unchanged(to, &before);
	assert_no_leftovers();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_new_store),
	    TEST(what_is_stored_comes_back),
	    TEST(one_answer),
	    TEST(nothing_of_a_device_that_is_not_known),
	    TEST(what_is_read_is_a_copy),
	    TEST(a_field_does_not_undo_others),
	    TEST(fields_of_a_newer_version_are_kept),
	    TEST(a_list_is_applied_in_its_order),
	    TEST(a_list_that_is_none_changes_nothing),
	    TEST(unknown_ones_are_not_half_made),
	    TEST(forgotten_ones_are_not_half_made),
	    TEST(all_of_a_device_is_forgotten),
	    TEST(forgotten_unless_seen_since),
	    TEST(forgotten_unless_made_since),
	    TEST(polls_are_counted),
	    TEST(a_touch_is_no_poll_and_never_goes_back),
	    TEST(idle_before_a_time),
	    TEST(idle_since_it_was_made),
	    TEST(clocks_that_go_back),
	    TEST(walks_in_parts),
	    TEST(the_newest_messages_are_kept),
	    TEST(messages_of_one_second_keep_their_order),
	    TEST(messages_from_a_time_on),
	    TEST(trimmed),
	    TEST(stale_messages),
	    TEST(each_device_in_order),
	    TEST(a_map_that_is_full_grows),
	    TEST(readers_make_nothing),
	    TEST(what_a_crash_left_is_no_problem),
	    TEST(without_the_lock_file),
	    cmocka_unit_test(what_is_refused_stays_as_it_is),
	    TEST(a_page_that_nobody_uses_at_the_end),
	    TEST(one_writes_at_a_time),
	    TEST(a_writer_that_is_about_to_end_is_waited_for),
	    TEST(a_reader_that_died_is_reaped),
	    TEST(a_reader_follows_a_map_that_grew),
	    TEST(a_snapshot_is_of_one_moment),
	    TEST(a_full_disk_and_then_room_again),
	    TEST(damaged_records_are_found),
	    TEST(damaged_keys_are_found),
	    TEST(what_is_damaged_is_named),
	    TEST(damage_of_one_does_not_stop_others),
	    TEST(a_file_that_is_cut_off_while_it_is_used),
	    TEST(copies),
	    TEST(copies_that_are_refused),
	    TEST(gone_with_a_trace),
	    TEST(a_copy_that_fails_leaves_the_old_one),
	    TEST(no_room_for_a_copy),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
