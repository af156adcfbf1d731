/* SPDX-License-Identifier: ISC */
#include "core/forward.h"

#include "base/limits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#define COUNT(list) (sizeof(list) / sizeof *(list))

static struct arena a;

static int tear_down(void **state)
{
	(void)state;
	arena_free(&a);
	return 0;
}

/* ---- where to ---- */

static void test_targets(void **state)
{
	static const struct {
		const char *to;
		enum forward_kind kind;
		const char *rest;
	} good[] = {
	    {"http://192.0.2.7", FORWARD_HTTP, "//192.0.2.7"},
	    {"https://alarms.example:8443/x?y=1", FORWARD_HTTP, "//alarms.example:8443/x?y=1"},
	    {"http://[2001:db8::1]:80/", FORWARD_HTTP, "//[2001:db8::1]:80/"},
	    {"http://user:p%40ss@host/", FORWARD_HTTP, "//user:p%40ss@host/"},
	    {"http://host?at=a@b", FORWARD_HTTP, "//host?at=a@b"},
	    {"syslog:", FORWARD_SYSLOG, ""},
	    {"syslog:/run/log", FORWARD_SYSLOG, "/run/log"},
	    {"syslog://log.example", FORWARD_SYSLOG, "//log.example"},
	    {"syslog://[::1]:1514", FORWARD_SYSLOG, "//[::1]:1514"},
	    {"command:/usr/local/bin/tell", FORWARD_COMMAND, "/usr/local/bin/tell"},
	    {"mailto:ops+night@mail.example.com", FORWARD_MAIL, "ops+night@mail.example.com"},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		enum forward_kind kind;
		const char *rest;
		struct err e = {""};
		assert_true(forward_kind_of(good[i].to, &kind, &rest));
		assert_int_equal(kind, good[i].kind);
		assert_string_equal(rest, good[i].rest);
		if (!forward_check(good[i].to, &e))
			fail_msg("%s: %s", good[i].to, e.text);
	}
}

static void test_no_targets(void **state)
{
	static const struct {
		const char *to, *said;
	} bad[] = {
	    {"", "it must begin with"},
	    {"ops@example.com", "it must begin with"},
	    {"HTTP://host", "it must begin with"},
	    {"ftp://host", "it must begin with"},
	    {"http:", "with a host"},
	    {"http:/host", "with a host"},
	    {"http://", "with a host"},
	    {"http:///path", "with a host"},
	    {"http://user@/path", "with a host"},
	    {"http://host:0/", "with a host"},
	    {"http://host:65536/", "with a host"},
	    {"http://host:80x/", "with a host"},
	    {"http://[::1/", "with a host"},
	    {"http://[::1]x/", "with a host"},
	    {"http://ho st/", "printable ASCII"},
	    {"http://h\xc3\xb6st/", "printable ASCII"},
	    {"http://host/a b", "printable ASCII"},
	    {"syslog:log.example", "the log of this system"},
	    {"syslog://", "the log of this system"},
	    {"syslog://host:port", "the log of this system"},
	    {"syslog://host/path", "the log of this system"},
	    {"command:", "whole path"},
	    {"command:tell", "whole path"},
	    {"command:./tell", "whole path"},
	    {"command:/usr/bin/", "whole path"},
	    {"mailto:", "one address"},
	    {"mailto:ops", "one address"},
	    {"mailto:@example.com", "one address"},
	    {"mailto:ops@", "one address"},
	    {"mailto:a@b.example,c@d.example", "one address"},
	    {"mailto:a@b@c.example", "one address"},
	    {"mailto:-oQ/tmp@example.com", "one address"},
	    {"mailto:a b@example.com", "one address"},
	    {"mailto:a@b.example\nBcc: c@d.example", "one address"},
	    {"mailto:<a@b.example>", "one address"},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct err e = {""};
		if (forward_check(bad[i].to, &e))
			fail_msg("%s is taken", bad[i].to);
		if (!strstr(e.text, bad[i].said))
			fail_msg("%s: %s", bad[i].to, e.text);
	}
}

static void test_hosts(void **state)
{
	static const struct {
		const char *text, *host;
		long port;
	} good[] = {
	    {"host", "host", 0},
	    {"host:514", "host", 514},
	    {"192.0.2.7:1", "192.0.2.7", 1},
	    {"[2001:db8::1]", "2001:db8::1", 0},
	    {"[fe80::1%eth0]:65535", "fe80::1%eth0", 65535},
	};
	static const char *const bad[] = {"", ":514", "host:", "2001:db8::1", "[]", "[::1",
	    "[::1]5", "[::1]:", "a/b", "a b", "a@b"};
	const char *host;
	long port;
	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		assert_true(forward_host(&a, good[i].text, strlen(good[i].text), &host, &port));
		assert_string_equal(host, good[i].host);
		assert_int_equal(port, good[i].port);
	}
	for (size_t i = 0; i < COUNT(bad); i++) {
		if (forward_host(&a, bad[i], strlen(bad[i]), &host, &port))
			fail_msg("%s is taken", bad[i]);
	}
	assert_false(forward_host(&a, "ho\0st", 5, &host, &port));
	assert_true(forward_host(&a, "host/path", 4, &host, &port)); /* only so much is looked at */
	assert_string_equal(host, "host");
}

