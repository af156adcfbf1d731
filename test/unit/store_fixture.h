/* SPDX-License-Identifier: ISC */
/*
 * A store in a folder of its own, and what becomes of changes: w. For tests of every room that may know the
 * store; a test that forks does so before it opens one.
 */
#ifndef TEST_STORE_FIXTURE_H
#define TEST_STORE_FIXTURE_H

#include "core/change.h"
#include "store/store.h"

#include "test/unit/helpers.h"

static struct {
	char *folder, *dir; /* the store lies in FOLDER/store, once it is opened */
	struct store *s;
	struct arena arena;
	struct buf list; /* the next changes */
	struct err e;
} w;

static inline int store_fixture_setup(void **state)
{
	(void)state;
	memset(&w, 0, sizeof w);
	w.folder = folder_new();
	w.dir = strdup(folder_path(w.folder, "store"));
	return 0;
}

static inline int store_fixture_teardown(void **state)
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

/* `seen` NULL: no device was. */
static inline enum store_outcome try_seen(const char *seen, int64_t time)
{
	assert_true(store_write(w.s, &w.e));
	store_apply(w.s, buf_text(&w.list), w.list.size);
	if (seen)
		store_apply_seen(w.s, seen, time, 1);
	return store_commit(w.s, &w.e);
}

static inline enum store_outcome try_list(void)
{
	return try_seen(NULL, 0);
}

/* The list is on disk, and a new one begins. */
static inline void keep_seen(const char *seen, int64_t time)
{
	enum store_outcome outcome;
	do
		outcome = try_seen(seen, time);
	while (outcome == STORE_AGAIN);
	if (outcome != STORE_DONE)
		fail_msg("%d: %s", outcome, w.e.text);
	buf_reset(&w.list);
}

static inline void keep(void)
{
	keep_seen(NULL, 0);
}

#endif
