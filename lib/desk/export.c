/* SPDX-License-Identifier: ISC */
#include "desk/export.h"

#include "desk/cells.h"

#include <inttypes.h>
#include <string.h>

/* ---- fields ---- */

void export_csv_head(struct buf *out)
{
	buf_adds(out, "sn");
	for (size_t i = 0; i < device_nfields; i++) {
		buf_addc(out, ',');
		buf_adds(out, device_fields[i].shown);
	}
	buf_adds(out, ",seen,polls,missing");
}

void export_csv(struct buf *out, const struct device *d, bool missing)
{
	cell_csv(out, d->sn);
	for (size_t i = 0; i < device_nfields; i++) {
		const struct device_field *f = &device_fields[i];
		buf_addc(out, ',');
		if (f->type == DEVICE_TEXT)
			cell_csv(out, device_text(d, f));
		else
			cell_number(out, device_number(d, f));
	}
	buf_addf(out, ",%" PRId64 ",%" PRId64 ",%d", d->seen, d->polls, missing);
}

/* ---- columns of `show` values ---- */

static bool is_taken(const struct export_shows *x, const char *name)
{
	for (size_t i = 0; i < x->count; i++) {
		if (strcmp(x->names[i], name) == 0)
			return true;
	}
	return false;
}

/* Two of the same name are numbered. */
static void add_column(
    struct export_shows *x, const struct conf_query *query, const struct conf_show *one)
{
	const char *title = one->title && *one->title ? one->title : one->xpath;
	const char *plain = arena_concat(&x->arena, query->id, ": ", title), *name = plain;
	for (int n = 2; is_taken(x, name); n++)
		name = arena_printf(&x->arena, "%s (%d)", plain, n);
	x->names[x->count++] = name;
}

void export_shows_open(struct export_shows *x, const struct config *c)
{
	size_t all = 0;
	*x = (struct export_shows){.config = c};
	for (size_t i = 0; i < c->nqueries; i++)
		all += c->queries[i].nshows;
	x->names = arena_calloc(&x->arena, all, sizeof *x->names);
	for (size_t i = 0; i < c->nqueries; i++) {
		for (size_t k = 0; k < c->queries[i].nshows; k++)
			add_column(x, &c->queries[i], &c->queries[i].shows[k]);
	}
}

void export_shows_close(struct export_shows *x)
{
	arena_free(&x->arena);
}

void export_shows_head(const struct export_shows *x, struct buf *out)
{
	for (size_t i = 0; i < x->count; i++) {
		buf_addc(out, ',');
		cell_csv(out, x->names[i]);
	}
}

/* ---- values ---- */

/* `one` is NULL when the device has not answered the query. */
static void add_json(struct buf *out, const char *name, const struct state_show *one)
{
	buf_adds(out, ", ");
	cell_json(out, name);
	buf_adds(out, one && !one->value ? ": {\"error\": " : ": ");
	if (one)
		cell_json(out, one->value ? one->value : one->error);
	else
		buf_adds(out, "null");
	buf_adds(out, one && !one->value ? "}" : "");
}

static void add_csv(struct buf *out, const char *name, const struct state_show *one)
{
	(void)name;
	buf_addc(out, ',');
	if (!one)
		return;
	if (one->value) {
		cell_csv(out, one->value);
		return;
	}
	struct buf text = {0};
	buf_addf(&text, "error: %s", one->error);
	cell_csv(out, text.data);
	buf_free(&text);
}

/* The values that there are stand in the order of the columns. */
static void add_values(const struct export_shows *x, const struct state *s, struct buf *out,
    void (*add)(struct buf *out, const char *name, const struct state_show *one))
{
	const struct state_show *next = s->shows, *end = s->shows + s->nshows;
	size_t column = 0;
	for (size_t i = 0; i < x->config->nqueries; i++) {
		const struct conf_query *query = &x->config->queries[i];
		bool answered = next < end && strcmp(next->query, query->id) == 0;
		for (size_t k = 0; k < query->nshows; k++, column++)
			add(out, x->names[column], answered ? next++ : NULL);
	}
}

void export_shows_csv(const struct export_shows *x, const struct state *s, struct buf *out)
{
	add_values(x, s, out, add_csv);
}

void export_shows_json(const struct export_shows *x, const struct state *s, struct buf *out)
{
	add_values(x, s, out, add_json);
}
