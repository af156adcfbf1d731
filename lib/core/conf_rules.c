/* SPDX-License-Identifier: ISC */
/* The merged whole: what must be there, and what must fit together. One short function per rule. */
#include "core/conf_rules.h"

#include "base/num.h"
#include "base/text.h"
#include "core/account.h"

#include <limits.h>
#include <string.h>

#define TOKEN_LEAST 16 /* of metrics/@token */

void rules_say(
    struct rules *r, enum finding_kind kind, struct conf_origin from, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	const char *text = arena_vprintf(r->arena, format, args);
	va_end(args);
	findings_add(r->findings, kind, from.file, from.line, "%s", text);
}

const char *rules_setting(const struct rules *r, const char *element, const char *attribute)
{
	const struct conf_node *node = conf_node_at(r->root, element);
	return node ? conf_node_value(node, attribute) : "";
}

bool rules_is_true(const struct rules *r, const char *element, const char *attribute)
{
	bool on;
	return conf_type_bool(rules_setting(r, element, attribute), &on) && on;
}

struct conf_origin rules_blame(const struct rules *r, const char *element, const char *attribute)
{
	const struct conf_node *node = conf_node_at(r->root, element);
	return node ? conf_blame(node, attribute) : r->root->from;
}

const struct conf_node *rules_first(const struct rules *r, const char *path)
{
	return conf_node_at(r->root, path);
}

void rules_guess_ids(const struct rules *r, const char *path, struct conf_guess *g)
{
	for (const struct conf_node *n = rules_first(r, path); n; n = conf_node_same(n))
		conf_guess_try(g, conf_node_value(n, "id"));
}

/* ---- what must be there ---- */

static void require(struct rules *r, const struct conf_node *node)
{
	for (size_t i = 0; i < conf_nrules; i++) {
		const struct conf_rule *rule = &conf_rules[i];
		if (rule->need != CONF_NEED_MUST || strcmp(rule->element, node->known->path) != 0)
			continue;
		bool is_text = !*rule->attribute;
		if (is_text && !*node->text)
			rules_say(r, FINDING_ERROR, node->from, "%s is empty: it must be %s",
			    conf_path(r->arena, node, NULL), rule->help);
		if (!is_text && !*conf_node_value(node, rule->attribute))
			rules_say(r, FINDING_ERROR, node->from, "%s has no %s: it needs one, %s",
			    conf_path(r->arena, node, NULL), rule->attribute, rule->help);
	}
	for (const struct conf_node *child = node->first; child; child = child->next)
		require(r, child);
}

static void rule_required(struct rules *r)
{
	require(r, r->root);
}

static void rule_query_has_command(struct rules *r)
{
	for (const struct conf_node *q = rules_first(r, "queries/query"); q;
	     q = conf_node_same(q)) {
		if (!conf_node_child(q, "cmd"))
			rules_say(r, FINDING_ERROR, q->from,
			    "%s has no <cmd>: it needs one, the command whose output the device sends",
			    conf_path(r->arena, q, NULL));
	}
}

static void rule_not_empty(struct rules *r)
{
	static const char *const groups[][2] = {
	    {"phases/phase", "phase"}, {"environments/environment", "environment"}};
	for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
		if (!rules_first(r, groups[i][0]))
			rules_say(r, FINDING_ERROR, r->root->from,
			    "there is no %s: at least one must be configured", groups[i][1]);
	}
}

/* ---- names and their order ---- */

static const struct conf_node *same_but_case(const struct conf_node *node)
{
	const char *id = conf_node_value(node, "id");
	const struct conf_node *other = conf_node_child(node->parent, node->name);
	while (other != node && (!text_same(conf_node_value(other, "id"), id) ||
				    strcmp(conf_node_value(other, "id"), id) == 0))
		other = conf_node_same(other);
	return other != node ? other : NULL;
}

static void rule_case(struct rules *r)
{
	static const char *const groups[] = {
	    "phases/phase", "environments/environment", "classes/class"};
	for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
		for (const struct conf_node *n = rules_first(r, groups[i]); n;
		     n = conf_node_same(n)) {
			const struct conf_node *other = same_but_case(n);
			if (other)
				rules_say(r, FINDING_WARNING, conf_blame(n, "id"),
				    "%s differs from \"%s\" in case only: both get the same snippet files",
				    conf_path(r->arena, n, NULL), conf_node_value(other, "id"));
		}
	}
}

