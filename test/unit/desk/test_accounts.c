/* SPDX-License-Identifier: ISC */
/* desk/accounts: made, changed, dropped in the store of a home without a server; and each refusal in its words. */
#include "desk/accounts.h"

#include "guard/password.h"

#include "test/unit/home_fixture.h"

#define NOW 1800000000
#define ALONE "<master user='' password=''/>"
#define BOSS "<master user='boss' password='secret of boss'/>"

static struct desk desk;

static int setup(void **state)
{
	(void)state;
	home_fixture_setup(BOSS);
	desk = (struct desk){.home = &home, .config = config, .who = "a test", .now = NOW};
	return home_make(&home, &w.e) ? 0 : -1;
}

static void configure(const char *inside)
{
	home_fixture_configure(inside);
	desk.config = config;
}

static enum desk_account_outcome save(
    const char *name, enum role role, const char *password, bool make)
{
	const struct desk_account order = {name, role, password, make};
	w.e.text[0] = '\0';
	return desk_account_save(&desk, &w.arena, &order, NULL, &w.e);
}

static enum desk_account_outcome drop(const char *name)
{
	w.e.text[0] = '\0';
	return desk_account_drop(&desk, &w.arena, name, &w.e);
}

/* By its place in the list; fails the test when there are not so many. */
static const struct account_row *row(size_t i, size_t of)
{
	struct account_row *list;
	size_t count;
	assert_true(desk_accounts(&desk, &w.arena, &list, &count, &w.e));
	assert_int_equal(count, of);
	return &list[i];
}

static void a_home_without_a_store(void **state)
{
	(void)state;
	assert_string_equal(row(0, 1)->account.name, "boss");
	assert_true(row(0, 1)->account.configured);
	assert_int_equal(drop("anna"), DESK_ACCOUNT_NONE);
	assert_string_equal(w.e.text, "there is no account anna");
}

static void made_and_changed(void **state)
{
	(void)state;
	assert_int_equal(save("anna", ROLE_NOBODY, "first one", true), DESK_ACCOUNT_DONE);
	const struct account *anna = &row(1, 2)->account;
	assert_int_equal(anna->role, ROLE_VIEWER);
	assert_string_equal(anna->made_by, "a test");
	assert_int_equal(anna->made, NOW);
	assert_true(password_matches(anna->hash, "first one"));

	desk.now = NOW + 60;
	assert_int_equal(save("anna", ROLE_OPERATOR, NULL, false), DESK_ACCOUNT_DONE);
	anna = &row(1, 2)->account;
	assert_int_equal(anna->role, ROLE_OPERATOR);
	assert_true(password_matches(anna->hash, "first one"));
	assert_int_equal(anna->changed, NOW);

	assert_int_equal(save("anna", ROLE_NOBODY, "second one", false), DESK_ACCOUNT_DONE);
	anna = &row(1, 2)->account;
	assert_int_equal(anna->role, ROLE_OPERATOR);
	assert_true(password_matches(anna->hash, "second one"));
	assert_int_equal(anna->changed, NOW + 60);
	assert_int_equal(anna->made, NOW);

	assert_int_equal(drop("anna"), DESK_ACCOUNT_DONE);
	row(0, 1);
}

static void refused(void **state)
{
	(void)state;
	assert_int_equal(save("anna", ROLE_VIEWER, "first one", true), DESK_ACCOUNT_DONE);
	assert_int_equal(save("anna", ROLE_VIEWER, "first one", true), DESK_ACCOUNT_EXISTS);
	assert_string_equal(w.e.text, "there is an account anna already");
	assert_int_equal(save("berta", ROLE_VIEWER, "first one", false), DESK_ACCOUNT_NONE);
	assert_int_equal(save("berta", ROLE_VIEWER, NULL, true), DESK_ACCOUNT_WRONG);
	assert_string_equal(w.e.text, "a new account needs a password");
	assert_int_equal(save("berta", ROLE_VIEWER, "short", true), DESK_ACCOUNT_WRONG);
	assert_int_equal(save("anna", ROLE_OPERATOR, "short", false), DESK_ACCOUNT_WRONG);
	assert_int_equal(save("a b", ROLE_VIEWER, "first one", true), DESK_ACCOUNT_WRONG);
	assert_int_equal(save("boss", ROLE_VIEWER, "first one", true), DESK_ACCOUNT_WRONG);
	assert_non_null(strstr(w.e.text, "stands in the configuration"));
	assert_int_equal(drop("boss"), DESK_ACCOUNT_WRONG);
	assert_int_equal(row(1, 2)->account.role, ROLE_VIEWER);
}

