/* SPDX-License-Identifier: ISC */
/* core/cert_answer: what devices say of their certificates, and the dates in it. */
#include "core/cert_answer.h"

#include "base/limits.h"
#include "base/text.h"
#include "core/answer.h"

#include "test/unit/core/quick.h"

#include <libxml/parser.h>

#define NOW 1767225600 /* 2026-01-01T00:00:00Z */
#define DAY 86400

/* ---- dates ---- */

static void dates(void **state)
{
	static const struct {
		const char *text;
		int64_t seconds;
	} cases[] = {
	    /* ISO 8601 */
	    {"2026-01-01T00:00:00Z", NOW},
	    {"2026-01-01T00:00:00z", NOW},
	    {"2026-01-01t00:00:00", NOW},
	    {"2026-01-01 00:00:00", NOW},
	    {"2026-01-01", NOW},
	    {"2026-01-01T00:00Z", NOW},
	    {"2026-01-01T01:02:03.999Z", NOW + 3723},
	    {"2026-01-01T01:02:03,5+01:00", NOW + 123},
	    {"2026-01-01T01:00:00+01:00", NOW},
	    {"2026-01-01T01:00:00+0100", NOW},
	    {"2025-12-31T18:30:00-05:30", NOW},
	    {"2025-12-31T18:30:00 -0530", NOW},
	    {"2026-01-01T00:00:00-00:00", NOW},
	    {"2026-01-01 00:00:00 UTC", NOW},
	    {"2026-01-01 00:00:00 GMT", NOW},
	    {"2026-01-01 00:00 ", NOW},
	    /* RFC 2822 */
	    {"Thu, 01 Jan 2026 00:00:00 +0000", NOW},
	    {"Thu, 1 Jan 2026 00:00:00 GMT", NOW},
	    {"thu,1 jan 2026 00:00 gmt", NOW},
	    {"1 JAN 2026 00:00:00", NOW},
	    {"1 Jan 2026 01:00:00 +0100", NOW},
	    {"1 Jan 2026 00:00:00 UT", NOW},
	    {"31 Dec 2025 19:00:00 EST", NOW},
	    {"31 Dec 2025 20:00:00 EDT", NOW},
	    {"31 Dec 2025 18:00:00 CST", NOW},
	    {"31 Dec 2025 19:00:00 CDT", NOW},
	    {"31 Dec 2025 17:00:00 MST", NOW},
	    {"31 Dec 2025 18:00:00 MDT", NOW},
	    {"31 Dec 2025 16:00:00 PST", NOW},
	    {"31 Dec 2025 17:00:00 PDT", NOW},
	    {"1 Jan 2026 00:00:00 A", NOW},
	    {"1\tJan  2026 \t 00:00:00Z", NOW},
	    /* with dots */
	    {"01.01.2026 00:00", NOW},
	    {"1.01.2026 00:00", NOW},
	    {"01.01.2026 01:02:03", NOW + 3723},
	    {"01.01.2026 01:00:00 +01:00", NOW},
	    /* OpenSSL */
	    {"Jan  1 00:00:00 2026 GMT", NOW},
	    {"Jan 1 00:00:00 2026 GMT", NOW},
	    {"jan 01 00:00:00 2026", NOW},
	    {"Jan  1 00:00:00.25 2026 GMT", NOW},
	    /* every month */
	    {"31 Jan 1970 00:00", 30 * DAY},
	    {"28 Feb 1970 00:00", 58 * DAY},
	    {"31 Mar 1970 00:00", 89 * DAY},
	    {"30 Apr 1970 00:00", 119 * DAY},
	    {"31 May 1970 00:00", 150 * DAY},
	    {"30 Jun 1970 00:00", 180 * DAY},
	    {"31 Jul 1970 00:00", 211 * DAY},
	    {"31 Aug 1970 00:00", 242 * DAY},
	    {"30 Sep 1970 00:00", 272 * DAY},
	    {"31 Oct 1970 00:00", 303 * DAY},
	    {"30 Nov 1970 00:00", 333 * DAY},
	    {"31 Dec 1970 00:00", 364 * DAY},
	    /* far away, and leap */
	    {"1970-01-01T00:00:00Z", 0},
	    {"1969-12-31T23:59:59Z", -1},
	    {"1950-01-01T00:00:00Z", -631152000},
	    {"2038-01-19T03:14:08Z", INT64_C(1) << 31},
	    {"9999-12-31T23:59:59Z", 253402300799},
	    {"2024-02-29T00:00:00Z", 1709164800},
	    {"2000-02-29", 951782400},
	    {"2016-12-31T23:59:60Z", 1483228799},
	    {"2017-01-01T00:59:60+01:00", 1483228799},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		int64_t seconds = 12345;
		if (!cert_date_parse(cases[i].text, &seconds) || seconds != cases[i].seconds)
			fail_msg("%s: %lld", cases[i].text, (long long)seconds);
	}
}

