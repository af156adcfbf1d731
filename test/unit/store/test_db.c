/* SPDX-License-Identifier: ISC */
/* store/db: keys and values, failures that are latched, and transactions that end as they should. */
#include "store/db.h"

#include "base/limits.h"

#include "test/unit/helpers.h"

#include <signal.h>

#define MB (1UL << 20)

static struct db *d;
static struct err e;

static int open_it(void **state)
{
	folder_setup(state);
	e.text[0] = '\0';
	d = db_open(*state, true, MB, &e);
	return d ? 0 : -1;
}

static int close_it(void **state)
{
	db_close(d);
	d = NULL;
	return folder_teardown(state);
}

/* ---- short words for what the tests do ---- */

static void put(enum db_table t, const char *key, const char *value)
{
	db_put(d, t, key, strlen(key), value, strlen(value));
}

/* NULL: it is not there. */
static const char *get(enum db_table t, const char *key)
{
	static char text[64];
	struct db_bytes b;
	if (!db_get(d, t, key, strlen(key), &b))
		return NULL;
	snprintf(text, sizeof text, "%.*s", (int)b.size, b.bytes);
	return text;
}

static void begin(bool write)
{
	if (!db_begin(d, write, &e))
		fail_msg("%s", e.text);
}

static void commit(void)
{
	if (db_commit(d, &e) != DB_DONE)
		fail_msg("%s", e.text);
}

static void end(void)
{
	if (!db_end(d, &e))
		fail_msg("%s", e.text);
}

static void assert_has(enum db_table t, const char *key, const char *value)
{
	begin(false);
	const char *found = get(t, key);
	if (value)
		assert_string_equal(found ? found : "nothing", value);
	else
		assert_null(found);
	end();
}

/* All keys from `from` on, as "a b c ". */
static const char *keys(enum db_table t, const char *from)
{
	static char text[256];
	struct db_cursor c;
	size_t used = 0;
	text[0] = '\0';
	bool more = db_seek(&c, d, t, from, strlen(from));
	for (; more; more = db_next(&c))
		used += (size_t)snprintf(
		    text + used, sizeof text - used, "%.*s ", (int)c.key.size, c.key.bytes);
	db_cursor_close(&c);
	db_cursor_close(&c); /* twice does no harm */
	return text;
}

/* All keys before `to` ("": all), backwards. */
static const char *keys_back(enum db_table t, const char *to)
{
	static char text[256];
	struct db_cursor c;
	size_t used = 0;
	text[0] = '\0';
	bool more = db_seek_back(&c, d, t, to, strlen(to));
	for (; more; more = db_previous(&c))
		used += (size_t)snprintf(
		    text + used, sizeof text - used, "%.*s ", (int)c.key.size, c.key.bytes);
	db_cursor_close(&c);
	return text;
}

/* ---- keys and values ---- */

static void what_is_put_is_found(void **state)
{
	(void)state;
	struct db_bytes b;
	begin(true);
	put(DB_DEVICE, "a", "1");
	put(DB_DEVICE, "b", "");
	db_put(d, DB_DEVICE, "c\0d", 3, "x\0y", 3);
	assert_string_equal(get(DB_DEVICE, "a"), "1"); /* in the same transaction, too */
	commit();
	assert_has(DB_DEVICE, "a", "1");
	assert_has(DB_DEVICE, "b", "");
	assert_has(DB_DEVICE, "c", NULL);
	assert_has(DB_SEEN, "a", NULL); /* another table */
	begin(false);
	assert_true(db_get(d, DB_DEVICE, "c\0d", 3, &b));
	assert_int_equal(b.size, 3);
	assert_memory_equal(b.bytes, "x\0y", 3);
	end();
}

