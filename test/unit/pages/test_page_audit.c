/* SPDX-License-Identifier: ISC */
/*
 * pages/page_audit: going from page to page shows each entry once, however many are of one second; what is looked
 * through is bounded, and said.
 */
#include "test/unit/pages/page_fixture.h"

#include "core/order.h"

#define NOW 2000000000
#define PAGE 200 /* as page_audit.c has them */
#define SAME_SECOND 2000
#define SCAN 50000

static size_t held;

static int setup(void **state)
{
	(void)state;
	page_fixture_setup("");
	page_fixture_serve();
	page.now = NOW;
	asked.path = "admin/audit";
	asked.here = "/update/admin/audit";
	held = 0;
	return 0;
}

static void did(int64_t time, const char *what, const char *text)
{
	change_audit(
	    &w.list, "00-90-33-30-00-af", time, what, "anna (operator) from 192.0.2.7", text);
	if (++held % 1000 == 0)
		keep();
}

static size_t shown(void)
{
	return count("<entry ");
}

/* The value of an attribute of <audit>; -1: there is none. */
static long attribute(const char *name)
{
	char start[64];
	snprintf(start, sizeof start, " %s=\"", name);
	const char *from = strstr(buf_text(&document), "<audit ");
	assert_non_null(from);
	const char *at = strstr(from, start), *end = strchr(from, '>');
	return at && at < end ? atol(at + strlen(start)) : -1;
}

/* Goes to the next page; false: this was the last one. */
static bool go_on(void)
{
	char query[64];
	const char *at = strstr(buf_text(&document), "older-href=\"audit?");
	if (!at)
		return false;
	at = strstr(at, "before=");
	snprintf(query, sizeof query, "%.*s", (int)strcspn(at, "\"&"), at);
	ask_for(page_audit, query);
	return true;
}

static void nothing(void **state)
{
	(void)state;
	ask_for(page_audit, "");
	assert_int_equal(shown(), 0);
	assert_int_equal(attribute("looked"), 0);
	assert_false(go_on());
	assert_int_equal(page.reply.status, 200);
}

static void a_second_an_entry(void **state)
{
	(void)state;
	for (int i = 0; i < 2 * PAGE + 50; i++)
		did(NOW - 10000 + i, "device touch", "it counts as seen");
	keep();
	ask_for(page_audit, "");
	assert_int_equal(shown(), PAGE);
	assert_int_equal(attribute("partial"), -1);
	assert_true(go_on());
	assert_int_equal(shown(), PAGE);
	assert_int_equal(attribute("before"), NOW - 10000 + PAGE + 50);
	assert_true(go_on());
	assert_int_equal(shown(), 50);
	assert_false(go_on());
}

/* Whole seconds only, so that nothing is lost where a page ends. */
static void many_in_one_second(void **state)
{
	(void)state;
	did(NOW - 300, "csr drop", "the last of all");
	for (int i = 0; i < 700; i++)
		did(NOW - 200, "device touch", "it counts as seen");
	for (int i = 0; i < PAGE - 1; i++)
		did(NOW - 100 + i % 2, "device touch", "it counts as seen");
	keep();
	ask_for(page_audit, "");
	assert_int_equal(shown(), PAGE - 1 + 700);
	assert_true(go_on());
	assert_int_equal(shown(), 1);
	assert_false(go_on());
}

static void too_many_in_one_second(void **state)
{
	(void)state;
	for (int i = 0; i < PAGE + SAME_SECOND + 77; i++)
		did(NOW - 200, "device touch", "it counts as seen");
	keep();
	ask_for(page_audit, "");
	assert_int_equal(shown(), PAGE + SAME_SECOND);
	assert_int_equal(attribute("hidden"), 77);
	assert_false(go_on());
}

/* The one that is looked for lies behind what one request looks through. */
static void a_bounded_search(void **state)
{
	(void)state;
	did(NOW - 90000, "csr sign", "CN needle, valid until 2027");
	for (int i = 0; i < SCAN + 100; i++)
		did(NOW - 80000 + i / 2, "device touch", "it counts as seen");
	keep();
	ask_for(page_audit, "q=NEEDLE");
	assert_int_equal(shown(), 0);
	assert_int_equal(attribute("looked"), SCAN);
	assert_true(strstr(buf_text(&document), "partial=\"true\"") != NULL);
	assert_true(strstr(buf_text(&document), "older-href=\"audit?q=NEEDLE&amp;before=") != NULL);
	assert_true(attribute("last") > 0);
	char query[64];
	snprintf(query, sizeof query, "q=NEEDLE&before=%ld", attribute("last"));
	ask_for(page_audit, query);
	assert_int_equal(shown(), 1);
	assert_int_equal(attribute("looked"), 101);
	/* A kind that was not seen lately can be chosen while it is. */
	assert_null(strstr(buf_text(&document), "<kind>csr sign</kind>"));
	ask_for(page_audit, "kind=csr+sign");
	assert_non_null(strstr(buf_text(&document), "<kind>csr sign</kind>"));
	/* A file looks further. */
	ask_for(page_audit_csv, "q=needle");
	assert_int_equal(count_in(page.reply.body.data, "\r\n"), 2);
	assert_non_null(
	    strstr(page.reply.body.data, ",csr sign,00-90-33-30-00-af,\"CN needle, valid"));
}

