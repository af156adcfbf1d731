/* SPDX-License-Identifier: ISC */
#include "tools/rollcall/import_report.h"

#include "base/json.h"
#include "base/text.h"

#include <string.h>

static const struct {
	const char *name, *key; /* for people, in JSON */
} kinds[IMPORT_KINDS] = {
    [IMPORT_CONFIG] = {"configuration", "configuration"},
    [IMPORT_SCRIPTS] = {"snippets", "snippets"},
    [IMPORT_CERTS] = {"certificates", "certificates"},
    [IMPORT_BACKUPS] = {"backups", "backups"},
    [IMPORT_MASTER] = {"master device", "master"},
    [IMPORT_DEVICES] = {"devices", "devices"},
};

static const struct {
	const char *name, *key;
	const char *line; /* what a line about one begins with */
} outcomes[IMPORT_OUTCOMES] = {
    [IMPORT_TAKEN] = {"taken", "taken", "taken in part"},
    [IMPORT_THERE] = {"there", "there", "already there"},
    [IMPORT_KEPT] = {"home's kept", "kept", "home's kept"},
    [IMPORT_LEFT_OUT] = {"left out", "left_out", "left out"},
    [IMPORT_IGNORED] = {"ignored", "ignored", "ignored"},
};

void import_report_free(struct import_report *r)
{
	arena_free(&r->arena);
	findings_free(&r->findings);
}

/* A file's name may be anything. */
static const char *one_line(struct arena *a, const char *text)
{
	size_t n = strlen(text);
	char *out = arena_alloc(a, 4 * n + 1);
	text_clean(out, 4 * n + 1, text, n);
	return out;
}

void import_add(struct import_report *r, enum import_kind kind, enum import_outcome outcome,
    const char *what, const char *why)
{
	struct import_count *count = &r->kinds[kind];
	count->by[outcome]++;
	if (outcome == IMPORT_LEFT_OUT || (why && outcome != IMPORT_IGNORED))
		count->partial = true;
	if (why && count->nlines++ < LIMIT_IMPORT_LINES)
		count->lines[count->nlines - 1] = (struct import_line){
		    outcome, one_line(&r->arena, what), one_line(&r->arena, why)};
}

bool import_is_partial(const struct import_report *r)
{
	bool partial = *r->stopped.text || r->findings.errors;
	for (int i = 0; i < IMPORT_KINDS; i++)
		partial = partial || r->kinds[i].partial;
	return partial;
}

static size_t found(const struct import_count *count)
{
	size_t all = 0;
	for (int i = 0; i < IMPORT_OUTCOMES; i++)
		all += count->by[i];
	return all;
}

static size_t shown(const struct import_count *count)
{
	return count->nlines < LIMIT_IMPORT_LINES ? count->nlines : LIMIT_IMPORT_LINES;
}

/* ---- text ---- */

#define COLUMN 11 /* letters */

static void print_table(const struct import_report *r, struct buf *out)
{
	buf_addf(out, "%-14s %*s", "", COLUMN, "found");
	for (int o = 0; o < IMPORT_OUTCOMES; o++)
		buf_addf(out, " %*s", COLUMN, outcomes[o].name);
	buf_addc(out, '\n');
	for (int k = 0; k < IMPORT_KINDS; k++) {
		buf_addf(out, "%-14s %*zu", kinds[k].name, COLUMN, found(&r->kinds[k]));
		for (int o = 0; o < IMPORT_OUTCOMES; o++)
			buf_addf(out, " %*zu", COLUMN, r->kinds[k].by[o]);
		buf_addc(out, '\n');
	}
}

static void print_lines(const struct import_report *r, struct buf *out)
{
	for (int k = 0; k < IMPORT_KINDS; k++) {
		const struct import_count *count = &r->kinds[k];
		for (size_t i = 0; i < shown(count); i++) {
			const struct import_line *line = &count->lines[i];
			buf_addf(out, "%s: %s: %s\n", outcomes[line->outcome].line, line->what,
			    line->why);
		}
		if (count->nlines > shown(count))
			buf_addf(
			    out, "%s: and %zu more\n", kinds[k].name, count->nlines - shown(count));
	}
}

void import_print(const struct import_report *r, const struct import_ends *ends, struct buf *out)
{
	findings_print(&r->findings, out);
	print_table(r, out);
	print_lines(r, out);
	if (r->firmware)
		buf_addf(out, "Firmware is not copied, it is large: move what is in %s to %s/fw.\n",
		    r->firmware, ends->home);
	if (*r->stopped.text)
		buf_addf(out, "Stopped: %s. What was taken is kept; run it again to go on.\n",
		    r->stopped.text);
	if (r->next)
		buf_addf(out, "Next: %s\n", r->next);
}

/* ---- JSON ---- */

static void json_count(const struct import_count *count, struct buf *out)
{
	buf_addf(out, "{\"found\": %zu", found(count));
	for (int o = 0; o < IMPORT_OUTCOMES; o++)
		buf_addf(out, ", \"%s\": %zu", outcomes[o].key, count->by[o]);
	buf_adds(out, ", \"lines\": [");
	for (size_t i = 0; i < shown(count); i++) {
		const struct import_line *line = &count->lines[i];
		json_pair(out, i ? ",\n      {" : "\n      {", "outcome",
		    line->outcome == IMPORT_TAKEN ? "in_part" : outcomes[line->outcome].key);
		json_pair(out, ", ", "what", line->what);
		json_pair(out, ", ", "why", line->why);
		buf_addc(out, '}');
	}
	buf_addf(out, "], \"more\": %zu}", count->nlines - shown(count));
}

void import_print_json(
    const struct import_report *r, const struct import_ends *ends, struct buf *out)
{
	json_pair(out, "{\n  ", "from", ends->from);
	json_pair(out, ",\n  ", "home", ends->home);
	buf_adds(out, ",\n  \"kinds\": {");
	for (int k = 0; k < IMPORT_KINDS; k++) {
		buf_addf(out, "%s\n    \"%s\": ", k ? "," : "", kinds[k].key);
		json_count(&r->kinds[k], out);
	}
	buf_adds(out, "},\n  ");
	findings_print_json(&r->findings, out);
	json_pair(out, ",\n  ", "firmware", r->firmware);
	json_pair(out, ",\n  ", "next", r->next);
	json_pair(out, ",\n  ", "stopped", *r->stopped.text ? r->stopped.text : NULL);
	buf_adds(out, "\n}\n");
}