/* ---- records ---- */

static void test_records(void **state)
{
	const struct forward_state was = {.id = "ops", .problem = ""}, now = {.id = "ops",
									   .taken = 7,
									   .sent = 5,
									   .sent_at = 1700000000,
									   .failures = 2,
									   .next = 1700000020,
									   .problem = "away"};
	const struct news news = {.number = 9,
	    .count = 3,
	    .report = {.from = "IP24-1d-00-8d",
		.code = "c0ffee",
		.act = ALARM_RAISE,
		.time = 1700000000,
		.severity = ALARM_MAJOR,
		.source = "SIP",
		.text = "no trunk",
		.details = "",
		.serial = "",
		.address = "192.0.2.7"}};
	struct buf b = {0};
	struct forward_state state_read;
	struct news news_read;
	(void)state;
	forward_encode(&b, &was, &now);
	assert_true(forward_decode(&a, "ops", b.data, b.size, &state_read));
	assert_int_equal(state_read.taken, 7);
	assert_int_equal(state_read.sent, 5);
	assert_int_equal(state_read.next, 1700000020);
	assert_string_equal(state_read.problem, "away");
	assert_false(forward_decode(&a, "ops", b.data, b.size - 1, &state_read));
	buf_reset(&b);
	forward_encode(&b, &now, &now);
	assert_int_equal(b.size, 0);
	news_encode(&b, &news);
	assert_true(news_decode(&a, 9, b.data, b.size, &news_read));
	assert_int_equal(news_read.number, 9);
	assert_int_equal(news_read.count, 3);
	assert_string_equal(news_read.report.text, "no trunk");
	assert_false(news_decode(&a, 9, b.data, b.size - 1, &news_read));
	buf_free(&b);
}

/* ---- how far it is ---- */

static void test_back_off(void **state)
{
	static const int64_t pauses[] = {5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600};
	struct forward_state f = {.id = "ops", .taken = 3, .problem = ""};
	(void)state;
	for (size_t i = 0; i < COUNT(pauses); i++) {
		forward_failed(&f, "away", 1000);
		assert_int_equal(f.next, 1000 + pauses[i]);
		assert_int_equal(f.failures, (int64_t)i + 1);
	}
	assert_int_equal(f.taken, 3);
	assert_string_equal(f.problem, "away");
	f.failures = INT64_MAX - 1; /* for longer than anybody lives */
	forward_failed(&f, "away", 1000);
	assert_int_equal(f.next, 1000 + FORWARD_MOST);
	forward_took(&f, 4, true, 2000);
	assert_int_equal(f.taken, 4);
	assert_int_equal(f.sent, 1);
	assert_int_equal(f.sent_at, 2000);
	assert_int_equal(f.failures, 0);
	assert_int_equal(f.next, 0);
	assert_string_equal(f.problem, "");
	forward_took(&f, 5, false, 3000); /* it was not for it */
	assert_int_equal(f.taken, 5);
	assert_int_equal(f.sent, 1);
	assert_int_equal(f.sent_at, 2000);
}

static void test_done(void **state)
{
	const struct news list[] = {
	    {.number = 5, .report = {.time = 100}}, {.number = 6, .report = {.time = 110}},
	    {.number = 8, .report = {.time = 120}},
	    {.number = 9, .report = {.time = 105}}, /* the clock was set back */
	};
	(void)state;
	assert_int_equal(forward_done(list, 0, INT64_MAX, INT64_MAX), 0);
	assert_int_equal(forward_done(list, 4, 4, 100), 0);
	assert_int_equal(forward_done(list, 4, 5, 0), 5);
	assert_int_equal(forward_done(list, 4, 1000, 0), 1000);
	assert_int_equal(forward_done(list, 4, 0, 101), 5);
	assert_int_equal(forward_done(list, 4, 0, 115), 6);
	assert_int_equal(forward_done(list, 4, 0, 121), 9);
	assert_int_equal(forward_done(list, 4, 7, 101), 7);
	assert_int_equal(forward_done(list, 4, 5, 121), 9);
}

int main(void)
{
#define T(f) cmocka_unit_test_teardown(f, tear_down)
	const struct CMUnitTest tests[] = {
	    T(test_targets),
	    T(test_no_targets),
	    T(test_hosts),
	    T(test_records),
	    T(test_back_off),
	    T(test_done),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
