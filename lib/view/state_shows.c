/* SPDX-License-Identifier: ISC */
/*
 * The `show` values of a device. Its whole state is parsed once and asked for all of them; when it is too
 * large for that, an expression is asked on a smaller document: what is known of the device, and those
 * answers that the expression names.
 */
#include "view/state.h"

#include "base/limits.h"
#include "base/text.h"
#include "core/xpath.h"

#include <string.h>

struct asking {
	struct arena *a;
	const struct config *config;
	const struct state *state;
	bool whole;            /* `doc` is the whole state */
	bool *has;             /* … else: which answers are in it; NULL: there is none yet */
	struct xpath_doc *doc; /* NULL: see error */
	struct err error;
};

static size_t find_answer(const struct state *s, const char *query)
{
	size_t i = 0;
	while (i < s->nanswers && strcmp(s->answers[i].query, query) != 0)
		i++;
	return i;
}

static void open_document(struct asking *q, const struct state *s, unsigned parts)
{
	struct buf xml = {0};
	state_print(s, q->config->times_dir, parts, &xml);
	if (q->doc)
		xpath_doc_close(q->doc);
	q->doc = xpath_doc_open(buf_text(&xml), xml.size, &q->error);
	buf_free(&xml);
}

static void open_whole(struct asking *q)
{
	size_t size = 0;
	for (size_t i = 0; i < q->state->nanswers; i++)
		size += q->state->answers[i].size;
	if (size <= LIMIT_XPATH_BYTES)
		open_document(q, q->state, STATE_ALL);
	q->whole = q->doc;
}

/* ---- the smaller document ---- */

static bool is_in_name(char c)
{
	return c && (text_is_word((char[]){c, '\0'}, "_-.") || (c & 0x80));
}

static bool names(const char *expression, const char *query)
{
	size_t n = strlen(query);
	for (const char *at = expression; (at = strstr(at, query)); at++) {
		if ((at == expression || !is_in_name(at[-1])) && !is_in_name(at[n]))
			return true;
	}
	return false;
}

/* It looks at answers without naming one. */
static bool asks_for_any(const char *expression)
{
	static const char *const signs[] = {"//", "*", "::", "queries", "node()"};
	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
		if (strstr(expression, signs[i]))
			return true;
	}
	return false;
}

/* Opens it, unless the one that is open has the same answers in it. */
static void open_with(struct asking *q, bool *wanted)
{
	struct state part = *q->state;
	if (q->has && memcmp(q->has, wanted, part.nanswers * sizeof *wanted) == 0)
		return;
	part.answers = arena_calloc(q->a, part.nanswers, sizeof *part.answers);
	part.nanswers = 0;
	for (size_t i = 0; i < q->state->nanswers; i++) {
		if (wanted[i])
			part.answers[part.nanswers++] = q->state->answers[i];
	}
	open_document(q, &part, STATE_ANSWERS | STATE_DELIVERIES);
	q->has = wanted;
}

static bool open_for(struct asking *q, const char *expression, struct err *e)
{
	bool *wanted = arena_calloc(q->a, q->state->nanswers, sizeof *wanted), any = false;
	if (!q->whole) {
		for (size_t i = 0; i < q->state->nanswers; i++)
			any |= wanted[i] = names(expression, q->state->answers[i].query);
		if (!any && asks_for_any(expression))
			return err_set(e,
			    "this device has told too much to look through all of it; name the query in the expression, like /state/queries/ID/info");
		open_with(q, wanted);
	}
	return q->doc || err_set(e, "%s", q->error.text);
}

/* ---- values ---- */

static void show(struct asking *q, const struct conf_query *query, const struct conf_show *what,
    struct state_show *out)
{
	struct err e = {""};
	*out = (struct state_show){.query = query->id,
	    .query_title = query->title && *query->title ? query->title : query->id,
	    .title = what->title ? what->title : ""};
	if (!what->compiled)
		err_set(&e, "it is no XPath expression: %s", what->xpath);
	else if (open_for(q, what->xpath, &e))
		out->value = xpath_value(q->a, what->compiled, q->doc, &e);
	if (!out->value)
		out->error = arena_strdup(q->a, e.text);
}

static bool is_answered(const struct state *s, const struct conf_query *query)
{
	return find_answer(s, query->id) < s->nanswers;
}

void state_shows(struct arena *a, const struct config *c, struct state *s)
{
	struct asking q = {.a = a, .config = c, .state = s};
	size_t all = 0;
	for (size_t i = 0; i < c->nqueries; i++)
		all += is_answered(s, &c->queries[i]) ? c->queries[i].nshows : 0;
	s->shows = arena_calloc(a, all, sizeof *s->shows);
	s->nshows = 0;
	if (all)
		open_whole(&q);
	for (size_t i = 0; i < c->nqueries && all; i++) {
		const struct conf_query *query = &c->queries[i];
		for (size_t k = 0; k < query->nshows && is_answered(s, query); k++)
			show(&q, query, &query->shows[k], &s->shows[s->nshows++]);
	}
	if (q.doc)
		xpath_doc_close(q.doc);
}
