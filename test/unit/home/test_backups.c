/* SPDX-License-Identifier: ISC */
/*
 * home/backups: each backup is there whole or not at all, whoever else writes and whatever fails.
 * Time is an argument, and stamps of files are set: no test waits.
 */
#include "home/backups.h"

#include "base/file.h"
#include "base/limits.h"

#include "test/unit/helpers.h"

#include <errno.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/syscall.h>

#define HWID "IP232-30-00-af"
#define NOW ((time_t)2000000000)
#define DAY 86400

static char *top;   /* of this test alone */
static char *dir;   /* the backups */
static char *files; /* those of HWID */
static struct backups where;
static struct err e;
static long number;

static int setup(void **state)
{
	folder_setup(state);
	top = *state;
	dir = strdup(folder_path(top, "backup"));
	files = strdup(folder_path(dir, HWID));
	where = (struct backups){.dir = dir, .keep = 100};
	return 0;
}

static int teardown(void **state)
{
	free(dir);
	free(files);
	return folder_teardown(state);
}

/* ---- what the tests say ---- */

static enum backups_result store_bytes(const char *bytes, size_t n)
{
	number = -7;
	snprintf(e.text, sizeof e.text, "(nothing said)");
	return backups_store(&where, HWID, bytes, n, NOW, &number, &e);
}

static enum backups_result store(const char *text)
{
	return store_bytes(text, strlen(text));
}

#define assert_stored(bytes, n)                                     \
	do {                                                        \
		int result_ = (int)store(bytes);                    \
		if (result_ != BACKUPS_STORED)                      \
			fail_msg("result %d: %s", result_, e.text); \
		assert_int_equal(number, n);                        \
	} while (0)

static const char *file_of(long n)
{
	char name[128];
	snprintf(name, sizeof name, HWID ".%ld.txt", n);
	return folder_path(files, name);
}

static bool exists(const char *path)
{
	struct stat st;
	return lstat(path, &st) == 0;
}

static bool is_file(const char *path, const char *text, size_t n)
{
	struct buf b = {0};
	bool same = file_read(AT_FDCWD, path, SIZE_MAX / 2, &b, NULL) && b.size == n &&
		    memcmp(buf_text(&b), text, n) == 0;
	buf_free(&b);
	return same;
}

static void assert_file(const char *path, const char *text, size_t n)
{
	if (!is_file(path, text, n))
		fail_msg("%s is not there, or not \"%.200s\"", path, text);
}

static void assert_backup(long n, const char *text)
{
	assert_file(file_of(n), text, strlen(text));
}

/* "0 1 4": these are there, and nothing else is. */
static void assert_only(const char *numbers)
{
	size_t count = 0;
	for (const char *p = numbers; *p;) {
		char *end;
		long n = strtol(p, &end, 10);
		if (!exists(file_of(n)))
			fail_msg("%s is gone", file_of(n));
		count++;
		p = end + (*end == ' ');
	}
	if (folder_count(files) != count)
		fail_msg("%zu files in %s, not %s", folder_count(files), files, numbers);
}

static void make_files(void)
{
	assert_true(file_mkdirs(files, 0700, &e));
}

static void plant(const char *name, const char *text)
{
	folder_write(files, name, text, strlen(text));
}

static void set_age(long n, long seconds)
{
	const struct timespec times[2] = {{NOW - seconds, 0}, {NOW - seconds, 0}};
	assert_int_equal(utimensat(AT_FDCWD, file_of(n), times, AT_SYMLINK_NOFOLLOW), 0);
}

/* ---- numbers and contents ---- */

