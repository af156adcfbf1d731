/* SPDX-License-Identifier: ISC */
/* core/account: accounts and sessions as records and back; who the configuration lets in. */
#include "core/account.h"

#include "core/issued.h"
#include "core/record.h"

#include "test/unit/core/conf_fixture.h"

static struct arena arena;
static struct config *config;

static int teardown(void **state)
{
	(void)state;
	conf_free(config);
	config = NULL;
	arena_free(&arena);
	return 0;
}

static const struct account anna = {
    .name = "anna",
    .hash = "$y$j9T$abc",
    .role = ROLE_OPERATOR,
    .made = 1000,
    .changed = 2000,
    .made_by = "root on the command line",
};
static const struct session desk = {
    .id = "00ff",
    .user = "anna",
    .credential = "0123456789abcdef0123456789abcdef",
    .made = 1000,
    .used = 2000,
    .address = "192.0.2.7",
    .agent = "Mozilla/5.0",
};

/* ---- records ---- */

static void an_account_comes_back(void **state)
{
	(void)state;
	struct buf record = {0};
	struct account got;
	account_encode(&record, NULL, &anna);
	assert_true(account_decode(&arena, "anna", record.data, record.size, &got));
	assert_string_equal(got.name, "anna");
	assert_string_equal(got.hash, anna.hash);
	assert_int_equal(got.role, ROLE_OPERATOR);
	assert_int_equal(got.made, 1000);
	assert_int_equal(got.changed, 2000);
	assert_string_equal(got.made_by, anna.made_by);
	assert_null(got.secret);
	assert_false(got.configured);
	assert_false(got.is_default);
	buf_free(&record);
}

static void a_session_comes_back(void **state)
{
	(void)state;
	struct buf record = {0};
	struct session got;
	session_encode(&record, NULL, &desk);
	assert_true(session_decode(&arena, "00ff", record.data, record.size, &got));
	assert_string_equal(got.id, "00ff");
	assert_string_equal(got.user, desk.user);
	assert_string_equal(got.credential, desk.credential);
	assert_int_equal(got.made, 1000);
	assert_int_equal(got.used, 2000);
	assert_string_equal(got.address, desk.address);
	assert_string_equal(got.agent, desk.agent);
	buf_free(&record);
}

static void only_what_differs(void **state)
{
	(void)state;
	struct buf record = {0};
	struct session later = desk, got;
	session_encode(&record, &desk, &later);
	assert_int_equal(record.size, 0);
	later.used = 3000;
	session_encode(&record, &desk, &later);
	assert_int_equal(record.size, RECORD_HEAD + 8);
	assert_true(session_decode(&arena, "00ff", record.data, record.size, &got));
	assert_int_equal(got.used, 3000);
	assert_string_equal(got.user, "");
	buf_free(&record);
}

/* What a browser says of itself may be of any length. */
static void long_texts_are_cut(void **state)
{
	(void)state;
	struct buf record = {0};
	struct session long_one = desk, got;
	char agent[4000];
	memset(agent, 'x', sizeof agent);
	agent[sizeof agent - 1] = '\0';
	long_one.agent = agent;
	session_encode(&record, NULL, &long_one);
	assert_true(session_decode(&arena, "00ff", record.data, record.size, &got));
	assert_int_equal(strlen(got.agent), 256);
	buf_free(&record);
}

static void no_records(void **state)
{
	(void)state;
	struct account a;
	struct session s;
	assert_false(account_decode(&arena, "anna", "\0\1\0\0\0\x09short", 11, &a));
	assert_false(session_decode(&arena, "00ff", "\0\1\0\0\0\x09short", 11, &s));
}

/* Fields of a record, fixed for ever. */
static void a_role_of_a_newer_version_may_do_nothing(void **state)
{
	(void)state;
	struct account got;
	for (int64_t role = -1; role <= ROLE_ADMINISTRATOR + 1; role++) {
		struct buf record = {0};
		record_add_number(&record, 2, role);
		assert_true(account_decode(&arena, "anna", record.data, record.size, &got));
		assert_int_equal(got.role,
		    role >= ROLE_VIEWER && role <= ROLE_ADMINISTRATOR ? role : ROLE_NOBODY);
		buf_free(&record);
	}
}

/* ---- names ---- */

static void roles(void **state)
{
	(void)state;
	assert_string_equal(role_name(ROLE_VIEWER), "viewer");
	assert_string_equal(role_name(ROLE_OPERATOR), "operator");
	assert_string_equal(role_name(ROLE_ADMINISTRATOR), "administrator");
	assert_null(role_name(ROLE_NOBODY));
	assert_null(role_name((enum role)99));
	for (int i = ROLE_VIEWER; i <= ROLE_ADMINISTRATOR; i++)
		assert_int_equal(role_find(role_name((enum role)i)), i);
	assert_int_equal(role_find(""), ROLE_NOBODY);
	assert_int_equal(role_find("Viewer"), ROLE_NOBODY);
	assert_int_equal(role_find("root"), ROLE_NOBODY);
}