static void the_last_administrator(void **state)
{
	(void)state;
	configure(ALONE);
	assert_int_equal(save("anna", ROLE_ADMINISTRATOR, "first one", true), DESK_ACCOUNT_DONE);
	assert_int_equal(save("berta", ROLE_OPERATOR, "first one", true), DESK_ACCOUNT_DONE);
	assert_int_equal(drop("anna"), DESK_ACCOUNT_LAST);
	assert_string_equal(w.e.text, "anna is the last administrator: make another one first");
	assert_int_equal(save("anna", ROLE_VIEWER, NULL, false), DESK_ACCOUNT_LAST);
	assert_int_equal(save("anna", ROLE_NOBODY, "second one", false), DESK_ACCOUNT_DONE);
	assert_int_equal(drop("berta"), DESK_ACCOUNT_DONE);
	configure(BOSS);
	assert_int_equal(drop("anna"), DESK_ACCOUNT_DONE);
}

/* An account of the store that cannot be used is no way in. */
static void one_without_a_hash_is_none(void **state)
{
	struct buf list = {0};
	const struct account broken = {
	    .name = "broken", .hash = "*0", .role = ROLE_ADMINISTRATOR, .made = 1, .made_by = "x"};
	(void)state;
	configure(ALONE);
	assert_int_equal(save("anna", ROLE_ADMINISTRATOR, "first one", true), DESK_ACCOUNT_DONE);
	change_account(&list, NULL, &broken);
	assert_true(desk_apply(&home, &list, &w.e));
	buf_free(&list);
	assert_int_equal(drop("anna"), DESK_ACCOUNT_LAST);
	assert_int_equal(drop("broken"), DESK_ACCOUNT_DONE);
}

static void the_configuration_comes_first(void **state)
{
	(void)state;
	configure(ALONE);
	assert_int_equal(save("boss", ROLE_VIEWER, "first one", true), DESK_ACCOUNT_DONE);
	assert_false(row(0, 1)->shadowed);
	configure(BOSS);
	assert_true(row(0, 2)->account.configured);
	assert_true(row(1, 2)->shadowed);
	assert_int_equal(drop("boss"), DESK_ACCOUNT_DONE);
	row(0, 1);
}

static void begin_session(const char *id, const struct account *of, int64_t used)
{
	struct buf list = {0};
	const struct session s = {.id = id,
	    .user = of->name,
	    .credential = account_credential(&w.arena, of),
	    .made = NOW - 7200,
	    .used = used,
	    .address = "192.0.2.1",
	    .agent = "x"};
	change_session(&list, NULL, &s);
	assert_true(desk_apply(&home, &list, &w.e));
	buf_free(&list);
}

#define ID(digit) digit "000000000000000000000000000000000000000000000000000000000000000"

static void sessions_are_counted_and_end(void **state)
{
	(void)state;
	assert_int_equal(save("anna", ROLE_VIEWER, "first one", true), DESK_ACCOUNT_DONE);
	begin_session(ID("1"), &row(1, 2)->account, NOW);
	begin_session(ID("2"), &row(1, 2)->account, NOW - 1799);
	begin_session(ID("3"), &row(1, 2)->account, NOW - 1800); /* master/@idle is 30 */
	begin_session(ID("4"), &row(0, 2)->account, NOW);
	assert_int_equal(row(1, 2)->sessions, 2);
	assert_int_equal(row(0, 2)->sessions, 1);
	assert_int_equal(save("anna", ROLE_VIEWER, NULL, false), DESK_ACCOUNT_DONE);
	assert_int_equal(row(1, 2)->sessions, 2); /* nothing was changed */
	assert_int_equal(save("anna", ROLE_VIEWER, "first one", false), DESK_ACCOUNT_DONE);
	assert_int_equal(row(1, 2)->sessions, 0);
	assert_int_equal(row(0, 2)->sessions, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, home_fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_home_without_a_store),
	    TEST(made_and_changed),
	    TEST(refused),
	    TEST(the_last_administrator),
	    TEST(one_without_a_hash_is_none),
	    TEST(the_configuration_comes_first),
	    TEST(sessions_are_counted_and_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
