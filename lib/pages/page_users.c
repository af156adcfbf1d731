/* SPDX-License-Identifier: ISC */
#include "pages/page_users.h"

#include "desk/accounts.h"
#include "pages/pages.h"

#include <stdlib.h>
#include <string.h>

/* ---- one's own ---- */

static void add_session(struct page *p, const struct session *s)
{
	struct doc *d = p->doc;
	doc_open(d, "session");
	doc_flag(d, "current", strcmp(s->id, p->request.session->id) == 0);
	doc_time(d, "made", s->made);
	doc_time(d, "used", s->used);
	doc_attr(d, "address", s->address);
	doc_attr(d, "agent", s->agent);
	doc_close(d);
}

/* The one used last comes first. */
static int by_use(const void *a, const void *b)
{
	const struct session *one = a, *other = b;
	return (one->used < other->used) - (one->used > other->used);
}

/* Of the one who asks, those that have not ended. False: page_fail() was called. */
static bool read_sessions(struct page *p, struct session **list, size_t *count)
{
	struct store *s = page_store(p);
	struct err e = {""};
	size_t n = 0, all = 0;
	bool ok = s && store_begin(s, &e);
	if (ok) {
		*list = store_sessions(s, &p->arena, &all);
		ok = store_end(s, &e);
	}
	for (size_t i = 0; ok && i < all; i++) {
		if (session_is_alive(
			&p->arena, &(*list)[i], p->request.account, p->site->config, p->now))
			(*list)[n++] = (*list)[i];
	}
	*count = n;
	if (s && !ok)
		page_fail(p, 503, "Sessions cannot be read at present: %s.", e.text);
	return ok;
}

static void add_own(struct page *p, struct session *list, size_t count)
{
	const struct account *own = p->request.account;
	struct doc *d = p->doc;
	doc_open(d, "own");
	doc_flag(d, "configured", own->configured);
	doc_flag(d, "default", own->is_default);
	doc_time(d, "changed", own->changed);
	if (count)
		qsort(list, count, sizeof *list, by_use);
	for (size_t i = 0; i < count; i++)
		add_session(p, &list[i]);
	doc_close(d);
}

/* ---- the others ---- */

static void add_account(struct page *p, const struct account_row *row)
{
	const struct account *one = &row->account;
	struct doc *d = p->doc;
	doc_open(d, "account");
	doc_attr(d, "name", one->name);
	doc_attr(d, "role", role_name((enum role)one->role));
	doc_flag(d, "configured", one->configured);
	doc_flag(d, "shadowed", row->shadowed);
	doc_flag(d, "self", !row->shadowed && strcmp(one->name, p->request.account->name) == 0);
	doc_time(d, "made", one->made);
	doc_attr(d, "made-by", one->made_by);
	doc_time(d, "changed", one->changed);
	doc_number(d, "sessions", (int64_t)row->sessions);
	doc_close(d);
}

static void add_accounts(struct page *p, const struct account_row *list, size_t count)
{
	doc_open(p->doc, "accounts");
	for (size_t i = 0; i < count; i++)
		add_account(p, &list[i]);
	doc_close(p->doc);
}

/* ---- the page ---- */

static void add_wrong(struct doc *d, const struct users_wrong *wrong)
{
	doc_open(d, "wrong");
	doc_attr(d, "form", wrong->form);
	doc_attr(d, "key", wrong->key);
	if (wrong->wait)
		doc_number(d, "wait", wrong->wait);
	if (wrong->text)
		doc_text(d, wrong->text);
	doc_close(d);
}

static bool read_accounts(struct page *p, struct account_row **list, size_t *count)
{
	struct desk desk = page_desk(p);
	struct err e = {""};
	desk.store = page_store(p);
	if (!desk.store)
		return false;
	if (desk_accounts(&desk, &p->arena, list, count, &e))
		return true;
	page_fail(p, 503, "Accounts cannot be read at present: %s.", e.text);
	return false;
}

void users_show(struct page *p, const char *edit, const char *drop, const struct users_wrong *wrong)
{
	bool all = p->request.role >= ROLE_ADMINISTRATOR;
	struct session *sessions = NULL;
	struct account_row *accounts = NULL;
	size_t nsessions = 0, naccounts = 0;
	if (!read_sessions(p, &sessions, &nsessions) ||
	    (all && !read_accounts(p, &accounts, &naccounts)))
		return;
	struct doc *d = page_begin(p, "users");
	doc_open(d, "users");
	doc_attr(d, "edit", edit);
	doc_attr(d, "drop", drop);
	if (wrong)
		add_wrong(d, wrong);
	add_own(p, sessions, nsessions);
	if (all)
		add_accounts(p, accounts, naccounts);
	doc_close(d);
	page_show(p, "users");
}

void page_users(struct page *p)
{
	const char *edit = page_value(p, "edit");
	users_show(p, *edit ? edit : NULL, NULL, NULL);
}
