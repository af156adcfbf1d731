/* SPDX-License-Identifier: ISC */
/*
 * home/swap: files and folders are replaced together. It is ended before each of the calls that change anything in
 * turn: before it has begun all is as it was, and from then on it comes to its end.
 */
#include "home/swap.h"

#include "base/file.h"

#include "test/unit/helpers.h"

#include <errno.h>
#include <sys/syscall.h>
#include <time.h>

#define ENDED 42

static struct home home;
static struct err e;

/* ---- calls that end the process: ours, instead of the C library's ---- */

static int calls_left = -1; /* until it ends; -1: it does not */

static void count_call(void)
{
	if (calls_left == 0)
		_exit(ENDED);
	if (calls_left > 0)
		calls_left--;
}

int renameat(int from, const char *old, int to, const char *new)
{
	count_call();
	return (int)syscall(SYS_renameat2, from, old, to, new, 0);
}

int unlinkat(int folder, const char *name, int flags)
{
	count_call();
	return (int)syscall(SYS_unlinkat, folder, name, flags);
}

int mkdirat(int folder, const char *name, mode_t mode)
{
	count_call();
	return (int)syscall(SYS_mkdirat, folder, name, mode);
}

/* ---- a home ---- */

static void make_folder(const char *name)
{
	assert_int_equal(mkdir(folder_path(home.dir, name), 0750), 0);
}

static void write_text(const char *name, const char *text)
{
	folder_write(home.dir, name, text, strlen(text));
}

static const char *content(const char *name)
{
	static struct buf text;
	buf_reset(&text);
	file_read(AT_FDCWD, folder_path(home.dir, name), 1 << 16, &text, NULL);
	return buf_text(&text);
}

static bool is_there(const char *name)
{
	struct stat st;
	return lstat(folder_path(home.dir, name), &st) == 0;
}

static struct buf plan;

static void write_plan(void)
{
	write_text("restore.new/plan", plan.data);
}

/* Old: config/a, data/store/d, data/copy/c, an empty folder; new: config/b, data/store/d, empty/e, and a file. */
static int setup(void **state)
{
	char *dir = folder_new();
	*state = dir;
	if (!home_open(&home, dir, &e))
		return -1;
	static const char *const folders[] = {"config", "data", "data/store", "data/copy", "empty",
	    "restore.new", "restore.new/new", "restore.new/new/config", "restore.new/new/data",
	    "restore.new/new/data/store", "restore.new/new/empty"};
	for (size_t i = 0; i < COUNT(folders); i++)
		make_folder(folders[i]);
	write_text("config/a", "old");
	write_text("data/store/d", "old");
	write_text("data/copy/c", "old");
	write_text("other", "stays");
	write_text("restore.new/new/config/b", "new");
	write_text("restore.new/new/data/store/d", "new");
	write_text("restore.new/new/empty/e", "new");
	write_text("restore.new/new/file", "new");
	buf_reset(&plan);
	swap_plan(&plan, &home, 1772366400);
	swap_plan_put(&plan, "config", "config");
	swap_plan_put(&plan, "data/store", "data/store");
	swap_plan_away(&plan, "data/copy");
	swap_plan_put(&plan, "empty", "empty");
	swap_plan_put(&plan, "file", "far/away/file");
	write_plan();
	return 0;
}

static int teardown(void **state)
{
	home_close(&home);
	buf_free(&plan);
	return folder_teardown(state);
}

#define ASIDE "restore-20260301T120000Z"

static void assert_old(void)
{
	assert_string_equal(content("config/a"), "old");
	assert_string_equal(content("data/store/d"), "old");
	assert_string_equal(content("data/copy/c"), "old");
	assert_int_equal(folder_count(folder_path(home.dir, "empty")), 0);
	assert_false(is_there("far") || is_there(ASIDE) || swap_is_begun(&home));
}

static void assert_new(void)
{
	assert_false(is_there("config/a"));
	assert_string_equal(content("config/b"), "new");
	assert_string_equal(content("data/store/d"), "new");
	assert_false(is_there("data/copy"));
	assert_string_equal(content("empty/e"), "new");
	assert_string_equal(content("far/away/file"), "new");
	assert_string_equal(content("other"), "stays");
	assert_string_equal(content(ASIDE "/config/a"), "old");
	assert_string_equal(content(ASIDE "/data/store/d"), "old");
	assert_string_equal(content(ASIDE "/data/copy/c"), "old");
	assert_false(is_there(ASIDE "/empty"));
	assert_false(swap_is_begun(&home) || swap_is_prepared(&home));
}

/* ---- tests ---- */

