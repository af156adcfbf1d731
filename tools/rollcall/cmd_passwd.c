/* SPDX-License-Identifier: ISC */
/* rollcall passwd: the accounts for the administrator's pages. */
#include "tools/rollcall/cli.h"

#include "base/json.h"
#include "desk/accounts.h"
#include "desk/cells.h"
#include "guard/password.h"
#include "tools/rollcall/device_data.h"
#include "tools/rollcall/secret.h"
#include "tools/rollcall/table.h"
#include "tools/rollcall/who.h"

#include <inttypes.h>
#include <openssl/crypto.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* What the parts of this command work on. */
struct passwd {
	struct arena arena;
	struct desk desk;
	const struct options *options;
	const char *name; /* NULL: none was given */
	struct buf out;
};

/* ---- the list ---- */

static const char *moment(struct passwd *p, int64_t when)
{
	struct buf text = {0};
	if (when)
		cell_moment(&text, when);
	const char *out = arena_strdup(&p->arena, buf_text(&text));
	buf_free(&text);
	return out;
}

static const char *remark(const struct account_row *row)
{
	if (row->account.is_default)
		return "in the configuration, with the default password: from this machine only";
	if (row->account.configured)
		return "in the configuration (master/@user)";
	return row->shadowed ? "does not count: the configuration has this name, too" : "";
}

static void list_text(struct passwd *p, const struct account_row *list, size_t count)
{
	static const char *const titles[] = {
	    "user", "role", "password set", "sessions", "made by", ""};
	struct table t = {.titles = titles, .columns = sizeof titles / sizeof *titles};
	for (size_t i = 0; i < count; i++) {
		const struct account *one = &list[i].account;
		const char *role = role_name((enum role)one->role);
		const char *cells[] = {one->name, role ? role : "none", moment(p, one->changed),
		    arena_printf(&p->arena, "%zu", list[i].sessions), one->made_by,
		    remark(&list[i])};
		table_add(&t, cells);
	}
	table_print(&t, &p->out);
	table_free(&t);
	if (!count)
		buf_adds(&p->out,
		    "nobody can sign in: rollcall passwd NAME --role administrator makes an account\n");
}

static void list_json(struct buf *out, const struct account_row *list, size_t count)
{
	buf_adds(out, "{\"accounts\": [");
	for (size_t i = 0; i < count; i++) {
		const struct account *one = &list[i].account;
		json_pair(out, i ? ",\n  {" : "\n  {", "name", one->name);
		json_pair(out, ", ", "role", role_name((enum role)one->role));
		buf_addf(
		    out, ", \"made\": %" PRId64 ", \"changed\": %" PRId64, one->made, one->changed);
		json_pair(out, ", ", "made_by", one->made_by);
		buf_addf(out,
		    ", \"sessions\": %zu, \"configured\": %s, \"default\": %s, \"shadowed\": %s}",
		    list[i].sessions, one->configured ? "true" : "false",
		    one->is_default ? "true" : "false", list[i].shadowed ? "true" : "false");
	}
	buf_adds(out, "]}\n");
}

static int list_accounts(struct passwd *p)
{
	struct account_row *list;
	struct err e = {""};
	size_t count;
	if (!desk_accounts(&p->desk, &p->arena, &list, &count, &e))
		return cli_fail("%s", e.text);
	if (p->options->json)
		list_json(&p->out, list, count);
	else
		list_text(p, list, count);
	return cli_print(&p->out, CLI_FINE);
}

/* ---- one account ---- */

static int done(struct passwd *p, const char *what, const struct account *is)
{
	const char *role = is ? role_name((enum role)is->role) : NULL;
	if (p->options->json) {
		json_pair(&p->out, "{", "name", p->name);
		json_pair(&p->out, ", ", "role", role);
		json_pair(&p->out, ", ", "done", what);
		buf_adds(&p->out, "}\n");
	} else {
		buf_addf(&p->out, "%s: %s", p->name, what);
		if (role)
			buf_addf(&p->out, ", role %s", role);
		buf_addc(&p->out, '\n');
	}
	return cli_print(&p->out, CLI_FINE);
}