static void put_again_and_deleted(void **state)
{
	(void)state;
	begin(true);
	put(DB_SEEN, "a", "1");
	put(DB_SEEN, "a", "2");
	put(DB_SEEN, "b", "3");
	commit();
	assert_has(DB_SEEN, "a", "2");
	begin(true);
	db_delete(d, DB_SEEN, "a", 1);
	db_delete(d, DB_SEEN, "nobody", 6); /* is no failure */
	commit();
	assert_has(DB_SEEN, "a", NULL);
	assert_has(DB_SEEN, "b", "3");
}

static void going_through(void **state)
{
	(void)state;
	begin(true);
	assert_string_equal(keys(DB_DEVICE, ""), "");
	put(DB_DEVICE, "b", "1");
	put(DB_DEVICE, "d", "2");
	put(DB_DEVICE, "a", "3");
	put(DB_DEVICE, "bb", "4");
	put(DB_SEEN, "c", "5");
	commit();
	begin(false);
	assert_string_equal(keys(DB_DEVICE, ""), "a b bb d ");
	assert_string_equal(keys(DB_DEVICE, "b"), "b bb d ");
	assert_string_equal(keys(DB_DEVICE, "bbb"), "d ");
	assert_string_equal(keys(DB_DEVICE, "e"), "");
	assert_string_equal(keys(DB_SEEN, ""), "c ");
	struct db_cursor c;
	assert_true(db_seek(&c, d, DB_DEVICE, "bb", 2));
	assert_int_equal(c.value.size, 1);
	assert_memory_equal(c.value.bytes, "4", 1);
	db_cursor_close(&c);
	end();
}

static void going_back(void **state)
{
	(void)state;
	begin(true);
	assert_string_equal(keys_back(DB_AUDIT, ""), "");
	assert_string_equal(keys_back(DB_AUDIT, "a"), "");
	assert_int_equal(db_count(d, DB_AUDIT), 0);
	put(DB_AUDIT, "b", "1");
	put(DB_AUDIT, "d", "2");
	put(DB_AUDIT, "c", "3");
	put(DB_ISSUED, "e", "4");
	assert_int_equal(db_count(d, DB_AUDIT), 3);
	commit();
	begin(false);
	assert_string_equal(keys_back(DB_AUDIT, ""), "d c b ");
	assert_string_equal(keys_back(DB_AUDIT, "e"), "d c b ");
	assert_string_equal(keys_back(DB_AUDIT, "d"), "c b ");
	assert_string_equal(keys_back(DB_AUDIT, "cc"), "c b ");
	assert_string_equal(keys_back(DB_AUDIT, "b"), "");
	assert_string_equal(keys_back(DB_ISSUED, ""), "e ");
	assert_int_equal(db_count(d, DB_AUDIT), 3);
	end();
}

/* ---- transactions ---- */

static void an_abort_undoes(void **state)
{
	(void)state;
	begin(true);
	put(DB_DEVICE, "a", "1");
	db_abort(d);
	assert_has(DB_DEVICE, "a", NULL);
	begin(false);
	db_abort(d);
	assert_has(DB_DEVICE, "a", NULL);
	db_abort(d); /* none is open */
}

static void nothing_without_a_transaction(void **state)
{
	(void)state;
	struct db_cursor c;
	put(DB_DEVICE, "a", "1");
	db_delete(d, DB_DEVICE, "a", 1);
	assert_null(get(DB_DEVICE, "a"));
	assert_false(db_seek(&c, d, DB_DEVICE, "", 0));
	assert_false(db_next(&c));
	db_cursor_close(&c);
	assert_has(DB_DEVICE, "a", NULL);
}

static void closed_within_one(void **state)
{
	begin(true);
	put(DB_DEVICE, "a", "1");
	db_close(d);
	d = db_open(*state, true, MB, &e);
	assert_non_null(d);
	assert_has(DB_DEVICE, "a", NULL);
}

/* ---- failures ---- */

