/* SPDX-License-Identifier: ISC */
/* rollcall/web_access: which URLs the patterns for lighttpd open, and which Destination they let through. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "tools/rollcall/web_access.h"

#include "test/unit/helpers.h"

#include <pcre2.h>
#include <string.h>

/* As lighttpd reads them: UTF-8, and what is none matches nothing. */
static bool matches(const char *pattern, const char *text)
{
	int error;
	PCRE2_SIZE at;
	pcre2_code *code =
	    pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED, PCRE2_UTF, &error, &at, NULL);
	assert_non_null(code);
	pcre2_match_data *data = pcre2_match_data_create_from_pattern(code, NULL);
	int found = pcre2_match(code, (PCRE2_SPTR)text, strlen(text), 0, 0, data, NULL);
	pcre2_match_data_free(data);
	pcre2_code_free(code);
	return found > 0;
}

/* Up to four paths, separated by |. */
static struct opt_list list_of(char *room, char **items, const char *paths)
{
	struct opt_list l = {items, 0};
	strcpy(room, paths);
	for (char *word = strtok(room, "|"); word; word = strtok(NULL, "|"))
		l.items[l.count++] = word;
	return l;
}

static bool is_open(const char *paths, const char *url)
{
	char room[200], *items[8];
	const char *const bases[] = {"/update", "/a.b"};
	struct opt_list l = list_of(room, items, paths);
	struct arena a = {0};
	bool open = matches(web_access_open(&a, &l, bases, 2), url);
	arena_free(&a);
	return open;
}

static void web_paths(void **state)
{
	static const struct {
		const char *paths, *url;
		bool open;
	} cases[] = {
	    {"", "/update/update.php", true},
	    {"", "/a.b/update.php", true},
	    {"", "/aXb/update.php", false},
	    {"", "/ap/log.fcgi", true},
	    {"", "/", false},
	    {"", "/updates", false},
	    {"", "/update/fw/1/a.bin", true},
	    {"/x/", "/x", true},
	    {"/x/", "/x/", true},
	    {"/x/", "/x/y/z", true},
	    {"/x/", "/xy", false},
	    {"/x/", "/X/y", false},
	    {"/x/", "/update/update.php", false},
	    {"/x", "/x", true},
	    {"/x", "/x/", true},
	    {"/x", "/x/y", true},
	    {"/x", "/x/y/", false},
	    {"/x", "/x/y/z", false},
	    {"/x|/y/", "/y/z", true},
	    {"/", "/", true},
	    {"/", "/anything", true},
	    {"/|/x", "/y", true},
	    {"/x+y/", "/xxy/", false},
	    {"/x+y/", "/x+y/", true},
	    {"/x", "/update/admin/", true},
	    {"/x", "/update/admin", true},
	    {"/x", "/update/administrator", false},
	    {"/x", "/update/web/rollcall.css", true},
	    {"/x", "/healthz", true},
	    {"/x", "/healthz/x", false},
	    {"/x", "/webdav/x", true},
	    {"/x", "/webdavx", false},
	    {"/x", "/y/x", false},
	    {"/x", "/\xff", false},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		if (is_open(cases[i].paths, cases[i].url) != cases[i].open)
			fail_msg("%s: %s", cases[i].paths, cases[i].url);
	}
}

static bool is_shown(const char *paths, enum web_access_kind kind, const char *url)
{
	char room[200], *items[8];
	struct opt_list l = list_of(room, items, paths);
	struct arena a = {0};
	bool shown = matches(web_access_webdav(&a, NULL, &l, kind, "(?:/|$)"), url);
	arena_free(&a);
	return shown;
}

static void webdav_paths(void **state)
{
	(void)state;
	assert_true(is_shown("/x/|/y", WEB_ACCESS_TREES, "/webdav/x/z"));
	assert_true(is_shown("/webdav/x/", WEB_ACCESS_TREES, "/webdav/x/z"));
	assert_false(is_shown("/x/|/y", WEB_ACCESS_TREES, "/webdav/y/z"));
	assert_true(is_shown("/x/|/y", WEB_ACCESS_FOLDERS, "/webdav/y/z"));
	assert_false(is_shown("/x/", WEB_ACCESS_TREES, "/webdav/x/.z"));
	assert_false(is_shown("/x/", WEB_ACCESS_TREES, "/webdav/x/y/.z/a"));
	assert_false(is_shown("/x/", WEB_ACCESS_TREES, "/x/z"));
	assert_true(is_shown("/", WEB_ACCESS_TREES, "/webdav/anything"));
	assert_true(is_shown("/|/x/", WEB_ACCESS_TREES, "/webdav/anything"));
	assert_true(is_shown("/webdav", WEB_ACCESS_TREES, "/webdav/anything"));
	assert_true(is_shown("/webdav/", WEB_ACCESS_TREES, "/webdav"));
	assert_true(is_shown("/webdavx/", WEB_ACCESS_TREES, "/webdav/webdavx/a"));
}

