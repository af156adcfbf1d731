/* SPDX-License-Identifier: ISC */
#include "core/entry.h"

#include "base/limits.h"

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
static struct buf line;

static struct entry parsed(const char *text)
{
	struct entry out;
	if (!entry_parse(&a, text, strlen(text), &out, &e))
		fail_msg("%s: %s", text, e.text);
	out.received = 1700000000;
	out.address = "192.0.2.7";
	return out;
}

static const char *printed(const struct entry *entry)
{
	buf_reset(&line);
	entry_print(&line, entry);
	return buf_text(&line);
}

static void refused(const char *text, size_t size, const char *why)
{
	struct entry out;
	assert_false(entry_parse(&a, text, size, &out, &e));
	if (!strstr(e.text, why))
		fail_msg("\"%s\" does not say \"%s\"", e.text, why);
}

/* As the specification has it. */
static void test_log(void **state)
{
	struct entry got =
	    parsed("event=syslog&time=1214319593&date=20080624-145953&from=IP24-1d-00-8d"
		   "&msg=LOG_HTTP+3+TCP-Up%20192.0.2.1");
	(void)state;
	assert_string_equal(got.event, "syslog");
	assert_string_equal(got.from, "IP24-1d-00-8d");
	assert_string_equal(got.text, "LOG_HTTP 3 TCP-Up 192.0.2.1");
	assert_int_equal(got.time, 1214319593);
	assert_int_equal(got.nmore, 0); /* date says the same */
	assert_string_equal(printed(&got),
	    "2023-11-14T22:13:20Z\t2008-06-24T14:59:53Z\tIP24-1d-00-8d\t"
	    "192.0.2.7\tsyslog\tLOG_HTTP 3 TCP-Up 192.0.2.1\n");
}

static void test_alarm(void **state)
{
	struct entry got =
	    parsed("?type=alarm&severity=2&code=c0ffee&host=x&source=SIP&text=down&"
		   "details=%3Ca+b=%221%22/%3E&new=field&time=0&date=20080624-145953\r\n");
	(void)state;
	assert_string_equal(got.event, "alarm");
	assert_string_equal(got.from, "x");
	assert_string_equal(entry_get(&got, "code"), "c0ffee");
	assert_string_equal(entry_get(&got, "new"), "field");
	assert_string_equal(entry_get(&got, "none"), "");
	assert_string_equal(printed(&got),
	    "2023-11-14T22:13:20Z\t-\tx\t192.0.2.7\talarm\tdown\tseverity=2\tcode=c0ffee\t"
	    "source=SIP\tdetails=<a b=\"1\"/>\tnew=field\tdate=20080624-145953\n");
}

/* Nothing is lost: of two the first counts, the second is kept. */
static void test_twice(void **state)
{
	struct entry got = parsed("event=a&type=b&event=c&msg=d&text=e&time=5&time=6&time=x");
	(void)state;
	assert_string_equal(got.event, "a");
	assert_string_equal(got.text, "d");
	assert_int_equal(got.time, 5);
	assert_int_equal(got.nmore, 5);
	assert_string_equal(entry_get(&got, "type"), "b");
	assert_string_equal(entry_get(&got, "text"), "e");
	assert_string_equal(entry_get(&got, "time"), "6");
}

