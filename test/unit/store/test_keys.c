/* SPDX-License-Identifier: ISC */
/* store/keys: the bytes of keys, which are fixed for ever, and that they sort as they should. */
#include "store/keys.h"

#include "test/unit/helpers.h"

static void assert_key(const struct key *k, const char *bytes, size_t size)
{
	assert_int_equal(k->size, size);
	assert_memory_equal(k->bytes, bytes, size);
}
#define ASSERT_KEY(k, text) assert_key(k, text, sizeof(text) - 1)

static void bytes_of_keys(void **state)
{
	(void)state;
	struct key k;
	key_all(&k, "abc", 2);
	ASSERT_KEY(&k, "ab\0");
	key_kind(&k, "abc", 2, KEY_DEVICE);
	ASSERT_KEY(&k, "ab\0\1");
	key_named(&k, "abc", 2, KEY_ANSWER, "query", 5);
	ASSERT_KEY(&k, "ab\0\2query");
	key_named(&k, "abc", 2, KEY_DELIVERY, "query", 5);
	ASSERT_KEY(&k, "ab\0\3query");
	key_message(&k, "ab", 2, 0x0102030405, 0x0607);
	ASSERT_KEY(&k, "ab\0\4\0\0\0\x01\x02\x03\x04\x05\x06\x07");
	key_message(&k, "ab", 2, -5, 1); /* before 1970 is 1970 */
	ASSERT_KEY(&k, "ab\0\4\0\0\0\0\0\0\0\0\0\x01");
	key_audit(&k, 0x0102030405, 0x06070809);
	ASSERT_KEY(&k, "\0\0\0\x01\x02\x03\x04\x05\x06\x07\x08\x09");
	assert_int_equal(k.size, KEY_AUDIT);
}

static void fields_of_records(void **state)
{
	(void)state;
	assert_string_equal(META_KEY, "format");
	assert_true(META_FORMAT == 1 && META_MADE == 2);
	assert_true(SEEN_LAST == 1 && SEEN_POLLS == 2);
	assert_true(ANSWER_RECEIVED == 1 && ANSWER_XML == 2);
	assert_true(DELIVERY_SENT == 1 && DELIVERY_VERSION == 2);
	assert_true(MESSAGE_TEXT == 1);
}

static int order(const struct key *a, const struct key *b)
{
	size_t n = a->size < b->size ? a->size : b->size;
	int o = memcmp(a->bytes, b->bytes, n);
	return o ? o : (a->size > b->size) - (a->size < b->size);
}

static void keys_sort_by_their_numbers(void **state)
{
	(void)state;
	static const int64_t times[] = {0, 1, 255, 256, 65536, 1772366400, (int64_t)1 << 40};
	struct key a, b;
	for (size_t i = 1; i < COUNT(times); i++) {
		key_message(&a, "ab", 2, times[i - 1], 65535);
		key_message(&b, "ab", 2, times[i], 0);
		assert_true(order(&a, &b) < 0);
		key_audit(&a, times[i - 1], UINT32_MAX);
		key_audit(&b, times[i], 0);
		assert_true(order(&a, &b) < 0);
	}
	/* What is about a device stands together: all of "ab" before all of "ab-c" and "ab0". */
	static const char *const next[] = {"ab-c", "ab.", "ab0", "abc", "b"};
	struct key first, last, behind;
	key_all(&first, "ab", 2);
	key_named(&last, "ab", 2, KEY_MESSAGE, "\xff\xff\xff", 3);
	key_behind(&behind, "ab", 2);
	assert_true(order(&first, &last) < 0 && order(&last, &behind) < 0);
	for (size_t i = 0; i < COUNT(next); i++) {
		key_all(&a, next[i], strlen(next[i]));
		assert_true(order(&behind, &a) < 0);
	}
	key_all(&a, "a", 1);
	assert_true(order(&a, &first) < 0);
	key_behind(&a, "a", 1);
	assert_true(order(&a, &first) < 0);
}

static void prefixes(void **state)
{
	(void)state;
	struct key p, k;
	key_all(&p, "ab", 2);
	key_named(&k, "ab", 2, KEY_ANSWER, "q", 1);
	assert_true(key_has_prefix(&p, k.bytes, k.size));
	assert_true(key_has_prefix(&p, p.bytes, p.size));
	assert_false(key_has_prefix(&p, p.bytes, p.size - 1));
	key_named(&k, "abc", 3, KEY_ANSWER, "q", 1);
	assert_false(key_has_prefix(&p, k.bytes, k.size));
}

/* Nobody sends such names, and nothing is written behind the key if somebody did. */
static void what_is_too_long_is_cut(void **state)
{
	(void)state;
	char text[1000];
	struct key k;
	memset(text, 'x', sizeof text);
	key_all(&k, text, sizeof text);
	assert_int_equal(k.size, sizeof k.bytes);
	key_named(&k, "ab", 2, KEY_ANSWER, text, sizeof text);
	assert_int_equal(k.size, sizeof k.bytes);
	key_message(&k, text, sizeof text, 1, 1);
	assert_int_equal(k.size, sizeof k.bytes);
	key_behind(&k, text, sizeof text);
	assert_int_equal(k.size, sizeof k.bytes);
	/* The longest that there are do fit: 32 of a SN, 255 of a name. */
	key_named(&k, text, 32, KEY_DELIVERY, text, 255);
	assert_int_equal(k.size, 32 + 2 + 255);
}

static void numbers(void **state)
{
	(void)state;
	assert_int_equal(key_number("", 0), 0);
	assert_int_equal(key_number("\x01\x02", 2), 0x102);
	assert_true(key_number("\xff\xff\xff\xff\xff\xff\xff\xff", 8) == UINT64_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(bytes_of_keys),
	    cmocka_unit_test(fields_of_records),
	    cmocka_unit_test(keys_sort_by_their_numbers),
	    cmocka_unit_test(prefixes),
	    cmocka_unit_test(what_is_too_long_is_cut),
	    cmocka_unit_test(numbers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
