/* SPDX-License-Identifier: ISC */
#include "desk/accounts.h"

#include "core/change.h"
#include "guard/password.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* ---- reading ---- */

struct known {
	struct account *accounts;
	struct session *sessions;
	size_t naccounts, nsessions;
};

static bool read_snapshot(struct store *s, struct arena *a, struct known *out, struct err *e)
{
	if (!store_begin(s, e))
		return false;
	out->accounts = store_accounts(s, a, &out->naccounts);
	out->sessions = store_sessions(s, a, &out->nsessions);
	return store_end(s, e);
}

/* Accounts may be made before the server was started for the first time. */
static bool read_known(const struct desk *k, struct arena *a, struct known *out, struct err *e)
{
	*out = (struct known){.naccounts = 0};
	if (k->store)
		return read_snapshot(k->store, a, out, e);
	if (access(k->home->store, F_OK) != 0 && errno == ENOENT)
		return true;
	struct store *s = desk_store(k->home, e);
	bool ok = s && read_snapshot(s, a, out, e);
	store_close(s);
	return ok;
}

static bool is_configured(const struct desk *k, const char *name)
{
	struct account configured;
	return k->config && account_of_config(k->config, &configured) &&
	       strcmp(configured.name, name) == 0;
}

static size_t sessions_of(
    const struct desk *k, const struct known *known, struct arena *a, const struct account *account)
{
	size_t n = 0;
	for (size_t i = 0; i < known->nsessions; i++)
		n += session_is_alive(a, &known->sessions[i], account, k->config, k->now);
	return n;
}

bool desk_accounts(
    const struct desk *k, struct arena *a, struct account_row **list, size_t *count, struct err *e)
{
	struct known known;
	struct account configured;
	if (!read_known(k, a, &known, e))
		return false;
	struct account_row *rows = *list = arena_calloc(a, known.naccounts + 1, sizeof *rows);
	size_t n = 0;
	if (k->config && account_of_config(k->config, &configured))
		rows[n++].account = configured;
	for (size_t i = 0; i < known.naccounts; i++)
		rows[n++] = (struct account_row){.account = known.accounts[i],
		    .shadowed = is_configured(k, known.accounts[i].name)};
	for (size_t i = 0; i < n; i++)
		rows[i].sessions =
		    rows[i].shadowed ? 0 : sessions_of(k, &known, a, &rows[i].account);
	*count = n;
	return true;
}

static struct account *find(const struct known *known, const char *name)
{
	for (size_t i = 0; i < known->naccounts; i++) {
		if (strcmp(known->accounts[i].name, name) == 0)
			return &known->accounts[i];
	}
	return NULL;
}

/* Would nobody be left who may change accounts, were this one not there? */
static bool is_last(const struct desk *k, const struct known *known, const struct account *one)
{
	struct account configured;
	if (!k->config || account_of_config(k->config, &configured))
		return false;
	for (size_t i = 0; i < known->naccounts; i++) {
		const struct account *other = &known->accounts[i];
		if (other != one && other->role == ROLE_ADMINISTRATOR &&
		    password_is_hash(other->hash))
			return false;
	}
	return one->role == ROLE_ADMINISTRATOR;
}

/* ---- changing ---- */

/* What an account was and will be; `was` NULL: it is new. */
struct step {
	const struct account *was;
	struct account now;
	bool role, password; /* which of them changes */
};

static void add_audit(struct buf *list, const struct desk *k, struct arena *a, const struct step *s)
{
	const char *name = s->now.name, *role = role_name((enum role)s->now.role);
	if (!s->was) {
		change_audit(list, "", k->now, "account make", k->who,
		    arena_printf(a, "%s, %s", name, role));
		return;
	}
	if (s->role)
		change_audit(list, "", k->now, "account role", k->who,
		    arena_printf(a, "%s is %s, and was %s", name, role,
			s->was->role ? role_name((enum role)s->was->role) : "nothing"));
	if (s->password)
		change_audit(
		    list, "", k->now, "account password", k->who, arena_printf(a, "of %s", name));
}