static void a_file_says_where_it_ends(void **state)
{
	(void)state;
	for (int i = 0; i < 2 * SCAN + 10; i++)
		did(NOW - 200000 + i, "device touch", "=1+1");
	keep();
	ask_for(page_audit_csv, "");
	const char *body = page.reply.body.data;
	assert_int_equal(count_in(body, "\r\n"), 1 + 2 * SCAN + 1);
	assert_non_null(strstr(body, ",older entries were not looked at"));
	assert_null(strstr(body, ",=1+1"));
	assert_int_equal(page.reply.status, 200);
}

/* Days begin at midnight, UTC; what is from before them is not looked at. */
static void days_of_utc(void **state)
{
	const int64_t day = 2000000000 / 86400 * 86400; /* 2033-05-18 */
	(void)state;
	did(day - 1, "device touch", "the day before");
	did(day, "device touch", "its first second");
	did(day + 86399, "device touch", "its last second");
	did(day + 86400, "device touch", "the day after");
	keep();
	ask_for(page_audit, "from=2033-05-18&to=2033-05-18");
	assert_int_equal(shown(), 2);
	assert_int_equal(attribute("looked"), 2);
	assert_non_null(strstr(buf_text(&document), "its first second"));
	assert_non_null(strstr(buf_text(&document), "its last second"));
	assert_false(go_on());
	ask_for(page_audit, "from=2033-05-18");
	assert_int_equal(shown(), 3);
	ask_for(page_audit, "to=2033-05-18");
	assert_int_equal(shown(), 3);
	ask_for(page_audit, "from=2033-05-19&to=2033-05-18");
	assert_int_equal(shown(), 0);
	ask_for(page_audit_csv, "from=2033-05-18&to=2033-05-18");
	assert_int_equal(count_in(page.reply.body.data, "\r\n"), 3);
}

/* A link goes on in the same days, and of the same people. */
static void days_go_along(void **state)
{
	(void)state;
	for (int i = 0; i < PAGE + 20; i++)
		did(1999987200 + i, "device touch", "it counts as seen");
	keep();
	ask_for(page_audit, "from=2033-05-18&to=2033-05-18&who=people");
	assert_int_equal(shown(), PAGE);
	assert_non_null(strstr(buf_text(&document),
	    "older-href=\"audit?who=people&amp;from=2033-05-18&amp;to=2033-05-18&amp;before="));
}

static void people_only(void **state)
{
	(void)state;
	did(NOW - 10, "device touch", "by somebody");
	change_audit(&w.list, "", NOW - 9, "csr sign", ORDER_SERVER, "by itself");
	change_audit(&w.list, "", NOW - 8, "csr sign", "the server room", "by somebody called so");
	keep();
	ask_for(page_audit, "");
	assert_int_equal(shown(), 3);
	ask_for(page_audit, "who=people");
	assert_int_equal(shown(), 2);
	assert_null(strstr(buf_text(&document), "by itself"));
	ask_for(page_audit_csv, "who=people");
	assert_int_equal(count_in(page.reply.body.data, "\r\n"), 3);
}

#define SHA256 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void digests_stand_by_themselves(void **state)
{
	(void)state;
	did(NOW - 3, "csr sign", "request " SHA256 ": because");
	did(NOW - 2, "csr sign", SHA256);
	did(NOW - 1, "csr sign", "certificate 0123456789abcdef0123456789abcdef01234567 <b>");
	keep();
	ask_for(page_audit, "");
	assert_int_equal(count("<digest>" SHA256 "</digest>"), 2);
	assert_non_null(
	    strstr(buf_text(&document), ">request <digest>" SHA256 "</digest>: because</entry>"));
	assert_non_null(strstr(buf_text(&document), "89abcdef01234567 &lt;b&gt;</entry>"));
	ask_for(page_audit_csv, "");
	assert_non_null(strstr(page.reply.body.data, ",request " SHA256 ": because\r\n"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, page_fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(nothing),
	    TEST(a_second_an_entry),
	    TEST(many_in_one_second),
	    TEST(too_many_in_one_second),
	    TEST(a_bounded_search),
	    TEST(a_file_says_where_it_ends),
	    TEST(days_of_utc),
	    TEST(days_go_along),
	    TEST(people_only),
	    TEST(digests_stand_by_themselves),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