static void what_is_no_date(void **state)
{
	static const char *const cases[] = {"", " ", "never", "0", "1767225600", "2026", "2026-01",
	    "2026-01-32", "2026-00-01", "2026-13-01", "2026-01-00", "2026-02-29", "2026-02-31",
	    "2100-02-29", "2026-04-31", "1949-12-31", "0000-01-01", "10000-01-01", "26-01-01",
	    "02026-01-01", "2026-1-1", "2026/01/01", "-2026-01-01", "2026-01-01T", "2026-01-01 x",
	    " 2026-01-01", "2026-01-01x", "2026-01-01\n", "2026-01-01Z", "2026-01-01T00",
	    "2026-01-01T24:00:00Z", "2026-01-01T25:00:00Z", "2026-01-01T00:60:00Z",
	    "2026-01-01T00:00:61Z", "2026-01-01T00:00:60Z", "2016-12-31T23:59:60+01:00",
	    "2026-01-01T0:00:00Z", "2026-01-01T00:0:00Z", "2026-01-01T00:00:0Z",
	    "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00ZZ", "2026-01-01T00:00:00 Z+01:00",
	    "2026-01-01T00:00:00+1", "2026-01-01T00:00:00+01", "2026-01-01T00:00:00+01:0",
	    "2026-01-01T00:00:00+24:00", "2026-01-01T00:00:00+01:60", "2026-01-01T00:00:00+",
	    "2026-01-01T00:00:00+01:00:00", "2026-01-01T00:00:00 CET", "2026-01-01T00:00:00 J",
	    "2026-01-01T00:00:00 GMTX", "2026-01-01T00:00:00 (UTC)", "2026-01-01T00:00:00\xc2\xa0Z",
	    "2026-01-01T00:00:00Z; rm", "2026-01-01T00:00:00Z\x1b", "20260101T000000Z",
	    "260101000000Z", "Fri, 01 Jan 2026 00:00:00 +0000", "Thu 01 Jan 2026 00:00:00 +0000",
	    "Thu, 01 January 2026 00:00:00 GMT", "Thursday, 01 Jan 2026 00:00:00 GMT",
	    "Do, 01 Jan 2026 00:00:00 GMT", "Thu, 01 J\xc3\xa4n 2026 00:00:00 GMT",
	    "Thu, 01 Jan 26 00:00:00 GMT", "Thu, 001 Jan 2026 00:00:00 GMT", "Thu, ", "Thu",
	    "1 Jan 2026", "1Jan2026 00:00:00", "01.01.2026", "01.01.26 00:00", "31.02.2026 00:00",
	    "01.01.2026T00:00", "1.1.2026 00:00", "Jan  1 00:00:00 2026 CET",
	    "Feb 30 00:00:00 2026 GMT", "Jan  0 00:00:00 2026 GMT", "Jan", "Jan ", "J",
	    "99999999999999999999-01-01", "2026-01-01T00:00:00.99999999999999999999999999999_"};
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		int64_t seconds = 12345;
		if (cert_date_parse(cases[i], &seconds) || seconds != 12345)
			fail_msg("%s: %lld", cases[i], (long long)seconds);
	}
}

/* Where the machine stands, and what language it speaks, does not matter. */
static void dates_are_the_same_everywhere(void **state)
{
	const char *was = getenv("TZ");
	char *kept = was ? strdup(was) : NULL;
	(void)state;
	setenv("TZ", "America/New_York", 1);
	tzset();
	int64_t seconds = 0;
	assert_true(cert_date_parse("2026-01-01 00:00", &seconds));
	assert_int_equal(seconds, NOW);
	if (kept)
		setenv("TZ", kept, 1);
	else
		unsetenv("TZ");
	tzset();
	free(kept);
}

/* ---- answers ---- */

static struct device take(struct arena *a, const char *xml, const char **problem)
{
	struct buf out = {0};
	struct err e = {""};
	struct device d;
	device_init(&d, "sn");
	if (!answer_parse(xml, strlen(xml), &out, &e))
		fail_msg("%.200s: %s", xml, e.text);
	*problem = "not set";
	cert_answer_take(a, &d, out.data, out.size, NOW, problem);
	buf_free(&out);
	return d;
}