static void rule_seq(struct rules *r)
{
	const struct conf_node *before = rules_first(r, "phases/phase");
	for (const struct conf_node *n = before ? conf_node_same(before) : NULL; n;
	     n = conf_node_same(n)) {
		const char *seq = conf_node_value(n, "seq");
		if (*seq && strcmp(conf_node_value(before, "seq"), seq) == 0)
			rules_say(r, FINDING_WARNING, conf_blame(n, "seq"),
			    "%s has the same seq as phase \"%s\": which comes first depends on the order in the file",
			    conf_path(r->arena, n, NULL), conf_node_value(before, "id"));
		before = n;
	}
}

/* ---- names that name something else ---- */

static void check_implies(struct rules *r, const struct conf_node *implies)
{
	const char *path = conf_path(r->arena, implies, NULL), *name = implies->text;
	const char *self = conf_node_value(implies->parent, "id");
	if (!*name)
		return;
	if (strcmp(name, self) == 0) {
		rules_say(r, FINDING_WARNING, implies->text_from,
		    "%s is the environment itself: that does nothing", path);
		return;
	}
	if (!findings_room(r->findings, FINDING_ERROR) ||
	    conf_has_id(r->root, "environments/environment", name))
		return;
	struct conf_guess guess = conf_guess_for(name);
	rules_guess_ids(r, "environments/environment", &guess);
	rules_say(r, FINDING_ERROR, implies->text_from, "%s is \"%.*s\", which is no environment%s",
	    path, findings_shown(name), name, conf_guess_text(r->arena, &guess));
}

static void rule_implies(struct rules *r)
{
	const struct conf_node *e = rules_first(r, "environments/environment");
	for (; e; e = conf_node_same(e)) {
		for (const struct conf_node *i = conf_node_child(e, "implies"); i;
		     i = conf_node_same(i))
			check_implies(r, i);
	}
}

static void guess_models(const struct rules *r, struct conf_guess *g)
{
	for (const struct conf_node *c = rules_first(r, "classes/class"); c;
	     c = conf_node_same(c)) {
		for (const struct conf_node *m = conf_node_child(c, "model"); m;
		     m = conf_node_same(m))
			conf_guess_try(g, m->text);
	}
}

static void check_class(struct rules *r, const struct conf_node *applies)
{
	const char *name = applies->text;
	if (!findings_room(r->findings, FINDING_WARNING) ||
	    conf_has_id(r->root, "classes/class", name) || conf_is_model(r->root, name))
		return;
	struct conf_guess guess = conf_guess_for(name);
	rules_guess_ids(r, "classes/class", &guess);
	guess_models(r, &guess);
	rules_say(r, FINDING_WARNING, applies->text_from,
	    "%s is \"%.*s\", which is no class and no device type that is listed%s",
	    conf_path(r->arena, applies, NULL), findings_shown(name), name,
	    conf_guess_text(r->arena, &guess));
}

static void check_environment(struct rules *r, const struct conf_node *applies)
{
	const char *name = applies->text;
	struct conf_guess guess = conf_guess_for(name);
	if (!findings_room(r->findings, FINDING_ERROR) ||
	    conf_has_id(r->root, "environments/environment", name))
		return;
	rules_guess_ids(r, "environments/environment", &guess);
	rules_say(r, FINDING_ERROR, applies->text_from, "%s is \"%.*s\", which is no environment%s",
	    conf_path(r->arena, applies, NULL), findings_shown(name), name,
	    conf_guess_text(r->arena, &guess));
}

static void check_applies(struct rules *r, const struct conf_node *parent)
{
	for (const struct conf_node *n = conf_node_child(parent, "applies"); n;
	     n = conf_node_same(n)) {
		if (!*n->text || strcmp(n->text, "*") == 0)
			continue;
		if (conf_node_attr(n, "env"))
			check_environment(r, n);
		else
			check_class(r, n);
	}
}

static void rule_applies(struct rules *r)
{
	const struct conf_node *master = rules_first(r, "master");
	if (master)
		check_applies(r, master);
	for (const struct conf_node *q = rules_first(r, "queries/query"); q; q = conf_node_same(q))
		check_applies(r, q);
}

/* ---- settings that need each other ---- */