static void all_of_it(void **state)
{
	char aside[64];
	struct stat st;
	(void)state;
	assert_string_equal(swap_aside(&plan, aside, sizeof aside), ASIDE);
	assert_true(swap_is_prepared(&home));
	assert_true(swap_finish(&home, &e)); /* it was not begun */
	assert_old();
	if (!swap_begin(&home, &e))
		fail_msg("%s", e.text);
	assert_new();
	assert_int_equal(stat(folder_path(home.dir, ASIDE), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700); /* there may be keys in it */
	assert_true(swap_finish(&home, &e));
	assert_new();
	/* A second one in the same second has a place of its own. */
	buf_reset(&plan);
	swap_plan(&plan, &home, 1772366400);
	assert_string_equal(swap_aside(&plan, aside, sizeof aside), ASIDE "-2");
}

static void begin_or_finish(void)
{
	struct err why;
	if (!(swap_is_begun(&home) ? swap_finish(&home, &why) : swap_begin(&home, &why)))
		_exit(1);
}

static int end_before_call(int n)
{
	char said[4096];
	calls_left = n;
	int status = child_status(begin_or_finish, said, sizeof said);
	calls_left = -1;
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* `n`: before which call; `more`: and again, before which call of the one that was to finish it. */
static int try_ending(void **state, int n, int more)
{
	setup(state);
	int code = end_before_call(n);
	if (code == ENDED && n == 0) {
		assert_old();
		assert_true(swap_is_prepared(&home));
		assert_true(swap_begin(&home, &e));
	} else if (code == ENDED) {
		assert_false(swap_is_prepared(&home));
		if (more >= 0)
			code = end_before_call(more) == ENDED ? ENDED : 0;
	}
	if (!swap_finish(&home, &e))
		fail_msg("before call %d, then %d: %s", n, more, e.text);
	assert_new();
	teardown(state);
	return code;
}

static void ended_anywhere(void **state)
{
	int calls = 0;
	teardown(state);
	while (try_ending(state, calls, -1) == ENDED)
		calls++;
	assert_true(calls > 10);
	for (int n = 1; n < calls; n++) {
		for (int more = n % 7; more < calls; more += 7)
			try_ending(state, n, more);
	}
	setup(state);
}

/* A program that does not know of it makes its folders anew: what it put there is not lost. */
static void came_back(void **state)
{
	(void)state;
	assert_int_equal(end_before_call(6), ENDED);
	if (!is_there("config"))
		make_folder("config");
	write_text("config/made", "meanwhile");
	assert_true(swap_finish(&home, &e));
	assert_string_equal(content("config/b"), "new");
	assert_string_equal(content("data/store/d"), "new");
	assert_true(strcmp(content(ASIDE "/config/made"), "meanwhile") == 0 ||
		    strcmp(content(ASIDE "/config.2/made"), "meanwhile") == 0 ||
		    strcmp(content("config/made"), "meanwhile") == 0);
}

static void not_complete(void **state)
{
	(void)state;
	unlink(folder_path(home.dir, "restore.new/plan"));
	assert_false(swap_begin(&home, &e));
	assert_non_null(strstr(e.text, "is not complete"));
	assert_old();
}

static void no_plan(void **state)
{
	(void)state;
	write_text("restore.new/plan", "put config\tconfig\n");
	assert_false(swap_begin(&home, &e));
	assert_non_null(strstr(e.text, "cannot be finished"));
	assert_non_null(strstr(e.text, "is not one"));
	assert_string_equal(content("config/a"), "old");
	assert_true(swap_is_begun(&home));
	assert_false(swap_finish(&home, &e));
}

static void dropped(void **state)
{
	struct err why = {""};
	(void)state;
	assert_false(swap_is_refused(&home, &why));
	assert_true(err_set(&why, "the moon is full") == false);
	swap_refuse(&home, &why);
	why.text[0] = '\0';
	assert_true(swap_is_refused(&home, &why));
	assert_string_equal(why.text, "the moon is full");
	assert_true(swap_drop(&home, &e));
	assert_false(swap_is_prepared(&home));
	assert_old();
	assert_true(swap_drop(&home, &e)); /* there is nothing */
	assert_false(is_there("restore.gone"));
}

/* What was begun is not dropped any more. */
static void too_late(void **state)
{
	(void)state;
	assert_int_equal(end_before_call(3), ENDED);
	assert_false(swap_drop(&home, &e));
	assert_true(swap_finish(&home, &e));
	assert_new();
}

static void two_at_once(void **state)
{
	pid_t pids[4];
	(void)state;
	assert_int_equal(end_before_call(1), ENDED);
	for (size_t i = 0; i < COUNT(pids); i++) {
		pids[i] = fork();
		if (pids[i] == 0)
			_exit(!swap_finish(&home, &e));
	}
	for (size_t i = 0; i < COUNT(pids); i++) {
		int status;
		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		assert_int_equal(status, 0);
	}
	assert_new();
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
	    T(all_of_it),
	    T(ended_anywhere),
	    T(came_back),
	    T(not_complete),
	    T(no_plan),
	    T(dropped),
	    T(too_late),
	    T(two_at_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
