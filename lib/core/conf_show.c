/* SPDX-License-Identifier: ISC */
/*
 * What is shown of devices: an expression that is too costly is refused here, not when a page is looked
 * at. It is evaluated on a large sample, as what devices will answer is not known.
 *
 * That one names what is not there is only a guess: an expression is looked through as text, not
 * understood.
 */
#include "core/conf_rules.h"

#include "base/text.h"
#include "core/xpath.h"

#include <string.h>

#define ANSWERS "/state/queries/"

/* ---- names ---- */

static bool is_name_letter(char c)
{
	return (c && strchr("_-.", c)) || (unsigned char)c >= 0x80 ||
	       text_is_word((char[]){c, 0}, "_");
}

static size_t name_size(const char *s)
{
	size_t n = 0;
	while (is_name_letter(s[n]))
		n++;
	return n;
}

static void check_query(struct rules *r, const struct conf_node *show, const char *id)
{
	if (!*id || conf_has_id(r->root, "queries/query", id))
		return;
	struct conf_guess guess = conf_guess_for(id);
	rules_guess_ids(r, "queries/query", &guess);
	rules_say(r, FINDING_WARNING, show->text_from,
	    "%s asks for " ANSWERS "%.*s, but no query is called so%s",
	    conf_path(r->arena, show, NULL), findings_shown(id), id,
	    conf_guess_text(r->arena, &guess));
}

/* Each absolute path to an answer, once in a row; not what stands in quotes. */
static void check_queries(struct rules *r, const struct conf_node *show)
{
	const char *text = show->text, *before = "";
	for (const char *p = text; *p; p++) {
		if (*p == '"' || *p == '\'') {
			const char *end = strchr(p + 1, *p);
			p = end ? end : p + strlen(p) - 1;
		} else if (text_starts(p, ANSWERS) && (p == text || !is_name_letter(p[-1]))) {
			const char *id = p + strlen(ANSWERS);
			id = arena_strndup(r->arena, id, name_size(id));
			if (strcmp(id, before) != 0)
				check_query(r, show, id);
			before = id;
		}
	}
}

/* A name that looks like a function and is a test of nodes. */
static bool is_node_test(const char *s, size_t n)
{
	static const char *const tests[] = {"node", "text", "comment", "processing-instruction"};
	for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
		if (strlen(tests[i]) == n && strncmp(s, tests[i], n) == 0)
			return true;
	}
	return false;
}

/* Does it begin with a path that does not begin with a slash? */
static bool is_relative(const char *s)
{
	s += strspn(s, " \t\r\n(-");
	if (*s == '@' || *s == '*')
		return true;
	if (text_is_digit(*s) || (*s == '.' && text_is_digit(s[1])))
		return false;
	size_t n = name_size(s);
	const char *behind = s + n + strspn(s + n, " \t\r\n");
	return n && (*behind != '(' || is_node_test(s, n));
}

static void check_start(struct rules *r, const struct conf_node *show)
{
	const char *id = conf_node_value(show->parent, "id");
	if (is_relative(show->text))
		rules_say(r, FINDING_WARNING, show->text_from,
		    "%s is \"%.*s\": a path must begin with a slash, as in " ANSWERS "%.*s/info",
		    conf_path(r->arena, show, NULL), findings_shown(show->text), show->text,
		    findings_shown(id), id);
}

/* ---- costs ---- */

static void check_show(struct rules *r, const struct conf_node *show, struct xpath_doc *sample)
{
	struct arena scratch = {0};
	struct err why;
	struct xpath *x = xpath_compile(show->text, NULL);
	xpath_doc_sample_for(sample, show->text);
	if (x && !xpath_value(&scratch, x, sample, &why))
		rules_say(r, FINDING_ERROR, show->text_from, "%s is \"%.*s\": %s",
		    conf_path(r->arena, show, NULL), findings_shown(show->text), show->text,
		    why.text);
	xpath_free(x);
	arena_free(&scratch);
}

void rule_shows(struct rules *r)
{
	struct xpath_doc *sample = NULL;
	for (const struct conf_node *q = rules_first(r, "queries/query"); q;
	     q = conf_node_same(q)) {
		for (const struct conf_node *show = conf_node_child(q, "show"); show;
		     show = conf_node_same(show)) {
			if (!findings_room(r->findings, FINDING_ERROR))
				break;
			sample = sample ? sample : xpath_doc_sample();
			check_show(r, show, sample);
			check_start(r, show);
			check_queries(r, show);
		}
	}
	xpath_doc_close(sample);
}
