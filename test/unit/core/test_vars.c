/* SPDX-License-Identifier: ISC */
/* core/vars: what `vars read` prints on a device. */
#include "core/vars.h"

#include "base/text.h"

#include "test/unit/core/quick.h"

#define MOST 32

struct bytes {
	const char *at;
	size_t size;
};
#define BYTES(text)                   \
	{                             \
		text, sizeof text - 1 \
	}

/* What is added, "-" for nothing; what is wrong comes to `e`. */
static const char *give(struct bytes from, bool binary, struct buf *out, struct err *e)
{
	static const char *const names[] = {[VARS_SET] = "", [VARS_UNSET] = "-", [VARS_WRONG] = ""};
	e->text[0] = '\0';
	buf_reset(out);
	buf_adds(out, "before ");
	enum vars_result result =
	    vars_read(from.at, from.size, "X509/REQUEST", binary, MOST, out, e);
	assert_int_equal(result == VARS_WRONG, *e->text != '\0');
	assert_true(result == VARS_SET || strcmp(out->data, "before ") == 0);
	assert_int_equal(strncmp(out->data, "before ", 7), 0);
	assert_int_equal(out->data[out->size], '\0');
	return result == VARS_SET ? out->data + 7 : names[result];
}

static void what_devices_send(void **state)
{
	static const struct {
		struct bytes from;
		bool binary;
		const char *value;
	} cases[] = {
	    {BYTES("X509/REQUEST pb 3082\r\n"), true, "0\x82"},
	    {BYTES("X509/REQUEST pb 3082\n"), true, "0\x82"},
	    {BYTES("X509/REQUEST pb 3082"), true, "0\x82"},
	    {BYTES("\r\n X509/REQUEST  pb  3082 \t\r\n\r\n  \n"), true, "0\x82"},
	    {BYTES("X509/REQUEST b 4a6B6c4D\r\n"), true, "JklM"},
	    {BYTES("X509/REQUEST bp 4a\r\n"), false, "J"},
	    {BYTES("X509/REQUEST p not a certificate\r\n"), false, "not a certificate"},
	    {BYTES("X509/REQUEST p zu fr\xc3\xbch, fr\xfch\r\n"), false, "zu fr\xc3\xbch, fr\xfch"},
	    {BYTES("X509/REQUEST p\r\n"), false, ""},
	    {BYTES("X509/REQUEST p \r\n"), false, ""},
	    {BYTES(""), true, "-"},
	    {BYTES("\r\n"), true, "-"},
	    {BYTES(" \t\r\n\v\f\n"), false, "-"},
	};
	struct buf out = {0};
	struct err e;
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *value = give(cases[i].from, cases[i].binary, &out, &e);
		if (*e.text || strcmp(value, cases[i].value) != 0)
			fail_msg("%s: \"%s\" %s", cases[i].from.at, value, e.text);
	}
	buf_free(&out);
}

