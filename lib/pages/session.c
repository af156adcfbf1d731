/* SPDX-License-Identifier: ISC */
#include "pages/session.h"

#include "base/log.h"
#include "core/change.h"
#include "guard/password.h"
#include "proc/clock.h"

#include <string.h>
#include <time.h>

#define COOKIE_TLS "__Host-rollcall"
#define COOKIE_PLAIN "rollcall"

#define TURN_MS 1000 /* to wait for one's turn to compute a hash */
#define TURN_STEP_MS 5

const char *session_cookie(bool https)
{
	return https ? COOKIE_TLS : COOKIE_PLAIN;
}

/* `token` NULL: it is removed. */
static void send_cookie(struct page *p, const char *token)
{
	bool tls = p->request.https;
	buf_addf(&p->reply.headers, "Set-Cookie: %s=%s; Path=/; HttpOnly; SameSite=Strict%s%s\r\n",
	    session_cookie(tls), token ? token : "", tls ? "; Secure" : "",
	    token ? "" : "; Max-Age=0");
}

/* ---- whose it is ---- */

const struct account *session_account(struct page *p, struct store *s, const char *name)
{
	struct account *account = arena_alloc(&p->arena, sizeof *account);
	if (account_of_config(p->site->config, account) && strcmp(account->name, name) == 0)
		return account;
	return store_account(s, &p->arena, name, account) ? account : NULL;
}

static bool is_good(struct page *p, const struct session *s, const struct account *account)
{
	return account && (!account->is_default || p->request.local) &&
	       session_is_alive(&p->arena, s, account, p->site->config, p->now);
}

/* ---- that it was used ---- */

/* What a page does by itself is no use of it. When it cannot be written down, it ends a little early. */
static void note_use(struct page *p, const struct session *s)
{
	struct session used = *s;
	struct buf list = {0};
	struct err e = {""};
	if (p->request.live || p->now - s->used < SESSION_NOTED)
		return;
	used.used = p->now;
	change_session(&list, s, &used);
	if (!desk_apply(p->site->home, &list, &e))
		log_warn("sessions", "that one was used is not written down: %s", e.text);
	buf_free(&list);
}

static void take(struct page *p, struct session *s, const struct account *account)
{
	struct page_request *r = &p->request;
	r->session = s;
	r->account = account;
	r->role = (enum role)account->role;
	token_csrf(r->token, r->csrf);
}

static void leave(struct page *p)
{
	p->request.session = NULL;
	p->request.account = NULL;
	p->request.role = ROLE_NOBODY;
}

static bool fail(struct page *p, const char *why)
{
	page_fail(p, 503, "Sessions cannot be read or kept at present: %s.", why);
	return false;
}

bool session_recall(struct page *p)
{
	struct session *s = arena_alloc(&p->arena, sizeof *s);
	const struct account *account = NULL;
	struct err e = {""};
	char id[SESSION_ID + 1];
	if (!p->request.token)
		return true;
	struct store *store = page_store(p);
	if (!store)
		return false;
	token_digest(p->request.token, id);
	if (!store_begin(store, &e))
		return fail(p, e.text);
	bool known = store_session(store, &p->arena, id, s);
	if (known)
		account = session_account(p, store, s->user);
	if (!store_end(store, &e))
		return fail(p, e.text);
	if (!known || !is_good(p, s, account))
		return true;
	take(p, s, account);
	note_use(p, s);
	return true;
}

/* ---- beginning and ending ---- */

static void add_audit(struct page *p, struct buf *list, const char *what, const char *text)
{
	change_audit(list, "", p->now, what, page_desk(p).who, text);
}

static bool keep(struct page *p, struct buf *list)
{
	struct err e = {""};
	bool ok = desk_apply(p->site->home, list, &e) || fail(p, e.text);
	buf_free(list);
	return ok;
}

