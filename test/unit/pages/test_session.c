/* SPDX-License-Identifier: ISC */
/* pages/session: from a cookie to an account and back to nobody, with a clock that the test sets. */
#include "pages/session.h"

#include "guard/password.h"
#include "proc/clock.h"

#include "test/unit/pages/page_fixture.h"

#define NOW 1800000000
#define BOSS "<master user='boss' password='secret of boss' idle='10'/>"
#define DEFAULT "<master user='admin'/>"

static int setup(void **state)
{
	(void)state;
	page_fixture_setup(BOSS);
	page.now = NOW;
	return home_make(&home, &w.e) ? 0 : -1;
}

/* What a request has opened. */
static void close_store(void)
{
	store_close(site.store);
	site.store = NULL;
}

/* A request with this token, seconds after the first; the store is not open afterwards. */
static enum role ask(const char *token, int64_t later)
{
	page.now = NOW + later;
	page.request = (struct page_request){
	    .token = token, .address = "192.0.2.1", .agent = "x", .local = true, .live = true};
	assert_true(session_recall(&page));
	close_store();
	return page.request.role;
}

/* Signs in; the token, in the arena. */
static const char *sign_in(bool https, int64_t later)
{
	struct account *boss = arena_alloc(&page.arena, sizeof *boss);
	page.now = NOW + later;
	page.request = (struct page_request){
	    .https = https, .address = "192.0.2.1", .agent = "x", .local = true};
	assert_true(account_of_config(site.config, boss));
	buf_reset(&page.reply.headers);
	assert_true(session_begin(&page, boss, "sign in"));
	return page.request.token;
}

static void cookies(void **state)
{
	(void)state;
	const char *token = sign_in(true, 0);
	const char *sent = buf_text(&page.reply.headers);
	assert_string_equal(sent,
	    arena_printf(&page.arena,
		"Set-Cookie: __Host-rollcall=%s; Path=/; HttpOnly; SameSite=Strict; Secure\r\n",
		token));
	token = sign_in(false, 0);
	assert_string_equal(buf_text(&page.reply.headers),
	    arena_printf(&page.arena,
		"Set-Cookie: rollcall=%s; Path=/; HttpOnly; SameSite=Strict\r\n", token));
	assert_string_equal(session_cookie(true), "__Host-rollcall");
	assert_string_equal(session_cookie(false), "rollcall");
}

static void recalled(void **state)
{
	(void)state;
	const char *token = sign_in(true, 0);
	assert_int_equal(ask(token, 1), ROLE_ADMINISTRATOR);
	assert_string_equal(page.request.account->name, "boss");
	assert_string_equal(page.request.session->address, "192.0.2.1");
	assert_true(token_csrf_is(token, page.request.csrf));
	assert_int_equal(ask(NULL, 1), ROLE_NOBODY);
	assert_int_equal(ask("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", 1), ROLE_NOBODY);
	/* What the store knows is of no use to sign in with. */
	char digest[65];
	token_digest(token, digest);
	digest[TOKEN_TEXT] = '\0';
	assert_int_equal(ask(digest, 1), ROLE_NOBODY);
}

static void unused_for_too_long(void **state)
{
	(void)state;
	const char *token = sign_in(true, 0);
	assert_int_equal(ask(token, 599), ROLE_ADMINISTRATOR);
	assert_int_equal(ask(token, 600), ROLE_NOBODY);
}

/* The page itself asks: that keeps nobody signed in. */
static void used(void **state)
{
	(void)state;
	const char *token = sign_in(true, 0);
	for (int64_t later = 0; later < SESSION_MOST + 600; later += 300) {
		bool lives = later < SESSION_MOST;
		assert_int_equal(ask(token, later), lives ? ROLE_ADMINISTRATOR : ROLE_NOBODY);
		struct session now = {.id = ""};
		struct buf list = {0};
		if (!lives)
			continue;
		now = *page.request.session;
		now.used = page.now;
		change_session(&list, page.request.session, &now);
		assert_true(desk_apply(&home, &list, &w.e));
		buf_free(&list);
	}
}

static void the_clock_was_set_back(void **state)
{
	(void)state;
	const char *token = sign_in(true, 0);
	assert_int_equal(ask(token, -200), ROLE_ADMINISTRATOR);
	assert_int_equal(ask(token, -400), ROLE_NOBODY);
}

static void another_password(void **state)
{
	(void)state;
	const char *token = sign_in(true, 0);
	configure("<master user='boss' password='another one' idle='10'/>");
	assert_int_equal(ask(token, 1), ROLE_NOBODY);
	configure("<master user='other' password='secret of boss' idle='10'/>");
	assert_int_equal(ask(token, 1), ROLE_NOBODY);
	configure("<master user='' password='' idle='10'/>");
	assert_int_equal(ask(token, 1), ROLE_NOBODY);
	configure(BOSS);
	assert_int_equal(ask(token, 1), ROLE_ADMINISTRATOR);
}

static void the_default_password_counts_here_only(void **state)
{
	(void)state;
	configure(DEFAULT);
	const char *token = sign_in(true, 0);
	assert_int_equal(ask(token, 1), ROLE_ADMINISTRATOR);
	page.request = (struct page_request){.token = token, .address = "192.0.2.1", .live = true};
	assert_true(session_recall(&page));
	assert_int_equal(page.request.role, ROLE_NOBODY);
	close_store();
}

