/* SPDX-License-Identifier: ISC */
/* base/json: every text becomes one well-formed JSON string. */
#include "base/json.h"

#include "base/text.h"

#include "test/unit/helpers.h"

static void strings(void **state)
{
	(void)state;
	static const struct {
		const char *text, *json;
	} cases[] = {
	    {NULL, "null"}, {"", "\"\""}, {"plain /text", "\"plain /text\""},
	    {"a\"b\\c", "\"a\\\"b\\\\c\""}, {"\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\""},
	    {"\x01\x1f\x7f", "\"\\u0001\\u001f\\u007f\""},
	    {"\xc2\x85", "\"\\u0085\""}, /* a C1 control */
	    {"\xc3\xbc\xe2\x82\xac\xf0\x9f\x93\x9e", "\"\xc3\xbc\xe2\x82\xac\xf0\x9f\x93\x9e\""},
	    {"\xfc", "\"\\ufffd\""},                       /* Latin-1 */
	    {"a\xe2\x82", "\"a\\ufffd\\ufffd\""},          /* cut in the middle */
	    {"\xc0\xaf", "\"\\ufffd\\ufffd\""},            /* overlong */
	    {"\xed\xa0\x80", "\"\\ufffd\\ufffd\\ufffd\""}, /* a surrogate */
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct buf b = {0};
		json_string(&b, cases[i].text);
		assert_string_equal(buf_text(&b), cases[i].json);
		buf_free(&b);
	}
}

static void every_byte_after_every_byte(void **state)
{
	(void)state;
	struct buf b = {0};
	for (int x = 1; x < 256; x++) {
		for (int y = 1; y < 256; y++) {
			const char text[] = {(char)x, (char)y, '\0'};
			buf_reset(&b);
			json_string(&b, text);
			assert_true(text_is_utf8(b.data, b.size));
			assert_false(text_has_control(b.data, b.size));
			assert_int_equal(b.data[0], '"');
			assert_int_equal(b.data[b.size - 1], '"');
		}
	}
	buf_free(&b);
}

static void pairs(void **state)
{
	(void)state;
	struct buf b = {0};
	json_pair(&b, "{", "a", "x\"y");
	json_pair(&b, ", ", "b", NULL);
	assert_string_equal(buf_text(&b), "{\"a\": \"x\\\"y\", \"b\": null");
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(strings),
	    cmocka_unit_test(every_byte_after_every_byte),
	    cmocka_unit_test(pairs),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
