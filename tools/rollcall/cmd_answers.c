/* SPDX-License-Identifier: ISC */
/* rollcall answers: what a device answered to queries, and what the administrator wants to see of it. */
#include "tools/rollcall/cli.h"

#include "base/json.h"
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
		text_add(&text, query);
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

static void print_answer(const struct device_data *d, const struct store_answer *one,
    const struct state_show *shows, size_t nshows, struct buf *out)
{
	buf_adds(out, out->size ? "\n" : "");
	device_text_query(out, d->config, one->query);
	buf_adds(out, ", ");
	text_when(out, one->received, d->now);
	buf_addc(out, '\n');
	device_text_shows(out, shows, nshows, one->query, 2);
	xml_indent(out, one->xml, one->size);
}

static void print_json(const struct device_data *d, const struct state *s,
    const struct state_show *shows, size_t nshows, const char *query, struct buf *out)
{
	buf_adds(out, "{\"sn\": ");
	json_string(out, s->device.sn);
	buf_adds(out, ",\n  ");
	device_json_answers(out, d->config, s, shows, nshows, query);
	buf_adds(out, "}\n");
}

static int print(struct device_data *d, const struct options *o, const char *sn)
{
	const char *query = o->line.nwords > 2 ? o->line.words[2] : NULL;
	struct buf out = {0};
	struct state s;
	size_t nshows;
	if (!device_state(d, sn, &s))
		return CLI_FINDING;
	if (!has_answered(&s, query) && (query || !o->json))
		return not_answered(&s, query);
	const struct state_show *shows = state_shows(&d->arena, d->config, &s, &nshows);
	if (o->json)
		print_json(d, &s, shows, nshows, query, &out);
	for (size_t i = 0; i < s.nanswers && !o->json; i++) {
		if (!query || strcmp(s.answers[i].query, query) == 0)
			print_answer(d, &s.answers[i], shows, nshows, &out);
	}
	return cli_print(&out, CLI_FINE);
}

int cmd_answers(const struct home *h, const struct options *o)
{
	struct device_data d;
	int status = CLI_FINDING;
	if (device_open(&d, h)) {
		const char *sn = device_find(&d, o->line.words[1]);
		if (sn)
			status = print(&d, o, sn);
	}
	device_close(&d);
	return status;
}
