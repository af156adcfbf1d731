/* SPDX-License-Identifier: ISC */
/* Reading a log from its end, through rotated files, and following it: no line is missing, none comes twice. */
#include "home/logfile.h"
#include "home/logread.h"

#include "base/buf.h"
#include "base/file.h"

#include "test/unit/helpers.h"

static char *folder, *path, *lock_path;
static struct err e;
static struct logfile l;

static int setup(void **state)
{
	(void)state;
	folder = folder_new();
	path = strdup(folder_path(folder, "log.txt"));
	lock_path = strdup(folder_path(folder, "lock"));
	l = (struct logfile){.path = path,
	    .lock_path = lock_path,
	    .size_most = 1000,
	    .keep = 4,
	    .fd = -1,
	    .lock = -1};
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	logfile_close(&l);
	free(path);
	free(lock_path);
	folder_free(folder);
	return 0;
}

static void add(const char *line)
{
	if (!logfile_add(&l, line, strlen(line), &e))
		fail_msg("%s", e.text);
}

static void add_number(int i)
{
	char line[64];
	snprintf(line, sizeof line, "line %d\n", i);
	add(line);
}

static void write_raw(const char *text)
{
	FILE *f = fopen(path, "a");
	fputs(text, f);
	fclose(f);
}

static struct logread *opened(void)
{
	struct logread *r = logread_open(path, lock_path, &e);
	if (!r)
		fail_msg("%s", e.text);
	return r;
}

static void expect_back(struct logread *r, const char *line)
{
	size_t size = 0;
	const char *got = logread_back(r, &size);
	if (!line) {
		assert_null(got);
		return;
	}
	assert_non_null(got);
	assert_string_equal(got, line);
	assert_int_equal(size, strlen(line));
}

static void expect_next(struct logtail *t, const char *line)
{
	size_t size = 0;
	const char *got = logtail_next(t, &size);
	if (!line) {
		assert_null(got);
		return;
	}
	assert_non_null(got);
	assert_string_equal(got, line);
	assert_int_equal(size, strlen(line));
}

static void nobody_has_written(void **state)
{
	struct logread *r = opened();
	(void)state;
	expect_back(r, NULL);
	assert_string_equal(logread_problem(r), "");
	assert_int_equal(logread_seen(r), 0);
	struct logtail *t = logtail_after(r);
	logread_close(r);
	expect_next(t, NULL);
	/* Who reads leaves nothing behind that those who write cannot open. */
	assert_int_not_equal(access(lock_path, F_OK), 0);
	add("one\n");
	expect_next(t, "one");
	expect_next(t, NULL);
	logtail_close(t);
	logread_close(NULL);
	logtail_close(NULL);
}

static void backwards_through_rotated_files(void **state)
{
	(void)state;
	l.size_most = 30; /* four lines a file */
	for (int i = 0; i < 18; i++)
		add_number(i);
	struct logread *r = opened();
	for (int i = 17; i >= 0; i--) {
		char line[64];
		snprintf(line, sizeof line, "line %d", i);
		expect_back(r, line);
	}
	expect_back(r, NULL);
	expect_back(r, NULL);
	assert_string_equal(logread_problem(r), "");
	logread_close(r);
}

/* Longer than a block of what is read at once, and right where blocks meet. */
static void lines_of_all_lengths(void **state)
{
	static char line[300000];
	static const size_t lengths[] = {
	    1, 262143, 262144, 262145, 0, 3, 131072, 131071, 65536, 299998};
	(void)state;
	l.size_most = 1 << 30;
	for (size_t i = 0; i < COUNT(lengths); i++) {
		memset(line, 'a' + (int)i, lengths[i]);
		memcpy(line + lengths[i], "\n", 2);
		add(line);
	}
	struct logread *r = opened();
	for (size_t i = COUNT(lengths); i-- > 0;) {
		size_t size;
		const char *got = logread_back(r, &size);
		if (!got && !lengths[i])
			continue;
		assert_non_null(got);
		assert_int_equal(size, lengths[i]);
		for (size_t k = 0; k < size; k++)
			assert_int_equal(got[k], 'a' + (int)i);
	}
	expect_back(r, NULL);
	logread_close(r);
}

/* What is added, and rotated, while somebody reads: he reads what was there, whole. */
static void as_it_was_at_one_moment(void **state)
{
	(void)state;
	l.size_most = 30;
	for (int i = 0; i < 6; i++)
		add_number(i);
	struct logread *r = opened();
	for (int i = 6; i < 40; i++)
		add_number(i);
	for (int i = 5; i >= 0; i--) {
		char line[64];
		snprintf(line, sizeof line, "line %d", i);
		expect_back(r, line);
	}
	expect_back(r, NULL);
	logread_close(r);
}

