/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "proc/board.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[64], path[96];

static int in_folder(void **state)
{
	(void)state;
	snprintf(folder, sizeof folder, "/tmp/rollcall-board-XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof path, "%s/board", folder);
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(folder);
}

/* The status with which a child left, whose work is `f`. */
static int in_child(int (*f)(void))
{
	pid_t pid = fork();
	if (pid == 0)
		_exit(f());
	int status = 0;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 100 + WTERMSIG(status);
}

static int running_seen(void)
{
	bool running = false;
	struct err e;
	const struct board *b = board_open(path, &running, &e);
	return !b ? 2 : running == board_is_running(path) ? running : 3;
}

static int second_is_refused(void)
{
	struct err e = {""};
	return !board_create(path, &e) && strstr(e.text, "another rollcalld") ? 7 : 1;
}

static int run_and_leave(void)
{
	struct err e;
	struct board *b = board_create(path, &e);
	if (!b || in_child(running_seen) != 1 || in_child(second_is_refused) != 7)
		return 1;
	atomic_store(&b->generation, 42);
	return 0;
}

static void there_is_one_supervisor(void **state)
{
	(void)state;
	assert_int_equal(in_child(run_and_leave), 0);
	bool running = true;
	struct err e;
	const struct board *b = board_open(path, &running, &e);
	assert_non_null(b); /* what was there can still be read */
	assert_int_equal(atomic_load(&b->generation), 42);
	assert_false(running);
	board_close(b);
	assert_false(board_is_running(path));
	assert_int_equal(in_child(run_and_leave), 0);
}

/* A process that was forked from a supervisor that died must not keep its home locked. */
static int orphan_holds_no_lock(void)
{
	struct err e;
	int ends[2];
	if (!board_create(path, &e) || pipe(ends) != 0)
		return 1;
	if (fork() == 0) { /* lives until the test closes its end */
		char c;
		close(ends[1]);
		_exit(read(STDIN_FILENO, &c, 1) == 0 ? 0 : 1);
	}
	return 0;
}

static void orphans_do_not_count(void **state)
{
	(void)state;
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	int stdin_before = dup(STDIN_FILENO);
	dup2(ends[0], STDIN_FILENO);
	close(ends[0]);
	fcntl(ends[1], F_SETFD, FD_CLOEXEC);
	pid_t pid = fork();
	if (pid == 0) {
		close(ends[1]);
		_exit(orphan_holds_no_lock());
	}
	int status = 0;
	waitpid(pid, &status, 0);
	assert_int_equal(status, 0);
	assert_int_equal(in_child(running_seen), 0);
	assert_int_equal(in_child(run_and_leave), 0);
	close(ends[1]);
	dup2(stdin_before, STDIN_FILENO);
	close(stdin_before);
}

static void expect_refusal(const char *content, size_t size)
{
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	fwrite(content, 1, size, f);
	fclose(f);
	bool running = true;
	struct err e = {""};
	assert_null(board_open(path, &running, &e));
	assert_false(running);
	assert_non_null(strstr(e.text, "is not a board of this version"));
}

static void what_is_no_board_is_refused(void **state)
{
	(void)state;
	static const char zeroes[sizeof(struct board)];
	bool running;
	struct err e = {""};
	assert_null(board_open(path, &running, &e));
	assert_non_null(strstr(e.text, "cannot be opened"));
	expect_refusal("", 0);
	expect_refusal("garbage", 7);
	expect_refusal(zeroes, sizeof zeroes);
}

static void a_board_in_a_folder_that_is_missing_is_refused(void **state)
{
	(void)state;
	struct err e = {""};
	assert_null(board_create("/nonexistent/board", &e));
	assert_non_null(strstr(e.text, "cannot be opened"));
}

static struct board *shared(void)
{
	void *at = mmap(
	    NULL, sizeof(struct board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(at, MAP_FAILED);
	return at;
}

static void blocks_keep_what_was_written(void **state)
{
	(void)state;
	static char big[BOARD_BLOCK + 100], back[BOARD_BLOCK + 100];
	struct board *b = shared();
	assert_int_equal(board_read(&b->config_message, back, sizeof back), 0);
	board_write(&b->config_message, "hello", 5);
	assert_int_equal(board_read(&b->config_message, back, sizeof back), 5);
	assert_memory_equal(back, "hello", 5);
	board_write(&b->config_message, "", 0);
	assert_int_equal(board_read(&b->config_message, back, sizeof back), 0);
	memset(big, 'x', sizeof big);
	board_write(&b->config_message, big, sizeof big);
	assert_int_equal(board_read(&b->config_message, back, sizeof back), BOARD_BLOCK);
	assert_int_equal(board_read(&b->config_message, back, 3), 3);
	munmap(b, sizeof *b);
}

static void blocks_survive_the_sequence_turning_over(void **state)
{
	(void)state;
	char back[8];
	struct board *b = shared();
	atomic_store(&b->master.sequence, UINT32_MAX - 3);
	for (char c = 'a'; c < 'k'; c++) {
		board_write(&b->master, &c, 1);
		assert_int_equal(board_read(&b->master, back, sizeof back), 1);
		assert_int_equal(back[0], c);
	}
	munmap(b, sizeof *b);
}

/* Every block that is written consists of one value and has a size that fits to it. */
static size_t size_for(unsigned char value)
{
	return 1000 + value * 4U;
}

static void write_for_ever(struct board_block *block)
{
	unsigned char bytes[BOARD_BLOCK];
	for (unsigned char value = 1;; value++) {
		memset(bytes, value, sizeof bytes);
		board_write(block, bytes, size_for(value));
	}
}

static void check_whole(const struct board_block *block)
{
	unsigned char bytes[BOARD_BLOCK];
	size_t n = board_read(block, bytes, sizeof bytes);
	if (n == 0)
		return;
	assert_int_equal(n, size_for(bytes[0]));
	for (size_t i = 1; i < n; i++)
		if (bytes[i] != bytes[0])
			fail_msg("byte %zu of a block is of another writing", i);
}

static void readers_never_see_half_a_block(void **state)
{
	(void)state;
	struct board *b = shared();
	/* The writer is killed in the middle of its work again and again; what is there stays whole. */
	for (int round = 0; round < 20; round++) {
		pid_t pid = fork();
		if (pid == 0)
			write_for_ever(&b->master);
		uint32_t begin = atomic_load(&b->master.sequence);
		for (int i = 0; i < 2000 || atomic_load(&b->master.sequence) - begin < 100; i++)
			check_whole(&b->master);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		check_whole(&b->master);
	}
	munmap(b, sizeof *b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(there_is_one_supervisor, in_folder, remove_folder),
	    cmocka_unit_test_setup_teardown(orphans_do_not_count, in_folder, remove_folder),
	    cmocka_unit_test_setup_teardown(what_is_no_board_is_refused, in_folder, remove_folder),
	    cmocka_unit_test(a_board_in_a_folder_that_is_missing_is_refused),
	    cmocka_unit_test(blocks_keep_what_was_written),
	    cmocka_unit_test(blocks_survive_the_sequence_turning_over),
	    cmocka_unit_test(readers_never_see_half_a_block),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
