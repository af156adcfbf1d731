/* SPDX-License-Identifier: ISC */
/* core/backup: which lines of a configuration count, and that all that do come through as they are. */
#include "core/backup.h"

#include "base/buf.h"

#include "test/unit/helpers.h"

#include <stdbool.h>

#define BYTES(text) (text), sizeof(text) - 1

/* The input ends where its memory ends, so that a tool sees who reads on. */
static void assert_filtered(const char *in, size_t n, const char *right, size_t size)
{
	struct buf out = {0};
	char *exact = malloc(n ? n : 1);
	memcpy(exact, in, n);
	buf_adds(&out, "before|");
	backup_filter(&out, exact, n);
	free(exact);
	assert_true(out.size >= 7);
	assert_memory_equal(out.data, "before|", 7);
	if (out.size - 7 != size || memcmp(out.data + 7, right, size) != 0)
		fail_msg("\"%.*s\" became \"%s\", not \"%s\"", (int)n, in, out.data + 7, right);
	buf_free(&out);
}

struct line {
	const char *text;
	size_t size;
};
#define LINE(text)                     \
	{                              \
		text, sizeof(text) - 1 \
	}

static const struct line left_out[] = {
    LINE(""),
    LINE(" "),
    LINE(" \t\v\f "),
    LINE("vars create UPDATE/"),
    LINE("vars create UPDATE/CHECK p 123"),
    LINE("vars create UPDATE/\0"),
    LINE("config change UP1 /"),
    LINE("config change UP1 /url http://x /poll 15"),
    LINE("vars create TLS0/TICKET/"),
    LINE("vars create TLS0/TICKET/00001 pb 00ff"),
    LINE("mod cmd FLASHDIR0 add-item 101 (cn=1)(type=call)(info=xyz"),
    LINE("mod cmd FLASHDIR0 add-item )(type=(info="),
    LINE("mod cmd FLASHDIR0 add-item 1 (a=b)(type=(type=x)(info=(info=y)"),
    LINE("mod cmd FLASHDIR0 add-item 1\0)(type=\0(info=\0"),
};

static const struct line near_misses[] = {
    LINE("# config"),
    LINE("x"),
    LINE("\0"),
    LINE(" \0 "),
    LINE("\xff\xfe"),
    LINE("  leading and trailing blanks stay  "),
    /* what the update client notes down */
    LINE("vars create UPDATE"),
    LINE("vars create UPDATES/CHECK p 1"),
    LINE("vars create UPDATE1/CHECK p 1"),
    LINE("vars create XUPDATE/CHECK p 1"),
    LINE("vars create update/CHECK p 1"),
    LINE("Vars create UPDATE/CHECK p 1"),
    LINE("vars  create UPDATE/CHECK p 1"),
    LINE("vars create  UPDATE/CHECK p 1"),
    LINE("vars create\tUPDATE/CHECK p 1"),
    LINE("vars create\0UPDATE/CHECK p 1"),
    LINE("vars del UPDATE/CHECK"),
    LINE("vars create PHONE/UPDATE/CHECK p 1"),
    LINE(" vars create UPDATE/CHECK p 1"),
    LINE("#vars create UPDATE/CHECK p 1"),
    LINE("\0vars create UPDATE/CHECK p 1"),
    /* its own settings */
    LINE("config change UP1"),
    LINE("config change UP1 "),
    LINE("config change UP1/url x"),
    LINE("config change UP1 url /x"),
    LINE("config change UP1  /url x"),
    LINE("config change UP0 /url x"),
    LINE("config change UP10 /url x"),
    LINE("config change UP11 /url x"),
    LINE("config change CMD0 /name UP1 /x"),
    LINE("config add UP1 /url x"),
    /* tickets */
    LINE("vars create TLS0/TICKET"),
    LINE("vars create TLS0/TICKETS/1 pb 00"),
    LINE("vars create TLS1/TICKET/1 pb 00"),
    LINE("vars create TLS0/CERT/1 pb 00"),
    /* entries of the directory that are no calls */
    LINE("mod cmd FLASHDIR0 add-item"),
    LINE("mod cmd FLASHDIR0 add-item "),
    LINE("mod cmd FLASHDIR0 add-item 101 (cn=1)(type=call)"),
    LINE("mod cmd FLASHDIR0 add-item 101 (cn=1)(info=xyz"),
    LINE("mod cmd FLASHDIR0 add-item 101 (info=xyz)(type=call)"),
    LINE("mod cmd FLASHDIR0 add-item 101 (type=call)(info=xyz"),
    LINE("mod cmd FLASHDIR0 add-item 101 (cn=1)(type call)(info=xyz"),
    LINE("mod cmd FLASHDIR0 add-item 101 (cn=1)(type=call)(info xyz"),
    LINE("mod cmd FLASHDIR0 add-item 101 (cn=1)(TYPE=call)(info=xyz"),
    LINE("mod cmd FLASHDIR0 add-item)(type=call)(info=xyz"),
    LINE("mod cmd FLASHDIR0 add-items 101 (cn=1)(type=call)(info=xyz"),
    LINE("mod cmd FLASHDIR1 add-item 101 (cn=1)(type=call)(info=xyz"),
    LINE("mod cmd FLASHDIR0 del-item 101 (cn=1)(type=call)(info=xyz"),
    LINE(" mod cmd FLASHDIR0 add-item 101 (cn=1)(type=call)(info=xyz"),
};

static const struct line ends[] = {LINE("\r\n"), LINE("\n"), LINE("\r\r\n"), LINE("")};

