/* SPDX-License-Identifier: ISC */
/* core/record: the bytes of a record, what is none, and merges that lose nothing. */
#include "core/record.h"

#include "test/unit/helpers.h"

/* ---- the bytes are fixed for ever ---- */

static void fields_as_bytes(void **state)
{
	(void)state;
	static const char bytes[] = "\x01\x02\0\0\0\x03"
				    "a\0b"
				    "\0\x07\0\0\0\x02hi"
				    "\0\x03\0\0\0\x08\xff\xff\xff\xff\xff\xff\xff\xfe"
				    "\xff\xff\0\0\0\0";
	struct buf b = {0};
	record_add(&b, 0x102, "a\0b", 3);
	record_add_text(&b, 7, "hi");
	record_add_number(&b, 3, -2);
	record_add(&b, 0xffff, NULL, 0);
	assert_int_equal(b.size, sizeof bytes - 1);
	assert_memory_equal(b.data, bytes, b.size);
	buf_free(&b);
}

static void what_was_added_is_read(void **state)
{
	(void)state;
	struct buf b = {0};
	struct record_cursor c;
	struct record_field f;
	static const int64_t numbers[] = {0, 1, -1, 255, 256, 1772366400, INT64_MIN, INT64_MAX};
	for (size_t i = 0; i < COUNT(numbers); i++)
		record_add_number(&b, (unsigned)i + 1, numbers[i]);
	record_add_text(&b, 0xfffe, "");
	record_open(&c, b.data, b.size);
	for (size_t i = 0; i < COUNT(numbers); i++) {
		assert_true(record_next(&c, &f));
		assert_int_equal(f.id, i + 1);
		assert_int_equal(f.size, 8);
		assert_true(record_number(&f) == numbers[i]);
	}
	assert_true(record_next(&c, &f));
	assert_int_equal(f.id, 0xfffe);
	assert_int_equal(f.size, 0);
	assert_false(record_next(&c, &f));
	assert_false(c.broken);
	assert_false(record_next(&c, &f));
	buf_free(&b);
}

static void numbers_are_eight_bytes(void **state)
{
	(void)state;
	static const char bytes[] = "\0\0\0\0\0\0\0\x01\x02";
	for (size_t n = 0; n <= 9; n++) {
		const struct record_field f = {1, bytes, n};
		assert_int_equal(record_number(&f), n == 8);
	}
}

/* ---- what is no record ---- */

static void nothing_is_a_record(void **state)
{
	(void)state;
	struct record_cursor c;
	struct record_field f;
	assert_true(record_is_whole(NULL, 0));
	assert_true(record_is_whole("", 0));
	record_open(&c, NULL, 0);
	assert_false(record_next(&c, &f));
	assert_false(c.broken);
}

/* Copied to memory of just that size: a sanitizer sees it when one byte too many is looked at. */
static bool is_whole(const char *bytes, size_t n)
{
	char *copy = malloc(n ? n : 1);
	assert_non_null(copy);
	memcpy(copy, bytes, n);
	bool whole = record_is_whole(copy, n);
	free(copy);
	return whole;
}

static void cut_off_anywhere_but_between_fields(void **state)
{
	(void)state;
	struct buf b = {0};
	record_add_text(&b, 1, "one");
	record_add_text(&b, 2, "");
	record_add_number(&b, 3, 4);
	for (size_t n = 0; n <= b.size; n++)
		assert_int_equal(is_whole(b.data, n), n == 0 || n == 9 || n == 15 || n == b.size);
	buf_free(&b);
}

static void lengths_that_lie(void **state)
{
	(void)state;
	static const struct {
		const char *bytes;
		size_t size;
	} cases[] = {
	    {"\0\1\xff\xff\xff\xff", 6}, {"\0\1\xff\xff\xff\xff....", 10},
	    {"\0\1\x7f\xff\xff\xff....", 10}, {"\0\1\0\0\0\5....", 10},
	    {"\0\1\0\0\0\3....", 10}, /* the rest is shorter than a head */
	};
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_false(is_whole(cases[i].bytes, cases[i].size));
}

