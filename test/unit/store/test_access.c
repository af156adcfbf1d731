/* SPDX-License-Identifier: ISC */
/* store: accounts and sessions; and stores of before there were any. */
#include "base/limits.h"
#include "store/internal.h"

#include "test/unit/store/store_try.h"

#define ID(n) ids[n]

static const char *const ids[] = {
    "0000000000000000000000000000000000000000000000000000000000000000",
    "1111111111111111111111111111111111111111111111111111111111111111",
    "2222222222222222222222222222222222222222222222222222222222222222",
    "3333333333333333333333333333333333333333333333333333333333333333",
};

static struct account an_account(const char *name)
{
	return (struct account){.name = name,
	    .hash = "$y$x",
	    .role = ROLE_OPERATOR,
	    .made = 1000,
	    .changed = 1000,
	    .made_by = "root"};
}

static void add_account(const char *name)
{
	const struct account a = an_account(name);
	change_account(&w.list, NULL, &a);
}

static struct session a_session(const char *id, const char *user, int64_t used)
{
	return (struct session){.id = id,
	    .user = user,
	    .credential = "abc",
	    .made = 100,
	    .used = used,
	    .address = "192.0.2.7",
	    .agent = "Mozilla"};
}

static void add_session(const char *id, const char *user, int64_t used)
{
	const struct session s = a_session(id, user, used);
	change_session(&w.list, NULL, &s);
}

static bool find_account(const char *name, struct account *out)
{
	look();
	bool found = store_account(w.s, &w.arena, name, out);
	looked();
	return found;
}

static bool find_session(const char *id, struct session *out)
{
	look();
	bool found = store_session(w.s, &w.arena, id, out);
	looked();
	return found;
}

/* The first letters of the sessions that there are. */
static const char *sessions(void)
{
	static char text[64];
	size_t count, n = 0;
	look();
	const struct session *list = store_sessions(w.s, &w.arena, &count);
	for (size_t i = 0; i < count; i++)
		text[n++] = *list[i].id;
	text[n] = '\0';
	looked();
	return text;
}

/* "anna bert " */
static const char *accounts(void)
{
	static char text[256];
	size_t count;
	*text = '\0';
	look();
	const struct account *list = store_accounts(w.s, &w.arena, &count);
	for (size_t i = 0; i < count; i++)
		snprintf(text + strlen(text), sizeof text - strlen(text), "%s ", list[i].name);
	looked();
	return text;
}

/* ---- accounts ---- */

static void an_account_comes_back(void **state)
{
	(void)state;
	struct account got, now;
	reopen(STORE_WRITE);
	assert_string_equal(accounts(), "");
	assert_false(find_account("anna", &got));
	assert_string_equal(got.hash, "");
	add_account("bert");
	add_account("anna");
	keep();
	reopen(STORE_WRITE);
	assert_string_equal(accounts(), "anna bert ");
	assert_true(find_account("anna", &got));
	assert_string_equal(got.name, "anna");
	assert_string_equal(got.hash, "$y$x");
	assert_int_equal(got.role, ROLE_OPERATOR);
	assert_int_equal(got.made, 1000);
	assert_string_equal(got.made_by, "root");
	assert_false(find_account("ann", &got));
	assert_false(find_account("", &got));
	assert_false(find_account("a/b", &got));
	now = an_account("anna");
	now.role = ROLE_VIEWER;
	const struct account was = an_account("anna");
	change_account(&w.list, &was, &now);
	keep();
	assert_true(find_account("anna", &got));
	assert_int_equal(got.role, ROLE_VIEWER);
	assert_string_equal(got.hash, "$y$x");
}

static void a_dropped_account_takes_its_sessions_along(void **state)
{
	(void)state;
	struct account got;
	reopen(STORE_WRITE);
	add_account("anna");
	add_account("bert");
	add_session(ID(0), "anna", 5);
	add_session(ID(1), "bert", 5);
	add_session(ID(2), "anna", 6);
	keep();
	change_account_drop(&w.list, "anna");
	change_account_drop(&w.list, "nobody");
	keep();
	assert_false(find_account("anna", &got));
	assert_string_equal(accounts(), "bert ");
	assert_string_equal(sessions(), "1");
}

