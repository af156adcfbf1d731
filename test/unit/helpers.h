/* SPDX-License-Identifier: ISC */
/*
 * What unit tests of several rooms need: a folder of their own, and a child that may die.
 */
#ifndef TEST_HELPERS_H
#define TEST_HELPERS_H

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* ---- a folder that is gone after the test ---- */

static inline char *folder_new(void)
{
	const char *tmp = getenv("TMPDIR");
	char name[PATH_MAX];
	snprintf(name, sizeof name, "%s/rollcall-unit.XXXXXX", tmp && *tmp ? tmp : "/tmp");
	assert_non_null(mkdtemp(name));
	return strdup(name);
}

static inline int folder_remove_one(
    const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)st, (void)type, (void)where;
	return remove(path);
}

static inline void folder_free(char *folder)
{
	assert_int_equal(nftw(folder, folder_remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
	free(folder);
}

/* For CMocka: *state is the name of the folder. */
static inline int folder_setup(void **state)
{
	*state = folder_new();
	return 0;
}

static inline int folder_teardown(void **state)
{
	folder_free(*state);
	return 0;
}

/* FOLDER/NAME; good until the fourth call after this one. */
static inline const char *folder_path(const char *folder, const char *name)
{
	static char paths[4][PATH_MAX + 256];
	static unsigned turn;
	char *path = paths[turn++ % 4];
	snprintf(path, sizeof paths[0], "%s/%s", folder, name);
	return path;
}

static inline void folder_write(const char *folder, const char *name, const void *bytes, size_t n)
{
	FILE *file = fopen(folder_path(folder, name), "w");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, n, file), n);
	assert_int_equal(fclose(file), 0);
}

/* How many files and folders are in it. */
static inline size_t folder_count(const char *folder)
{
	DIR *dir = opendir(folder);
	size_t count = 0;
	assert_non_null(dir);
	while (readdir(dir))
		count++;
	closedir(dir);
	return count - 2;
}

/* ---- a child that may die ---- */

/* Runs it in a child; what it writes to stderr comes to `said`. */
static inline int child_status(void (*run)(void), char *said, size_t room)
{
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		const struct rlimit none = {0, 0};
		setrlimit(RLIMIT_CORE, &none);
		dup2(ends[1], STDERR_FILENO);
		close(ends[0]);
		close(ends[1]);
		run();
		_exit(0);
	}
	close(ends[1]);
	size_t used = 0;
	for (ssize_t n; (n = read(ends[0], said + used, room - 1 - used)) > 0;)
		used += (size_t)n;
	said[used] = '\0';
	close(ends[0]);
	int status;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static inline void assert_exits(void (*run)(void), int code)
{
	char said[4096];
	int status = child_status(run, said, sizeof said);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), code);
}

#endif
