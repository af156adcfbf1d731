/* SPDX-License-Identifier: ISC */
/* Lines of several processes in files that are rotated: none is lost, none is mixed with another. */
#include "home/logfile.h"

#include "base/buf.h"
#include "base/file.h"

#include "test/unit/helpers.h"

#define WRITERS 4
#define LINES 500

static char *folder;
static struct err e;

static struct logfile log_in(long most, long keep)
{
	return (struct logfile){.path = strdup(folder_path(folder, "log.txt")),
	    .lock_path = strdup(folder_path(folder, "lock")),
	    .size_most = most,
	    .keep = keep,
	    .fd = -1,
	    .lock = -1};
}

static void drop(struct logfile *l)
{
	logfile_close(l);
	free((char *)l->path);
	free((char *)l->lock_path);
}

static void add(struct logfile *l, const char *line)
{
	if (!logfile_add(l, line, strlen(line), &e))
		fail_msg("%s", e.text);
}

/* What a file holds; "" when it is not there. */
static const char *content(const char *name)
{
	static struct buf text;
	buf_reset(&text);
	file_read(AT_FDCWD, folder_path(folder, name), 1 << 24, &text, NULL);
	return buf_text(&text);
}

static void rotated(void **state)
{
	struct logfile l = log_in(10, 2);
	(void)state;
	add(&l, "one\n");
	add(&l, "two\n");
	assert_string_equal(content("log.txt"), "one\ntwo\n");
	add(&l, "three\n");
	assert_string_equal(content("log.txt"), "three\n");
	assert_string_equal(content("log.txt.1"), "one\ntwo\n");
	add(&l, "longer than all of it\n");
	assert_string_equal(content("log.txt"), "longer than all of it\n");
	add(&l, "last\n");
	assert_string_equal(content("log.txt"), "last\n");
	assert_string_equal(content("log.txt.1"), "longer than all of it\n");
	assert_string_equal(content("log.txt.2"), "three\n");
	assert_string_equal(content("log.txt.3"), "");
	assert_true(logfile_sync(&l, &e));
	drop(&l);
}

/* Fewer are kept from now on. */
static void spare_ones_go(void **state)
{
	struct logfile l = log_in(4, 5);
	(void)state;
	for (int i = 0; i < 8; i++)
		add(&l, "line\n");
	assert_string_equal(content("log.txt.5"), "line\n");
	l.keep = 1;
	add(&l, "new\n");
	assert_string_equal(content("log.txt.1"), "line\n");
	for (const char *const *name =
		 (const char *const[]){"log.txt.2", "log.txt.3", "log.txt.4", "log.txt.5", NULL};
	     *name; name++)
		assert_string_equal(content(*name), "");
	l.keep = 0;
	add(&l, "none\n");
	assert_string_equal(content("log.txt"), "none\n");
	assert_string_equal(content("log.txt.1"), "");
	drop(&l);
}

/* Somebody moves it away, as logrotate does. */
static void moved_away(void **state)
{
	struct logfile l = log_in(1000, 2);
	(void)state;
	add(&l, "one\n");
	assert_int_equal(rename(folder_path(folder, "log.txt"), folder_path(folder, "taken")), 0);
	add(&l, "two\n");
	assert_string_equal(content("taken"), "one\n");
	assert_string_equal(content("log.txt"), "two\n");
	drop(&l);
}

static void refused(void **state)
{
	struct logfile l = log_in(1000, 2);
	(void)state;
	/* A link that somebody has put there leads nowhere. */
	assert_int_equal(symlink("/etc/passwd", folder_path(folder, "log.txt")), 0);
	assert_false(logfile_add(&l, "x\n", 2, &e));
	assert_non_null(strstr(e.text, "log.txt"));
	unlink(folder_path(folder, "log.txt"));
	assert_int_equal(mkfifo(folder_path(folder, "log.txt"), 0600), 0);
	assert_false(logfile_add(&l, "x\n", 2, &e));
	unlink(folder_path(folder, "log.txt"));
	add(&l, "x\n");
	drop(&l);
}