static void rule_master(struct rules *r)
{
	static const char *const wanted[] = {"firmware", "bootcode"};
	if (!text_same(rules_setting(r, "master", "info"), "none"))
		return;
	for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
		const struct conf_node *master = rules_first(r, "master");
		const struct conf_attr *attr = conf_node_attr(master, wanted[i]);
		if (!attr || !text_same(attr->value, "master"))
			continue;
		rules_say(r, FINDING_ERROR,
		    attr->from.by_user ? attr->from : conf_blame(master, "info"),
		    "master/@%s is \"master\"%s, but master/@info is \"none\", so that no master device is asked: give a build number or \"none\", or the URL of a master device as info",
		    wanted[i], attr->from.by_user ? "" : " (the default)");
	}
}

static void rule_trust(struct rules *r)
{
	if (rules_is_true(r, "times", "forcetrust") && !rules_is_true(r, "times", "forcehttps"))
		rules_say(r, FINDING_WARNING, rules_blame(r, "times", "forcetrust"),
		    "times/@forcetrust does nothing without forcehttps=\"true\"");
}

/* The phase that runs without limits is made of what the user's file says, not of a default (spec §5). */
static void rule_staging(struct rules *r)
{
	const struct conf_node *times = rules_first(r, "times");
	const struct conf_attr *staging = times ? conf_node_attr(times, "forcestaging") : NULL;
	if (!*rules_setting(r, "times", "allow") || !staging || staging->from.by_user ||
	    !rules_is_true(r, "times", "forcestaging"))
		return;
	rules_say(r, FINDING_WARNING, rules_blame(r, "times", "allow"),
	    "times/@allow is set and forcestaging is not, and its default does not count for the last phase: set forcestaging=\"true\" as well if a new device shall run that phase once at any hour");
}

/* ---- the account for the pages; what it says of passwords does not quote them ---- */

static void rule_user(struct rules *r)
{
	const char *user = rules_setting(r, "master", "user");
	bool has_password =
	    *rules_setting(r, "master", "password") || *rules_setting(r, "master", "password-hash");
	const char *wrong = NULL;
	if (!*user && has_password)
		wrong =
		    "master/@user is empty: nobody can sign in with this account (it never means that no password is asked for); name a user, or, if only the accounts of `rollcall passwd` shall count, set password=\"\" as well";
	else if (*user && !has_password)
		wrong =
		    "master/@password is empty: nobody can sign in with this account; set password-hash (`rollcall passwd --hash` makes it), or, if only the accounts of `rollcall passwd` shall count, user=\"\" as well";
	else if (strlen(user) > ACCOUNT_NAME)
		wrong = "master/@user has more than 64 bytes: nobody can sign in with this account";
	if (wrong)
		rules_say(r, FINDING_WARNING,
		    rules_blame(r, "master", *user && !has_password ? "password" : "user"), "%s",
		    wrong);
}

static void rule_password_hash(struct rules *r)
{
	const struct conf_node *master = rules_first(r, "master");
	const struct conf_attr *password = master ? conf_node_attr(master, "password") : NULL;
	const char *hash = rules_setting(r, "master", "password-hash");
	if (!*hash)
		return;
	if (!account_is_hash(hash))
		rules_say(r, FINDING_ERROR, rules_blame(r, "master", "password-hash"),
		    "master/@password-hash is no hash that can be used: `rollcall passwd --hash` makes one (it begins with $y$)");
	else if (password && password->from.by_user && *password->value)
		rules_say(r, FINDING_WARNING, conf_blame(master, "password"),
		    "master/@password does not count, because password-hash is set: remove it");
}

/* Whoever has it may read how the server is; a header must be able to carry it (RFC 6750). */
static void rule_metrics_token(struct rules *r)
{
	const char *token = rules_setting(r, "metrics", "token");
	if (!*token || (strlen(token) >= TOKEN_LEAST && text_is_word(token, "-._~+/=")))
		return;
	rules_say(r, FINDING_ERROR, rules_blame(r, "metrics", "token"),
	    "metrics/@token must have %d letters or more, and be made of letters, digits and -._~+/= only: `openssl rand -hex 20` prints a good one",
	    TOKEN_LEAST);
}

static void rule_password(struct rules *r)
{
	const struct conf_node *master = rules_first(r, "master");
	const struct conf_attr *password = master ? conf_node_attr(master, "password") : NULL;
	if (!password || !*rules_setting(r, "master", "user") ||
	    *rules_setting(r, "master", "password-hash"))
		return;
	bool is_default = !password->from.by_user ||
			  (password->shipped && strcmp(password->shipped, password->value) == 0);
	if (is_default)
		rules_say(r, FINDING_WARNING, conf_blame(master, "password"),
		    "master/@password is the one that everybody knows: set another one");
	else if (strlen(password->value) > ACCOUNT_PASSWORD)
		rules_say(r, FINDING_WARNING, conf_blame(master, "password"),
		    "master/@password has more than %d bytes: nobody can sign in with it",
		    ACCOUNT_PASSWORD);
}