#define CERTIFICATE(subject, issuer, from, until)                                        \
	"<certificate subject_cn='" subject "' issuer_cn='" issuer "' not_before='" from \
	"' not_after='" until "'/>"
#define GOOD CERTIFICATE("A", "CA", "2025-12-31", "2026-01-02T00:00:00Z")

static void answers(void **state)
{
	static const struct {
		const char *xml, *subject, *issuer, *says;
		int64_t from, until;
	} cases[] = {
	    {"<info><servercert>" GOOD "</servercert></info>", "A", "CA", "", NOW - DAY, NOW + DAY},
	    {"<info><servercert>" GOOD "</servercert><requests/></info>", "A", "CA", "", NOW - DAY,
		NOW + DAY},
	    {"<info><servercert>" GOOD "</servercert><requests><request/></requests></info>", "A",
		"CA", "request", NOW - DAY, NOW + DAY},
	    {"<info><servercert>" GOOD
	     "</servercert><requests>x<y/><request>z</request></requests></info>",
		"A", "CA", "request", NOW - DAY, NOW + DAY},
	    {"<info><busy/><servercert>" GOOD "</servercert></info>", "A", "CA", "busy", NOW - DAY,
		NOW + DAY},
	    {"<info><request-error>bad</request-error><servercert>" GOOD "</servercert></info>",
		"A", "CA", "error", NOW - DAY, NOW + DAY},
	    {"<info><request-error/><busy/><requests><request/></requests></info>", "", "",
		"none request busy error", 0, 0},
	    {"<info/>", "", "", "none", 0, 0},
	    {"<info><servercert/></info>", "", "", "none", 0, 0},
	    {"<info>" GOOD "</info>", "", "", "none", 0, 0},
	    {"<info><x><servercert>" GOOD "</servercert></x></info>", "", "", "none", 0, 0},
	    /* several: the latest and the earliest count, each issuer once */
	    {"<info><servercert>" CERTIFICATE("A", "B", "2025-12-30", "2026-01-05")
		    CERTIFICATE("B", "C", "2025-12-31", "2026-01-02")
			CERTIFICATE("C", "C", "2025-12-01", "2026-01-09") "</servercert></info>",
		"A", "B\tC", "", NOW - DAY, NOW + DAY},
	    {"<info><servercert>" GOOD "</servercert><x/><servercert>" CERTIFICATE(
		 "B", "C", "2020-01-01", "2030-01-01") "</servercert></info>",
		"A", "CA\tC", "", NOW - DAY, NOW + DAY},
	    {"<info><servercert>" CERTIFICATE("A", "BB", "2025-12-31", "2026-01-02")
		    CERTIFICATE("B", "B", "2025-12-31", "2026-01-02") "</servercert></info>",
		"A", "BB\tB", "", NOW - DAY, NOW + DAY},
	    /* what is missing */
	    {"<info><servercert><certificate/></servercert></info>", "", "?", "undated", 0, 0},
	    {"<info><servercert>" GOOD "<certificate/></servercert></info>", "A", "CA\t?",
		"undated", NOW - DAY, NOW + DAY},
	    {"<info><servercert>" CERTIFICATE(
		 "A", " ", "2025-12-31", "2026-01-02") "<certificate/></servercert></info>",
		"A", "?", "undated", NOW - DAY, NOW + DAY},
	    {"<info><servercert>" CERTIFICATE(
		 "A", "CA", "2025-12-31", "soon") "</servercert></info>",
		"A", "CA", "undated", NOW - DAY, 0},
	    {"<info><servercert>" CERTIFICATE(
		 "A", "CA", "once", "2026-01-02") "</servercert></info>",
		"A", "CA", "undated", 0, NOW + DAY},
	    /* long ago is not nothing */
	    {"<info><servercert>" CERTIFICATE(
		 "A", "CA", "1970-01-01", "1970-01-01T00:00:00Z") "</servercert></info>",
		"A", "CA", "", 1, 1},
	    {"<info><servercert>" CERTIFICATE(
		 "A", "CA", "1950-01-01", "1960-01-01") "</servercert></info>",
		"A", "CA", "", 1, 1},
	    /* what else may stand there */
	    {"<info xmlns:p='urn:p'><p:servercert>" GOOD "</p:servercert><p:busy/></info>", "", "",
		"none", 0, 0},
	    {"<info xmlns:p='urn:p'><servercert><p:certificate issuer_cn='a'/>" GOOD
	     "</servercert></info>",
		"A", "CA", "", NOW - DAY, NOW + DAY},
	    {"<info xmlns:p='urn:p'><servercert><certificate p:issuer_cn='CA' p:subject_cn='A'/>"
	     "</servercert></info>",
		"", "?", "undated", 0, 0},
	    {"<info><servercert>" CERTIFICATE("\tA&#10;B ", " C&#9;D\n", " 2025-12-31 ",
		 "&#10;2026-01-02") "</servercert></info>",
		"A\\x0aB", "C\\x09D", "", NOW - DAY, NOW + DAY},
	    {"<info><servercert>" CERTIFICATE("Zo\xc3\xab", "&lt;b&gt;\xc2\x9b", "2025-12-31",
		 "2026-01-02") "</servercert></info>",
		"Zo\xc3\xab", "<b>\\xc2\\x9b", "", NOW - DAY, NOW + DAY},
	};
	struct arena a = {0};
	const char *problem;
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct device d = take(&a, cases[i].xml, &problem);
		bool undated = strstr(cases[i].says, "undated") != NULL;
		if (strcmp(d.cert_subject, cases[i].subject) != 0 ||
		    strcmp(d.cert_issuer, cases[i].issuer) != 0 ||
		    strcmp(d.cert_says, cases[i].says) != 0 || d.cert_from != cases[i].from ||
		    d.cert_until != cases[i].until || d.cert_at != NOW ||
		    undated != (problem != NULL))
			fail_msg("%s: \"%s\" \"%s\" \"%s\" %lld %lld %s", cases[i].xml,
			    d.cert_subject, d.cert_issuer, d.cert_says, (long long)d.cert_from,
			    (long long)d.cert_until, problem ? problem : "-");
	}
	arena_free(&a);
}

