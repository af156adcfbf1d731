/* SPDX-License-Identifier: ISC */
/*
 * A store to try things with. For tests of lib/store; a test that forks does so before it opens one.
 */
#ifndef TEST_STORE_TRY_H
#define TEST_STORE_TRY_H

#include "core/change.h"
#include "store/db.h"
#include "store/store.h"

#include "test/unit/helpers.h"

#define SN "00-90-33-30-00-af"

static struct {
	char *folder, *dir;
	struct store *s;
	struct arena arena;
	struct buf list;
	struct err e;
} w;

static int setup(void **state)
{
	(void)state;
	memset(&w, 0, sizeof w);
	w.folder = folder_new();
	w.dir = strdup(folder_path(w.folder, "store"));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	store_close(w.s);
	folder_free(w.folder);
	free(w.dir);
	arena_free(&w.arena);
	buf_free(&w.list);
	return 0;
}

static inline void shut(void)
{
	store_close(w.s);
	w.s = NULL;
}

static inline void reopen(enum store_mode mode)
{
	shut();
	w.s = store_open(w.dir, mode, 1, &w.e);
	if (!w.s)
		fail_msg("%s", w.e.text);
}

static inline enum store_outcome try_list(void)
{
	assert_true(store_write(w.s, &w.e));
	store_apply(w.s, buf_text(&w.list), w.list.size);
	return store_commit(w.s, &w.e);
}

/* The list is on disk, and a new one begins. */
static inline void keep(void)
{
	enum store_outcome outcome;
	do
		outcome = try_list();
	while (outcome == STORE_AGAIN);
	if (outcome != STORE_DONE)
		fail_msg("%d: %s", outcome, w.e.text);
	buf_reset(&w.list);
}

static inline void look(void)
{
	assert_true(store_begin(w.s, &w.e));
}

static inline void looked(void)
{
	if (!store_end(w.s, &w.e))
		fail_msg("%s", w.e.text);
}

static inline void assert_says(const char *text)
{
	if (!strstr(w.e.text, text))
		fail_msg("\"%s\" instead of \"%s\"", w.e.text, text);
}

/* What damages a store. */
static inline void put_raw(
    enum db_table t, const void *key, size_t key_size, const void *value, size_t size)
{
	shut();
	struct db *db = db_open(w.dir, true, 1 << 20, &w.e);
	assert_non_null(db);
	assert_true(db_begin(db, true, &w.e));
	db_put(db, t, key, key_size, value, size);
	assert_int_equal(db_commit(db, &w.e), DB_DONE);
	db_close(db);
	reopen(STORE_WRITE);
}

static inline void add_device(const char *sn, int64_t created)
{
	struct device d;
	device_init(&d, sn);
	d.created = created;
	change_device(&w.list, sn, NULL, &d);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

#endif
