/* SPDX-License-Identifier: ISC */
/* base/buf: grows, stays NUL-terminated, and does not mind NULs inside. */
#include "base/buf.h"

#include "test/unit/helpers.h"

static void an_empty_one_is_text(void **state)
{
	(void)state;
	struct buf b = {0};
	assert_string_equal(buf_text(&b), "");
	buf_reset(&b);
	assert_string_equal(buf_text(&b), "");
	buf_add(&b, NULL, 0);
	assert_string_equal(buf_text(&b), "");
	buf_free(&b);
}

static void every_way_to_add(void **state)
{
	(void)state;
	struct buf b = {0};
	buf_adds(&b, "a");
	buf_addc(&b, 'b');
	buf_add(&b, "c\0d", 3);
	buf_addf(&b, "%d%s", 5, "e");
	memcpy(buf_want(&b, 10), "fgh", 3);
	buf_took(&b, 2);
	assert_int_equal(b.size, 9);
	assert_memory_equal(b.data, "abc\0d5efg", 10); /* the NUL at the end included */
	buf_free(&b);
	assert_null(b.data);
}

static void grows_and_keeps(void **state)
{
	(void)state;
	struct buf b = {0};
	for (int i = 0; i < 100000; i++) {
		buf_addc(&b, (char)('a' + i % 26));
		assert_int_equal(b.data[b.size], '\0');
	}
	for (int i = 0; i < 100000; i++)
		assert_int_equal(b.data[i], 'a' + i % 26);
	size_t room = b.room;
	buf_reset(&b);
	assert_string_equal(buf_text(&b), "");
	assert_int_equal(b.room, room); /* the memory is kept */
	buf_free(&b);
}

/* 128 bytes are tried first. */
static void prints_any_length(void **state)
{
	(void)state;
	struct buf b = {0};
	for (int n = 120; n < 140; n++) {
		buf_reset(&b);
		buf_adds(&b, "x");
		buf_addf(&b, "%*d", n, 7);
		assert_int_equal(b.size, n + 1);
		assert_int_equal(strlen(b.data), n + 1);
		assert_int_equal(b.data[n], '7');
	}
	buf_free(&b);
}

static void want_everything(void)
{
	struct buf b = {0};
	buf_want(&b, SIZE_MAX - 10);
}

static void an_impossible_size_ends_the_process(void **state)
{
	(void)state;
	assert_exits(want_everything, 70);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_empty_one_is_text),
	    cmocka_unit_test(every_way_to_add),
	    cmocka_unit_test(grows_and_keeps),
	    cmocka_unit_test(prints_any_length),
	    cmocka_unit_test(an_impossible_size_ends_the_process),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