static void problems(void **state)
{
	static const struct {
		const char *xml, *problem;
	} cases[] = {
	    {"<info><servercert><certificate/></servercert></info>",
		"its certificate has no not_before"},
	    {"<info><servercert><certificate not_before='2026-01-01'/></servercert></info>",
		"its certificate has no not_after"},
	    {"<info><servercert>" GOOD CERTIFICATE(
		 "A", "CA", "2026-01-01", "31.02.2026&#10;00:00") "</servercert></info>",
		"the date \"31.02.2026\\x0a00:00\" of its certificate (not_after) is none, or in "
		"no form that is known"},
	    {"<info><servercert>" CERTIFICATE("A", "CA", "x", "y") "</servercert></info>",
		"the date \"x\" of its certificate (not_before) is none, or in no form that is "
		"known"},
	};
	struct arena a = {0};
	const char *problem;
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		take(&a, cases[i].xml, &problem);
		assert_string_equal(problem, cases[i].problem);
	}
	arena_free(&a);
}

/* What is no <info> says nothing; what was known before is not known any more. */
static void no_answer(void **state)
{
	static const char *const cases[] = {"<html/>", "<Info/>", "<info xmlns='urn:x'/>",
	    "<p:info xmlns:p='urn:p'/>", "<x><info/></x>", "", "<info>", "\xff"};
	struct arena a = {0};
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct device d;
		const char *problem = NULL;
		device_init(&d, "sn");
		d.cert_at = d.cert_from = d.cert_until = d.seen = 5;
		d.cert_subject = d.cert_issuer = d.cert_says = d.name = "was";
		cert_answer_take(&a, &d, cases[i], strlen(cases[i]), NOW, &problem);
		assert_int_equal(d.cert_at + d.cert_from + d.cert_until, 0);
		assert_string_equal(d.cert_subject, "");
		assert_string_equal(d.cert_issuer, "");
		assert_string_equal(d.cert_says, "");
		assert_string_equal(d.name, "was");
		assert_int_equal(d.seen, 5);
		assert_non_null(problem);
	}
	arena_free(&a);
}

/* What an earlier answer said does not shine through. */
static void nothing_stays(void **state)
{
	struct arena a = {0};
	const char *problem = "was", *xml = "<info><servercert>" GOOD "</servercert></info>";
	struct device d = take(&a, xml, &problem);
	(void)state;
	assert_null(problem);
	cert_answer_take(&a, &d, "<info><busy/></info>", 20, NOW + 1, &problem);
	assert_string_equal(d.cert_subject, "");
	assert_string_equal(d.cert_issuer, "");
	assert_string_equal(d.cert_says, "none busy");
	assert_int_equal(d.cert_from + d.cert_until, 0);
	assert_int_equal(d.cert_at, NOW + 1);
	arena_free(&a);
}