static void follows_from_there(void **state)
{
	(void)state;
	add("one\n");
	struct logread *r = opened();
	add("two\n");
	expect_back(r, "one");
	expect_back(r, NULL);
	struct logtail *t = logtail_after(r);
	logread_close(r);
	expect_next(t, "two");
	expect_next(t, NULL);
	add("three\n");
	add("four\n");
	expect_next(t, "three");
	expect_next(t, "four");
	expect_next(t, NULL);
	logtail_close(t);
}

static void follows_through_rotations(void **state)
{
	int next = 0;
	(void)state;
	l.size_most = 30;
	add_number(next);
	struct logread *r = opened();
	struct logtail *t = logtail_after(r);
	logread_close(r);
	int seen = ++next;
	/* None, one, or several files between two looks; never more than are kept. */
	for (int batch = 0; batch < 16; batch++) {
		for (int i = 0; i < batch; i++)
			add_number(next++);
		for (; seen < next; seen++) {
			char line[64];
			snprintf(line, sizeof line, "line %d", seen);
			expect_next(t, line);
		}
		expect_next(t, NULL);
	}
	logtail_close(t);
}

/* Only whole lines; one that did not fit on the disk was taken back, and another one stands in its place. */
static void half_a_line(void **state)
{
	(void)state;
	add("one\n");
	struct logread *r = opened();
	struct logtail *t = logtail_after(r);
	logread_close(r);
	write_raw("hal");
	expect_next(t, NULL);
	write_raw("f\n");
	expect_next(t, "half");
	write_raw("taken back");
	expect_next(t, NULL);
	assert_int_equal(truncate(path, 9), 0);
	expect_next(t, NULL);
	write_raw("another one\n");
	expect_next(t, "another one");
	expect_next(t, NULL);
	logtail_close(t);
}

/* > log.txt: what comes then is followed. */
static void emptied(void **state)
{
	(void)state;
	add("a line that is long enough\n");
	struct logread *r = opened();
	struct logtail *t = logtail_after(r);
	logread_close(r);
	assert_int_equal(truncate(path, 0), 0);
	expect_next(t, NULL);
	add("new\n");
	expect_next(t, "new");
	expect_next(t, NULL);
	logtail_close(t);
}

static void moved_away(void **state)
{
	(void)state;
	add("one\n");
	struct logread *r = opened();
	struct logtail *t = logtail_after(r);
	logread_close(r);
	assert_int_equal(rename(path, folder_path(folder, "elsewhere")), 0);
	expect_next(t, NULL);
	add("two\n");
	expect_next(t, "two");
	logtail_close(t);
	r = opened();
	expect_back(r, "two");
	expect_back(r, NULL);
	logread_close(r);
}

static void what_cannot_be_read_is_said(void **state)
{
	(void)state;
	assert_int_equal(symlink("/etc/passwd", path), 0);
	assert_null(logread_open(path, lock_path, &e));
	assert_non_null(strstr(e.text, "log.txt"));
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0); /* nobody waits for it */
	struct logread *r = opened();
	expect_back(r, NULL);
	logread_close(r);
	unlink(path);
	add("one\n");
	assert_int_equal(symlink("/etc/passwd", folder_path(folder, "log.txt.1")), 0);
	assert_null(logread_open(path, lock_path, &e));
}

/* A reader at any moment, while others write and rotate: whole lines, all of them, in order. */
static void while_others_write(void **state)
{
	enum { LINES = 4000 };
	(void)state;
	l.size_most = 400;
	l.keep = 100;
	add_number(0);
	struct logread *r = opened();
	struct logtail *t = logtail_after(r);
	logread_close(r);
	pid_t pid = fork();
	if (pid == 0) {
		l.fd = l.lock = -1;
		for (int i = 1; i < LINES; i++)
			add_number(i);
		_exit(0);
	}
	for (int seen = 1; seen < LINES;) {
		size_t size;
		const char *line = logtail_next(t, &size);
		if (line) {
			char expected[64];
			snprintf(expected, sizeof expected, "line %d", seen++);
			assert_string_equal(line, expected);
			continue;
		}
		r = opened();
		int last = LINES, n = 0;
		while ((line = logread_back(r, &size)) && n++ < 50) {
			int number, end = 0;
			assert_int_equal(sscanf(line, "line %d%n", &number, &end), 1);
			assert_int_equal(end, (int)size);
			assert_true(last == LINES || number == last - 1);
			last = number;
		}
		assert_string_equal(logread_problem(r), "");
		logread_close(r);
	}
	int status;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	logtail_close(t);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
	    T(nobody_has_written),
	    T(backwards_through_rotated_files),
	    T(lines_of_all_lengths),
	    T(as_it_was_at_one_moment),
	    T(follows_from_there),
	    T(follows_through_rotations),
	    T(half_a_line),
	    T(emptied),
	    T(moved_away),
	    T(what_cannot_be_read_is_said),
	    T(while_others_write),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