/* Somebody changed its password at the moment when it was dropped: it does not come back. */
static void a_dropped_account_stays_away(void **state)
{
	(void)state;
	const struct account was = an_account("anna");
	struct account now = was, got;
	reopen(STORE_WRITE);
	now.hash = "$y$z";
	now.changed = 2000;
	change_account(&w.list, &was, &now);
	keep();
	assert_false(find_account("anna", &got));
}

/* ---- sessions ---- */

static void a_session_comes_back(void **state)
{
	(void)state;
	struct session got;
	reopen(STORE_WRITE);
	assert_false(find_session(ID(0), &got));
	add_session(ID(0), "anna", 200);
	keep();
	assert_true(find_session(ID(0), &got));
	assert_string_equal(got.id, ID(0));
	assert_string_equal(got.user, "anna");
	assert_string_equal(got.credential, "abc");
	assert_int_equal(got.made, 100);
	assert_int_equal(got.used, 200);
	assert_string_equal(got.address, "192.0.2.7");
	assert_string_equal(got.agent, "Mozilla");
	const struct session was = got;
	struct session now = got;
	now.used = 300;
	change_session(&w.list, &was, &now);
	keep();
	assert_true(find_session(ID(0), &got));
	assert_int_equal(got.used, 300);
	assert_string_equal(got.user, "anna");
	assert_false(find_session("x", &got));
	assert_false(find_session("", &got));
}

static void sessions_end(void **state)
{
	(void)state;
	reopen(STORE_WRITE);
	add_session(ID(0), "anna", 110);
	add_session(ID(1), "bert", 120);
	add_session(ID(2), "anna", 130);
	add_session(ID(3), "annabel", 140);
	keep();
	change_session_end(&w.list, ID(2));
	keep();
	assert_string_equal(sessions(), "013");
	change_session_end(&w.list, ID(2)); /* it has ended already */
	change_sessions_end(&w.list, "anna");
	keep();
	assert_string_equal(sessions(), "13");
	change_sessions_trim(&w.list, 120);
	keep();
	assert_string_equal(sessions(), "13");
	change_sessions_trim(&w.list, 140);
	keep();
	assert_string_equal(sessions(), "3");
	const struct session was = a_session(ID(3), "annabel", 140);
	struct session now = was;
	now.used = 50; /* by a clock that was wrong: it was begun later */
	change_session(&w.list, &was, &now);
	change_sessions_trim(&w.list, 100);
	keep();
	assert_string_equal(sessions(), "3");
	change_sessions_trim(&w.list, 101);
	keep();
	assert_string_equal(sessions(), "");
}

/* A last request of somebody who has just signed out. */
static void an_ended_session_stays_away(void **state)
{
	(void)state;
	const struct session was = a_session(ID(0), "anna", 10);
	struct session now = was;
	reopen(STORE_WRITE);
	now.used = 70;
	change_session(&w.list, &was, &now);
	keep();
	assert_string_equal(sessions(), "");
}

static void too_many_sessions(void **state)
{
	(void)state;
	reopen(STORE_WRITE);
	assert_int_equal(w.s->session_most, LIMIT_SESSIONS);
	w.s->session_most = 2;
	add_session(ID(0), "anna", 500);
	add_session(ID(1), "anna", 300);
	add_session(ID(2), "bert", 400);
	keep();
	assert_string_equal(sessions(), "02");
	/* One that is used again is no new one. */
	const struct session was = a_session(ID(0), "anna", 500);
	struct session now = was;
	now.used = 600;
	change_session(&w.list, &was, &now);
	keep();
	assert_string_equal(sessions(), "02");
	add_session(ID(3), "bert", 700);
	keep();
	assert_string_equal(sessions(), "03");
	/* Of far too many, two go for each that comes. */
	w.s->session_most = 4;
	add_session(ID(1), "anna", 301);
	add_session(ID(2), "anna", 302);
	keep();
	assert_string_equal(sessions(), "0123");
	w.s->session_most = 1;
	change_session_end(&w.list, ID(3));
	add_session(ID(3), "bert", 701);
	keep();
	assert_string_equal(sessions(), "03");
}

/* ---- other files ---- */

