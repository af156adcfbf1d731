/* SPDX-License-Identifier: ISC */
/* The outputs of commands, a table row for each that is not just "<info/>"; see answer.h. Pure. */
#include "tools/sim/answer.h"

#include "base/pct.h"
#include "base/text.h"
#include "tools/sim/certificate.h"
#include "tools/sim/words.h"

#include <string.h>

/* The length of "MODULE" in the name of an option, "MODULE /option". */
static size_t module_length(const char *name)
{
	const char *slash = strstr(name, " /");
	return slash ? (size_t)(slash - name) : strlen(name);
}

static bool same_module(const char *a, const char *b)
{
	size_t n = module_length(a);
	return n == module_length(b) && !strncmp(a, b, n);
}

static bool is_first_of_module(const struct pairs *p, unsigned i)
{
	unsigned before = 0;
	while (!same_module(pairs_name(p, before), pairs_name(p, i)))
		before++;
	return before == i;
}

/* All options of the module that entry `i` belongs to, on one line. */
static void add_module(const struct pairs *p, unsigned i, struct buf *out)
{
	const char *name = pairs_name(p, i);
	size_t n = module_length(name);

	buf_addf(out, "config change %.*s", (int)n, name);
	for (; i < p->count; i++) {
		if (!same_module(name, pairs_name(p, i)))
			continue;
		buf_adds(out, pairs_name(p, i) + n);
		if (*pairs_value(p, i))
			buf_addf(out, " %s", pairs_value(p, i));
	}
	buf_adds(out, "\r\n");
}

void answer_config(const struct device *d, struct buf *out)
{
	buf_adds(out, "# config\r\n");
	for (unsigned i = 0; i < d->config.count; i++)
		if (is_first_of_module(&d->config, i))
			add_module(&d->config, i, out);
	for (unsigned i = 0; i < d->vars.count; i++)
		buf_addf(out, "vars create %s %s\r\n", pairs_name(&d->vars, i),
		    pairs_value(&d->vars, i));
}

static void add_var(const struct device *d, const struct words *w, struct buf *out)
{
	const char *value = w->count > 0 ? pairs_get(&d->vars, w->word[0]) : NULL;
	if (value)
		buf_addf(out, "%s %s\r\n", w->word[0], value);
}

static void add_certificates(const struct device *d, const struct words *w, struct buf *out)
{
	(void)w;
	certificate_info(d, out);
}

static void add_xml(struct buf *out, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (strchr("<>&\"'", s[i]) || (unsigned char)s[i] < 0x20)
			buf_addf(out, "&#%d;", (unsigned char)s[i] < 0x20 ? ' ' : s[i]);
		else
			buf_addc(out, s[i]);
	}
}

/* The name is stored as it was given in a script: encoded as forms are. */
static void add_admin(const struct device *d, const struct words *w, struct buf *out)
{
	(void)w;
	const char *value = pairs_get(&d->config, "CMD0 /name");
	struct names n = device_names(d);
	struct buf name = {0};
	if (value)
		buf_took(
		    &name, pct_decode_form(buf_want(&name, strlen(value)), value, strlen(value)));
	buf_adds(out, "<info name=\"");
	if (text_is_utf8(buf_text(&name), name.size))
		add_xml(out, buf_text(&name), name.size);
	buf_addf(out, "\" type=\"%s\" sn=\"%s\" ip=\"%s\"/>", d->type, n.sn, n.ip);
	buf_free(&name);
}

static const struct {
	const char *name;
	void (*add)(const struct device *d, const struct words *w, struct buf *out);
} table[] = {
    {"mod cmd X509 xml-info", add_certificates},
    {"mod cmd CMD0 xml-info", add_admin},
    {"vars read", add_var},
};

static void add_output(const struct device *d, const struct words *w, struct buf *out)
{
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		size_t named = words_start(w, table[i].name);
		if (named == 0)
			continue;
		struct words rest = words_from(w, named);
		table[i].add(d, &rest, out);
		return;
	}
	buf_adds(out, "<info/>");
}

bool answer(const struct device *d, const char *encoded, struct buf *out)
{
	struct buf line = {0};
	struct words w;
	size_t n = strlen(encoded);
	bool fine = pct_decode(buf_want(&line, n), encoded, n, &n);
	if (fine)
		buf_took(&line, n);
	fine = fine && words_split(line.data, &w);
	if (fine)
		add_output(d, &w, out);
	buf_free(&line);
	return fine;
}
