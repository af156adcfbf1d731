/* SPDX-License-Identifier: ISC */
/*
 * Signing in and out. What fails is told in one sentence, whoever it was meant to be; the audit names a user only
 * when there is one, because people type passwords into the wrong field.
 */
#include "pages/page.h"
#include "pages/pages.h"

#include "base/log.h"
#include "base/text.h"
#include "guard/password.h"
#include "pages/session.h"

#include <inttypes.h>
#include <string.h>

#define NEXT_MOST 2000 /* bytes of an address to go on to */

/*
 * Where to go on, below BASE/admin/. Only there: anything else would send somebody who has just typed a
 * password to a page of somebody else's.
 */
static const char *next_page(struct page *p)
{
	const char *next = page_value(p, "next");
	const char *ours = arena_concat(&p->arena, p->request.base, "/admin/");
	size_t size = strlen(next);
	if (size > NEXT_MOST || !text_starts(next, ours) || !text_is_plain(next, size) ||
	    strpbrk(next, " \\") || strstr(next, "/.") || strstr(next, "//"))
		return "";
	next += strlen(ours);
	return text_starts(next, "sign-") ? "" : next;
}

/* Who tried, so that only the password must be typed again; "" when no account is called so. */
static const char *tried_user(const struct page *p)
{
	const char *user = page_value(p, "user");
	size_t size = strlen(user);
	return size <= ACCOUNT_NAME && text_is_plain(user, size) ? user : "";
}

/* `wrong`: what went wrong, a key of the texts sign.wrong.…; NULL: nothing did. */
static void show_form(struct page *p, int status, const char *wrong, int64_t wait)
{
	struct doc *d = page_begin(p, "sign-in");
	const char *next = next_page(p);
	p->reply.status = status;
	doc_open(d, "sign");
	doc_attr(d, "wrong", wrong);
	if (wrong && *tried_user(p))
		doc_attr(d, "user", tried_user(p));
	doc_flag(d, "local", p->request.local);
	if (wait)
		doc_number(d, "wait", wait);
	if (*next)
		doc_attr(d, "next", page_value(p, "next"));
	doc_close(d);
	page_show(p, "sign-in");
}

void page_sign_in(struct page *p)
{
	if (p->request.role > ROLE_NOBODY)
		page_redirect(p, next_page(p), NULL);
	else
		show_form(p, 200, NULL, 0);
}

static void note_failure(struct page *p, const struct account *account, const char *why)
{
	const struct desk desk = page_desk(p);
	struct err e = {""};
	const char *text =
	    account ? arena_concat(&p->arena, "as ", account->name, why) : "an unknown user";
	if (!desk_did(&desk, "", "sign in failed", text, &e))
		log_warn(p->request.address, "a sign-in failed, and the audit does not say so: %s",
		    e.text);
}

static void enter(struct page *p, const struct account *account)
{
	if (account->is_default && !p->request.local) {
		note_failure(p, account, ": the default password counts on that machine only");
		show_form(p, 403, "default", 0);
	} else if (session_begin(p, account, "sign in")) {
		page_redirect(p, next_page(p), NULL);
	}
}

void act_sign_in(struct page *p)
{
	const char *user = page_value(p, "user"), *password = page_value(p, "password");
	const struct account *account = NULL;
	int64_t wait = 0;
	if (!p->request.own) {
		page_fail(p, 403, "This form was sent by another site: nobody is signed in.");
		return;
	}
	if (strlen(password) > PASSWORD_MOST) {
		show_form(p, 400, "long", 0);
		return;
	}
	switch (session_check(p, user, password, &account, &wait)) {
	case SESSION_RIGHT:
		enter(p, account);
		break;
	case SESSION_WRONG:
		note_failure(p, account, "");
		show_form(p, 403, "password", 0);
		break;
	case SESSION_WAIT:
		buf_addf(&p->reply.headers, "Retry-After: %" PRId64 "\r\n", wait);
		show_form(p, 429, "wait", wait);
		break;
	case SESSION_ERROR:
		break;
	}
}

void act_sign_out(struct page *p)
{
	bool everywhere = *page_value(p, "everywhere");
	if (session_end(p, everywhere))
		page_redirect(p, "sign-in", everywhere ? "signed-out-everywhere" : "signed-out");
}