static void what_is_wrong(void **state)
{
	static const struct {
		struct bytes from;
		bool binary;
		const char *why;
	} cases[] = {
	    {BYTES("X509/REQUESTKEY pb 3082\r\n"), true, "it begins with \"X509/REQUESTKEY\""},
	    {BYTES("X509/REQUES pb 3082\r\n"), true, "it begins with \"X509/REQUES\", not with"},
	    {BYTES("x509/request pb 3082\r\n"), true, "it begins with \"x509/request\""},
	    {BYTES("X509/REQUEST\0 pb 3082\r\n"), true, "it begins with \"X509/REQUEST\\x00\""},
	    {BYTES("3082010a0282\r\n"), true, "it begins with \"3082010a0282\""},
	    {BYTES("\x1b[2J\xff pb 3082\r\n"), true, "it begins with \"\\x1b[2J\\xff\""},
	    {BYTES("<html> <body>\r\n"), true, "it begins with \"<html>\""},
	    {BYTES("X509/REQUEST\tpb 3082\r\n"), true, "it begins with \"X509/REQUEST\\x09pb\""},
	    {BYTES("X509/REQUEST pb 3082\r\nX509/REQUESTKEY pb 3082\r\n"), true, "more than one"},
	    {BYTES("X509/REQUEST pb 3082\r\nX509/REQUEST pb 3082\r\n"), true, "more than one line"},
	    {BYTES("X509/REQUEST pb 30\r\n82\r\n"), true, "more than one line"},
	    {BYTES("X509/REQUEST"), true, "\"\" are no flags"},
	    {BYTES("X509/REQUEST 3082\r\n"), true, "\"3082\" are no flags"},
	    {BYTES("X509/REQUEST pbq 3082\r\n"), true, "\"pbq\" are no flags"},
	    {BYTES("X509/REQUEST PB 3082\r\n"), true, "\"PB\" are no flags"},
	    {BYTES("X509/REQUEST p\0b 3082\r\n"), true, "\"p\\x00b\" are no flags"},
	    {BYTES("X509/REQUEST pc 3082\r\n"), false, "its value is encrypted"},
	    {BYTES("X509/REQUEST pbx 3082\r\n"), true, "its value is encrypted"},
	    {BYTES("X509/REQUEST p 3082\r\n"), true, "its value is text, not binary"},
	    {BYTES("X509/REQUEST p\r\n"), true, "its value is text, not binary"},
	    {BYTES("X509/REQUEST pb\r\n"), true, "0 hexadecimal digits are no bytes"},
	    {BYTES("X509/REQUEST pb 308\r\n"), true, "3 hexadecimal digits are no bytes"},
	    {BYTES("X509/REQUEST pb 30 82\r\n"), true, "after 2 hexadecimal digits something else"},
	    {BYTES("X509/REQUEST pb 0x30\r\n"), true, "after 1 hexadecimal digits something else"},
	    {BYTES("X509/REQUEST pb 30\0\0\r\n"), true, "after 2 hexadecimal digits something"},
	    {BYTES("X509/REQUEST pb \xef\xbc\xa1\r\n"), true, "after 0 hexadecimal digits"},
	    {BYTES("X509/REQUEST p a\x1b[2Jb\r\n"), false, "a control character stands in it"},
	    {BYTES("X509/REQUEST p a\0b\r\n"), false, "a control character stands in it"},
	    {BYTES("X509/REQUEST p a\rb\r\n"), false, "a control character stands in it"},
	};
	struct buf out = {0};
	struct err e;
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		give(cases[i].from, cases[i].binary, &out, &e);
		if (!strstr(e.text, cases[i].why))
			fail_msg("%zu: \"%s\" should say \"%s\"", i, e.text, cases[i].why);
		assert_false(text_has_control(e.text, strlen(e.text)));
	}
	buf_free(&out);
}

static void as_long_as_may_be(void **state)
{
	struct buf from = {0}, out = {0};
	struct err e;
	(void)state;
	for (int binary = 0; binary < 2; binary++) {
		buf_reset(&from);
		buf_adds(&from, binary ? "X509/REQUEST b " : "X509/REQUEST p ");
		for (int i = 0; i < MOST; i++)
			buf_adds(&from, binary ? "4A" : "J");
		struct bytes bytes = {from.data, from.size};
		assert_int_equal(strlen(give(bytes, binary, &out, &e)), MOST);
		buf_adds(&from, binary ? "4A" : "J");
		bytes = (struct bytes){from.data, from.size};
		give(bytes, binary, &out, &e);
		assert_string_equal(e.text, "it is longer than 32 bytes");
	}
	buf_free(&from);
	buf_free(&out);
}

/* A megabyte of anything is done in a moment; a name that is as long is not said in full. */
static void nothing_takes_long(void **state)
{
	static const char *const parts[] = {"\n", " ", "a", "\r\n", "\x1b", "X509/REQUEST pb 30\n"};
	struct buf from = {0}, out = {0};
	struct err e;
	(void)state;
	for (size_t i = 0; i < COUNT(parts); i++) {
		buf_reset(&from);
		while (from.size < 1 << 20)
			buf_adds(&from, parts[i]);
		double since = quick_now();
		give((struct bytes){from.data, from.size}, true, &out, &e);
		assert_quick(since, 0.1, parts[i]);
		assert_true(strlen(e.text) < 200);
	}
	buf_free(&from);
	buf_free(&out);
}

static void the_reason_is_optional(void **state)
{
	struct buf out = {0};
	(void)state;
	assert_int_equal(vars_read("x", 1, "X", true, MOST, &out, NULL), VARS_WRONG);
	assert_int_equal(vars_read("X b 00", 6, "X", true, MOST, &out, NULL), VARS_SET);
	assert_int_equal(out.size, 1);
	assert_int_equal(vars_read(NULL, 0, "X", true, MOST, &out, NULL), VARS_UNSET);
	assert_int_equal(out.size, 1);
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_devices_send),
	    cmocka_unit_test(what_is_wrong),
	    cmocka_unit_test(as_long_as_may_be),
	    cmocka_unit_test(nothing_takes_long),
	    cmocka_unit_test(the_reason_is_optional),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
