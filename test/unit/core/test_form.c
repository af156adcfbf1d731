/* SPDX-License-Identifier: ISC */
#include "core/form.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct arena a;
static struct err e;

static bool parse(const char *text, struct form *f)
{
	e.text[0] = '\0';
	return form_parse(&a, text, strlen(text), f, &e);
}

static void refused(const char *text, const char *why)
{
	struct form f;
	assert_false(parse(text, &f));
	if (!strstr(e.text, why))
		fail_msg("%s: \"%s\" does not say \"%s\"", text, e.text, why);
}

static void test_pairs(void **state)
{
	struct form f;
	(void)state;
	assert_true(parse("q=cert%3Aexpired+ip222&page=2&&empty=&bare&q=second&%C3%BC=%0D%0A", &f));
	assert_int_equal(f.count, 6);
	assert_string_equal(form_value(&f, "q"), "cert:expired ip222");
	assert_string_equal(form_value(&f, "empty"), "");
	assert_string_equal(form_value(&f, "bare"), "");
	assert_string_equal(f.list[4].value, "second");
	assert_string_equal(form_value(&f, "\xc3\xbc"), "\r\n");
	assert_null(form_value(&f, "Q"));
	assert_true(parse("", &f));
	assert_int_equal(f.count, 0);
}

static void test_refused(void **state)
{
	char many[2 * FORM_FIELDS + 3], name[FORM_NAME + 3];
	(void)state;
	refused("a=%", "hexadecimal");
	refused("a=%4", "hexadecimal");
	refused("%zz=1", "hexadecimal");
	refused("a=%00", "control");
	refused("a=x%1By", "control");
	refused("a=%FF", "UTF-8");
	refused("=x", "name");
	refused("a%0A=x", "name");
	memset(name, 'n', sizeof name);
	memcpy(name + FORM_NAME + 1, "=", 2);
	refused(name, "name");
	memset(many, '&', sizeof many - 1);
	many[sizeof many - 1] = '\0';
	refused(many, "fields");
}

#define TYPE "multipart/form-data; boundary=----x"
#define PART(head, body) "------x\r\nContent-Disposition: form-data; " head "\r\n\r\n" body "\r\n"
#define END "------x--\r\n"

static bool parse_body(const char *type, const char *body, size_t size, struct form *f)
{
	e.text[0] = '\0';
	return form_parse_body(&a, type, body, size, f, &e);
}

static void test_file(void **state)
{
	static const char body[] =
	    PART("name=\"csrf\"", "t0ken") PART("name=\"pem\"; filename=\"a%22b.pem\"\r\n"
						"Content-Type: application/octet-stream",
		"\0\r\n------y\xff") PART("name=\"empty\"; filename=\"\"", "") END;
	struct form f;
	(void)state;
	assert_true(parse_body(TYPE, body, sizeof body - 1, &f));
	assert_int_equal(f.count, 3);
	assert_string_equal(form_value(&f, "csrf"), "t0ken");
	const struct form_field *file = form_find(&f, "pem");
	assert_true(file->is_file);
	assert_int_equal(file->size, 11);
	assert_memory_equal(file->value, "\0\r\n------y\xff", 12); /* and a NUL behind it */
	assert_true(form_find(&f, "empty")->is_file);
	assert_int_equal(form_find(&f, "empty")->size, 0);
	assert_true(
	    parse_body("Multipart/Form-Data; boundary=\"----x\"", body, sizeof body - 1, &f));
}

static void body_refused(const char *type, const char *body, const char *why)
{
	struct form f;
	assert_false(parse_body(type, body, strlen(body), &f));
	if (!strstr(e.text, why))
		fail_msg("%s: \"%s\" does not say \"%s\"", body, e.text, why);
}

static void test_bodies_refused(void **state)
{
	char *large = calloc(1, FORM_BODY + 2);
	(void)state;
	assert_non_null(large);
	memset(large, 'x', FORM_BODY + 1);
	body_refused("application/x-www-form-urlencoded", large, "larger");
	free(large);
	body_refused("text/plain", "a=b", "not understood");
	body_refused("", "a=b", "not understood");
	body_refused("multipart/form-data; charset=utf-8", END, "boundary");
	body_refused("multipart/form-data; boundary=", END, "boundary");
	body_refused(TYPE, "preamble\r\n" PART("name=a", "1") END, "begin");
	body_refused(TYPE, "", "begin");
	body_refused(TYPE, PART("name=a", "1"), "complete");
	body_refused(TYPE, "------x", "complete");
	body_refused(TYPE, "------xname", "complete");
	body_refused(TYPE, PART("filename=\"a\"", "1") END, "no name");
	body_refused(TYPE, "------x\r\nX: y\r\n\r\n1\r\n" END, "no name");
	body_refused(TYPE, "------x\r\nContent-Disposition: form-data; name=a\r\n" END, "no name");
	body_refused(TYPE, PART("name=a", "\x01") END, "control");
}

static void test_both_types(void **state)
{
	struct form f;
	(void)state;
	assert_true(parse_body("application/x-www-form-urlencoded; charset=UTF-8", "a=b+c", 5, &f));
	assert_string_equal(form_value(&f, "a"), "b c");
	assert_true(
	    parse_body(TYPE, PART("name=a", "b+c") END, strlen(PART("name=a", "b+c") END), &f));
	assert_string_equal(form_value(&f, "a"), "b+c");
}

static void test_cookies(void **state)
{
	(void)state;
	assert_string_equal(form_cookie(&a, "x=1; sid=abc; y=2", "sid"), "abc");
	assert_string_equal(form_cookie(&a, "sid=", "sid"), "");
	assert_null(form_cookie(&a, "xsid=1; side=2", "sid"));
	/* One of them was planted, and nobody can tell which. */
	assert_null(form_cookie(&a, "sid=a; sid=b", "sid"));
	assert_null(form_cookie(&a, NULL, "sid"));
	assert_null(form_cookie(&a, "", "sid"));
	assert_null(form_cookie(&a, ";;; ", "sid"));
}

static int end(void **state)
{
	(void)state;
	arena_free(&a);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_pairs),
	    cmocka_unit_test(test_refused),
	    cmocka_unit_test(test_file),
	    cmocka_unit_test(test_bodies_refused),
	    cmocka_unit_test(test_both_types),
	    cmocka_unit_test(test_cookies),
	};
	return cmocka_run_group_tests(tests, NULL, end);
}