static void the_first_failure_is_told(void **state)
{
	struct db_cursor c;
	char expected[PATH_MAX + 64];
	begin(true);
	put(DB_DEVICE, "a", "1");
	assert_true(db_seek(&c, d, DB_DEVICE, "", 0));
	db_fail(d, "%s is odd (%d)", "something", 7);
	db_fail(d, "too late");
	/* After it, nothing is done and nothing found. */
	assert_false(db_next(&c));
	db_cursor_close(&c);
	assert_null(get(DB_DEVICE, "a"));
	assert_string_equal(keys(DB_DEVICE, ""), "");
	put(DB_DEVICE, "b", "2");
	db_delete(d, DB_DEVICE, "a", 1);
	assert_int_equal(db_commit(d, &e), DB_DAMAGED);
	snprintf(expected, sizeof expected, "the store %s: something is odd (7)", (char *)*state);
	assert_string_equal(e.text, expected);
	assert_has(DB_DEVICE, "a", NULL);
	assert_has(DB_DEVICE, "b", NULL);
	/* The next transaction knows nothing of it. */
	begin(true);
	put(DB_DEVICE, "a", "1");
	commit();
	assert_has(DB_DEVICE, "a", "1");
}

static void a_snapshot_tells_its_failure(void **state)
{
	(void)state;
	begin(false);
	db_fail(d, "odd");
	assert_false(db_end(d, &e));
	assert_non_null(strstr(e.text, ": odd"));
	assert_has(DB_DEVICE, "a", NULL);
}

static void keys_that_cannot_be(void **state)
{
	(void)state;
	char key[DB_KEY_MAX + 1];
	memset(key, 'k', sizeof key);
	begin(true);
	db_put(d, DB_DEVICE, key, DB_KEY_MAX, "1", 1);
	commit();
	begin(true);
	put(DB_DEVICE, "a", "1");
	db_put(d, DB_DEVICE, key, DB_KEY_MAX + 1, "1", 1);
	assert_int_equal(db_commit(d, &e), DB_FAILED);
	assert_non_null(strstr(e.text, "cannot be written: MDB_BAD_VALSIZE"));
	assert_has(DB_DEVICE, "a", NULL);
	assert_int_equal(db_begin(d, true, &e), true);
	commit();
}

static void a_snapshot_cannot_be_written(void **state)
{
	(void)state;
	begin(false);
	put(DB_DEVICE, "a", "1");
	assert_false(db_end(d, &e));
	assert_non_null(strstr(e.text, "cannot be written: "));
	assert_has(DB_DEVICE, "a", NULL);
}

static void a_full_map_grows(void **state)
{
	(void)state;
	static char big[MB];
	struct db_info i;
	size_t grown = 0;
	for (int n = 0; n < 10; n++) {
		const char key[] = {(char)('a' + n), '\0'};
		enum db_outcome outcome = DB_GREW;
		while (outcome == DB_GREW) {
			begin(true);
			put(DB_SEEN, key, "before it");
			db_put(d, DB_DEVICE, key, 1, big, sizeof big);
			put(DB_SEEN, key, "behind it");
			outcome = db_commit(d, &e);
			grown += outcome == DB_GREW;
			assert_has(DB_SEEN, key, outcome == DB_GREW ? NULL : "behind it");
		}
		assert_int_equal(outcome, DB_DONE);
	}
	begin(false);
	db_info(d, &i);
	end();
	assert_int_equal(grown, 4); /* 2, 4, 8, 16 */
	assert_int_equal(i.map_bytes, 16 * MB);
	assert_int_equal(i.entries[DB_DEVICE], 10);
	assert_int_equal(i.entries[DB_SEEN], 10);
	assert_int_equal(i.entries[DB_META], 0);
	assert_true(i.used_bytes > 10 * MB && i.used_bytes < 11 * MB);
	assert_int_equal(i.readers_max, LIMIT_READERS);
}

/* ---- files ---- */