static void test_odd(void **state)
{
	static const struct {
		const char *sent, *text;
	} cases[] = {
	    {"msg=100%&x", "100%"},
	    {"msg=100%zz", "100%zz"},
	    {"msg=%FC", "\xc3\xbc"},
	    {"msg=\xfc", "\xc3\xbc"},
	    {"msg=%C3%BC", "\xc3\xbc"},
	    {"msg=a%00b", "a\xef\xbf\xbd"
			  "b"},
	    {"  msg=x\r\n", "x"},
	    {"&&msg=x&&", "x"},
	    {"msg=a=b", "a=b"},
	    {"msg=a%26b%3D", "a&b="},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_string_equal(parsed(cases[i].sent).text, cases[i].text);
}

static void test_refused(void **state)
{
	char many[2 * LIMIT_ENTRY_FIELDS + 16] = "msg=x", name[LIMIT_ENTRY_NAME + 16];
	static char large[LIMIT_ENTRY + 1];
	(void)state;
	refused("", 0, "at least one of the fields");
	refused("?", 1, "at least one of the fields");
	refused("from=x", 6, "at least one of the fields");
	refused("=x&msg=y", 8, "name of a field");
	for (int i = 0; i < LIMIT_ENTRY_FIELDS - 1; i++)
		strcat(many, "&a");
	parsed(many);
	strcat(many, "&a");
	refused(many, strlen(many), "64 fields");
	snprintf(name, sizeof name, "%0*d=1&msg=x", LIMIT_ENTRY_NAME, 0);
	parsed(name);
	snprintf(name, sizeof name, "%0*d=1&msg=x", LIMIT_ENTRY_NAME + 1, 0);
	refused(name, strlen(name), "64 bytes");
	memset(large, 'x', sizeof large);
	memcpy(large, "msg=", 4);
	refused(large, sizeof large, "16384 bytes");
	struct entry out;
	assert_true(entry_parse(&a, large, LIMIT_ENTRY, &out, &e));
}

/* What a device says forges no line, no field, and does not turn what follows. */
static void test_hostile(void **state)
{
	static const char *const sent[] = {
	    "msg=a%0A2023-11-14T22:13:20Z%09-%09evil%09-%09-%09-&from=x%09y&event=%0D%0A",
	    "msg=%5Cn%5C%5C%5Cx41&from=-&event=-&code=-",
	    "msg=%E2%80%AEevil%E2%80%A8x%E2%81%A9%C2%85%7F%1B[31m&a%3Db=c&%09=d",
	    "msg=%5C&%5C=%5C",
	    "msg=%D8%9Cx%E2%80%8F&from=%D8%9C",
	    "msg=\xf0\x9f\x98\x80&from=\xe2\x82\xac&x=",
	};
	(void)state;
	for (size_t i = 0; i < sizeof sent / sizeof *sent; i++) {
		struct entry was = parsed(sent[i]), now;
		const char *text = printed(&was);
		size_t size = strlen(text);
		assert_int_equal(text[size - 1], '\n');
		assert_null(memchr(text, '\n', size - 1));
		for (size_t k = 0; k < size - 1; k++)
			assert_true((unsigned char)text[k] >= 0x20 || text[k] == '\t');
		assert_null(strstr(text, "\xe2\x80\xae"));
		assert_null(strstr(text, "\xd8\x9c"));
		assert_true(entry_read(&a, text, size - 1, &now));
		assert_string_equal(now.from, was.from);
		assert_string_equal(now.event, was.event);
		assert_string_equal(now.text, was.text);
		assert_string_equal(now.address, was.address);
		assert_int_equal(now.received, was.received);
		assert_int_equal(now.nmore, was.nmore);
		for (size_t k = 0; k < was.nmore; k++) {
			assert_string_equal(now.more[k].name, was.more[k].name);
			assert_string_equal(now.more[k].value, was.more[k].value);
		}
	}
}

static void test_lines_that_are_none(void **state)
{
	static const char *const lines[] = {
	    "",
	    "x",
	    "2023-11-14T22:13:20Z\t-\ta\tb\tc",
	    "2023-13-14T22:13:20Z\t-\ta\tb\tc\td",
	    "2023-11-14T24:13:20Z\t-\ta\tb\tc\td",
	    "-\t-\ta\tb\tc\td",
	    "2023-11-14T22:13:20Z\tx\ta\tb\tc\td",
	    "2023-11-14T22:13:20Z\t-\ta\tb\tc\td\te",
	    "2023-11-14T22:13:20Z\t-\ta\tb\tc\t\\",
	    "2023-11-14T22:13:20Z\t-\ta\tb\tc\t\\q",
	    "2023-11-14T22:13:20Z\t-\ta\tb\tc\t\\x0",
	    "2023-11-14T22:13:20Z\t-\ta\tb\tc\t\\x00",
	    "2023-11-14T22:13:20Z\t-\ta\tb\tc\t\xff",
	    "2023-11-14T22:13:20ZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZ\t-\ta\tb\tc\td",
	};
	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		struct entry out;
		if (entry_read(&a, lines[i], strlen(lines[i]), &out))
			fail_msg("\"%s\" was taken for an entry", lines[i]);
	}
}

/* As nobody of ours wrote it: it costs no memory. */
static void test_lines_that_are_too_much(void **state)
{
	static const char head[] = "2023-11-14T22:13:20Z\t-\ta\tb\tc\td";
	struct entry out;
	(void)state;
	for (int more = 0; more < 2; more++) {
		buf_reset(&line);
		buf_adds(&line, head);
		for (int i = 0; i < LIMIT_ENTRY_FIELDS + more; i++)
			buf_adds(&line, "\ta=b");
		assert_int_equal(entry_read(&a, line.data, line.size, &out), !more);
	}
	buf_reset(&line);
	buf_adds(&line, head);
	for (size_t i = 0; i < (1U << 20) - sizeof head; i++)
		buf_addc(&line, 'x');
	assert_false(entry_read(&a, line.data, line.size, &out));
}

/* The longest that can be sent is read again. */
static void test_longest_line(void **state)
{
	struct buf sent = {0};
	struct entry was, now;
	(void)state;
	buf_adds(&sent, "msg=");
	while (sent.size < LIMIT_ENTRY)
		buf_addc(&sent, '\x9b');
	assert_true(entry_parse(&a, sent.data, sent.size, &was, &e));
	was.received = 1700000000;
	was.address = "2001:db8:1111:2222:3333:4444:5555:6666";
	buf_reset(&line);
	entry_print(&line, &was);
	assert_true(entry_read(&a, line.data, line.size - 1, &now));
	assert_string_equal(now.text, was.text);
	buf_free(&sent);
}

static int clean(void **state)
{
	(void)state;
	arena_reset(&a);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_teardown(test_log, clean),
	    cmocka_unit_test_teardown(test_alarm, clean),
	    cmocka_unit_test_teardown(test_twice, clean),
	    cmocka_unit_test_teardown(test_odd, clean),
	    cmocka_unit_test_teardown(test_refused, clean),
	    cmocka_unit_test_teardown(test_hostile, clean),
	    cmocka_unit_test_teardown(test_lines_that_are_none, clean),
	    cmocka_unit_test_teardown(test_lines_that_are_too_much, clean),
	    cmocka_unit_test_teardown(test_longest_line, clean),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_free(&a);
	buf_free(&line);
	return failed;
}