static void they_are_counted_and_copied(void **state)
{
	(void)state;
	char *to = strdup(folder_path(w.folder, "copy"));
	struct account a;
	struct session s;
	reopen(STORE_WRITE);
	add_account("anna");
	add_session(ID(0), "anna", 5);
	add_session(ID(1), "anna", 5);
	change_tally(&w.list, "polls", 6000, 7);
	keep();
	assert_int_equal(info().accounts, 1);
	assert_int_equal(info().sessions, 2);
	assert_int_equal(info().tallies, 1);
	assert_int_equal(info().devices, 0);
	assert_int_equal(info().records, 0);
	assert_true(store_verify(w.s, &w.e));
	assert_true(store_copy(w.s, to, &w.e));
	shut();
	w.s = store_open(to, STORE_READ, 0, &w.e);
	assert_true(find_account("anna", &a));
	assert_true(find_session(ID(1), &s));
	free(to);
}

static void a_store_of_before(void **state)
{
	(void)state;
	static const char *const names[] = {"account", "session", "tally"};
	size_t count = 9;
	struct account got;
	reopen(STORE_WRITE);
	add_device(SN, 5);
	keep();
	drop_tables(names, COUNT(names));
	reopen(STORE_READ);
	assert_string_equal(accounts(), "");
	assert_string_equal(sessions(), "");
	assert_false(find_account("anna", &got));
	look();
	assert_null(store_tallies(w.s, &w.arena, "polls", 0, &count));
	looked();
	assert_int_equal(count, 0);
	assert_true(store_verify(w.s, &w.e));
	reopen(STORE_WRITE);
	add_account("anna");
	add_session(ID(0), "anna", 5);
	keep();
	assert_true(find_account("anna", &got));
	assert_string_equal(sessions(), "0");
}

static void make_filled(void)
{
	reopen(STORE_WRITE);
	add_account("anna");
	add_session(ID(0), "anna", 5);
	keep();
	assert_true(store_verify(w.s, &w.e));
}

static void damaged_accounts_are_found(void **state)
{
	(void)state;
	struct account got;
	size_t count;
	const struct account was = an_account("anna");
	struct account now = was;
	make_filled();
	damage(DB_ACCOUNT, "anna", 4);
	look();
	assert_false(store_account(w.s, &w.arena, "anna", &got));
	assert_false(store_end(w.s, &w.e));
	assert_says("the record of user anna is damaged; rollcall repair says");
	look();
	store_accounts(w.s, &w.arena, &count);
	assert_false(store_end(w.s, &w.e));
	assert_false(store_verify(w.s, &w.e));
	assert_says("a record of anna in its table \"account\" is damaged");
	now.changed = 5;
	change_account(&w.list, &was, &now);
	assert_int_equal(try_list(), STORE_DAMAGED);
	assert_says("a record in its table \"account\" is damaged; rollcall repair says");
	put_empty(DB_ACCOUNT, "anna", 4);
	put_empty(DB_ACCOUNT, "a b", 3);
	assert_false(store_verify(w.s, &w.e));
	assert_says("a key in its table \"account\" is damaged");
}

static void damaged_sessions_are_found(void **state)
{
	(void)state;
	struct session got;
	size_t count;
	make_filled();
	damage(DB_SESSION, ID(0), SESSION_ID);
	look();
	assert_false(store_session(w.s, &w.arena, ID(0), &got));
	assert_false(store_end(w.s, &w.e));
	assert_says("a record in its table \"session\" is damaged; rollcall repair says");
	look();
	store_sessions(w.s, &w.arena, &count);
	assert_false(store_end(w.s, &w.e));
	assert_false(store_verify(w.s, &w.e));
	assert_says("a record in its table \"session\" is damaged");
	change_sessions_end(&w.list, "anna");
	assert_int_equal(try_list(), STORE_DAMAGED);
	buf_reset(&w.list);
	change_session_end(&w.list, ID(0));
	keep();
	assert_true(store_verify(w.s, &w.e));
	put_empty(DB_SESSION, "x", 1);
	assert_false(store_verify(w.s, &w.e));
	assert_says("a key in its table \"session\" is damaged");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(an_account_comes_back),
	    TEST(a_dropped_account_takes_its_sessions_along),
	    TEST(a_dropped_account_stays_away),
	    TEST(a_session_comes_back),
	    TEST(sessions_end),
	    TEST(an_ended_session_stays_away),
	    TEST(too_many_sessions),
	    TEST(they_are_counted_and_copied),
	    TEST(a_store_of_before),
	    TEST(damaged_accounts_are_found),
	    TEST(damaged_sessions_are_found),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