/* What is started by this process must not hold a store open. */
static void files_are_closed_on_exec(void **state)
{
	(void)state;
	DIR *dir = opendir("/proc/self/fd");
	size_t found = 0;
	assert_non_null(dir);
	for (struct dirent *entry; (entry = readdir(dir));) {
		char target[PATH_MAX] = "";
		ssize_t n = readlink(
		    folder_path("/proc/self/fd", entry->d_name), target, sizeof target - 1);
		if (n < 0 || !strstr(target, ".mdb"))
			continue;
		found++;
		if (!(fcntl(atoi(entry->d_name), F_GETFD) & FD_CLOEXEC))
			fail_msg("%s stays open", target);
	}
	closedir(dir);
	assert_true(found >= 2);
}

static void opened_again(void **state)
{
	struct stat before, after;
	begin(true);
	put(DB_DEVICE, "a", "1");
	commit();
	db_close(d);
	assert_int_equal(stat(folder_path(*state, "data.mdb"), &before), 0);
	for (int write = 0; write <= 1; write++) {
		d = db_open(*state, write, 0, &e);
		assert_non_null(d);
		assert_has(DB_DEVICE, "a", "1");
		db_close(d);
		/* To open it changes nothing. */
		assert_int_equal(stat(folder_path(*state, "data.mdb"), &after), 0);
		assert_int_equal(before.st_size, after.st_size);
		assert_true(before.st_mtim.tv_sec == after.st_mtim.tv_sec &&
			    before.st_mtim.tv_nsec == after.st_mtim.tv_nsec);
	}
	d = NULL;
}

static void readers_make_no_file(void **state)
{
	const char *empty = folder_path(*state, "empty");
	assert_int_equal(mkdir(empty, 0700), 0);
	assert_null(db_open(empty, false, MB, &e));
	assert_non_null(strstr(e.text, "/empty/data.mdb cannot be used: No such file"));
	assert_int_equal(folder_count(empty), 0);
	assert_null(db_open(folder_path(*state, "nowhere"), true, MB, &e));
	assert_non_null(strstr(e.text, "/nowhere cannot be opened: No such file"));
}

static void a_copy_is_compact(void **state)
{
	static char big[4 * MB / 10];
	struct stat st;
	char *copy = strdup(folder_path(*state, "copy"));
	begin(true);
	put(DB_DEVICE, "a", "1");
	db_put(d, DB_DEVICE, "big", 3, big, sizeof big);
	commit();
	begin(true);
	db_delete(d, DB_DEVICE, "big", 3);
	commit();
	assert_int_equal(mkdir(copy, 0700), 0);
	assert_true(db_copy(d, copy, &e));
	assert_int_equal(stat(folder_path(copy, "data.mdb"), &st), 0);
	assert_true(st.st_size < 100000);
	assert_false(db_copy(d, copy, &e)); /* there is one */
	assert_non_null(strstr(e.text, "the store cannot be copied to "));
	assert_false(db_copy(d, folder_path(*state, "nowhere"), &e));
	assert_non_null(strstr(e.text, "/nowhere: No such file"));
	db_close(d);
	d = db_open(copy, false, 0, &e);
	assert_non_null(d);
	assert_has(DB_DEVICE, "a", "1");
	assert_has(DB_DEVICE, "big", NULL);
	free(copy);
}

static void nobody_to_reap(void **state)
{
	(void)state;
	assert_int_equal(db_reap(d), 0);
	begin(false);
	assert_int_equal(db_reap(d), 0); /* we are alive */
	end();
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, open_it, close_it)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(what_is_put_is_found),
	    TEST(put_again_and_deleted),
	    TEST(going_through),
	    TEST(going_back),
	    TEST(an_abort_undoes),
	    TEST(nothing_without_a_transaction),
	    TEST(closed_within_one),
	    TEST(the_first_failure_is_told),
	    TEST(a_snapshot_tells_its_failure),
	    TEST(keys_that_cannot_be),
	    TEST(a_snapshot_cannot_be_written),
	    TEST(a_full_map_grows),
	    TEST(files_are_closed_on_exec),
	    TEST(opened_again),
	    TEST(readers_make_no_file),
	    TEST(a_copy_is_compact),
	    TEST(nobody_to_reap),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