static enum desk_account_outcome apply(
    const struct desk *k, struct arena *a, const struct step *s, struct err *e)
{
	struct buf list = {0};
	change_account(&list, s->was, &s->now);
	if (s->was)
		change_sessions_end(&list, s->now.name);
	add_audit(&list, k, a, s);
	bool ok = desk_apply(k->home, &list, e);
	buf_free(&list);
	return ok ? DESK_ACCOUNT_DONE : DESK_ACCOUNT_FAILED;
}

static bool is_name(const struct desk *k, const char *name, struct err *e)
{
	if (!account_is_name(name, strlen(name)))
		return err_set(e,
		    "the name of a user is made of letters, digits and ._-@+, at most %d of them",
		    ACCOUNT_NAME);
	if (is_configured(k, name))
		return err_set(e,
		    "the account %s stands in the configuration (master/@user): its password is changed there; `rollcall passwd --hash` makes what belongs into master/@password-hash",
		    name);
	return true;
}

static enum desk_account_outcome no_such(const char *name, struct err *e)
{
	err_set(e, "there is no account %s", name);
	return DESK_ACCOUNT_NONE;
}

static void begin_step(const struct desk *k, const struct desk_account *order,
    const struct account *was, struct step *s)
{
	*s = (struct step){.was = was};
	if (was)
		s->now = *was;
	else
		s->now = (struct account){.name = order->name,
		    .hash = "",
		    .role = ROLE_VIEWER,
		    .made = k->now,
		    .changed = k->now,
		    .made_by = k->who};
	s->role = order->role && order->role != (enum role)s->now.role;
	if (order->role)
		s->now.role = order->role;
}

static bool set_password(
    const struct desk *k, struct arena *a, const char *password, struct step *s, struct err *e)
{
	s->password = password != NULL;
	if (!password)
		return s->was || err_set(e, "a new account needs a password");
	s->now.hash = password_hash(a, password, e);
	s->now.changed = k->now;
	return s->now.hash != NULL;
}

enum desk_account_outcome desk_account_save(const struct desk *k, struct arena *a,
    const struct desk_account *order, struct account *is, struct err *e)
{
	struct known known;
	struct step step;
	if (!is_name(k, order->name, e))
		return DESK_ACCOUNT_WRONG;
	if (!read_known(k, a, &known, e))
		return DESK_ACCOUNT_FAILED;
	const struct account *was = find(&known, order->name);
	if (was && order->make) {
		err_set(e, "there is an account %s already", order->name);
		return DESK_ACCOUNT_EXISTS;
	}
	if (!was && !order->make)
		return no_such(order->name, e);
	begin_step(k, order, was, &step);
	if (was && step.now.role != ROLE_ADMINISTRATOR && is_last(k, &known, was)) {
		err_set(e, "%s is the last administrator: make another one first", order->name);
		return DESK_ACCOUNT_LAST;
	}
	if (!set_password(k, a, order->password, &step, e))
		return DESK_ACCOUNT_WRONG;
	if (is)
		*is = step.now;
	return was && !step.role && !step.password ? DESK_ACCOUNT_DONE : apply(k, a, &step, e);
}

enum desk_account_outcome desk_account_drop(
    const struct desk *k, struct arena *a, const char *name, struct err *e)
{
	struct known known;
	struct buf list = {0};
	if (!read_known(k, a, &known, e))
		return DESK_ACCOUNT_FAILED;
	const struct account *was = find(&known, name);
	if (!was && is_configured(k, name)) {
		is_name(k, name, e);
		return DESK_ACCOUNT_WRONG;
	}
	if (!was)
		return no_such(name, e);
	if (is_last(k, &known, was)) {
		err_set(e, "%s is the last administrator: make another one first", name);
		return DESK_ACCOUNT_LAST;
	}
	change_account_drop(&list, name);
	change_audit(&list, "", k->now, "account drop", k->who, name);
	bool ok = desk_apply(k->home, &list, e);
	buf_free(&list);
	return ok ? DESK_ACCOUNT_DONE : DESK_ACCOUNT_FAILED;
}
