/* SPDX-License-Identifier: ISC */
/* The merged configuration for people and for programs. Passwords are for neither. */
#include "core/conf.h"

#include "base/hide.h"
#include "base/json.h"
#include "base/text.h"
#include "core/conf_schema.h"

#include <string.h>

static bool is_secret(const char *path)
{
	return text_ends(path, "@password") || text_ends(path, "@password-hash") ||
	       text_ends(path, "metrics/@token");
}

void conf_value_show(const struct conf_value *v, struct buf *out)
{
	struct buf shown = {0};
	if (is_secret(v->path) && *v->value) {
		buf_adds(out, "(hidden)");
		return;
	}
	hide_passwords(&shown, v->value);
	for (const char *p = buf_text(&shown); *p; p++)
		buf_addc(out, text_has_control(p, 1) ? ' ' : *p);
	buf_free(&shown);
}

/* Is "queries/query[admin]/show/@title" a value of this row: "queries/query/show", "title"? */
static bool is_of(const struct conf_rule *rule, const char *path)
{
	const char *open = strchr(path, '['), *close = open ? strrchr(open, ']') : NULL;
	const char *rest = close ? close + 1 : "";
	size_t n = close ? (size_t)(open - path) : strlen(path);
	char plain[256];
	if (n + strlen(rest) >= sizeof plain)
		return false;
	memcpy(plain, path, n);
	memcpy(plain + n, rest, strlen(rest) + 1);
	char *at = strrchr(plain, '@');
	if (strcmp(at ? at + 1 : "", rule->attribute) != 0)
		return false;
	if (at)
		at[at > plain ? -1 : 0] = '\0'; /* with the slash before it */
	return strcmp(plain, rule->element) == 0;
}

bool conf_value_about(const struct conf_value *v, const char **unit, const char **help)
{
	for (size_t i = 0; i < conf_nrules; i++) {
		if (!is_of(&conf_rules[i], v->path))
			continue;
		*unit = conf_rules[i].unit;
		*help = conf_rules[i].help;
		return true;
	}
	return false;
}

void conf_print(const struct config *c, struct buf *out)
{
	for (size_t i = 0; i < c->nvalues; i++) {
		const struct conf_value *v = &c->values[i];
		buf_addf(out, "%s = ", v->path);
		conf_value_show(v, out);
		if (v->by_user)
			buf_addf(out, " (%s:%u)\n", v->file, v->line);
		else
			buf_adds(out, " (default)\n");
	}
}

static void add_object(struct buf *out, const struct conf_value *v)
{
	buf_adds(out, "{\"path\": ");
	json_string(out, v->path);
	struct buf value = {0};
	conf_value_show(v, &value);
	buf_adds(out, ", \"value\": ");
	json_string(out, buf_text(&value));
	buf_free(&value);
	buf_adds(out, ", \"file\": ");
	json_string(out, v->file);
	buf_addf(out, ", \"line\": %u, \"default\": %s}", v->line, v->by_user ? "false" : "true");
}

void conf_print_json(const struct config *c, struct buf *out)
{
	buf_addc(out, '[');
	for (size_t i = 0; i < c->nvalues; i++) {
		buf_adds(out, i ? ",\n " : "\n ");
		add_object(out, &c->values[i]);
	}
	buf_adds(out, "\n]\n");
}
