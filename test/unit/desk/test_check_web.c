/* SPDX-License-Identifier: ISC */
/*
 * desk/check_web: which paths are public, what devices ask for us by, when a web server is too small. What is found
 * in homes and in servers that run is in test/http/test_check_web.py.
 */
#include "desk/check_web.h"

#include "base/limits.h"

#include "test/unit/home_fixture.h"

static struct findings f;

static int setup(void **state)
{
	(void)state;
	home_fixture_setup("");
	f = (struct findings){0};
	return 0;
}

static int teardown(void **state)
{
	findings_free(&f);
	return home_fixture_teardown(state);
}

static bool found(const char *text)
{
	for (size_t i = 0; i < f.count; i++) {
		if (strstr(f.list[i].text, text))
			return true;
	}
	return false;
}

/* "/x/" is all that is below, "/x" the folder and its files, "/" everything; letters count (platform.md). */
static void public_paths(void **state)
{
	(void)state;
	static const struct {
		const char *rule, *path;
		bool covered;
	} cases[] = {
	    {"/x/", "/x/", true},
	    {"/x/", "/x", true},
	    {"/x/", "/x/a", true},
	    {"/x/", "/x/a/b", true},
	    {"/x/", "/xy", false},
	    {"/x/", "/X/a", false},
	    {"/x/", "/y/x/", false},
	    {"/x", "/x", true},
	    {"/x", "/x/", true},
	    {"/x", "/x/a", true},
	    {"/x", "/x/a/", false},
	    {"/x", "/x/a/b", false},
	    {"/x", "/xy", false},
	    {"/x", "/xy/a", false},
	    {"/x/y", "/x/y/a", true},
	    {"/x/y", "/x/a", false},
	    {"/", "/", true},
	    {"/", "/x", true},
	    {"/", "/x/y/z", true},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		char *items[] = {(char *)"/none", (char *)cases[i].rule, NULL};
		const struct opt_list list = {items, 2}, none = {0};
		if (check_web_covers(&list, cases[i].path) != cases[i].covered)
			fail_msg("%s and %s", cases[i].rule, cases[i].path);
		assert_false(check_web_covers(&none, cases[i].path));
	}
}

static void hosts(void **state)
{
	(void)state;
	static const struct {
		const char *asked;
		bool forced;
		const char *host; /* NULL: none is noted */
	} cases[] = {
	    {"https://Update.Example/update/update.php?x=http://y/", false, "update.example"},
	    {"https://update.example:444/", false, "update.example"},
	    {"https://192.0.2.1:8443/x", false, "192.0.2.1"},
	    {"https://[2001:db8::1]:443/x", false, "2001:db8::1"},
	    {"http://update.example/", false, NULL},
	    {"http://update.example/", true, "update.example"},
	    {"https://", false, NULL},
	    {"https:///x", false, NULL},
	    {"", true, NULL},
	    {"nothing", true, NULL},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct check_web_fleet fleet = {0};
		check_web_note(&fleet, cases[i].asked, cases[i].forced);
		if (fleet.nhosts != (cases[i].host != NULL))
			fail_msg("%s: %zu hosts", cases[i].asked, fleet.nhosts);
		if (cases[i].host)
			assert_string_equal(fleet.hosts[0].name, cases[i].host);
	}
}

/* As many as there is room for; each is counted. */
static void many_hosts(void **state)
{
	(void)state;
	struct check_web_fleet fleet = {0};
	char url[600], longest[400] = "";
	for (size_t i = 0; i < 3 * CHECK_WEB_HOSTS; i++) {
		snprintf(url, sizeof url, "https://h%zu/", i / 2);
		check_web_note(&fleet, url, false);
	}
	assert_int_equal(fleet.nhosts, CHECK_WEB_HOSTS);
	assert_int_equal(fleet.hosts[CHECK_WEB_HOSTS - 1].devices, 2);
	memset(longest, 'x', sizeof longest - 1);
	snprintf(url, sizeof url, "https://%s/", longest);
	fleet.nhosts = 0;
	check_web_note(&fleet, url, false);
	assert_int_equal(fleet.nhosts, 0);
}

static void limits(void **state)
{
	(void)state;
	static const struct {
		long connections; /* 0: the default */
		size_t devices;
		const char *said;
	} cases[] = {
	    {0, 0, NULL}, {0, 16000, NULL}, {0, 16008, "2001 or more"}, {64, 512, NULL},
	    {64, 520, "connections = 64 is little for 520 known devices"},
	    {LIMIT_CONNECTIONS, LIMIT_DEVICES, NULL}, /* there is no more */
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct check_web web = {.connections = cases[i].connections};
		check_web_limits(&home, cases[i].connections ? &web : NULL, cases[i].devices, &f);
		assert_int_equal(found("connections ="), cases[i].said != NULL);
		if (cases[i].said && !found(cases[i].said))
			fail_msg("%s", f.list[0].text);
		findings_free(&f);
		f = (struct findings){0};
	}
}

/* In a child: the limit cannot be raised again. */
static void few_files(void)
{
	const struct rlimit few = {256, 256};
	struct findings said = {0};
	if (setrlimit(RLIMIT_NOFILE, &few) != 0)
		_exit(1);
	check_web_limits(&home, NULL, 500, &said); /* 64 connections are enough for these */
	if (said.count)
		_exit(2);
	check_web_limits(&home, NULL, 1000, &said);
	if (said.count != 1 ||
	    !strstr(said.list[0].text, "may open 256 files, that is 64 connections") ||
	    !strstr(said.list[0].text, "open files to 500"))
		_exit(3);
	findings_free(&said);
	_exit(0);
}

static void descriptors(void **state)
{
	(void)state;
	assert_exits(few_files, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    TEST(public_paths),
	    TEST(hosts),
	    TEST(many_hosts),
	    TEST(limits),
	    TEST(descriptors),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
