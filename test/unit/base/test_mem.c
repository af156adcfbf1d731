/* SPDX-License-Identifier: ISC */
/* base/mem: memory that is there, or a process that says so and is not. */
#include "base/mem.h"

#include "test/unit/helpers.h"

/* Under ASan, malloc is to fail as the system's does. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "allocator_may_return_null=1";
}

static void zeroed_also_when_empty(void **state)
{
	(void)state;
	char *p = mem_alloc(100);
	for (int i = 0; i < 100; i++)
		assert_int_equal(p[i], 0);
	free(p);
	void *none[] = {mem_alloc(0), mem_calloc(0, 8), mem_calloc(8, 0), mem_realloc(NULL, 0)};
	for (size_t i = 0; i < COUNT(none); i++) {
		assert_non_null(none[i]);
		free(none[i]);
	}
}

static void grows_and_copies(void **state)
{
	(void)state;
	char *p = mem_strdup("serial");
	p = mem_realloc(p, 10000);
	assert_string_equal(p, "serial");
	free(p);
}

/* What no machine has, and what is not negative either (valgrind would call that fishy). */
static volatile size_t too_much = SIZE_MAX / 4;

static void ask_alloc(void)
{
	free(mem_alloc(too_much));
}

static void ask_calloc(void)
{
	free(mem_calloc(too_much, 1));
}

static void ask_realloc(void)
{
	free(mem_realloc(NULL, too_much));
}

static void none_left_ends_the_process(void **state)
{
	(void)state;
	static void (*const ask[])(void) = {ask_alloc, ask_calloc, ask_realloc};
	for (size_t i = 0; i < COUNT(ask); i++) {
		char said[4096];
		int status = child_status(ask[i], said, sizeof said);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 70);
		assert_non_null(
		    strstr(said, "memory: 4611686018427387903 bytes are not to be had"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(zeroed_also_when_empty),
	    cmocka_unit_test(grows_and_copies),
	    cmocka_unit_test(none_left_ends_the_process),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