static void ended(void **state)
{
	(void)state;
	const char *first = sign_in(true, 0), *second = sign_in(true, 0);
	assert_int_equal(ask(first, 1), ROLE_ADMINISTRATOR);
	buf_reset(&page.reply.headers);
	assert_true(session_end(&page, false));
	assert_non_null(strstr(buf_text(&page.reply.headers), "rollcall=; Path=/;"));
	assert_non_null(strstr(buf_text(&page.reply.headers), "Max-Age=0"));
	assert_int_equal(page.request.role, ROLE_NOBODY);
	assert_int_equal(ask(first, 1), ROLE_NOBODY);
	assert_int_equal(ask(second, 1), ROLE_ADMINISTRATOR);
	first = sign_in(true, 0);
	assert_int_equal(ask(second, 1), ROLE_ADMINISTRATOR);
	assert_true(session_end(&page, true));
	assert_int_equal(ask(first, 1), ROLE_NOBODY);
	assert_int_equal(ask(second, 1), ROLE_NOBODY);
}

/* Signing in while signed in: the session before ends. */
static void begun_anew(void **state)
{
	struct account boss;
	(void)state;
	const char *first = sign_in(true, 0);
	assert_int_equal(ask(first, 1), ROLE_ADMINISTRATOR);
	assert_true(account_of_config(site.config, &boss));
	assert_true(session_begin(&page, &boss, NULL));
	const char *second = page.request.token;
	assert_string_not_equal(first, second);
	assert_int_equal(ask(first, 2), ROLE_NOBODY);
	assert_int_equal(ask(second, 2), ROLE_ADMINISTRATOR);
}

/* ---- passwords ---- */

static enum session_answer check(const char *user, const char *password, int64_t *wait)
{
	const struct account *account = NULL;
	page.request = (struct page_request){.address = "192.0.2.1"};
	enum session_answer out = session_check(&page, user, password, &account, wait);
	assert_true(out != SESSION_RIGHT || strcmp(account->name, user) == 0);
	return out;
}

static void passwords(void **state)
{
	int64_t wait;
	(void)state;
	sign_in(true, 0); /* makes the store */
	assert_int_equal(check("boss", "secret of boss", &wait), SESSION_RIGHT);
	assert_int_equal(check("boss", "secret", &wait), SESSION_WRONG);
	assert_int_equal(check("boss", "", &wait), SESSION_WRONG);
	assert_int_equal(check("Boss", "secret of boss", &wait), SESSION_WRONG);
	assert_int_equal(check("", "", &wait), SESSION_WRONG);
	assert_int_equal(check("nobody", "secret of boss", &wait), SESSION_WRONG);
	close_store();
}

static void counted(void **state)
{
	int64_t wait;
	(void)state;
	sign_in(true, 0);
	site.throttle = throttle_new();
	for (int i = 0; i < THROTTLE_FREE - 1; i++)
		assert_int_equal(check("boss", "wrong", &wait), SESSION_WRONG);
	assert_int_equal(check("boss", "secret of boss", &wait), SESSION_RIGHT);
	for (int i = 0; i < THROTTLE_FREE; i++)
		assert_int_equal(check("boss", "wrong", &wait), SESSION_WRONG);
	assert_int_equal(check("boss", "secret of boss", &wait), SESSION_WAIT);
	assert_true(wait >= 1 && wait <= THROTTLE_FIRST);
	close_store();
	throttle_free(site.throttle);
}

/* Somebody else computes one and does not end: after a second one is told to come again. */
static void one_hash_at_a_time(void **state)
{
	int64_t wait;
	(void)state;
	sign_in(true, 0);
	site.throttle = throttle_new();
	assert_true(throttle_begin(site.throttle, clock_now_ms()));
	int64_t began = clock_now_ms();
	assert_int_equal(check("boss", "secret of boss", &wait), SESSION_WAIT);
	assert_int_equal(wait, 1);
	assert_true(clock_now_ms() - began >= 1000 && clock_now_ms() - began < THROTTLE_HOLD_MS);
	throttle_end(site.throttle);
	assert_int_equal(check("boss", "secret of boss", &wait), SESSION_RIGHT);
	/* Too many wait already: not even that. */
	assert_true(throttle_begin(site.throttle, clock_now_ms()));
	for (int i = 0; i < THROTTLE_QUEUE; i++)
		assert_true(throttle_queue(site.throttle, clock_now_ms()));
	began = clock_now_ms();
	assert_int_equal(check("boss", "secret of boss", &wait), SESSION_WAIT);
	assert_true(clock_now_ms() - began < 500);
	close_store();
	throttle_free(site.throttle);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, page_fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(cookies),
	    TEST(recalled),
	    TEST(unused_for_too_long),
	    TEST(used),
	    TEST(the_clock_was_set_back),
	    TEST(another_password),
	    TEST(the_default_password_counts_here_only),
	    TEST(ended),
	    TEST(begun_anew),
	    TEST(passwords),
	    TEST(counted),
	    TEST(one_hash_at_a_time),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