static void words(void **state)
{
	struct device d;
	(void)state;
	device_init(&d, "sn");
	assert_false(cert_answer_says(&d, CERT_SAYS_NONE));
	d.cert_says = "none request error";
	assert_true(cert_answer_says(&d, CERT_SAYS_NONE));
	assert_true(cert_answer_says(&d, CERT_SAYS_REQUEST));
	assert_true(cert_answer_says(&d, CERT_SAYS_ERROR));
	assert_false(cert_answer_says(&d, CERT_SAYS_BUSY));
	assert_false(cert_answer_says(&d, CERT_SAYS_UNDATED));
	d.cert_says = "requests";
	assert_false(cert_answer_says(&d, CERT_SAYS_REQUEST));
}

/* ---- limits ---- */

static bool has_bad_control(const char *text)
{
	for (; *text; text++) {
		if (*text != '\t' && text_has_control(text, 1))
			return true;
	}
	return false;
}

static void long_names(void **state)
{
	struct buf xml = {0};
	struct arena a = {0};
	const char *problem;
	(void)state;
	/* A letter of two bytes, and an escape of four, do not fit any more. */
	static const struct {
		const char *letter;
		size_t size;
	} letters[] = {{"x", LIMIT_CERT_NAME}, {"\xc3\xab", LIMIT_CERT_NAME - 1},
	    {"&#9;", LIMIT_CERT_NAME - 3}};
	for (size_t i = 0; i < COUNT(letters); i++) {
		buf_reset(&xml);
		buf_adds(&xml, "<info><servercert><certificate subject_cn='x");
		for (int k = 0; k < LIMIT_CERT_NAME; k++)
			buf_adds(&xml, letters[i].letter);
		buf_adds(&xml, ".' issuer_cn='x");
		for (int k = 0; k < LIMIT_CERT_NAME; k++)
			buf_adds(&xml, letters[i].letter);
		buf_adds(&xml, ".'/></servercert></info>");
		struct device d = take(&a, xml.data, &problem);
		assert_int_equal(strlen(d.cert_subject), letters[i].size);
		assert_string_equal(d.cert_issuer, d.cert_subject);
		assert_true(text_is_utf8(d.cert_subject, letters[i].size));
		assert_false(text_has_control(d.cert_subject, letters[i].size));
	}
	buf_free(&xml);
	arena_free(&a);
}

/* Those that do not fit leave a mark: nobody may believe that he has seen all. */
static void many_issuers(void **state)
{
	struct buf xml = {0};
	struct arena a = {0};
	const char *problem;
	(void)state;
	for (int size = 1; size < 300; size += 7) {
		buf_reset(&xml);
		buf_adds(&xml, "<info><servercert>");
		for (int i = 0; xml.size + 500 < LIMIT_BODY_ANSWER && i < 3900; i++)
			buf_addf(&xml, "<certificate issuer_cn='%d-%0*d'/>", i, size, 0);
		buf_adds(&xml, "</servercert></info>");
		struct device d = take(&a, xml.data, &problem);
		size_t n = strlen(d.cert_issuer);
		assert_true(n <= LIMIT_CERT_NAMES && n > LIMIT_CERT_NAMES - 300);
		assert_string_equal(d.cert_issuer + n - 2, "\t?");
		assert_false(has_bad_control(d.cert_issuer));
	}
	buf_free(&xml);
	arena_free(&a);
}

/* Exactly what fits is there, without a mark. */
static void just_enough_issuers(void **state)
{
	struct buf xml = {0};
	struct arena a = {0};
	const char *problem;
	(void)state;
	buf_adds(&xml, "<info><servercert>");
	for (int i = 0; i < 3; i++)
		buf_addf(&xml, "<certificate issuer_cn='%0*d'/>", LIMIT_CERT_NAME, i);
	buf_addf(&xml, "<certificate issuer_cn='%0*d'/>",
	    LIMIT_CERT_NAMES - 3 * (LIMIT_CERT_NAME + 1) - 2, 3);
	buf_adds(&xml, "</servercert></info>");
	struct device d = take(&a, xml.data, &problem);
	assert_int_equal(strlen(d.cert_issuer), LIMIT_CERT_NAMES - 2);
	assert_null(strchr(d.cert_issuer, '?'));
	buf_free(&xml);
	arena_free(&a);
}

