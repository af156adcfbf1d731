/* SPDX-License-Identifier: ISC */
/*
 * home/snipdir: the snippet folder as the next poll sees it. No test waits: the clock that says how
 * often to look is an argument, and the wall clock is the one below.
 */
#include "home/home.h"

#include "base/file.h"
#include "base/limits.h"
#include "base/log.h"

#include "test/unit/helpers.h"

#include <sys/mman.h>
#include <time.h>

/* In place of the system's: how many seconds this process lives in the future. */
static time_t ahead;

time_t time(time_t *out)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	now.tv_sec += ahead;
	if (out)
		*out = now.tv_sec;
	return now.tv_sec;
}

/* Late enough for a change to show by its stamp alone. */
#define LATER 100

static struct snipdir *dir;
static long long clock_ms;

static int setup(void **state)
{
	folder_setup(state);
	ahead = 0;
	clock_ms = 1000000;
	dir = snipdir_new(*state, true);
	return 0;
}

static int teardown(void **state)
{
	snipdir_free(dir);
	return folder_teardown(state);
}

/* Looks again. */
static const struct snippets *look(void)
{
	clock_ms += LIMIT_SNIPPET_RESCAN_MS;
	return snipdir_refresh(dir, clock_ms);
}

static const struct snippet *find(const char *name)
{
	return snip_find(look(), name);
}

static void put(const char *folder, const char *name, const char *text)
{
	folder_write(folder, name, text, strlen(text));
}

static void set_mtime(const char *folder, const char *name, time_t when)
{
	const struct timespec times[2] = {{when, 0}, {when, 0}};
	assert_int_equal(utimensat(AT_FDCWD, folder_path(folder, name), times, 0), 0);
}

static void only_snippets_are_read(void **state)
{
	put(*state, "update-all-default.txt", "a\nb");
	put(*state, "README", "x");
	put(*state, "a.txt~", "x");
	put(*state, "a.TXT", "x");
	put(*state, ".hidden.txt", "x");
	put(*state, ".txt", "x");
	set_mtime(*state, "update-all-default.txt", 1234);
	const struct snippets *all = look();
	assert_int_equal(snip_count(all), 1);
	const struct snippet *s = snip_at(all, 0);
	assert_string_equal(s->name, "update-all-default.txt");
	assert_string_equal(s->text, "a\r\nb\r\n");
	assert_int_equal(s->mtime, 1234);
	assert_int_equal(s->size, 3);
}

/* Files come, change and go; each is seen by the next look, and none before. */
static void changes_are_seen_in_time(void **state)
{
	put(*state, "a.txt", "old");
	put(*state, "b.txt", "stays");
	ahead = LATER;
	assert_string_equal(find("a.txt")->text, "old\r\n");

	put(*state, "a.txt", "newer");
	put(*state, "c.txt", "more");
	assert_string_equal(
	    snip_find(snipdir_refresh(dir, clock_ms + LIMIT_SNIPPET_RESCAN_MS - 1), "a.txt")->text,
	    "old\r\n");
	assert_string_equal(find("a.txt")->text, "newer\r\n");
	assert_string_equal(snip_find(look(), "c.txt")->text, "more\r\n");
	assert_string_equal(find("b.txt")->text, "stays\r\n");

	assert_int_equal(unlink(folder_path(*state, "a.txt")), 0);
	assert_null(find("a.txt"));
	assert_int_equal(snip_count(look()), 2);
	put(*state, "a.txt", "again");
	assert_string_equal(find("a.txt")->text, "again\r\n");
}

/* Same size, same mtime: what rsync and a restored backup leave behind. */
static void stamps_that_lie(void **state)
{
	put(*state, "a.txt", "one");
	set_mtime(*state, "a.txt", 1000);
	ahead = LATER;
	assert_string_equal(find("a.txt")->text, "one\r\n");
	put(*state, "new", "two");
	set_mtime(*state, "new", 1000);
	assert_int_equal(rename(folder_path(*state, "new"), folder_path(*state, "a.txt")), 0);
	assert_string_equal(find("a.txt")->text, "two\r\n");
}

