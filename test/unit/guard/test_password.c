/* SPDX-License-Identifier: ISC */
/* Hashes of passwords, and tokens: what matches, what never does, and that both take the same work. */
#include "guard/password.h"

#include "base/arena.h"
#include "core/account.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define COUNT(list) (sizeof(list) / sizeof *(list))

static struct arena arena;

static int forget(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

static void hash_and_back(void **state)
{
	struct err e = {""};
	(void)state;
	const char *hash = password_hash(&arena, "gänseblümchen", &e);
	assert_non_null(hash);
	assert_true(strncmp(hash, "$y$", 3) == 0);
	assert_true(password_is_hash(hash));
	assert_true(strlen(hash) <= ACCOUNT_HASH);
	assert_true(password_matches(hash, "gänseblümchen"));
	assert_false(password_matches(hash, "ganseblumchen"));
	assert_false(password_matches(hash, "gänseblümchen "));
	assert_false(password_matches(hash, ""));
	assert_string_not_equal(hash, password_hash(&arena, "gänseblümchen", &e));
}

/* Each of them has been accepted by some server. */
static void never_matches(void **state)
{
	static const char *const hashes[] = {"", "*0", "*1", "*", "!", "x", "$", "$y$", "$y$jAT$",
	    "$y$jAT$salt", "password", "$1$saltsalt$qjXMvbEw8oaL.CzflDtaK/"};
	(void)state;
	for (size_t i = 0; i < COUNT(hashes); i++) {
		assert_false(password_is_hash(hashes[i]));
		assert_false(password_matches(hashes[i], "password"));
		assert_false(password_matches(hashes[i], ""));
		assert_false(password_matches(hashes[i], hashes[i]));
	}
	assert_false(password_matches(NULL, "password"));
	/* What is computed for nobody is nobody's. */
	assert_false(password_matches("$y$jAT$rollcallnobodysalt0000", "x"));
}

static void other_methods(void **state)
{
	(void)state;
	assert_true(password_matches(
	    "$6$abcdefgh$D7W7qyozKBT.t6FD3DVYHvADbIO0eSyI4.p20LaEUjro8PqTGYYo/EQcuNjhFbzo9Yg5ir1KIEqFY/yJpgFph0",
	    "x"));
	assert_true(
	    password_matches("$2b$10$abcdefghijklmnopqrstuu4T826PRnz0Hu6YlprUuxkZxOOj5Fw5S", "x"));
	assert_false(
	    password_matches("$2b$10$abcdefghijklmnopqrstuu4T826PRnz0Hu6YlprUuxkZxOOj5Fw5S", "y"));
}

static void unfit(void **state)
{
	static const struct {
		const char *password, *said;
	} list[] = {
	    {"", "the password is too short: it must have 8 characters or more"},
	    {"seven 7", "the password is too short: it must have 8 characters or more"},
	    {"äöüäöüä", "the password is too short: it must have 8 characters or more"},
	    {"with\ttab inside", "the password holds a character that cannot be typed"},
	};
	char most[PASSWORD_MOST + 2];
	(void)state;
	for (size_t i = 0; i < COUNT(list); i++) {
		struct err e = {""};
		assert_null(password_hash(&arena, list[i].password, &e));
		assert_string_equal(e.text, list[i].said);
	}
	struct err e = {""};
	memset(most, 'x', sizeof most);
	most[PASSWORD_MOST + 1] = '\0';
	assert_null(password_hash(&arena, most, &e));
	assert_string_equal(e.text, "the password is too long: it may have 256 bytes");
	most[PASSWORD_MOST] = '\0';
	const char *hash = password_hash(&arena, most, &e);
	assert_non_null(hash);
	assert_true(password_matches(hash, most));
	most[PASSWORD_MOST - 1] = '\0'; /* all of it counts */
	assert_false(password_matches(hash, most));
}

static void plain_ones(void **state)
{
	char most[PASSWORD_MOST + 2];
	(void)state;
	assert_true(password_is("password", "password"));
	assert_false(password_is("password", "Password"));
	assert_false(password_is("password", "password1"));
	assert_false(password_is("", ""));
	assert_false(password_is(NULL, ""));
	memset(most, 'x', sizeof most);
	most[PASSWORD_MOST + 1] = '\0';
	assert_false(password_is(most, most));
}

/* ---- the same work, whoever is asked for; processor time, so that a busy machine does not matter ---- */

static double cpu(void)
{
	struct timespec t;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

enum ask { WRONG, NOBODY, PLAIN, ASKS };

static double least_time(enum ask ask, const char *hash)
{
	double least = 1e9;
	for (int i = 0; i < 15; i++) {
		double begin = cpu();
		if (ask == PLAIN)
			password_is("secret in the file", "wrong wrong");
		else
			password_matches(ask == WRONG ? hash : NULL, "wrong wrong");
		double took = cpu() - begin;
		if (took < least)
			least = took;
	}
	return least;
}

static void same_work(void **state)
{
	struct err e = {""};
	const char *hash = password_hash(&arena, "right right", &e);
	double known = least_time(WRONG, hash);
	(void)state;
	for (int ask = NOBODY; ask < ASKS; ask++) {
		double other = least_time((enum ask)ask, hash);
		if (other < known * 0.7 || other > known * 1.4)
			fail_msg("%g ms for a known user, %g ms for %d", known, other, ask);
	}
}

static void too_long_costs_nothing(void **state)
{
	size_t size = 1 << 20;
	char *huge = malloc(size + 1);
	(void)state;
	memset(huge, 'x', size);
	huge[size] = '\0';
	double begin = cpu();
	assert_false(password_matches(NULL, huge));
	assert_true(cpu() - begin < 10);
	free(huge);
}

/* ---- tokens ---- */

static void tokens(void **state)
{
	char one[TOKEN_TEXT + 1], other[TOKEN_TEXT + 1];
	(void)state;
	for (int i = 0; i < 200; i++) {
		assert_true(token_make(one));
		assert_true(token_make(other));
		assert_true(token_is(one));
		assert_string_not_equal(one, other);
	}
	assert_false(token_is(""));
	assert_false(token_is("short"));
	other[0] = '=';
	assert_false(token_is(other));
	other[0] = ' ';
	assert_false(token_is(other));
}

static void digests(void **state)
{
	char digest[65], csrf[65], other[65];
	(void)state;
	token_digest("abc", digest);
	assert_string_equal(
	    digest, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_true(session_is_id(digest, strlen(digest)));
	token_csrf("abc", csrf);
	assert_int_equal(strlen(csrf), 64);
	assert_string_not_equal(csrf, digest); /* who reads the store cannot forge a form */
	assert_true(token_csrf_is("abc", csrf));
	assert_false(token_csrf_is("abd", csrf));
	assert_false(token_csrf_is("abc", ""));
	assert_false(token_csrf_is("abc", digest));
	token_csrf("abd", other);
	assert_false(token_csrf_is("abc", other));
	csrf[63] = '\0';
	assert_false(token_csrf_is("abc", csrf));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(hash_and_back),
	    cmocka_unit_test(never_matches),
	    cmocka_unit_test(other_methods),
	    cmocka_unit_test(unfit),
	    cmocka_unit_test(plain_ones),
	    cmocka_unit_test(same_work),
	    cmocka_unit_test(too_long_costs_nothing),
	    cmocka_unit_test(tokens),
	    cmocka_unit_test(digests),
	};
	return cmocka_run_group_tests(tests, NULL, forget);
}