bool session_begin(struct page *p, const struct account *account, const char *what)
{
	struct page_request *r = &p->request;
	struct session *s = arena_alloc(&p->arena, sizeof *s);
	char *token = arena_alloc(&p->arena, TOKEN_TEXT + 1);
	char *id = arena_alloc(&p->arena, SESSION_ID + 1);
	struct buf list = {0};
	if (!token_make(token))
		return fail(p, "there are no random numbers");
	token_digest(token, id);
	*s = (struct session){.id = id,
	    .user = account->name,
	    .credential = account_credential(&p->arena, account),
	    .made = p->now,
	    .used = p->now,
	    .address = r->address,
	    .agent = r->agent};
	if (r->session)
		change_session_end(&list, r->session->id);
	change_session(&list, NULL, s);
	r->token = token;
	take(p, s, account);
	if (what)
		add_audit(p, &list, what, r->agent);
	if (!keep(p, &list)) {
		leave(p);
		return false;
	}
	send_cookie(p, token);
	return true;
}

bool session_end(struct page *p, bool everywhere)
{
	struct buf list = {0};
	if (everywhere)
		change_sessions_end(&list, p->request.account->name);
	else
		change_session_end(&list, p->request.session->id);
	add_audit(p, &list, "sign out", everywhere ? "everywhere" : "");
	if (!keep(p, &list))
		return false;
	send_cookie(p, NULL);
	leave(p);
	return true;
}

/* ---- is it the right password? ---- */

/* False: too many want to know. */
static bool await_turn(struct throttle *t)
{
	const struct timespec step = {.tv_nsec = TURN_STEP_MS * 1000000L};
	int64_t now = clock_now_ms(), until = now + TURN_MS;
	if (throttle_begin(t, now))
		return true;
	if (!throttle_queue(t, now))
		return false;
	bool mine = false;
	for (; !mine && now < until; now = clock_now_ms()) {
		nanosleep(&step, NULL);
		mine = throttle_begin(t, now);
	}
	throttle_leave(t);
	return mine;
}

/* In a snapshot of its own. False: page_fail() was called. */
static bool find_account(struct page *p, const char *user, const struct account **account)
{
	struct err e = {""};
	struct store *s = page_store(p);
	if (!s)
		return false;
	if (!store_begin(s, &e))
		return fail(p, e.text);
	*account = session_account(p, s, user);
	return store_end(s, &e) || fail(p, e.text);
}

static bool is_right(const struct account *account, const char *password)
{
	if (account && account->secret)
		return password_is(account->secret, password);
	bool same = password_matches(account ? account->hash : NULL, password);
	return account && same && account->role > ROLE_NOBODY;
}

/* When it is one's turn: only then it is known what the others did. */
static enum session_answer answer(struct page *p, const char *user, const char *password,
    const struct account **account, int64_t *wait)
{
	struct throttle *t = p->site->throttle;
	int64_t now = clock_now_ms() / 1000;
	*wait = t ? throttle_wait(t, p->request.address, user, now) : 0;
	if (*wait)
		return SESSION_WAIT;
	if (!find_account(p, user, account))
		return SESSION_ERROR;
	bool right = is_right(*account, password);
	/* Who may not use it has failed: else he could keep everybody's turn, and fill the audit. */
	bool passed = right && (!(*account)->is_default || p->request.local);
	if (t && passed)
		throttle_passed(t, p->request.address, user, now);
	if (t && !passed)
		throttle_failed(t, p->request.address, user, now);
	return right ? SESSION_RIGHT : SESSION_WRONG;
}

enum session_answer session_check(struct page *p, const char *user, const char *password,
    const struct account **account, int64_t *wait)
{
	struct throttle *t = p->site->throttle;
	int64_t now = clock_now_ms() / 1000;
	*wait = t ? throttle_wait(t, p->request.address, user, now) : 0;
	if (*wait)
		return SESSION_WAIT; /* nor does it take anybody's turn */
	if (t && !await_turn(t)) {
		*wait = 1;
		return SESSION_WAIT;
	}
	enum session_answer out = answer(p, user, password, account, wait);
	if (t)
		throttle_end(t);
	return out;
}