/* A line with another one before and after it; with every end that a line may have. */
static void try_line(const struct line *line, const struct line *end, bool counts)
{
	struct buf in = {0}, right = {0};
	buf_add(&in, line->text, line->size);
	buf_add(&in, end->text, end->size);
	if (counts) {
		buf_add(&right, line->text, line->size);
		buf_adds(&right, "\r\n");
	}
	assert_filtered(buf_text(&in), in.size, buf_text(&right), right.size);
	if (end->size) {
		struct buf more = {0}, more_right = {0};
		buf_adds(&more, "a\n");
		buf_add(&more, in.data, in.size);
		buf_adds(&more, "b");
		buf_adds(&more_right, "a\r\n");
		buf_add(&more_right, buf_text(&right), right.size);
		buf_adds(&more_right, "b\r\n");
		assert_filtered(more.data, more.size, more_right.data, more_right.size);
		buf_free(&more);
		buf_free(&more_right);
	}
	buf_free(&in);
	buf_free(&right);
}

static void lines_that_do_not_count(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(left_out); i++)
		for (size_t e = 0; e < COUNT(ends); e++)
			try_line(&left_out[i], &ends[e], false);
}

static void lines_that_are_nearly_like_them(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(near_misses); i++)
		for (size_t e = 0; e < COUNT(ends); e++)
			try_line(&near_misses[i], &ends[e], true);
}

static void every_end_of_line_becomes_the_same(void **state)
{
	(void)state;
	static const struct {
		const char *in;
		size_t n;
		const char *right;
		size_t size;
	} cases[] = {
	    {BYTES(""), BYTES("")},
	    {BYTES("\n"), BYTES("")},
	    {BYTES("\r"), BYTES("")},
	    {BYTES("\r\n"), BYTES("")},
	    {BYTES("\r\r\r"), BYTES("")},
	    {BYTES("\n\r\n\r"), BYTES("")},
	    {BYTES("a"), BYTES("a\r\n")},
	    {BYTES("a\r"), BYTES("a\r\n")},
	    {BYTES("a\n"), BYTES("a\r\n")},
	    {BYTES("a\r\n"), BYTES("a\r\n")},
	    {BYTES("a\r\r\n"), BYTES("a\r\n")},
	    {BYTES("a\nb\r\nc"), BYTES("a\r\nb\r\nc\r\n")},
	    {BYTES("a\n\n\r\n\n\rb\n"), BYTES("a\r\n\rb\r\n")},
	    /* A lone CR is no end of line. */
	    {BYTES("a\rb"), BYTES("a\rb\r\n")},
	    {BYTES("a\rvars create UPDATE/x\n"), BYTES("a\rvars create UPDATE/x\r\n")},
	    {BYTES("vars create UPDATE/x\ra\n"), BYTES("")},
	    {BYTES("\ra\n"), BYTES("\ra\r\n")},
	    /* Neither is a NUL. */
	    {BYTES("a\0b\n\0\nc\0"), BYTES("a\0b\r\n\0\r\nc\0\r\n")},
	    {BYTES("\0\n\0"), BYTES("\0\r\n\0\r\n")},
	    {BYTES("a \t\n b"), BYTES("a \t\r\n b\r\n")},
	};
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_filtered(cases[i].in, cases[i].n, cases[i].right, cases[i].size);
}

static void nothing_at_all(void **state)
{
	(void)state;
	struct buf out = {0};
	backup_filter(&out, "", 0);
	assert_int_equal(out.size, 0);
	backup_filter(&out, NULL, 0);
	assert_int_equal(out.size, 0);
	buf_free(&out);
}

/* A line that counts may be of any length, and so may one that does not. */
static void long_lines(void **state)
{
	(void)state;
	enum { LONG = 1 << 20 };
	static const char volatile_start[] = "vars create UPDATE/";
	struct buf in = {0}, right = {0};
	for (int i = 0; i < LONG; i++)
		buf_addc(&in, 'x');
	buf_add(&right, in.data, in.size);
	buf_adds(&right, "\r\n");
	assert_filtered(in.data, in.size, right.data, right.size);
	memcpy(in.data, volatile_start, sizeof volatile_start - 1);
	assert_filtered(in.data, in.size, "", 0);
	buf_free(&in);
	buf_free(&right);
}

/* What was kept once is kept as it is, or the next poll would store the same again. */
static void filtered_twice_is_filtered_once(void **state)
{
	(void)state;
	static const struct line pieces[] = {LINE("\n"), LINE("\n"), LINE("\r"), LINE("\r\n"),
	    LINE(" "), LINE("\0"), LINE("a"), LINE("vars create UPDATE/"),
	    LINE("config change UP1 /"), LINE("mod cmd FLASHDIR0 add-item "), LINE(")(type="),
	    LINE("(info=")};
	uint32_t dice = 20260301;
	for (int round = 0; round < 2000; round++) {
		struct buf in = {0}, once = {0}, twice = {0};
		for (int i = 0; i < 40; i++) {
			dice = dice * 1664525 + 1013904223;
			const struct line *p = &pieces[(dice >> 16) % COUNT(pieces)];
			buf_add(&in, p->text, p->size);
		}
		backup_filter(&once, in.data, in.size);
		backup_filter(&twice, buf_text(&once), once.size);
		assert_int_equal(twice.size, once.size);
		assert_memory_equal(buf_text(&twice), buf_text(&once), once.size);
		buf_free(&in);
		buf_free(&once);
		buf_free(&twice);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(lines_that_do_not_count),
	    cmocka_unit_test(lines_that_are_nearly_like_them),
	    cmocka_unit_test(every_end_of_line_becomes_the_same),
	    cmocka_unit_test(nothing_at_all),
	    cmocka_unit_test(long_lines),
	    cmocka_unit_test(filtered_twice_is_filtered_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
