/* SPDX-License-Identifier: ISC */
/*
 * Passwords and accounts are changed. Who does so types his own password once more (`again`): a browser left alone
 * is not enough. Changing a password ends the other sessions of its user; one's own goes on under a new id.
 */
#include "pages/page_users.h"

#include "base/log.h"
#include "desk/accounts.h"
#include "guard/password.h"
#include "pages/pages.h"
#include "pages/session.h"

#include <inttypes.h>
#include <string.h>

/* An act: which form it came from, and about whom. */
struct act {
	struct page *page;
	const char *form, *name;
};

/* The page once more, with the form and what is wrong with it. Always false. */
static bool refuse(const struct act *a, int status, const char *key, const char *text, int64_t wait)
{
	const struct users_wrong wrong = {a->form, key, text, wait};
	bool edit = strcmp(a->form, USERS_FORM_EDIT) == 0;
	bool drop = strcmp(a->form, USERS_FORM_DROP) == 0;
	a->page->reply.status = status;
	users_show(a->page, edit ? a->name : NULL, drop ? a->name : NULL, &wrong);
	return false;
}

static void note_wrong(const struct act *a)
{
	const struct desk desk = page_desk(a->page);
	struct err e = {""};
	if (!desk_did(&desk, "", "password wrong",
		arena_concat(&a->page->arena, "asked for again in the form: ", a->form), &e))
		log_warn(desk.who, "a wrong password, and the audit does not say so: %s", e.text);
}

/* The password of the one who asks, typed once more. False: he was answered. */
static bool is_again(const struct act *a)
{
	struct page *p = a->page;
	const struct account *account;
	const char *again = page_value(p, "again");
	int64_t wait = 0;
	if (strlen(again) > PASSWORD_MOST)
		return refuse(a, 400, "again-long", NULL, 0);
	switch (session_check(p, p->request.account->name, again, &account, &wait)) {
	case SESSION_RIGHT:
		return true;
	case SESSION_WRONG:
		note_wrong(a);
		return refuse(a, 403, "again", NULL, 0);
	case SESSION_WAIT:
		buf_addf(&p->reply.headers, "Retry-After: %" PRId64 "\r\n", wait);
		return refuse(a, 429, "wait", NULL, wait);
	case SESSION_ERROR:
		break;
	}
	return false;
}

static bool is_repeated(const struct act *a)
{
	struct page *p = a->page;
	return strcmp(page_value(p, "password"), page_value(p, "repeat")) == 0 ||
	       refuse(a, 400, "repeat", NULL, 0);
}

static bool is_done(const struct act *a, enum desk_account_outcome outcome, const struct err *e)
{
	static const int status[] = {
	    [DESK_ACCOUNT_WRONG] = 400,
	    [DESK_ACCOUNT_EXISTS] = 409,
	    [DESK_ACCOUNT_NONE] = 404,
	    [DESK_ACCOUNT_LAST] = 409,
	    [DESK_ACCOUNT_FAILED] = 503,
	};
	return outcome == DESK_ACCOUNT_DONE || refuse(a, status[outcome], NULL, e->text, 0);
}

/* Saves; who changes himself goes on in a new session. */
static bool save(const struct act *a, const struct desk_account *order)
{
	struct page *p = a->page;
	struct desk desk = page_desk(p);
	struct account *is = arena_alloc(&p->arena, sizeof *is);
	struct err e = {""};
	desk.store = page_store(p);
	if (!desk.store || !is_done(a, desk_account_save(&desk, &p->arena, order, is, &e), &e))
		return false;
	return strcmp(is->name, p->request.account->name) != 0 || session_begin(p, is, NULL);
}

void act_password(struct page *p)
{
	const struct act a = {p, USERS_FORM_PASSWORD, p->request.account->name};
	const struct desk_account order = {.name = a.name, .password = page_value(p, "password")};
	if (p->request.account->configured)
		refuse(&a, 409, "configured", NULL, 0);
	else if (is_repeated(&a) && is_again(&a) && save(&a, &order))
		page_redirect(p, "users", "password");
}

void act_user_save(struct page *p)
{
	bool make = *page_value(p, "make");
	const char *password = page_value(p, "password"), *role = page_value(p, "role");
	const struct act a = {p, make ? USERS_FORM_ADD : USERS_FORM_EDIT, page_value(p, "name")};
	const struct desk_account order = {.name = a.name,
	    .role = role_find(role),
	    .password = *password || make ? password : NULL,
	    .make = make};
	if (*role && !order.role)
		refuse(&a, 400, "role", NULL, 0);
	else if (is_repeated(&a) && is_again(&a) && save(&a, &order))
		page_redirect(p, "users", make ? "account-made" : "account-saved");
}

void act_user_drop(struct page *p)
{
	const struct act a = {p, USERS_FORM_DROP, page_value(p, "name")};
	struct desk desk = page_desk(p);
	struct err e = {""};
	desk.store = page_store(p);
	if (!desk.store)
		return;
	if (!*page_value(p, "sure"))
		users_show(p, NULL, a.name, NULL);
	else if (is_again(&a) && is_done(&a, desk_account_drop(&desk, &p->arena, a.name, &e), &e))
		page_redirect(p, "users", "account-dropped");
}
