/* SPDX-License-Identifier: ISC */
#include "tools/rollcall/check_kept.h"

#include "base/json.h"

#include <string.h>

static void heading(struct buf *out, const char *name)
{
	buf_addf(out, "%-14s ", name);
}

/* ---- text ---- */

/* "7 days", "90 s": as large a unit as there is without a rest. */
static void add_span(struct buf *out, long seconds)
{
	static const struct {
		long seconds;
		const char *name;
	} units[] = {{86400, "days"}, {3600, "h"}, {60, "min"}, {1, "s"}};
	size_t i = 0;
	while (seconds % units[i].seconds)
		i++;
	buf_addf(out, "%ld %s", seconds / units[i].seconds, units[i].name);
}

static void add_after(struct buf *out, const char *what, long seconds)
{
	if (seconds == CONF_ABSENT) {
		buf_addf(out, "never %s", what);
		return;
	}
	buf_addf(out, "%s after ", what);
	add_span(out, seconds);
}

static void text_state(const struct config *c, struct buf *out)
{
	heading(out, "state");
	if (!*c->status_dir) {
		buf_adds(out, "not kept: status/@dir is empty\n");
		return;
	}
	buf_adds(out, "kept (status/@dir); ");
	add_after(out, "missing", c->status_missing);
	buf_adds(out, ", ");
	add_after(out, "forgotten", c->status_expire);
	buf_addc(out, '\n');
}

static void text_backups(const struct config *c, struct buf *out)
{
	const char *dir = c->backup_dir;
	heading(out, "backups");
	if (!*dir) {
		buf_adds(out, "none: backup/@dir is empty\n");
		return;
	}
	buf_addf(out, "%s%s", dir, dir[strlen(dir) - 1] == '/' ? "" : "/");
	if (c->backup_nbackups != CONF_ABSENT)
		buf_addf(out, ", %ld a device", c->backup_nbackups);
	if (c->backup_minage != CONF_ABSENT)
		buf_addf(out, ", none removed before %ld days", c->backup_minage);
	buf_addc(out, '\n');
}

static void add_condition(struct buf *out, const struct conf_applies *one)
{
	bool any = strcmp(one->text, "*") == 0;
	buf_addf(out, "%s%s", one->env && !any ? "environment " : "", any ? "all" : one->text);
}

static void add_query(struct buf *out, const struct conf_query *q)
{
	buf_addf(out, "%s (", q->id);
	for (size_t i = 0; i < q->napplies; i++) {
		buf_adds(out, i ? ", " : "");
		add_condition(out, &q->applies[i]);
	}
	buf_addc(out, ')');
}

/* Those that somebody is asked, or those that nobody is. */
static size_t add_queries(struct buf *out, const struct config *c, bool asked)
{
	size_t count = 0;
	for (size_t i = 0; i < c->nqueries; i++) {
		const struct conf_query *q = &c->queries[i];
		if ((q->napplies > 0) != asked)
			continue;
		buf_adds(out, count++ ? ", " : "");
		if (asked)
			add_query(out, q);
		else
			buf_adds(out, q->id);
	}
	return count;
}

static void text_queries(const struct config *c, struct buf *out)
{
	struct buf asked = {0}, others = {0};
	add_queries(&asked, c, true);
	add_queries(&others, c, false);
	heading(out, "queries");
	if (!asked.size)
		buf_adds(out, "none");
	else if (!*c->status_dir)
		buf_addf(out, "not sent, as status/@dir is empty: %s", buf_text(&asked));
	else
		buf_adds(out, buf_text(&asked));
	buf_adds(out, others.size ? "; not asked of anybody: " : "");
	buf_addf(out, "%s\n", buf_text(&others));
	buf_free(&asked);
	buf_free(&others);
}

void check_kept_text(const struct config *c, struct buf *out)
{
	text_state(c, out);
	text_backups(c, out);
	text_queries(c, out);
}

/* ---- JSON ---- */

static void json_number(struct buf *out, const char *name, long number)
{
	if (number == CONF_ABSENT)
		buf_addf(out, ", \"%s\": null", name);
	else
		buf_addf(out, ", \"%s\": %ld", name, number);
}

static void json_query(const struct conf_query *q, struct buf *out)
{
	json_pair(out, "{", "id", q->id);
	buf_adds(out, ", \"asked\": [");
	for (size_t i = 0; i < q->napplies; i++) {
		const struct conf_applies *one = &q->applies[i];
		json_pair(out, i ? ", {" : "{", one->env ? "environment" : "class", one->text);
		buf_addc(out, '}');
	}
	buf_adds(out, "]}");
}

void check_kept_json(const struct config *c, struct buf *out)
{
	buf_addf(out, ",\n  \"state\": {\"kept\": %s", *c->status_dir ? "true" : "false");
	json_number(out, "missing", c->status_missing);
	json_number(out, "expire", c->status_expire);
	json_pair(out, "},\n  \"backups\": {", "folder", *c->backup_dir ? c->backup_dir : NULL);
	json_number(out, "keep", c->backup_nbackups);
	json_number(out, "minage", c->backup_minage);
	buf_adds(out, "},\n  \"queries\": [");
	for (size_t i = 0; i < c->nqueries; i++) {
		buf_adds(out, i ? ",\n    " : "\n    ");
		json_query(&c->queries[i], out);
	}
	buf_addc(out, ']');
}

/* ---- certificates ---- */

void check_certs_text(const struct config *c, struct buf *out)
{
	buf_addf(out, "%-14s ", "certificates");
	if (!*c->customcerts_dir) {
		buf_adds(out, "not looked after: customcerts/@dir is empty\n");
		return;
	}
	buf_addf(out, "%s; requests are signed by %s; trusted: ", c->customcerts_dir,
	    strcmp(c->customcerts_catype, "internal") == 0 ? "our own CA" : "a CA elsewhere");
	for (size_t i = 0; i < c->canames.count; i++)
		buf_addf(out, "%s%s", i ? ", " : "", c->canames.items[i]);
	buf_adds(out, c->canames.count ? "\n" : "nobody\n");
}

void check_certs_json(const struct config *c, struct buf *out)
{
	json_pair(out, ",\n  \"certificates\": {", "folder",
	    *c->customcerts_dir ? c->customcerts_dir : NULL);
	json_pair(out, ", ", "catype", c->customcerts_catype);
	buf_adds(out, ", \"trusted\": [");
	for (size_t i = 0; i < c->canames.count; i++) {
		buf_adds(out, i ? ", " : "");
		json_string(out, c->canames.items[i]);
	}
	buf_adds(out, "]}");
}