static int drop(struct passwd *p)
{
	struct err e = {""};
	if (desk_account_drop(&p->desk, &p->arena, p->name, &e) != DESK_ACCOUNT_DONE)
		return cli_fail("%s", e.text);
	return done(p, "dropped", NULL);
}

/* True: *known says whether there is one of that name in the store. */
static bool is_known(struct passwd *p, bool *known, struct err *e)
{
	struct account_row *list;
	size_t count;
	*known = false;
	if (!desk_accounts(&p->desk, &p->arena, &list, &count, e))
		return false;
	for (size_t i = 0; i < count; i++)
		*known |= !list[i].account.configured && strcmp(list[i].account.name, p->name) == 0;
	return true;
}

/* With --role alone, who is known keeps his password. */
static int save(struct passwd *p)
{
	const char *role = p->options->role;
	struct desk_account order = {.name = p->name, .role = role ? role_find(role) : ROLE_NOBODY};
	struct account is;
	struct err e = {""};
	char password[PASSWORD_MOST + 1];
	bool known;
	/* Accounts may be made before the server was started for the first time. */
	if (!home_make(p->desk.home, &e) || !is_known(p, &known, &e))
		return cli_fail("%s", e.text);
	order.make = !known;
	bool asks = !known || !role;
	if (asks && !secret_read(p->name, password, sizeof password, &e))
		return cli_fail("%s", e.text);
	order.password = asks ? password : NULL;
	enum desk_account_outcome outcome = desk_account_save(&p->desk, &p->arena, &order, &is, &e);
	OPENSSL_cleanse(password, sizeof password);
	if (outcome != DESK_ACCOUNT_DONE)
		return cli_fail("%s", e.text);
	return done(p, !known ? "made" : asks ? "the password was set" : "the role was set", &is);
}

static int misused(const struct passwd *p)
{
	const struct options *o = p->options;
	if (o->role && !role_find(o->role))
		return cli_misuse(
		    "there is no role \"%s\": it is viewer, operator or administrator", o->role);
	if (o->drop && o->role)
		return cli_misuse("--drop and --role do not go together");
	if (!p->name && (o->drop || o->role))
		return cli_misuse(
		    "whose? rollcall passwd NAME --%s", o->drop ? "drop" : "role ROLE");
	return CLI_FINE;
}

/* ---- a hash for the configuration ---- */

static int print_hash(const struct options *o)
{
	struct arena a = {0};
	struct buf out = {0};
	struct err e = {""};
	char password[PASSWORD_MOST + 1];
	if (o->line.nwords > 1 || o->drop || o->role)
		return cli_misuse(
		    "--hash is about no account: it prints what belongs into master/@password-hash");
	bool ok = secret_read("master/@user", password, sizeof password, &e);
	const char *hash = ok ? password_hash(&a, password, &e) : NULL;
	OPENSSL_cleanse(password, sizeof password);
	if (hash && o->json) {
		json_pair(&out, "{", "hash", hash);
		buf_adds(&out, "}\n");
	} else if (hash) {
		buf_addf(&out, "%s\n", hash);
	}
	arena_free(&a);
	return hash ? cli_print(&out, CLI_FINE) : cli_fail("%s", e.text);
}

int cmd_passwd(const struct home *h, const struct options *o)
{
	if (o->hash)
		return print_hash(o);
	struct passwd p = {.options = o, .name = o->line.nwords > 1 ? o->line.words[1] : NULL};
	int status = misused(&p);
	if (status != CLI_FINE)
		return status;
	/* Accounts are there also when the configuration is not, or cannot be read. */
	struct config *config = access(h->user_config, F_OK) == 0 ? device_config(h) : NULL;
	p.desk = (struct desk){
	    .home = h, .config = config, .who = who_name(), .now = (int64_t)time(NULL)};
	status = !p.name ? list_accounts(&p) : o->drop ? drop(&p) : save(&p);
	arena_free(&p.arena);
	buf_free(&p.out);
	conf_free(config);
	return status;
}