static void numbers_count_up_from_nought(void **state)
{
	(void)state;
	struct stat st;
	assert_stored("one\nvars create UPDATE/x p 1\n\ntwo", 0);
	assert_stored("two\n", 1);
	assert_stored("three\n", 2);
	assert_backup(0, "one\r\ntwo\r\n");
	assert_backup(1, "two\r\n");
	assert_backup(2, "three\r\n");
	assert_only("0 1 2");
	assert_int_equal(stat(file_of(0), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	assert_true(S_ISREG(st.st_mode));
	assert_int_equal(stat(files, &st), 0);
	assert_int_equal(st.st_mode & 0027, 0); /* others do not read configurations */
	assert_int_equal(folder_count(dir), 1);
}

static void the_same_is_stored_once(void **state)
{
	(void)state;
	static const char *const same[] = {"a\r\nb\r\n", "a\nb", "a\r\n\r\nb\r\n\r\n",
	    "vars create UPDATE/CHECK p 1\r\na\r\nb\r\n",
	    "a\nconfig change UP1 /url x\nb\nvars create TLS0/TICKET/1 pb 00\n",
	    "a\nmod cmd FLASHDIR0 add-item 1 (cn=1)(type=call)(info=x\n \nb\n"};
	assert_stored("a\r\nb\r\n", 0);
	set_age(0, DAY);
	for (size_t i = 0; i < COUNT(same); i++) {
		assert_int_equal(store(same[i]), BACKUPS_SAME);
		assert_int_equal(number, 0);
	}
	assert_only("0");
	struct stat st;
	assert_int_equal(stat(file_of(0), &st), 0);
	assert_int_equal(st.st_mtime, NOW - DAY); /* not written again either */

	static const char *const others[] = {"a\nb\nc", "a\n", "a\nB\n", "b\na\n", "a\n b\n",
	    "a\nb\n vars create UPDATE/CHECK p 1\n"};
	for (size_t i = 0; i < COUNT(others); i++)
		assert_stored(others[i], (long)i + 1);
	/* What counts is the newest one. */
	assert_stored("a\r\nb\r\n", (long)COUNT(others) + 1);
	assert_int_equal(store("a\nb\n"), BACKUPS_SAME);
	assert_int_equal(number, (long)COUNT(others) + 1);
}

static void nul_bytes_are_kept(void **state)
{
	(void)state;
	assert_int_equal(store_bytes("a\0b\n\0", 5), BACKUPS_STORED);
	assert_file(file_of(0), "a\0b\r\n\0\r\n", 8);
	assert_int_equal(store_bytes("a\0b\n\0", 5), BACKUPS_SAME);
	assert_int_equal(store_bytes("a\0c\n\0", 5), BACKUPS_STORED);
	assert_int_equal(store_bytes("a", 1), BACKUPS_STORED);
	assert_only("0 1 2");
}

static void nothing_that_counts(void **state)
{
	(void)state;
	static const char *const empty[] = {"", "\r\n", "\n \n\r", "vars create UPDATE/x p 1\n\n"};
	for (size_t i = 0; i < COUNT(empty); i++)
		assert_int_equal(store(empty[i]), BACKUPS_EMPTY);
	assert_int_equal(folder_count(top), 0); /* not even a folder */
	assert_stored("a", 0);
	assert_int_equal(store(""), BACKUPS_EMPTY);
	assert_only("0");
}

static void devices_do_not_share(void **state)
{
	(void)state;
	static const char *const ids[] = {"a", "a.1", "a.1.txt", "a-b", "A", "a..b"};
	for (int round = 0; round < 2; round++) {
		for (size_t i = 0; i < COUNT(ids); i++) {
			const char *text = round ? "b" : "a";
			assert_int_equal(backups_store(&where, ids[i], text, 1, NOW, &number, &e),
			    BACKUPS_STORED);
			assert_int_equal(number, round);
		}
	}
	assert_int_equal(folder_count(dir), COUNT(ids));
	for (size_t i = 0; i < COUNT(ids); i++)
		assert_int_equal(folder_count(folder_path(dir, ids[i])), 2);
	assert_file(folder_path(dir, "a.1/a.1.1.txt"), "b\r\n", 3);
}

static void the_longest_name(void **state)
{
	(void)state;
	char id[LIMIT_HWID + 1], name[2 * LIMIT_HWID + 64];
	memset(id, 'x', LIMIT_HWID);
	id[LIMIT_HWID] = '\0';
	assert_int_equal(backups_store(&where, id, "a", 1, NOW, &number, &e), BACKUPS_STORED);
	snprintf(name, sizeof name, "%s/%s.999999999999999998.txt", id, id);
	folder_write(dir, name, "x", 1);
	where.keep = 1;
	assert_int_equal(backups_store(&where, id, "b", 1, NOW, &number, &e), BACKUPS_STORED);
	snprintf(name, sizeof name, "%s/%s.999999999999999999.txt", id, id);
	assert_file(folder_path(dir, name), "b\r\n", 3);
	assert_int_equal(folder_count(folder_path(dir, id)), 1);
	assert_int_equal(backups_store(&where, id, "b", 1, NOW, &number, &e), BACKUPS_SAME);
}

/* A configuration with short lines and LF grows when it gets CRLF; it is still the same. */
static void the_largest_body(void **state)
{
	(void)state;
	char *body = malloc(LIMIT_BODY);
	memset(body, 'x', LIMIT_BODY);
	for (size_t i = 1; i < LIMIT_BODY; i += 2)
		body[i] = '\n';
	struct stat st;
	assert_int_equal(store_bytes(body, LIMIT_BODY), BACKUPS_STORED);
	assert_int_equal(stat(file_of(0), &st), 0);
	assert_int_equal(st.st_size, LIMIT_BODY / 2 * 3);
	int again = (int)store_bytes(body, LIMIT_BODY);
	free(body);
	assert_int_equal(again, BACKUPS_SAME);
	assert_only("0");
}

/* ---- what else lies in the folder ---- */

static const char *const foreign[] = {HWID ".8.txt.bak", HWID ".8.txt.backup", HWID ".9.TXT",
    HWID "..txt", HWID ".txt", HWID ".-9.txt", HWID ".+9.txt", HWID ". 9.txt", HWID ".9 .txt",
    HWID ".1e9.txt", HWID ".0x9.txt", HWID ".9.txt~", HWID ".9", HWID ".9.", HWID ".9..txt",
    HWID ".9.1.txt", HWID "9.txt", "." HWID ".9.txt", "ip232-30-00-af.9.txt", "OTHER.9.txt",
    "x" HWID ".9.txt", "9.txt", "README", HWID ".99999999999999999999.txt",
    HWID ".9999999999999999999999999999999999999999.txt", HWID ".9x.txt", HWID ".\xd9\xa3.txt"};

static void foreign_files_are_left_alone(void **state)
{
	(void)state;
	make_files();
	for (size_t i = 0; i < COUNT(foreign); i++)
		plant(foreign[i], "a\r\n");
	where.keep = 1;
	assert_stored("a", 0);
	assert_stored("b", 1);
	assert_false(exists(file_of(0)));
	assert_int_equal(folder_count(files), COUNT(foreign) + 1);
	for (size_t i = 0; i < COUNT(foreign); i++)
		assert_file(folder_path(files, foreign[i]), "a\r\n", 3);
}

static void gaps_are_not_filled(void **state)
{
	(void)state;
	make_files();
	plant(HWID ".3.txt", "a\r\n");
	plant(HWID ".11.txt", "b\r\n"); /* newer than 3 by number, not by letters */
	assert_int_equal(store("b"), BACKUPS_SAME);
	assert_int_equal(number, 11);
	assert_stored("a", 12);
	assert_only("3 11 12");
	/* The newest is gone: the number is used again, and nothing is lost by it. */
	assert_int_equal(unlink(file_of(12)), 0);
	assert_stored("a", 12);
	assert_only("3 11 12");
}

/* Something else that has the name of a backup: it is gone around. */
static void names_that_are_no_files(void **state)
{
	(void)state;
	make_files();
	assert_int_equal(mkdir(file_of(0), 0700), 0);
	assert_int_equal(mkfifo(file_of(1), 0600), 0); /* whoever opens it waits for ever */
	assert_stored("a", 2);
	assert_int_equal(store("a"), BACKUPS_SAME);
	assert_int_equal(unlink(file_of(2)), 0);
	assert_int_equal(mkfifo(file_of(2), 0600), 0);
	assert_stored("a", 3);
	assert_only("0 1 2 3");
}

/* ---- pruning ---- */

static void the_oldest_go(void **state)
{
	(void)state;
	where.keep = 3;
	assert_stored("a", 0);
	assert_stored("b", 1);
	assert_stored("c", 2);
	assert_only("0 1 2");
	assert_stored("d", 3);
	assert_only("1 2 3");
	assert_stored("e", 4);
	assert_only("2 3 4");
	assert_backup(2, "c\r\n");
	/* Fewer are wanted from now on. */
	where.keep = 1;
	assert_int_equal(store("e"), BACKUPS_SAME);
	assert_backup(4, "e\r\n");
	assert_stored("f", 5);
	assert_only("5");
	assert_stored("g", 6);
	assert_only("6");
}

/* 9 is before 10. */
static void the_oldest_is_the_one_with_the_smallest_number(void **state)
{
	(void)state;
	where.keep = 3;
	make_files();
	plant(HWID ".9.txt", "a\r\n");
	plant(HWID ".10.txt", "b\r\n");
	plant(HWID ".100.txt", "c\r\n");
	set_age(9, 0);
	set_age(10, 5 * DAY);
	set_age(100, 9 * DAY);
	assert_stored("d", 101);
	assert_only("10 100 101");
}

static void the_young_stay(void **state)
{
	(void)state;
	static const struct {
		long age; /* seconds */
		bool stays;
	} cases[] = {{10 * DAY, false}, {5 * DAY - 1, true}, {5 * DAY, false}, {5 * DAY + 1, false},
	    {0, true}, {-DAY, true} /* a clock that went back */};
	make_files();
	for (size_t i = 0; i < COUNT(cases); i++) {
		char name[64];
		snprintf(name, sizeof name, HWID ".%zu.txt", i);
		plant(name, "x\r\n");
		set_age((long)i, cases[i].age);
	}
	where.keep = 1;
	where.min_age = 5;
	assert_stored("new", (long)COUNT(cases));
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(exists(file_of((long)i)), cases[i].stays);
	assert_only("1 4 5 6");
	/* They grow old, and go. */
	set_age(1, 6 * DAY);
	set_age(4, 6 * DAY);
	set_age(6, 0);
	assert_stored("newer", 7);
	assert_only("5 6 7");
}

/* Old ones that are not too many stay, however old they are. */
static void age_alone_removes_nothing(void **state)
{
	(void)state;
	where.keep = 3;
	where.min_age = 1;
	assert_stored("a", 0);
	assert_stored("b", 1);
	set_age(0, 1000 * DAY);
	set_age(1, 1000 * DAY);
	assert_stored("c", 2);
	assert_only("0 1 2");
	assert_stored("d", 3);
	assert_only("1 2 3");
}

/* What cannot be removed, or is none of ours, does not cost a backup that we could have kept. */
static void what_stays_anyway_costs_no_other(void **state)
{
	(void)state;
	where.keep = 3;
	make_files();
	assert_int_equal(mkdir(file_of(0), 0700), 0);
	assert_int_equal(mkdir(file_of(1), 0700), 0);
	plant(HWID ".002.txt", "no number that we give\r\n");
	assert_stored("a", 3);
	assert_stored("b", 4);
	assert_stored("c", 5);
	assert_true(exists(file_of(3)));
	assert_true(exists(file_of(4)));
	assert_stored("d", 6);
	assert_false(exists(file_of(3)));
	assert_true(exists(file_of(4)));
	assert_true(exists(file_of(5)));
	assert_true(exists(folder_path(files, HWID ".002.txt")));
}

/* ---- links ---- */

static void a_link_as_folder_is_not_followed(void **state)
{
	(void)state;
	const char *outside = folder_path(top, "outside");
	assert_true(file_mkdirs(dir, 0700, &e));
	assert_int_equal(mkdir(outside, 0700), 0);
	assert_int_equal(symlink(outside, files), 0);
	assert_int_equal(store("a"), BACKUPS_FAILED);
	assert_non_null(strstr(e.text, files));
	assert_int_equal(folder_count(folder_path(top, "outside")), 0);

	assert_int_equal(unlink(files), 0);
	assert_int_equal(symlink(folder_path(top, "nowhere"), files), 0);
	assert_int_equal(store("a"), BACKUPS_FAILED);
	assert_false(exists(folder_path(top, "nowhere")));

	assert_int_equal(unlink(files), 0);
	folder_write(dir, HWID, "a file", 6);
	assert_int_equal(store("a"), BACKUPS_FAILED);
	assert_file(files, "a file", 6);

	assert_int_equal(unlink(files), 0);
	assert_stored("a", 0);
}

/* The folder of all backups may be one: that is the administrator's own. */
static void a_link_to_all_backups_is_fine(void **state)
{
	(void)state;
	assert_int_equal(mkdir(folder_path(top, "disk2"), 0700), 0);
	assert_int_equal(symlink("disk2", dir), 0);
	assert_stored("a", 0);
	assert_file(folder_path(top, "disk2/" HWID "/" HWID ".0.txt"), "a\r\n", 3);
}

/* Neither written through, nor is what it leads to removed. */
static void a_link_as_file_is_not_written_through(void **state)
{
	(void)state;
	make_files();
	folder_write(top, "secret", "s\r\n", 3);
	assert_int_equal(symlink("../../secret", file_of(0)), 0);
	assert_int_equal(symlink("../../made", file_of(1)), 0);
	where.keep = 1;
	assert_stored("a", 2);
	assert_stored("b", 3);
	assert_file(folder_path(top, "secret"), "s\r\n", 3);
	assert_false(exists(folder_path(top, "made")));
	assert_only("3");
}

/* ---- what fails ---- */

/* Even of root: rights count from here on. For children only. */
static void drop_capabilities(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct none[2] = {0};
	if (syscall(SYS_capset, &header, none) != 0)
		_exit(100);
}

enum { DID_AS_EXPECTED = 42 };

static void expect_in_child(enum backups_result right, const char *words)
{
	if (store("a") == right && (!words || strstr(e.text, words)))
		_exit(DID_AS_EXPECTED);
	fprintf(stderr, "%s\n", e.text);
}

static void refused_by_rights(void)
{
	drop_capabilities();
	expect_in_child(BACKUPS_FAILED, "Permission denied");
}

static void allowed_by_rights(void)
{
	drop_capabilities();
	expect_in_child(BACKUPS_STORED, NULL);
}

static void folders_that_cannot_be_used(void **state)
{
	(void)state;
	make_files();
	plant(HWID ".0.txt", "old\r\n");
	static const mode_t modes[] = {0500, 0300, 0};
	for (size_t i = 0; i < COUNT(modes); i++) {
		assert_int_equal(chmod(files, modes[i]), 0);
		assert_exits(refused_by_rights, DID_AS_EXPECTED);
		assert_int_equal(chmod(files, 0700), 0);
		assert_only("0");
	}
	/* A new device. */
	folder_free(strdup(files));
	assert_int_equal(chmod(dir, 0500), 0);
	assert_exits(refused_by_rights, DID_AS_EXPECTED);
	assert_int_equal(chmod(dir, 0700), 0);
	assert_int_equal(folder_count(dir), 0);
	/* It goes on by itself. */
	assert_exits(allowed_by_rights, DID_AS_EXPECTED);
	assert_backup(0, "a\r\n");
}

static void a_file_where_the_folder_should_be(void **state)
{
	(void)state;
	folder_write(top, "backup", "x", 1);
	assert_int_equal(store("a"), BACKUPS_FAILED);
	assert_non_null(strstr(e.text, "Not a directory"));
	assert_file(dir, "x", 1);
}

/* A newest one that cannot be read is no reason to keep nothing. */
static void a_newest_that_cannot_be_read(void **state)
{
	(void)state;
	make_files();
	plant(HWID ".0.txt", "a\r\n");
	assert_int_equal(chmod(file_of(0), 0), 0);
	assert_exits(allowed_by_rights, DID_AS_EXPECTED);
	assert_backup(1, "a\r\n");
}

static struct rlimit limit_files(rlim_t size)
{
	struct rlimit before, small;
	getrlimit(RLIMIT_FSIZE, &before);
	small = (struct rlimit){size, before.rlim_max};
	setrlimit(RLIMIT_FSIZE, &small);
	return before;
}

static char *many_lines(size_t lines, char c)
{
	enum { WIDTH = 98 };
	char *text = malloc(lines * (WIDTH + 2) + 1), *at = text;
	for (size_t i = 0; i < lines; i++) {
		memset(at, c, WIDTH);
		at = stpcpy(at + WIDTH, "\r\n");
	}
	*at = '\0';
	return text;
}

static void a_full_disk_loses_nothing(void **state)
{
	(void)state;
	char *big = many_lines(100, 'x');
	where.keep = 1;
	assert_stored("old", 0);
	signal(SIGXFSZ, SIG_IGN);
	static const rlim_t sizes[] = {0, 1, 5000, 9999};
	for (size_t i = 0; i < COUNT(sizes); i++) {
		struct rlimit before = limit_files(sizes[i]);
		enum backups_result result = store(big);
		setrlimit(RLIMIT_FSIZE, &before);
		assert_int_equal(result, BACKUPS_FAILED);
		assert_non_null(strstr(e.text, "cannot be written: File too large"));
		assert_only("0"); /* and no temporary file */
		assert_backup(0, "old\r\n");
	}
	struct rlimit before = limit_files(10000);
	enum backups_result result = store(big);
	setrlimit(RLIMIT_FSIZE, &before);
	assert_int_equal(result, BACKUPS_STORED);
	assert_int_equal(number, 1);
	assert_only("1");
	assert_backup(1, big);
	free(big);
}

/* ---- more than one at once ---- */

enum { WRITERS = 4, EACH = 8, LINES = 2000 };

static void write_many(int who, int from)
{
	char go;
	if (read(from, &go, 1) != 1)
		_exit(1);
	for (int i = 0; i < EACH; i++) {
		char *text = many_lines(LINES, (char)('A' + who * EACH + i));
		if (store(text) != BACKUPS_STORED)
			_exit(2);
		/* It is there as soon as we are told so. */
		if (!is_file(file_of(number), text, strlen(text)))
			_exit(3);
		free(text);
	}
	_exit(DID_AS_EXPECTED);
}

/* Starts them all, and lets them go together. No assertion in a child: it would go on as a test. */
static void at_once(void (*run)(int who, int from), int writers)
{
	int ends[2];
	pid_t pids[WRITERS];
	assert_int_equal(pipe(ends), 0);
	fflush(NULL);
	for (int i = 0; i < writers; i++) {
		pids[i] = fork();
		assert_true(pids[i] >= 0);
		if (pids[i] == 0)
			run(i, ends[0]);
	}
	for (int i = 0; i < writers; i++)
		assert_int_equal(write(ends[1], "", 1), 1);
	int right = 0;
	for (int i = 0; i < writers; i++) {
		int status;
		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		right += WIFEXITED(status) && WEXITSTATUS(status) == DID_AS_EXPECTED;
	}
	close(ends[0]);
	close(ends[1]);
	assert_int_equal(right, writers);
}

/* All are there with numbers of their own, and none is half. */
static void different_ones_at_once(void **state)
{
	(void)state;
	bool seen[WRITERS * EACH] = {false};
	at_once(write_many, WRITERS);
	assert_int_equal(folder_count(files), WRITERS * EACH);
	for (long n = 0; n < WRITERS * EACH; n++) {
		struct buf b = {0};
		assert_true(file_read(AT_FDCWD, file_of(n), LIMIT_BODY, &b, &e));
		char *right = many_lines(LINES, b.data[0]);
		assert_string_equal(b.data, right);
		assert_in_range(b.data[0], 'A', 'A' + WRITERS * EACH - 1);
		assert_false(seen[b.data[0] - 'A']);
		seen[b.data[0] - 'A'] = true;
		free(right);
		buf_free(&b);
	}
}

static void write_same(int who, int from)
{
	(void)who;
	char go;
	if (read(from, &go, 1) != 1)
		_exit(1);
	char *text = many_lines(LINES, 'A');
	enum backups_result result = store(text);
	free(text);
	_exit(number == 0 && (result == BACKUPS_STORED || result == BACKUPS_SAME) ? DID_AS_EXPECTED
										  : 2);
}

static void the_same_at_once_is_stored_once(void **state)
{
	(void)state;
	for (int round = 0; round < 20; round++) {
		at_once(write_same, WRITERS);
		assert_only("0");
		assert_int_equal(unlink(file_of(0)), 0);
	}
}

/* ---- a process that dies ---- */

/* Without SIGXFSZ being ignored the process ends in the middle of its write. */
static void die_half_way(void)
{
	char *big = many_lines(100, 'x');
	limit_files(5000);
	store(big);
	free(big);
}

static void killed_half_way(void)
{
	char said[1024];
	signal(SIGXFSZ, SIG_DFL);
	int status = child_status(die_half_way, said, sizeof said);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGXFSZ);
}

static void one_that_died_leaves_no_half_backup(void **state)
{
	(void)state;
	assert_stored("old", 0);
	killed_half_way();
	assert_false(exists(file_of(1)));
	assert_int_equal(store("old"), BACKUPS_SAME);
	assert_stored("new", 1);
	assert_backup(0, "old\r\n");
	assert_backup(1, "new\r\n");
}

/* What it had begun to write does not lie there for ever. */
static void what_one_that_died_left_is_cleared_away(void **state)
{
	(void)state;
	assert_stored("old", 0);
	killed_half_way();
	killed_half_way();
	assert_stored("new", 1);
	assert_only("0 1");
}

/* ---- nothing is left open ---- */

static void nothing_is_left_open(void **state)
{
	(void)state;
	size_t before = folder_count("/proc/self/fd");
	assert_stored("a", 0);
	assert_int_equal(store("a"), BACKUPS_SAME);
	assert_int_equal(store(""), BACKUPS_EMPTY);
	struct rlimit limit = limit_files(0);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(store("b"), BACKUPS_FAILED);
	setrlimit(RLIMIT_FSIZE, &limit);
	folder_free(strdup(files));
	assert_int_equal(symlink(top, files), 0);
	assert_int_equal(store("a"), BACKUPS_FAILED);
	assert_int_equal(folder_count("/proc/self/fd"), before);
}

/* ---- the list for people ---- */

static void listed_by_number(void **state)
{
	(void)state;
	struct arena a = {0};
	struct backups_file *all;
	size_t count = 7;
	assert_true(backups_list(&a, dir, HWID, &all, &count, &e)); /* there is no folder yet */
	assert_int_equal(count, 0);
	for (int i = 0; i < 11; i++) {
		char text[32];
		snprintf(text, sizeof text, "line %d", i);
		assert_stored(text, i);
	}
	assert_int_equal(mkdir(file_of(12), 0700), 0);
	assert_int_equal(symlink(file_of(0), file_of(13)), 0);
	folder_write(files, HWID ".3.txt" FILE_TEMPORARY "abcdef", "half", 4);
	folder_write(files, HWID "x.3.txt", "other", 5);
	assert_true(backups_list(&a, dir, HWID, &all, &count, &e));
	assert_int_equal(count, 11);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(all[i].number, i);
		assert_string_equal(folder_path(files, all[i].name), file_of((long)i));
	}
	assert_int_equal(all[10].size, sizeof "line 10\r\n" - 1);
	/* Whoever looks does not clear away: somebody may be writing it. */
	assert_true(exists(folder_path(files, HWID ".3.txt" FILE_TEMPORARY "abcdef")));
	arena_free(&a);
}

