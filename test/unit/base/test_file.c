/* SPDX-License-Identifier: ISC */
/* base/file: whole files or none; every way to fail says which file and why. */
#include "base/file.h"

#include "test/unit/helpers.h"

#include <errno.h>
#include <signal.h>

static bool reads(const char *path, size_t limit, struct buf *out, struct err *e)
{
	e->text[0] = '\0';
	return file_read(AT_FDCWD, path, limit, out, e);
}

static void reads_up_to_the_limit(void **state)
{
	struct buf b = {0};
	struct err e;
	const char *path = folder_path(*state, "x");
	folder_write(*state, "x", "ab\0cd", 5);
	buf_adds(&b, "before ");
	assert_true(reads(path, 5, &b, &e));
	assert_int_equal(b.size, 12);
	assert_memory_equal(b.data, "before ab\0cd", 13);
	assert_false(reads(path, 4, &b, &e));
	assert_non_null(strstr(e.text, "larger than 4 bytes"));
	assert_non_null(strstr(e.text, path));
	folder_write(*state, "x", "", 0);
	buf_reset(&b);
	assert_true(reads(path, 0, &b, &e));
	assert_int_equal(b.size, 0);
	buf_free(&b);
}

static void reads_in_many_pieces(void **state)
{
	struct buf b = {0};
	struct err e;
	size_t n = 3 * 65536 + 17;
	char *big = malloc(n);
	for (size_t i = 0; i < n; i++)
		big[i] = (char)(i * 7 + i / 251);
	folder_write(*state, "big", big, n);
	assert_true(reads(folder_path(*state, "big"), n, &b, &e));
	assert_int_equal(b.size, n);
	assert_memory_equal(b.data, big, n);
	assert_false(reads(folder_path(*state, "big"), n - 1, &b, &e));
	free(big);
	buf_free(&b);
}

static void reads_relative_to_a_folder(void **state)
{
	struct buf b = {0};
	struct err e;
	int dir = open(*state, O_RDONLY | O_DIRECTORY);
	folder_write(*state, "x", "here", 4);
	assert_true(file_read(dir, "x", 10, &b, &e));
	assert_string_equal(buf_text(&b), "here");
	close(dir);
	buf_free(&b);
}

/* A FIFO must not hold us, /dev/zero must not fill us. */
static void reads_and_writes_what_is_open(void **state)
{
	struct buf b = {0};
	struct err e = {""};
	const char *path = folder_path(*state, "x");
	int fd = open(path, O_RDWR | O_CREAT, 0600);
	assert_true(fd >= 0 && file_write_fd(fd, "ab\0cd", 5));
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_true(file_read_fd(fd, "it", 5, &b, &e));
	assert_int_equal(b.size, 5);
	assert_memory_equal(b.data, "ab\0cd", 5);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_false(file_read_fd(fd, "it", 4, &b, &e));
	assert_string_equal(e.text, "it is larger than 4 bytes");
	close(fd);
	fd = open("/dev/full", O_WRONLY);
	assert_true(fd >= 0);
	assert_false(file_write_fd(fd, "x", 1));
	assert_int_equal(errno, ENOSPC);
	close(fd);
	buf_free(&b);
}

static void only_regular_files(void **state)
{
	struct buf b = {0};
	struct err e;
	const char *fifo = folder_path(*state, "fifo");
	assert_int_equal(mkfifo(fifo, 0600), 0);
	const char *const odd[] = {fifo, *state, "/dev/zero"};
	for (size_t i = 0; i < COUNT(odd); i++) {
		assert_false(reads(odd[i], 100, &b, &e));
		assert_non_null(strstr(e.text, "is not a regular file"));
	}
	assert_false(reads(folder_path(*state, "absent"), 100, &b, &e));
	assert_non_null(strstr(e.text, "cannot be opened: No such file"));
	assert_int_equal(b.size, 0);
	buf_free(&b);
}

static void writes_and_replaces(void **state)
{
	struct buf b = {0};
	struct err e;
	struct stat st;
	const char *path = folder_path(*state, "x");
	assert_true(file_write(path, "first", 5, 0640, &e));
	assert_true(file_write(path, "2nd\0", 4, 0600, &e));
	assert_true(reads(path, 100, &b, &e));
	assert_int_equal(b.size, 4);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(folder_count(*state), 1); /* no temporary file stays */
	buf_free(&b);
}

/* What fails half-way leaves the old file, and nothing beside it. */
static void a_failed_write_loses_nothing(void **state)
{
	struct buf b = {0};
	struct err e;
	struct rlimit before, small;
	const char *path = folder_path(*state, "x");
	char *big = calloc(1, 100000);
	folder_write(*state, "x", "old", 3);

	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &before);
	small = (struct rlimit){1000, before.rlim_max};
	setrlimit(RLIMIT_FSIZE, &small);
	bool ok = file_write(path, big, 100000, 0640, &e);
	setrlimit(RLIMIT_FSIZE, &before);

	assert_false(ok);
	assert_non_null(strstr(e.text, "cannot be written: File too large"));
	assert_true(reads(path, 100, &b, &e));
	assert_string_equal(buf_text(&b), "old");
	assert_int_equal(folder_count(*state), 1);
	free(big);
	buf_free(&b);
}

static void places_that_cannot_be_written(void **state)
{
	struct err e;
	assert_false(file_write(folder_path(*state, "absent/x"), "x", 1, 0640, &e));
	assert_non_null(strstr(e.text, "absent/x cannot be written: No such file"));
	assert_int_equal(mkdir(folder_path(*state, "folder"), 0700), 0);
	assert_false(file_write(folder_path(*state, "folder"), "x", 1, 0640, &e));
	assert_non_null(strstr(e.text, "folder cannot be replaced"));
	assert_int_equal(folder_count(*state), 1);
}

static void makes_folders(void **state)
{
	struct err e;
	struct stat st;
	const char *path = folder_path(*state, "a/b//c/");
	assert_true(file_mkdirs(path, 0700, &e));
	assert_int_equal(stat(path, &st), 0);
	assert_true(S_ISDIR(st.st_mode));
	assert_int_equal(st.st_mode & 0777, 0700);
	assert_true(file_mkdirs(path, 0700, &e));
	folder_write(*state, "file", "x", 1);
	assert_false(file_mkdirs(folder_path(*state, "file/b"), 0700, &e));
	assert_non_null(strstr(e.text, "file/b cannot be made: Not a directory"));
}

static void a_file_is_no_folder(void **state)
{
	struct err e;
	folder_write(*state, "file", "x", 1);
	assert_false(file_mkdirs(folder_path(*state, "file"), 0700, &e));
	assert_non_null(strstr(e.text, "file cannot be made"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, folder_setup, folder_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(reads_up_to_the_limit),
	    TEST(reads_in_many_pieces),
	    TEST(reads_relative_to_a_folder),
	    TEST(reads_and_writes_what_is_open),
	    TEST(only_regular_files),
	    TEST(writes_and_replaces),
	    TEST(a_failed_write_loses_nothing),
	    TEST(places_that_cannot_be_written),
	    TEST(makes_folders),
	    TEST(a_file_is_no_folder),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
