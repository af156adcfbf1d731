/* SPDX-License-Identifier: ISC */
/* The merged configuration for people and for programs. Passwords are for neither. */
#include "core/conf.h"

#include "base/json.h"
#include "base/text.h"

#include <string.h>

/* The password in http://USER:PASSWORD@HOST/…; NULL: there is none. */
static const char *url_password(const char *url, size_t *size)
{
	const char *user = strstr(url, "://");
	if (!user)
		return NULL;
	user += 3;
	size_t n = strcspn(user, "/?#");
	const char *at = memrchr(user, '@', n);
	const char *colon = at ? memchr(user, ':', (size_t)(at - user)) : NULL;
	if (!colon)
		return NULL;
	*size = (size_t)(at - colon) - 1;
	return colon + 1;
}

/* The value as it may be shown: in one line, without a password. */
static void add_shown(struct buf *out, const struct conf_value *v)
{
	size_t hidden = 0;
	const char *password = url_password(v->value, &hidden);
	if (text_ends(v->path, "@password") && *v->value) {
		buf_adds(out, "(hidden)");
		return;
	}
	for (const char *p = v->value; *p; p++) {
		if (p == password) {
			buf_adds(out, "(hidden)");
			p += hidden;
		}
		buf_addc(out, text_has_control(p, 1) ? ' ' : *p);
	}
}

void conf_print(const struct config *c, struct buf *out)
{
	for (size_t i = 0; i < c->nvalues; i++) {
		const struct conf_value *v = &c->values[i];
		buf_addf(out, "%s = ", v->path);
		add_shown(out, v);
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
	add_shown(&value, v);
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