/* No room for all of a line: none of it is there. */
static void no_half_line(void **state)
{
	struct logfile l = log_in(1000, 2);
	(void)state;
	add(&l, "whole\n");
	pid_t pid = fork();
	if (pid == 0) {
		const struct rlimit little = {10, 10};
		signal(SIGXFSZ, SIG_IGN);
		setrlimit(RLIMIT_FSIZE, &little);
		bool ok = logfile_add(&l, "too long for it\n", 16, &e);
		_exit(ok || !strstr(e.text, "cannot be written"));
	}
	int status;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_string_equal(content("log.txt"), "whole\n");
	drop(&l);
}

/* One that was killed while it wrote left half a line: ours is whole nevertheless, also in the next file. */
static void half_a_line(void **state)
{
	struct logfile l = log_in(25, 2);
	(void)state;
	add(&l, "one\n");
	FILE *f = fopen(folder_path(folder, "log.txt"), "a");
	fputs("hal", f);
	fclose(f);
	add(&l, "two\n");
	assert_string_equal(content("log.txt"), "one\nhal\ntwo\n");
	f = fopen(folder_path(folder, "log.txt"), "a");
	fputs("half again", f);
	fclose(f);
	add(&l, "three\n");
	assert_string_equal(content("log.txt.1"), "one\nhal\ntwo\nhalf again\n");
	assert_string_equal(content("log.txt"), "three\n");
	drop(&l);
}

/* What stood there when it was opened is forgotten when it is no file. */
static void no_file_stays_none(void **state)
{
	struct logfile l = log_in(1000, 2);
	(void)state;
	assert_int_equal(mkfifo(folder_path(folder, "log.txt"), 0600), 0);
	int reader = open(folder_path(folder, "log.txt"), O_RDONLY | O_NONBLOCK);
	for (int i = 0; i < 3; i++) {
		assert_false(logfile_add(&l, "x\n", 2, &e));
		assert_non_null(strstr(e.text, "no file"));
	}
	char byte;
	assert_true(read(reader, &byte, 1) <= 0);
	close(reader);
	drop(&l);
}

static void write_lines(int who)
{
	struct logfile l = log_in(4096, 1000);
	char line[64];
	for (int i = 0; i < LINES; i++) {
		snprintf(line, sizeof line, "%d %d %*s\n", who, i, i % 40, "x");
		if (!logfile_add(&l, line, strlen(line), &e))
			_exit(1);
	}
	_exit(0);
}

static void count_lines(const char *name, int next[WRITERS])
{
	char line[128];
	FILE *f = fopen(folder_path(folder, name), "r");
	while (f && fgets(line, sizeof line, f)) {
		int who, i, end = 0;
		assert_int_equal(sscanf(line, "%d %d x%n", &who, &i, &end), 2);
		assert_int_equal(line[strlen(line) - 1], '\n');
		assert_int_equal(line[strlen(line) - 2], 'x');
		assert_int_equal(i, next[who]);
		next[who]++;
	}
	if (f)
		fclose(f);
}

static void several_processes(void **state)
{
	int next[WRITERS] = {0}, status;
	char name[32];
	(void)state;
	for (int i = 0; i < WRITERS; i++) {
		if (fork() == 0)
			write_lines(i);
	}
	for (int i = 0; i < WRITERS; i++) {
		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
	for (int n = 999; n > 0; n--) {
		snprintf(name, sizeof name, "log.txt.%d", n);
		count_lines(name, next);
	}
	count_lines("log.txt", next);
	for (int i = 0; i < WRITERS; i++)
		assert_int_equal(next[i], LINES);
}

static int setup(void **state)
{
	(void)state;
	folder = folder_new();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	folder_free(folder);
	return 0;
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
	    T(rotated),
	    T(spare_ones_go),
	    T(moved_away),
	    T(refused),
	    T(no_half_line),
	    T(half_a_line),
	    T(no_file_stays_none),
	    T(several_processes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