/* After a broken one there is nothing more, however often one asks. */
static void broken_stays_broken(void **state)
{
	(void)state;
	struct record_cursor c;
	struct record_field f;
	record_open(&c, "\0\1\0\0\0\1x\0\2\0\0\0\2y", 14);
	assert_true(record_next(&c, &f));
	assert_int_equal(f.id, 1);
	assert_false(c.broken);
	for (int i = 0; i < 3; i++) {
		assert_false(record_next(&c, &f));
		assert_true(c.broken);
	}
}

/* ---- merging ---- */

/* A record of one-letter fields: "1a2b" has 1 = "a", 2 = "b"; "-" is an empty text. */
static void make(struct buf *b, const char *fields)
{
	for (; *fields; fields += 2)
		record_add(b, (unsigned)(fields[0] - '0'), fields + 1, fields[1] != '-');
}

static void assert_merged(const char *old, const char *patch, const char *expected)
{
	struct buf o = {0}, p = {0}, e = {0}, out = {0};
	make(&o, old);
	make(&p, patch);
	make(&e, expected);
	assert_true(record_merge(&out, o.data, o.size, p.data, p.size));
	if (out.size != e.size || (e.size && memcmp(out.data, e.data, e.size) != 0))
		fail_msg("\"%s\" with \"%s\" is not \"%s\"", old, patch, expected);
	buf_free(&o);
	buf_free(&p);
	buf_free(&e);
	buf_free(&out);
}

static void merges(void **state)
{
	(void)state;
	assert_merged("", "", "");
	assert_merged("1a2b", "", "1a2b");
	assert_merged("", "1a2b", "1a2b");
	assert_merged("1a2b3c", "2x", "1a2x3c"); /* in its place */
	assert_merged("1a", "2x", "1a2x");       /* behind */
	assert_merged("3c1a", "2x1y4z", "3c1y2x4z");
	assert_merged("1a2b", "2-", "1a2-"); /* emptied is not forgotten */
	assert_merged("1a", "1a", "1a");
	assert_merged("1a9z", "1b8y", "1b9z8y"); /* unknown ids on either side */
	assert_merged("1a", "1b1c", "1c");       /* of two in a patch the later one counts */
}

static void merging_adds_to_what_is_there(void **state)
{
	(void)state;
	struct buf p = {0}, out = {0};
	make(&p, "1a");
	buf_adds(&out, "head");
	assert_true(record_merge(&out, NULL, 0, p.data, p.size));
	assert_int_equal(out.size, 4 + RECORD_HEAD + 1);
	assert_memory_equal(out.data, "head\0\1\0\0\0\1a", out.size);
	buf_free(&p);
	buf_free(&out);
}

static void broken_ones_are_not_merged(void **state)
{
	(void)state;
	struct buf good = {0}, out = {0};
	make(&good, "1a2b");
	assert_false(record_merge(&out, good.data, good.size - 1, good.data, good.size));
	assert_int_equal(out.size, 0);
	assert_false(record_merge(&out, good.data, good.size, good.data, good.size - 1));
	assert_int_equal(out.size, 0);
	buf_free(&good);
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(fields_as_bytes),
	    cmocka_unit_test(what_was_added_is_read),
	    cmocka_unit_test(numbers_are_eight_bytes),
	    cmocka_unit_test(nothing_is_a_record),
	    cmocka_unit_test(cut_off_anywhere_but_between_fields),
	    cmocka_unit_test(lengths_that_lie),
	    cmocka_unit_test(broken_stays_broken),
	    cmocka_unit_test(merges),
	    cmocka_unit_test(merging_adds_to_what_is_there),
	    cmocka_unit_test(broken_ones_are_not_merged),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