/* The next query that somebody is asked. */
static const struct conf_node *asked(const struct conf_node *q)
{
	while (q && !conf_node_child(q, "applies"))
		q = conf_node_same(q);
	return q;
}

static void rule_answers_kept(struct rules *r)
{
	const struct conf_node *first = asked(rules_first(r, "queries/query"));
	if (!first || *rules_setting(r, "status", "dir"))
		return;
	const char *all = conf_path(r->arena, first, NULL);
	for (const struct conf_node *q = asked(conf_node_same(first)); q;
	     q = asked(conf_node_same(q)))
		all = arena_concat(r->arena, all, ", ", conf_path(r->arena, q, NULL));
	rules_say(r, FINDING_WARNING, conf_node_child(first, "applies")->from,
	    "%s: no query is sent, because answers are kept only when status/@dir is set", all);
}

static void rule_missing(struct rules *r)
{
	const struct conf_node *status = rules_first(r, "status");
	const struct conf_attr *expire = status ? conf_node_attr(status, "expire") : NULL;
	long missing, forgotten;
	if (!expire || !num_parse(expire->value, 1, LONG_MAX, &forgotten) ||
	    !num_parse(conf_node_value(status, "missing"), 1, LONG_MAX, &missing) ||
	    missing < forgotten)
		return;
	rules_say(r, FINDING_WARNING,
	    conf_blame(status, expire->from.by_user ? "expire" : "missing"),
	    "status/@missing is %ld and status/@expire is %ld: a device is forgotten before it is missing, so that none ever is",
	    missing, forgotten);
}

/* ---- where devices send what they are asked for ---- */

/* Is it handled by us? What goes to another server needs nothing that we know. */
static bool is_ours(const char *url)
{
	const char *scheme = strstr(url, "://"), *page = strstr(url, "update.php");
	size_t n = strcspn(url, " \t?");
	return !scheme || scheme > url + n || (page && page < url + n);
}

/* The argument `mode` of a URL that more words may follow: the last one counts; "" without one. */
static const char *mode_of(struct arena *a, const char *url)
{
	const char *mode = "", *end = url + strcspn(url, " \t");
	for (const char *p = url + strcspn(url, "? \t"); p < end; p += 1 + strcspn(p + 1, "& \t")) {
		if (text_starts(p + 1, "mode="))
			mode = arena_strndup(a, p + 6, strcspn(p + 6, "& \t"));
	}
	return mode;
}

static void check_mode(
    struct rules *r, const char *element, const char *mode, const char *what_happens)
{
	const char *url = rules_setting(r, element, "scfg");
	if (!*url || !is_ours(url) || strcmp(mode_of(r->arena, url), mode) == 0)
		return;
	rules_say(r, FINDING_WARNING, rules_blame(r, element, "scfg"),
	    "%s/@scfg is \"%.*s\", without mode=%s in it: %s", element, findings_shown(url), url,
	    mode, what_happens);
}

static void rule_modes(struct rules *r)
{
	if (*rules_setting(r, "backup", "dir"))
		check_mode(
		    r, "backup", "backup", "what devices send there is not kept as a backup");
	if (asked(rules_first(r, "queries/query")))
		check_mode(
		    r, "queries", "query", "what devices send there is not kept as an answer");
}

void conf_rules_check(struct arena *a, const struct conf_node *root, struct findings *f)
{
	static void (*const rules[])(struct rules *) = {
	    rule_required,
	    rule_query_has_command,
	    rule_not_empty,
	    rule_case,
	    rule_seq,
	    rule_implies,
	    rule_applies,
	    rule_master,
	    rule_trust,
	    rule_staging,
	    rule_folders,
	    rule_meta_words,
	    rule_shows,
	    rule_user,
	    rule_password_hash,
	    rule_metrics_token,
	    rule_password,
	    rule_answers_kept,
	    rule_missing,
	    rule_modes,
	    rule_certificates,
	    rule_internal_ca,
	    rule_forced_trust,
	    rule_forwards,
	    rule_commands,
	    rule_statistics,
	};
	struct rules r = {a, root, f};
	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
		rules[i](&r);
}