#define NAME_64 "abcdefghijklmnopqrstuvwxyz.ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789"

static void names(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		bool right;
	} cases[] = {{"a", true}, {"anna", true}, {"Anna.B-c_d+e@example.com", true},
	    {NAME_64, true}, {NAME_64 "x", false}, {"", false}, {"a b", false}, {"a/b", false},
	    {"a\nb", false}, {"<b>", false}, {"m\xc3\xbcller", false}, {"a:b", false}};
	for (size_t i = 0; i < COUNT(cases); i++) {
		if (account_is_name(cases[i].text, strlen(cases[i].text)) != cases[i].right)
			fail_msg("\"%s\"", cases[i].text);
	}
	assert_false(account_is_name("a\0b", 3));
}

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void ids(void **state)
{
	(void)state;
	assert_true(session_is_id(ID, 64));
	assert_false(session_is_id(ID, 63));
	assert_false(session_is_id(ID "0", 65));
	assert_false(session_is_id("", 0));
	char upper[] = ID;
	upper[10] = 'A';
	assert_false(session_is_id(upper, 64));
	upper[10] = '\0';
	assert_false(session_is_id(upper, 64));
}

/* ---- the configuration's ---- */

static bool configured(const char *master, struct account *out)
{
	conf_free(config);
	config = conf_fixture(master);
	return account_of_config(config, out);
}

static void the_default_one(void **state)
{
	(void)state;
	struct account a;
	assert_true(configured("", &a));
	assert_string_equal(a.name, "admin");
	assert_string_equal(a.secret, "password");
	assert_string_equal(a.hash, "");
	assert_string_equal(a.made_by, "");
	assert_int_equal(a.role, ROLE_ADMINISTRATOR);
	assert_true(a.configured);
	assert_true(a.is_default);
	assert_true(configured("<master user='chief'/>", &a)); /* known to everybody all the same */
	assert_true(a.is_default);
}

static void one_with_a_password(void **state)
{
	(void)state;
	struct account a;
	assert_true(configured("<master user='chief' password='secret'/>", &a));
	assert_string_equal(a.name, "chief");
	assert_string_equal(a.secret, "secret");
	assert_true(a.configured);
	assert_false(a.is_default);
}

#define HASH "$y$j9T$ScRAHGpqHVYJGDvH5bM3M/$FUOjTiGT4MzaMEHDkPcR2U5wUvwgrSj4FvrPKhsXb.B"

static void one_with_a_hash(void **state)
{
	(void)state;
	struct account a;
	assert_true(configured("<master password-hash='" HASH "'/>", &a));
	assert_string_equal(a.hash, HASH);
	assert_null(a.secret);
	assert_false(a.is_default);
}

static void nobody(void **state)
{
	(void)state;
	static const char *const none[] = {
	    "<master user=''/>", "<master password=''/>", "<master user='" NAME_64 "x'/>"};
	struct account a;
	for (size_t i = 0; i < COUNT(none); i++)
		assert_false(configured(none[i], &a));
	assert_true(configured("<master password='' password-hash='" HASH "'/>", &a));
	assert_true(configured("<master user='" NAME_64 "'/>", &a));
}

/* ---- what somebody is signed in with ---- */

static void another_credential(void **state)
{
	(void)state;
	struct account others[6];
	for (size_t i = 0; i < COUNT(others); i++)
		others[i] = anna;
	others[1].name = "anne";
	others[2].role = ROLE_VIEWER;
	others[3].hash = "$y$j9T$abd";
	others[4].secret = anna.hash;
	others[5].hash = "";
	const char *digests[COUNT(others)];
	for (size_t i = 0; i < COUNT(others); i++) {
		digests[i] = account_credential(&arena, &others[i]);
		assert_int_equal(strlen(digests[i]), 32);
		assert_int_equal(strspn(digests[i], "0123456789abcdef"), 32);
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(digests[k], digests[i]);
	}
	struct account same = anna;
	same.made = same.changed = 5;
	same.made_by = "x";
	assert_string_equal(account_credential(&arena, &same), digests[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_teardown(an_account_comes_back, teardown),
	    cmocka_unit_test_teardown(a_session_comes_back, teardown),
	    cmocka_unit_test_teardown(only_what_differs, teardown),
	    cmocka_unit_test_teardown(long_texts_are_cut, teardown),
	    cmocka_unit_test_teardown(no_records, teardown),
	    cmocka_unit_test_teardown(a_role_of_a_newer_version_may_do_nothing, teardown),
	    cmocka_unit_test(roles),
	    cmocka_unit_test(names),
	    cmocka_unit_test(ids),
	    cmocka_unit_test_teardown(the_default_one, teardown),
	    cmocka_unit_test_teardown(one_with_a_password, teardown),
	    cmocka_unit_test_teardown(one_with_a_hash, teardown),
	    cmocka_unit_test_teardown(nobody, teardown),
	    cmocka_unit_test_teardown(another_credential, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
