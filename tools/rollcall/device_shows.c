/* SPDX-License-Identifier: ISC */
#include "tools/rollcall/device_shows.h"

#include "tools/rollcall/device_text.h"
#include "view/state.h"

#include <string.h>
#include <unistd.h>

/* ---- columns ---- */

static bool is_taken(const struct device_shows *w, const char *name)
{
	for (size_t i = 0; i < w->count; i++) {
		if (strcmp(w->names[i], name) == 0)
			return true;
	}
	return false;
}

/* Two of the same name are numbered. */
static void add_column(
    struct device_shows *w, const struct conf_query *query, const struct conf_show *one)
{
	const char *title = one->title && *one->title ? one->title : one->xpath;
	const char *plain = arena_concat(&w->arena, query->id, ": ", title), *name = plain;
	for (int n = 2; is_taken(w, name); n++)
		name = arena_printf(&w->arena, "%s (%d)", plain, n);
	w->names[w->count++] = name;
}

bool device_shows_open(
    struct device_shows *w, const struct config *c, int64_t now, bool json, struct err *e)
{
	size_t all = 0;
	*w = (struct device_shows){.config = c, .now = now, .json = json};
	for (size_t i = 0; i < c->nqueries; i++)
		all += c->queries[i].nshows;
	w->names = arena_calloc(&w->arena, all, sizeof *w->names);
	for (size_t i = 0; i < c->nqueries; i++) {
		for (size_t k = 0; k < c->queries[i].nshows; k++)
			add_column(w, &c->queries[i], &c->queries[i].shows[k]);
	}
	w->file = tmpfile();
	return w->file || err_sys(e, "a temporary file cannot be made");
}

void device_shows_close(struct device_shows *w)
{
	if (w->file)
		fclose(w->file);
	buf_free(&w->text);
	arena_free(&w->arena);
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

static void add_csv(struct device_shows *w, const struct state_show *one)
{
	struct buf *out = &w->text;
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
static void add_values(struct device_shows *w, const struct state *s)
{
	const struct state_show *next = s->shows, *end = s->shows + s->nshows;
	size_t column = 0;
	for (size_t i = 0; i < w->config->nqueries; i++) {
		const struct conf_query *query = &w->config->queries[i];
		bool answered = next < end && strcmp(next->query, query->id) == 0;
		for (size_t k = 0; k < query->nshows; k++, column++) {
			const struct state_show *one = answered ? next++ : NULL;
			if (w->json)
				add_json(&w->text, w->names[column], one);
			else
				add_csv(w, one);
		}
	}
}

bool device_shows_take(struct device_shows *w, struct store *s, struct arena *scratch,
    const struct device *d, struct device_shown *out, struct err *e)
{
	struct state state;
	state_take(s, scratch, d, w->now, w->config->status_logkeep, &state);
	state_shows(scratch, w->config, &state);
	buf_reset(&w->text);
	add_values(w, &state);
	*out = (struct device_shown){w->size, w->text.size};
	w->size += w->text.size;
	return fwrite(buf_text(&w->text), 1, w->text.size, w->file) == w->text.size ||
	       err_sys(e, "the temporary file cannot be written");
}

bool device_shows_end(struct device_shows *w, struct err *e)
{
	return fflush(w->file) == 0 || err_sys(e, "the temporary file cannot be written");
}

/* ---- printing ---- */

void device_shows_head(const struct device_shows *w, struct buf *out)
{
	for (size_t i = 0; i < w->count; i++) {
		buf_addc(out, ',');
		cell_csv(out, w->names[i]);
	}
}

bool device_shows_print(
    const struct device_shows *w, const struct device_shown *one, struct buf *out)
{
	char *to = buf_want(out, one->size);
	for (size_t done = 0; done < one->size;) {
		ssize_t n =
		    pread(fileno(w->file), to + done, one->size - done, (off_t)(one->at + done));
		if (n <= 0)
			return false;
		done += (size_t)n;
	}
	buf_took(out, one->size);
	return true;
}
