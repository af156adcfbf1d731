/* SPDX-License-Identifier: ISC */
/* Where alarms are passed on to: one that can never be reached is a mistake, not a target that is away. */
#include "core/conf_rules.h"

#include "base/text.h"
#include "core/forward.h"

#include <string.h>

/* What was probably meant: a scheme that is written otherwise, or one that is missing in front. */
static const char *proposal(struct rules *r, const char *to)
{
	const char *colon = strchr(to, ':');
	if (*to == '/')
		return "; is command: missing in front?";
	if (forward_is_mail(to))
		return "; is mailto: missing in front?";
	if (!colon)
		return "";
	struct conf_guess guess =
	    conf_guess_for(arena_strndup(r->arena, to, (size_t)(colon - to) + 1));
	for (size_t i = 0; forward_schemes[i]; i++)
		conf_guess_try(&guess, forward_schemes[i]);
	return conf_guess_text(r->arena, &guess);
}

/* False: it is wrong, and that was said; it is said elsewhere when there is none. */
static bool check_to(struct rules *r, const struct conf_node *n, enum forward_kind *kind)
{
	struct err e;
	const char *to = conf_node_value(n, "to"), *rest;
	bool known = forward_kind_of(to, kind, &rest);
	if (!*to || forward_check(to, &e))
		return known;
	rules_say(r, FINDING_ERROR, conf_blame(n, "to"), "%s is \"%.*s\": %s%s",
	    conf_path(r->arena, n, "to"), findings_shown(to), to, e.text,
	    known ? "" : proposal(r, to));
	return false;
}

static void check_from(struct rules *r, const struct conf_node *n)
{
	const char *from = conf_node_value(n, "from");
	if (*from && !forward_is_mail(from))
		rules_say(r, FINDING_ERROR, conf_blame(n, "from"),
		    "%s is \"%.*s\": it must be an address, as in rollcall@example.com",
		    conf_path(r->arena, n, "from"), findings_shown(from), from);
}

/* What stands there and does nothing. */
static void check_idle(struct rules *r, const struct conf_node *n, enum forward_kind kind)
{
	static const struct {
		const char *attribute;
		enum forward_kind kind;
		const char *what;
	} rows[] = {
	    {"user", FORWARD_HTTP, "http: and https:"},
	    {"password", FORWARD_HTTP, "http: and https:"},
	    {"from", FORWARD_MAIL, "mailto:"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (kind != rows[i].kind && *conf_node_value(n, rows[i].attribute))
			rules_say(r, FINDING_WARNING, conf_blame(n, rows[i].attribute),
			    "%s does nothing: it is for targets that begin with %s",
			    conf_path(r->arena, n, rows[i].attribute), rows[i].what);
	}
	if (kind == FORWARD_HTTP && *conf_node_value(n, "password") && !*conf_node_value(n, "user"))
		rules_say(r, FINDING_WARNING, conf_blame(n, "password"),
		    "%s does nothing without user", conf_path(r->arena, n, "password"));
}

void rule_forwards(struct rules *r)
{
	enum forward_kind kind;
	for (const struct conf_node *n = rules_first(r, "alarms/forward"); n;
	     n = conf_node_same(n)) {
		if (!findings_room(r->findings, FINDING_ERROR))
			return;
		if (check_to(r, n, &kind))
			check_idle(r, n, kind);
		check_from(r, n);
	}
}