/*
 * A change that no stamp shows: while a file is young it is read again anyway. Two writes within one
 * tick of a coarse clock are such a change; here it is a second write through a mapping, which the
 * kernel puts into no stamp until it writes the page back.
 */
static void a_young_file_is_read_again(void **state)
{
	put(*state, "a.txt", "one");
	int fd = open(folder_path(*state, "a.txt"), O_RDWR);
	char *bytes = mmap(NULL, 3, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_ptr_not_equal(bytes, MAP_FAILED);
	bytes[0] = 'O';
	assert_string_equal(find("a.txt")->text, "One\r\n");
	bytes[0] = 'o';
	assert_string_equal(find("a.txt")->text, "one\r\n");
	munmap(bytes, 3);
	close(fd);
}

static void what_cannot_be_sent(void **state)
{
	static const struct {
		const char *name, *why;
	} cases[] = {{"big.txt", "is larger than 1048576 bytes"}, {"binary.txt", "it is not text"},
	    {"folder.txt", "is not a regular file"}, {"fifo.txt", "is not a regular file"}};
	char *big = malloc(LIMIT_SNIPPET + 1);
	memset(big, 'x', LIMIT_SNIPPET + 1);
	folder_write(*state, "big.txt", big, LIMIT_SNIPPET + 1);
	folder_write(*state, "full.txt", big, LIMIT_SNIPPET);
	folder_write(*state, "binary.txt", "a\0b", 3);
	put(*state, "good.txt", "x");
	assert_int_equal(mkdir(folder_path(*state, "folder.txt"), 0700), 0);
	assert_int_equal(mkfifo(folder_path(*state, "fifo.txt"), 0600), 0);
	assert_int_equal(symlink("absent", folder_path(*state, "nowhere.txt")), 0);
	assert_int_equal(symlink("good.txt", folder_path(*state, "link.txt")), 0);

	const struct snippets *all = look();
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct snippet *s = snip_find(all, cases[i].name);
		assert_non_null(s);
		if (!s->problem || !strstr(s->problem, cases[i].why))
			fail_msg("%s: %s", cases[i].name, s->problem ? s->problem : "(fine)");
		assert_int_equal(s->text_size, 0);
	}
	assert_null(snip_find(all, "full.txt")->problem);
	assert_null(snip_find(all, "good.txt")->problem);
	assert_string_equal(snip_find(all, "link.txt")->text, "x\r\n");
	free(big);

	/* Mended, and sent. */
	put(*state, "big.txt", "small");
	assert_null(find("big.txt")->problem);
}

/* The folder is on another machine, and that is away for a moment. */
static void a_folder_that_is_gone_for_a_while(void **state)
{
	char away[PATH_MAX];
	snprintf(away, sizeof away, "%s.away", (const char *)*state);
	put(*state, "a.txt", "x");
	assert_non_null(find("a.txt"));
	assert_int_equal(rename(*state, away), 0);
	const struct snippet *s = find("a.txt");
	assert_int_equal(rename(away, *state), 0);
	assert_non_null(s);
	assert_int_equal(unlink(folder_path(*state, "a.txt")), 0);
	assert_null(find("a.txt"));
}

static void a_folder_that_never_was(void **state)
{
	struct snipdir *none = snipdir_new(folder_path(*state, "scripts"), true);
	assert_int_equal(snip_count(snipdir_refresh(none, 0)), 0);
	assert_int_equal(mkdir(folder_path(*state, "scripts"), 0700), 0);
	put(*state, "scripts/a.txt", "x");
	assert_int_equal(snip_count(snipdir_refresh(none, LIMIT_SNIPPET_RESCAN_MS)), 1);
	snipdir_free(none);
	snipdir_free(NULL);
}

/* The log's lines so far; the file is outside of the folder that is looked at. */
static unsigned logged(const char *log, const char *words)
{
	struct buf text = {0};
	unsigned n = 0;
	assert_true(file_read(AT_FDCWD, log, 1 << 20, &text, NULL));
	for (const char *at = buf_text(&text); (at = strstr(at, words)); at++)
		n++;
	buf_free(&text);
	return n;
}