static void which_kinds(void **state)
{
	char room[200], *items[8];
	struct opt_list l = list_of(room, items, "/x/");
	(void)state;
	assert_true(web_access_has(&l, WEB_ACCESS_TREES));
	assert_false(web_access_has(&l, WEB_ACCESS_FOLDERS));
	l = list_of(room, items, "/x");
	assert_false(web_access_has(&l, WEB_ACCESS_TREES));
	assert_true(web_access_has(&l, WEB_ACCESS_FOLDERS));
	l = list_of(room, items, "");
	assert_false(web_access_has(&l, WEB_ACCESS_TREES));
}

/* `paths` NULL: of somebody with a password. */
static bool goes_to(const char *paths, const char *destination)
{
	char room[200], *items[8];
	struct opt_list l = list_of(room, items, paths ? paths : "");
	struct arena a = {0};
	bool goes = matches(web_access_destination(&a, paths ? &l : NULL), destination);
	arena_free(&a);
	return goes;
}

static void destinations(void **state)
{
	static const char *const good[] = {"/webdav/a", "/webdav/a/b/", "http://host/webdav/a",
	    "https://host:8443/webdav/a%20b", "/webdav/.a", "/webdav/a..b", "/webdav/...",
	    "/webdav/a%2eb", "/webdav/%C3%BC"};
	static const char *const bad[] = {"", "/", "/webdav", "/webdav/", "/webdavx/a", "/config/a",
	    "/webdav/..", "/webdav/../a", "/webdav/a/../../b", "/webdav/%2e%2e/a", "/webdav/.%2E/a",
	    "/webdav/a/%2e", "/webdav/a/./b", "/webdav//a", "//webdav/a", "/webdav/a%2fb",
	    "/webdav/..%2Fa", "/webdav/..?a", "/webdav/a#b", "http://host/config/webdav/a",
	    "http://host//webdav/a", "ftp://host/webdav/a", "webdav/a", "http://webdav/a",
	    "/config, /webdav/a", "/webdav/a\xff"};
	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		if (!goes_to(NULL, good[i]))
			fail_msg("%s is refused", good[i]);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		if (goes_to(NULL, bad[i]) || goes_to("/", bad[i]))
			fail_msg("%s is let through", bad[i]);
	}
}

static void destinations_of_everybody(void **state)
{
	(void)state;
	assert_true(goes_to("/x/|/y/", "/webdav/y/a"));
	assert_true(goes_to("/x/", "http://host/webdav/x/a"));
	assert_true(goes_to("/my files/", "/webdav/my%20files/a"));
	assert_true(goes_to("/\xc3\xbc/", "/webdav/%c3%BC/a"));
	assert_true(goes_to("/", "/webdav/a"));
	assert_false(goes_to("/x/", "/webdav/x"));
	assert_false(goes_to("/x/", "/webdav/x/"));
	assert_false(goes_to("/x/", "/webdav/y/a"));
	assert_false(goes_to("/x/", "/webdav/x/.a"));
	assert_false(goes_to("/x/", "/webdav/x/../y/a"));
	assert_false(goes_to("/x", "/webdav/x/a")); /* folders only are never a Destination */
	assert_false(goes_to("/x.y/", "/webdav/xzy/a"));
}

static void bases(void **state)
{
	struct err e;
	(void)state;
	assert_true(web_access_base("/update", &e));
	assert_true(web_access_base("", &e));
	assert_true(web_access_base("/app", &e));
	assert_false(web_access_base("/ap", &e));
	assert_false(web_access_base("/ap/x", &e));
	assert_false(web_access_base("/webdav", &e));
	assert_true(web_access_base("/x/webdav", &e));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(web_paths),
	    cmocka_unit_test(webdav_paths),
	    cmocka_unit_test(which_kinds),
	    cmocka_unit_test(destinations),
	    cmocka_unit_test(destinations_of_everybody),
	    cmocka_unit_test(bases),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
