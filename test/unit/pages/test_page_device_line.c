/* SPDX-License-Identifier: ISC */
/* pages/page_device_line: what happened to a device, newest first, of one kind or of all, and never without end. */
#include "test/unit/pages/device_fixture.h"

static void messages(int64_t from, size_t n)
{
	for (size_t i = 0; i < n; i++)
		change_message(&w.list, SN, from + (int64_t)i, "a message");
	keep();
}

static void audits(size_t n, const char *sn)
{
	for (size_t i = 0; i < n; i++) {
		change_audit(&w.list, sn, NOW - 100, "device touch", "anna (operator)", "seen");
		if (i % 500 == 499)
			keep();
	}
	if (w.list.size)
		keep();
}

static void backup(long number, int64_t time)
{
	char name[64];
	mkdir(folder_path(w.folder, "backup/" HWID), 0700);
	snprintf(name, sizeof name, "backup/" HWID "/" HWID ".%ld.txt", number);
	folder_write(w.folder, name, "x\r\n", 3);
	const struct timespec times[2] = {{.tv_sec = time}, {.tv_sec = time}};
	assert_int_equal(utimensat(AT_FDCWD, folder_path(w.folder, name), times, 0), 0);
}

/* The `what` of all entries, in order. */
static const char *told(void)
{
	static char out[4096];
	size_t n = 0;
	const char *at = buf_text(&document);
	out[0] = '\0';
	while ((at = strstr(at, "<entry ")) && (at = strstr(at, " what=\""))) {
		at += 7;
		size_t size = strcspn(at, "\"");
		n += (size_t)snprintf(
		    out + n, sizeof out - n, "%s%.*s", n ? " " : "", (int)size, at);
	}
	return out;
}

static void everything_by_time(void **state)
{
	(void)state;
	struct device d = one();
	d.firmware = "125678";
	d.firmware_at = NOW - 900;
	d.cert_asked = NOW - 800;
	d.cert_request = NOW - 700;
	d.cert_sent = NOW - 600;
	d.cert_at = NOW - 500;
	d.settled = NOW - 50;
	know(&d);
	change_delivery(&w.list, SN, "update-all-all.txt", NOW - 400, 1);
	messages(NOW - 300, 1);
	backup(3, NOW - 200);
	audits(1, SN);
	ask_for(page_device, "sn=" SN);
	assert_string_equal(told(),
	    "poll settled audit backup message delivery cert-answered cert-sent cert-request cert-asked "
	    "firmware created");
	assert_has("total=\"12\"");
	assert_has(">device touch: seen</entry>");
	assert_has(">" HWID ".3.txt</entry>");
	assert_lacks("unfinished");
}

static void of_one_moment_the_later_comes_first(void **state)
{
	(void)state;
	struct device d = one();
	know(&d);
	change_message(&w.list, SN, NOW - 5, "first");
	change_message(&w.list, SN, NOW - 5, "second");
	keep();
	ask_for(page_device, "sn=" SN "&kind=message");
	assert_true(
	    strstr(buf_text(&document), ">second<") < strstr(buf_text(&document), ">first<"));
}

static void of_one_kind(void **state)
{
	(void)state;
	struct device d = one();
	know(&d);
	messages(NOW - 300, 3);
	ask_for(page_device, "sn=" SN "&kind=message");
	assert_string_equal(told(), "message message message");
	assert_has("<kind name=\"life\" count=\"1\"");
	ask_for(page_device, "sn=" SN "&kind=delivery");
	assert_string_equal(told(), "");
	ask_for(page_device, "sn=" SN "&kind=nonsense");
	assert_string_equal(told(), "poll message message message created");
}

/* The entry of the backup says it; of one that is gone only the message does. */
static void a_backup_is_told_once(void **state)
{
	(void)state;
	struct device d = one();
	know(&d);
	backup(3, NOW - 200);
	change_message(&w.list, SN, NOW - 200, "its configuration is kept as " HWID ".3.txt");
	change_message(&w.list, SN, NOW - 300, "its configuration is kept as " HWID ".2.txt");
	keep();
	ask_for(page_device, "sn=" SN);
	assert_string_equal(told(), "poll backup message created");
}

/* What a field with a time says is not said by the message of the same poll as well. */
static void a_fact_is_told_once(void **state)
{
	(void)state;
	struct device d = one();
	d.firmware = "125678";
	d.firmware_at = NOW - 900;
	d.settled = NOW - 50;
	know(&d);
	change_message(&w.list, SN, NOW - 900, "is to load firmware 125678; warning: x");
	change_message(&w.list, SN, NOW - 800, "is to load firmware 125678");
	change_message(&w.list, SN, NOW - 50, "has settled");
	keep();
	ask_for(page_device, "sn=" SN);
	assert_string_equal(told(), "poll settled message message firmware created");
	assert_has(">warning: x</entry>");
	assert_has(">is to load firmware 125678</entry>");
}

static void of_very_many_the_newest(void **state)
{
	(void)state;
	struct device d = one();
	know(&d);
	messages(NOW - 500, 199);
	ask_for(page_device, "sn=" SN);
	assert_int_equal(count("<entry "), 200);
	assert_has("total=\"201\"");
	assert_lacks("what=\"created\"");
	ask_for(page_device, "sn=" SN "&kind=life");
	assert_string_equal(told(), "created");
}

static void the_audit_is_looked_through_so_far(void **state)
{
	(void)state;
	struct device d = one();
	know(&d);
	audits(1, SN);
	audits(4998, "00-90-33-30-00-b0");
	ask_for(page_device, "sn=" SN "&kind=audit");
	assert_string_equal(told(), "audit");
	assert_lacks("unfinished");
	audits(1, "");
	ask_for(page_device, "sn=" SN "&kind=audit");
	assert_string_equal(told(), "audit");
	audits(1, "");
	ask_for(page_device, "sn=" SN "&kind=audit");
	assert_string_equal(told(), "");
	assert_has("unfinished=\"true\"");
	audits(300, SN);
	ask_for(page_device, "sn=" SN "&kind=audit");
	assert_int_equal(count("<entry "), 200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(everything_by_time),
	    TEST(of_one_moment_the_later_comes_first),
	    TEST(of_one_kind),
	    TEST(a_backup_is_told_once),
	    TEST(a_fact_is_told_once),
	    TEST(of_very_many_the_newest),
	    TEST(the_audit_is_looked_through_so_far),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
