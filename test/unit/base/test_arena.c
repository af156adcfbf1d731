/* SPDX-License-Identifier: ISC */
/* base/arena: memory is zeroed and aligned, survives growth, and comes back after a reset. */
#include "base/arena.h"

#include "test/unit/helpers.h"

#include <stdalign.h>

static void zeroed_and_aligned(void **state)
{
	(void)state;
	static const size_t sizes[] = {0, 1, 7, 16, 17, 4096, 16384, 16385, 100000};
	struct arena a = {0};
	/* The second round gets memory that the first one dirtied. */
	for (int round = 0; round < 2; round++) {
		for (size_t i = 0; i < COUNT(sizes); i++) {
			unsigned char *p = arena_alloc(&a, sizes[i]);
			assert_int_equal((uintptr_t)p % alignof(max_align_t), 0);
			for (size_t k = 0; k < sizes[i]; k++)
				assert_int_equal(p[k], 0);
			memset(p, 0xee, sizes[i]);
		}
		arena_reset(&a);
	}
	arena_free(&a);
}

static void nothing_moves_or_overlaps(void **state)
{
	(void)state;
	struct arena a = {0};
	unsigned char *all[500];
	for (size_t i = 0; i < COUNT(all); i++)
		all[i] = memset(arena_alloc(&a, 10 * i), (int)(i & 0xff), 10 * i);
	for (size_t i = 0; i < COUNT(all); i++)
		for (size_t k = 0; k < 10 * i; k++)
			assert_int_equal(all[i][k], i & 0xff);
	assert_true(a.total >= 10 * 499 * 500 / 2);
	arena_free(&a);
}

static void reset_keeps_the_first_chunk(void **state)
{
	(void)state;
	struct arena a = {0};
	void *first = arena_alloc(&a, 100);
	arena_alloc(&a, 1000000);
	arena_reset(&a);
	assert_int_equal(a.total, 0);
	assert_ptr_equal(arena_alloc(&a, 100), first);
	arena_free(&a);
	arena_reset(&a); /* an empty one too */
	assert_null(a.first);
}

static void copies_text(void **state)
{
	(void)state;
	struct arena a = {0};
	assert_string_equal(arena_strdup(&a, "phase"), "phase");
	assert_string_equal(arena_strdup(&a, ""), "");
	assert_string_equal(arena_strndup(&a, "phase", 2), "ph");
	assert_string_equal(arena_strndup(&a, "phase", 0), "");
	arena_free(&a);
}

static void puts_texts_together(void **state)
{
	(void)state;
	struct arena a = {0};
	assert_string_equal(arena_concat(&a, ""), "");
	assert_string_equal(arena_concat(&a, "", ""), "");
	assert_string_equal(arena_concat(&a, "update", "-", "all", "", ".txt"), "update-all.txt");
	arena_free(&a);
}

static void prints_any_length(void **state)
{
	(void)state;
	struct arena a = {0};
	for (int n = 250; n < 262; n++) {
		const char *text = arena_printf(&a, "%*d", n, 7);
		assert_int_equal(strlen(text), n);
		assert_int_equal(text[n - 1], '7');
	}
	assert_int_equal(strlen(arena_printf(&a, "%*s", 100000, "")), 100000);
	arena_free(&a);
}

static void too_many_elements(void)
{
	struct arena a = {0};
	arena_calloc(&a, SIZE_MAX / 8, 16);
}

static void too_many_bytes(void)
{
	struct arena a = {0};
	arena_alloc(&a, SIZE_MAX - 3);
}

static void an_impossible_size_ends_the_process(void **state)
{
	(void)state;
	assert_exits(too_many_elements, 70);
	assert_exits(too_many_bytes, 70);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(zeroed_and_aligned),
	    cmocka_unit_test(nothing_moves_or_overlaps),
	    cmocka_unit_test(reset_keeps_the_first_chunk),
	    cmocka_unit_test(copies_text),
	    cmocka_unit_test(puts_texts_together),
	    cmocka_unit_test(prints_any_length),
	    cmocka_unit_test(an_impossible_size_ends_the_process),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
