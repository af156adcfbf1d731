/* SPDX-License-Identifier: ISC */
/* The merged configuration for people and for programs. Passwords are for neither. */
#include "core/conf.h"

#include "base/json.h"
#include "base/text.h"

#include <string.h>

static const char *shown(const struct conf_value *v)
{
	return text_ends(v->path, "@password") && *v->value ? "(hidden)" : v->value;
}

/* An expression may have line breaks; here it gets one line. */
static void add_line(struct buf *out, const char *text)
{
	for (; *text; text++)
		buf_addc(out, text_has_control(text, 1) ? ' ' : *text);
}

void conf_print(const struct config *c, struct buf *out)
{
	for (size_t i = 0; i < c->nvalues; i++) {
		const struct conf_value *v = &c->values[i];
		buf_addf(out, "%s = ", v->path);
		add_line(out, shown(v));
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
	buf_adds(out, ", \"value\": ");
	json_string(out, shown(v));
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
