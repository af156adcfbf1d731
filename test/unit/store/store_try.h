/* SPDX-License-Identifier: ISC */
/*
 * What tests of lib/store do with a store: look at it, count what is in it, and damage its file.
 */
#ifndef TEST_STORE_TRY_H
#define TEST_STORE_TRY_H

#include "store/db.h"

#include "test/unit/store_fixture.h"

#include <lmdb.h>

#define SN "00-90-33-30-00-af"

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

static inline struct store_info info(void)
{
	struct store_info i;
	look();
	store_info(w.s, &i);
	looked();
	return i;
}

static inline void add_device(const char *sn, int64_t created)
{
	struct device d;
	device_init(&d, sn);
	d.created = created;
	d.type = "IP232";
	change_device(&w.list, sn, NULL, &d);
}

/* ---- the file, past the store, which is closed afterwards ---- */

/* Puts a record where the store would never put this one; NULL: takes it away. */
static inline void put_raw(
    enum db_table t, const void *key, size_t key_size, const void *bytes, size_t n)
{
	shut();
	struct db *db = db_open(w.dir, true, 0, &w.e);
	assert_non_null(db);
	assert_true(db_begin(db, true, &w.e));
	if (bytes)
		db_put(db, t, key, key_size, bytes, n);
	else
		db_delete(db, t, key, key_size);
	assert_int_equal(db_commit(db, &w.e), DB_DONE);
	db_close(db);
}

/* A record as no version of Rollcall has written it. */
static inline void damage(enum db_table t, const void *key, size_t size)
{
	put_raw(t, key, size, "\0\1\0\0\0\x09short", 11);
	reopen(STORE_WRITE);
}

/* One of no bytes. */
static inline void put_empty(enum db_table t, const void *key, size_t size)
{
	put_raw(t, key, size, "", 0);
	reopen(STORE_WRITE);
}

/* A file of before: these tables are not there. */
static inline void drop_tables(const char *const *names, size_t count)
{
	MDB_env *env;
	MDB_txn *txn;
	MDB_dbi table;
	shut();
	assert_int_equal(mdb_env_create(&env), 0);
	assert_int_equal(mdb_env_set_maxdbs(env, 16), 0);
	assert_int_equal(mdb_env_open(env, w.dir, 0, 0600), 0);
	assert_int_equal(mdb_txn_begin(env, NULL, 0, &txn), 0);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(mdb_dbi_open(txn, names[i], 0, &table), 0);
		assert_int_equal(mdb_drop(txn, table, 1), 0);
	}
	assert_int_equal(mdb_txn_commit(txn), 0);
	mdb_env_close(env);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, store_fixture_setup, store_fixture_teardown)

#endif
