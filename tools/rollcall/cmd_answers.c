/* SPDX-License-Identifier: ISC */
/* rollcall answers: what a device answered to queries, and what the administrator wants to see of it. */
#include "tools/rollcall/cli.h"

#include "base/json.h"
#include "base/text.h"
#include "tools/rollcall/device_data.h"
#include "tools/rollcall/device_text.h"
#include "view/xml.h"

#include <string.h>

static bool has_answered(const struct state *s, const char *query)
{
	for (size_t i = 0; i < s->nanswers; i++) {
		if (!query || strcmp(s->answers[i].query, query) == 0)
			return true;
	}
	return false;
}

static int not_answered(const struct state *s, const char *query)
{
	struct buf text = {0};
	if (query) {
		buf_adds(&text, " the query \"");
		cell_add(&text, query);
		buf_adds(&text, s->nanswers ? "\"; it has answered" : "\", nor any other");
	} else {
		buf_adds(&text, " any query");
	}
	for (size_t i = 0; i < s->nanswers && query; i++)
		buf_addf(&text, "%s %s", i ? "," : "", s->answers[i].query);
	cli_fail("%s has not answered%s", s->device.sn, text.data);
	buf_free(&text);
	return CLI_FINDING;
}

static void print_answer(const struct device_data *d, const struct state *s,
    const struct store_answer *one, struct buf *out)
{
	buf_adds(out, out->size ? "\n" : "");
	device_text_query(out, d->config, one->query);
	buf_adds(out, ", ");
	cell_when(out, one->received, d->now);
	buf_addc(out, '\n');
	device_text_shows(out, s, one->query, 2);
	xml_indent(out, one->xml, one->size);
}

static void print_json(
    const struct device_data *d, const struct state *s, const char *query, struct buf *out)
{
	buf_adds(out, "{\"sn\": ");
	json_string(out, s->device.sn);
	buf_adds(out, ",\n  ");
	device_json_answers(out, d->config, s, query);
	buf_adds(out, "}\n");
}

/* ---- which query ---- */

/* The only query with this title. NULL: there is none; *several: it is not the only one. */
static const char *find_title(const struct config *c, const char *title, bool *several)
{
	const char *id = NULL;
	for (size_t i = 0; i < c->nqueries; i++) {
		if (!c->queries[i].title || !text_same(c->queries[i].title, title))
			continue;
		*several |= id != NULL;
		id = c->queries[i].id;
	}
	return id;
}

/* The id that somebody means by an id in any case, or by a title; of a query that is none, its text. */
static const char *find_query(
    const struct config *c, const struct state *s, const char *text, bool *several)
{
	const char *id = NULL;
	*several = false;
	if (has_answered(s, text))
		return text;
	for (size_t i = 0; i < s->nanswers && !id; i++) {
		if (text_same(s->answers[i].query, text))
			id = s->answers[i].query;
	}
	for (size_t i = 0; i < c->nqueries && !id; i++) {
		if (text_same(c->queries[i].id, text))
			id = c->queries[i].id;
	}
	if (!id)
		id = find_title(c, text, several);
	return id ? id : text;
}

/* ---- the command ---- */

static int print(struct device_data *d, const struct options *o, const char *sn)
{
	const char *query = o->line.nwords > 2 ? o->line.words[2] : NULL;
	struct buf out = {0};
	struct state s;
	bool several = false;
	if (!device_state(d, sn, &s))
		return CLI_FINDING;
	if (query)
		query = find_query(d->config, &s, query, &several);
	if (several)
		return cli_fail("several queries have that title: say the id of one");
	if (!has_answered(&s, query) && (query || !o->json))
		return not_answered(&s, query);
	state_shows(&d->arena, d->config, &s);
	if (o->json)
		print_json(d, &s, query, &out);
	for (size_t i = 0; i < s.nanswers && !o->json; i++) {
		if (!query || strcmp(s.answers[i].query, query) == 0)
			print_answer(d, &s, &s.answers[i], &out);
	}
	return cli_print(&out, CLI_FINE);
}

int cmd_answers(const struct home *h, const struct options *o)
{
	struct device_data d;
	int status = CLI_FINDING;
	if (device_open(&d, h)) {
		const struct device *found = device_find(&d, o->line.words[1]);
		if (found)
			status = print(&d, o, found->sn);
	}
	device_close(&d);
	return status;
}