static void not_listed(void **state)
{
	(void)state;
	static const char *const wrong[] = {"", ".", "..", "../x", "a/b"};
	struct arena a = {0};
	struct backups_file *all;
	size_t count;
	for (size_t i = 0; i < COUNT(wrong); i++)
		assert_false(backups_list(&a, dir, wrong[i], &all, &count, &e));
	folder_write(top, "file", "x", 1);
	assert_false(backups_list(&a, top, "file", &all, &count, &e));
	assert_non_null(strstr(e.text, "file"));
	arena_free(&a);
}

/* ---- opening one ---- */

static int open_one(const char *name, size_t *size)
{
	snprintf(e.text, sizeof e.text, "(nothing said)");
	return backups_open(dir, HWID, name, size, &e);
}

static void one_is_opened(void **state)
{
	(void)state;
	char text[16] = "";
	size_t size = 0, before = folder_count("/proc/self/fd");
	assert_stored("line", 0);
	int fd = open_one(HWID ".0.txt", &size);
	assert_true(fd >= 0);
	assert_int_equal(size, 6);
	assert_int_equal(read(fd, text, sizeof text), 6);
	assert_string_equal(text, "line\r\n");
	close(fd);
	assert_int_equal(folder_count("/proc/self/fd"), before);
}

/* PITFALLS B3 */
static void what_is_no_backup_is_not_opened(void **state)
{
	(void)state;
	char longest[301];
	memset(longest, 'a', sizeof longest - 1);
	longest[sizeof longest - 1] = '\0';
	const char *const wrong[] = {"", ".", "..", "../x", "../" HWID "/" HWID ".0.txt",
	    "/etc/passwd", ".hidden", HWID ".0.txt/", HWID ".00.txt", HWID ".-1.txt",
	    HWID ".0.txt.", HWID ".0.txt" FILE_TEMPORARY "abcdef", HWID ".7.txt", HWID ".1.txt",
	    HWID ".2.txt", "IP232-30-00-b0.0.txt", longest};
	size_t size, before = folder_count("/proc/self/fd");
	assert_stored("line", 0);
	assert_int_equal(symlink(file_of(0), file_of(1)), 0);
	assert_int_equal(mkdir(file_of(2), 0700), 0);
	folder_write(files, ".hidden", "x", 1);
	folder_write(dir, "x", "x", 1);
	for (size_t i = 0; i < COUNT(wrong); i++) {
		assert_int_equal(open_one(wrong[i], &size), -1);
		assert_string_not_equal(e.text, "(nothing said)");
	}
	assert_int_equal(backups_open(dir, "..", "...0.txt", &size, &e), -1);
	folder_free(strdup(files));
	assert_int_equal(symlink(top, files), 0); /* a link in place of the folder */
	folder_write(top, HWID ".0.txt", "x", 1);
	assert_int_equal(open_one(HWID ".0.txt", &size), -1);
	assert_int_equal(folder_count("/proc/self/fd"), before);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

/* ---- dropping one ---- */

static void only_a_backup_is_dropped(void **state)
{
	(void)state;
	static const char *const others[] = {HWID ".5.txt", HWID ".1.txt.bak", HWID ".01x.txt",
	    "..", "", HWID ".-1.txt", "../" HWID "/" HWID ".0.txt", "notes.txt", "folder"};
	assert_int_equal(store("a\r\n"), BACKUPS_STORED);
	assert_int_equal(store("b\r\n"), BACKUPS_STORED);
	assert_int_equal(mkdir(folder_path(files, HWID ".5.txt"), 0700), 0);
	assert_int_equal(symlink("/etc/passwd", folder_path(files, HWID ".6.txt")), 0);
	assert_false(backups_drop(dir, HWID, HWID ".6.txt", &e));
	for (size_t i = 0; i < COUNT(others); i++)
		assert_false(backups_drop(dir, HWID, others[i], &e));
	assert_false(backups_drop(dir, "..", HWID ".0.txt", &e));
	assert_false(backups_drop(dir, "IP222-30-00-af", "IP222-30-00-af.0.txt", &e));
	assert_int_equal(access(folder_path(files, HWID ".0.txt"), F_OK), 0);
	assert_true(backups_drop(dir, HWID, HWID ".0.txt", &e));
	assert_int_equal(access(folder_path(files, HWID ".0.txt"), F_OK), -1);
	assert_int_equal(access(folder_path(files, HWID ".1.txt"), F_OK), 0);
	assert_false(backups_drop(dir, HWID, HWID ".0.txt", &e));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(only_a_backup_is_dropped),
	    TEST(numbers_count_up_from_nought),
	    TEST(the_same_is_stored_once),
	    TEST(nul_bytes_are_kept),
	    TEST(nothing_that_counts),
	    TEST(devices_do_not_share),
	    TEST(the_longest_name),
	    TEST(the_largest_body),
	    TEST(foreign_files_are_left_alone),
	    TEST(gaps_are_not_filled),
	    TEST(names_that_are_no_files),
	    TEST(the_oldest_go),
	    TEST(the_oldest_is_the_one_with_the_smallest_number),
	    TEST(the_young_stay),
	    TEST(age_alone_removes_nothing),
	    TEST(what_stays_anyway_costs_no_other),
	    TEST(a_link_as_folder_is_not_followed),
	    TEST(a_link_to_all_backups_is_fine),
	    TEST(a_link_as_file_is_not_written_through),
	    TEST(folders_that_cannot_be_used),
	    TEST(a_file_where_the_folder_should_be),
	    TEST(a_newest_that_cannot_be_read),
	    TEST(a_full_disk_loses_nothing),
	    TEST(different_ones_at_once),
	    TEST(the_same_at_once_is_stored_once),
	    TEST(one_that_died_leaves_no_half_backup),
	    TEST(what_one_that_died_left_is_cleared_away),
	    TEST(nothing_is_left_open),
	    TEST(listed_by_number),
	    TEST(not_listed),
	    TEST(one_is_opened),
	    TEST(what_is_no_backup_is_not_opened),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