/* 64 KB of anything that is an answer are done in a moment. */
static void nothing_takes_long(void **state)
{
	static const struct {
		const char *head, *part, *tail;
	} cases[] = {
	    {"<info><servercert>", "<certificate/>", "</servercert></info>"},
	    {"<info><servercert>", "<certificate not_after='x'/>", "</servercert></info>"},
	    {"<info>", "<servercert/>", "</info>"},
	    {"<info>", "<requests/>", "</info>"},
	    {"<info><requests>", "<x/>", "</requests></info>"},
	    {"<info><servercert><certificate not_after='", "&#10;", "x'/></servercert></info>"},
	    {"<info><servercert><certificate not_after='2026-01-01T00:00:00.", "0",
		"'/></servercert></info>"},
	    {"<info><servercert><certificate not_after='2026-01-01T00:00:00", " ",
		"x'/></servercert></info>"},
	    {"<info><servercert><certificate issuer_cn='", "\xc3\xab", "'/></servercert></info>"},
	    {"<info>", "<servercert><certificate issuer_cn='&#x85;'/></servercert>", "</info>"},
	};
	struct buf xml = {0};
	struct arena a = {0};
	const char *problem;
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		buf_reset(&xml);
		buf_adds(&xml, cases[i].head);
		for (int k = 0; k < 3900 * 10; k++) {
			bool element = cases[i].part[0] == '<';
			if ((element && k >= 1900) ||
			    xml.size + strlen(cases[i].part) + strlen(cases[i].tail) >
				LIMIT_BODY_ANSWER)
				break;
			buf_adds(&xml, cases[i].part);
		}
		buf_adds(&xml, cases[i].tail);
		double since = quick_now();
		struct device d = take(&a, xml.data, &problem);
		assert_quick(since, 0.1, xml.data);
		assert_false(has_bad_control(d.cert_issuer));
		assert_true(!problem ||
			    (strlen(problem) < 400 && !text_has_control(problem, strlen(problem))));
		arena_reset(&a);
	}
	buf_free(&xml);
	arena_free(&a);
}

/* As deep as an answer may be. */
static void deep(void **state)
{
	struct buf xml = {0};
	struct arena a = {0};
	const char *problem;
	(void)state;
	buf_adds(&xml, "<info>");
	for (int i = 1; i < LIMIT_ANSWER_DEPTH; i++)
		buf_adds(&xml, "<servercert>");
	for (int i = 1; i < LIMIT_ANSWER_DEPTH; i++)
		buf_adds(&xml, "</servercert>");
	buf_adds(&xml, "</info>");
	struct device d = take(&a, xml.data, &problem);
	assert_string_equal(d.cert_says, "none");
	assert_null(problem);
	buf_free(&xml);
	arena_free(&a);
}

/* What answer_parse() refuses does no harm here either. */
static void what_is_no_answer(void **state)
{
	static const char *const cases[] = {
	    "<!DOCTYPE info [<!ENTITY x 'CA'>]><info><servercert><certificate issuer_cn='&x;'/>"
	    "</servercert></info>",
	    "<!DOCTYPE info SYSTEM 'file:///etc/passwd'><info/>",
	    "<info><servercert><certificate issuer_cn='&x;'/></servercert></info>",
	    "<info a='\x01'/>", "<info a='\xff'/>"};
	struct arena a = {0};
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct buf out = {0};
		struct device d;
		const char *problem = NULL;
		device_init(&d, "sn");
		assert_false(answer_parse(cases[i], strlen(cases[i]), &out, NULL));
		cert_answer_take(&a, &d, cases[i], strlen(cases[i]), NOW, &problem);
		assert_int_equal(d.cert_at, 0);
		assert_non_null(problem);
		buf_free(&out);
	}
	arena_free(&a);
}

static int teardown(void **state)
{
	(void)state;
	xmlCleanupParser();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(dates),
	    cmocka_unit_test(what_is_no_date),
	    cmocka_unit_test(dates_are_the_same_everywhere),
	    cmocka_unit_test(answers),
	    cmocka_unit_test(problems),
	    cmocka_unit_test(no_answer),
	    cmocka_unit_test(nothing_stays),
	    cmocka_unit_test(words),
	    cmocka_unit_test(long_names),
	    cmocka_unit_test(many_issuers),
	    cmocka_unit_test(just_enough_issuers),
	    cmocka_unit_test(nothing_takes_long),
	    cmocka_unit_test(deep),
	    cmocka_unit_test(what_is_no_answer),
	};
	return cmocka_run_group_tests(tests, NULL, teardown);
}
