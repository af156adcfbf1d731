/* SPDX-License-Identifier: ISC */
/* Every value of the configuration in force, in groups by element. Lists of one origin stand in one row. */
#include "pages/page_config.h"

#include "base/num.h"

#include <limits.h>
#include <string.h>

/* What stands in one row: values[from] to values[to - 1]. */
struct row {
	const struct config *config;
	size_t from, to;
};

static const struct conf_value *first(const struct row *r)
{
	return &r->config->values[r->from];
}

/* How many bytes of a path are the name of its group; of a setting of <config> itself none. */
static size_t group_size(const char *path)
{
	return *path == '@' ? 0 : strcspn(path, "/");
}

static bool is_same_group(const char *a, const char *b)
{
	size_t n = group_size(a);
	return group_size(b) == n && memcmp(a, b, n) == 0;
}

/* The items of a list: the same name and origin. */
static struct row next_row(const struct config *c, size_t from)
{
	const struct conf_value *one = &c->values[from];
	size_t to = from + 1;
	while (to < c->nvalues && strcmp(c->values[to].path, one->path) == 0 &&
	       c->values[to].by_user == one->by_user && strcmp(c->values[to].file, one->file) == 0)
		to++;
	return (struct row){c, from, to};
}

/* ---- one row ---- */

/* Parts of a span of time, the longest first. */
static const struct {
	const char *name;
	long seconds;
} parts[] = {{"days", 86400}, {"hours", 3600}, {"minutes", 60}, {"seconds", 1}};

/* "5400" s: hours="1" minutes="30". A number that says the same as it stands gets nothing. */
static void add_span(struct doc *d, const char *text, const char *unit)
{
	bool minutes = strcmp(unit, "min") == 0;
	long number, all;
	if ((!minutes && strcmp(unit, "s") != 0) || !num_parse(text, 60, LONG_MAX / 60, &number))
		return;
	all = minutes ? number * 60 : number;
	doc_open(d, "span");
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		if (all / parts[i].seconds)
			doc_number(d, parts[i].name, all / parts[i].seconds);
		all %= parts[i].seconds;
	}
	doc_close(d);
}

static void add_origin(struct doc *d, const struct home *h, const struct conf_value *v)
{
	const char *file = config_file(h, v->file), *slash = strrchr(file, '/');
	doc_flag(d, "changed", v->by_user);
	if (!v->by_user)
		return;
	doc_attr(d, "file", file);
	doc_attr(d, "name-of-file", slash ? slash + 1 : file);
	doc_number(d, "line", v->line);
}

static void add_row(struct doc *d, const struct home *h, const struct row *r)
{
	const struct conf_value *v = first(r);
	const char *unit = "", *help = NULL;
	size_t n = group_size(v->path);
	struct buf shown = {0};
	conf_value_about(v, &unit, &help);
	for (size_t i = r->from; i < r->to; i++) {
		buf_adds(&shown, i > r->from ? ", " : "");
		conf_value_show(&r->config->values[i], &shown);
	}
	doc_open(d, "value");
	doc_attr(d, "path", v->path);
	doc_attr(d, "name", v->path + n + (v->path[n] == '/'));
	doc_attr(d, "unit", *unit && shown.size ? unit : NULL);
	doc_attr(d, "help", help);
	if (r->to - r->from > 1)
		doc_number(d, "count", (int64_t)(r->to - r->from));
	add_origin(d, h, v);
	add_span(d, buf_text(&shown), unit);
	doc_leaf(d, "text", buf_text(&shown));
	doc_close(d);
	buf_free(&shown);
}

/* ---- groups ---- */

static bool is_shown(const struct row *r, bool all)
{
	return all || first(r)->by_user;
}

/* A group may have nothing that is to be shown. */
static bool has_any(const struct config *c, size_t from, size_t to, bool all)
{
	for (struct row r; from < to; from = r.to) {
		r = next_row(c, from);
		if (is_shown(&r, all))
			return true;
	}
	return false;
}

static size_t group_end(const struct config *c, size_t from)
{
	size_t to = from + 1;
	while (to < c->nvalues && is_same_group(c->values[to].path, c->values[from].path))
		to++;
	return to;
}

static void add_group(
    struct doc *d, const struct home *h, const struct config *c, size_t from, size_t to, bool all)
{
	const char *path = c->values[from].path;
	size_t n = group_size(path);
	doc_open(d, "group");
	if (n)
		doc_attrf(d, "name", "%.*s", (int)n, path);
	else
		doc_attr(d, "name", "config");
	for (struct row r; from < to; from = r.to) {
		r = next_row(c, from);
		if (is_shown(&r, all))
			add_row(d, h, &r);
	}
	doc_close(d);
}

void config_values(struct doc *d, const struct home *h, const struct config *c, bool all)
{
	for (size_t i = 0, end; i < c->nvalues; i = end) {
		end = group_end(c, i);
		if (has_any(c, i, end, all))
			add_group(d, h, c, i, end, all);
	}
}