/* Each thing once, however often it is looked at; by those who are to say it, and nobody else. */
static void what_is_wrong_is_said_once(void **state)
{
	char log[PATH_MAX];
	snprintf(log, sizeof log, "%s.log", (const char *)*state);
	assert_true(log_open(log));
	struct snipdir *silent = snipdir_new(*state, false);
	folder_write(*state, "binary.txt", "a\0b", 3);
	for (int i = 0; i < 3; i++) {
		look();
		assert_non_null(snip_find(snipdir_refresh(silent, clock_ms), "binary.txt"));
	}
	assert_int_equal(logged(log, "binary.txt: left out"), 1);

	char away[PATH_MAX];
	snprintf(away, sizeof away, "%s.away", (const char *)*state);
	assert_int_equal(rename(*state, away), 0);
	for (int i = 0; i < 3; i++) {
		look();
		snipdir_refresh(silent, clock_ms);
	}
	assert_int_equal(rename(away, *state), 0);
	assert_int_equal(logged(log, "the snippet folder cannot be read"), 1);
	assert_non_null(strstr(snipdir_problem(silent), "stay in force"));
	look();
	assert_string_equal(snipdir_problem(dir), "");
	snipdir_free(silent);
	log_open("/dev/null");
	unlink(log);
}

/* A file that could not be read this time is tried again, although it did not change. */
static void a_failed_read_is_tried_again(void **state)
{
	struct rlimit before, none;
	put(*state, "a.txt", "x");
	ahead = LATER;
	getrlimit(RLIMIT_NOFILE, &before);
	/* The folder gets the last descriptor; none is left for the file. */
	int next = dup(STDERR_FILENO);
	close(next);
	none = (struct rlimit){(rlim_t)next + 1, before.rlim_max};
	setrlimit(RLIMIT_NOFILE, &none);
	const struct snippet *s = find("a.txt");
	setrlimit(RLIMIT_NOFILE, &before);
	assert_non_null(strstr(s->problem, "cannot be opened: Too many open files"));
	assert_null(find("a.txt")->problem);
}

/* All together are too large: the last by name are left out, in every worker the same. */
static void too_much_together(void **state)
{
	enum { FILES = LIMIT_SNIPPETS_TOTAL / LIMIT_SNIPPET + 2 };
	char *big = malloc(LIMIT_SNIPPET), name[32];
	memset(big, 'x', LIMIT_SNIPPET);
	for (int i = 0; i < FILES; i++) {
		snprintf(name, sizeof name, "%02d.txt", i);
		folder_write(*state, name, big, LIMIT_SNIPPET);
	}
	free(big);
	ahead = LATER;
	const struct snippets *all = look();
	assert_int_equal(snip_count(all), FILES);
	for (size_t i = 0; i < FILES; i++) {
		const struct snippet *s = snip_at(all, i);
		if (i < FILES - 2)
			assert_null(s->problem);
		else
			assert_non_null(strstr(s->problem, "all snippets together are larger"));
	}
	/* One that comes late takes the place that its name gives it. */
	folder_write(*state, "00a.txt", "x", 1);
	assert_null(find("00a.txt")->problem);
	snprintf(name, sizeof name, "%02d.txt", FILES - 3);
	assert_non_null(find(name)->problem);
	assert_int_equal(unlink(folder_path(*state, "00.txt")), 0);
	assert_int_equal(unlink(folder_path(*state, "01.txt")), 0);
	assert_int_equal(unlink(folder_path(*state, "02.txt")), 0);
	snprintf(name, sizeof name, "%02d.txt", FILES - 1);
	assert_null(find(name)->problem);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(only_snippets_are_read),
	    TEST(changes_are_seen_in_time),
	    TEST(stamps_that_lie),
	    TEST(a_young_file_is_read_again),
	    TEST(what_cannot_be_sent),
	    TEST(a_folder_that_is_gone_for_a_while),
	    TEST(a_folder_that_never_was),
	    TEST(what_is_wrong_is_said_once),
	    TEST(a_failed_read_is_tried_again),
	    TEST(too_much_together),
	};
	log_stderr(0);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
