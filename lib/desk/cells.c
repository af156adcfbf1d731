/* SPDX-License-Identifier: ISC */
#include "desk/cells.h"

#include "base/json.h"
#include "base/num.h"
#include "base/text.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

/* ---- for people ---- */

void cell_add(struct buf *out, const char *text)
{
	size_t n = strlen(text), room = 4 * n + 1;
	if (text_is_plain(text, n))
		buf_add(out, text, n);
	else
		buf_took(out, text_clean(buf_want(out, room), room, text, n));
}

void cell_age(struct buf *out, int64_t when, int64_t now)
{
	char age[32];
	buf_adds(out, num_age(now > when ? (long)(now - when) : 0, age, sizeof age));
}

static void add_day(struct buf *out, int64_t when)
{
	char stamp[40] = "";
	time_t t = (time_t)when;
	struct tm tm;
	if (gmtime_r(&t, &tm))
		strftime(stamp, sizeof stamp, "%Y-%m-%d", &tm);
	buf_adds(out, stamp);
}

void cell_moment(struct buf *out, int64_t when)
{
	char stamp[40] = "";
	time_t t = (time_t)when;
	struct tm tm;
	if (gmtime_r(&t, &tm))
		strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%SZ", &tm);
	buf_adds(out, stamp);
}

void cell_when(struct buf *out, int64_t when, int64_t now)
{
	cell_age(out, when, now);
	buf_adds(out, " ago (");
	cell_moment(out, when);
	buf_addc(out, ')');
}

void cell_until(struct buf *out, int64_t when, int64_t now)
{
	char age[32];
	add_day(out, when);
	if (when >= now)
		buf_addf(out, ", in %s", num_age((long)(when - now), age, sizeof age));
	else
		buf_addf(out, ", %s ago", num_age((long)(now - when), age, sizeof age));
}

void cell_build(struct buf *out, const char *has, const char *wanted)
{
	cell_add(out, has);
	if (!*wanted || strcmp(has, wanted) == 0)
		return;
	buf_adds(out, "→");
	cell_add(out, wanted);
}

static const struct conf_query *find_query(const struct config *c, const char *id)
{
	for (size_t i = 0; i < c->nqueries; i++) {
		if (strcmp(c->queries[i].id, id) == 0)
			return &c->queries[i];
	}
	return NULL;
}

/* "" when the configuration does not know it. */
static const char *query_title(const struct config *c, const char *id)
{
	const struct conf_query *q = find_query(c, id);
	return q && q->title ? q->title : "";
}

void device_text_query(struct buf *out, const struct config *c, const char *query)
{
	const char *title = query_title(c, query);
	if (*title)
		buf_addf(out, "%s (", title);
	cell_add(out, query);
	buf_adds(out, *title ? ")" : "");
	buf_adds(out, find_query(c, query) ? "" : " (no longer configured)");
}

/* ---- for programs ---- */

/* A fleet has millions of fields, nearly all of them plain. */
void cell_json(struct buf *out, const char *text)
{
	size_t n = strlen(text);
	if (!text_is_plain(text, n) || strpbrk(text, "\"\\")) {
		json_string(out, text);
		return;
	}
	buf_addc(out, '"');
	buf_add(out, text, n);
	buf_addc(out, '"');
}

/* A spreadsheet calculates what begins with one of these, and may drop blanks and quotes before it. */
static bool is_formula(const char *text)
{
	text += strspn(text, " \"");
	return *text && strchr("=+-@", *text);
}

static void csv_quoted(struct buf *out, const char *text)
{
	bool begins = true; /* a field, or what is one for who cuts at ";" */
	buf_addc(out, '"');
	for (const char *p = text; *p; p++) {
		buf_adds(out, begins && is_formula(p) ? "'" : "");
		buf_adds(out, *p == '"' ? "\"\"" : (char[]){*p, '\0'});
		begins = *p == ';';
	}
	buf_addc(out, '"');
}

void cell_csv(struct buf *out, const char *text)
{
	struct buf clean = {0};
	cell_add(&clean, text);
	if (is_formula(buf_text(&clean)) || strpbrk(buf_text(&clean), ",;\""))
		csv_quoted(out, clean.data);
	else
		buf_add(out, buf_text(&clean), clean.size);
	buf_free(&clean);
}

void cell_number(struct buf *out, int64_t number)
{
	if (number >= 0 && number <= 9)
		buf_addc(out, (char)('0' + number));
	else
		buf_addf(out, "%" PRId64, number);
}

static void json_field(struct buf *out, const struct device *d, const struct device_field *f)
{
	buf_adds(out, ", \"");
	buf_adds(out, f->shown);
	buf_adds(out, "\": ");
	if (f->type == DEVICE_TEXT)
		cell_json(out, device_text(d, f));
	else
		cell_number(out, device_number(d, f));
}

void device_json(struct buf *out, const struct device *d, bool missing)
{
	buf_adds(out, "\"sn\": ");
	json_string(out, d->sn);
	for (size_t i = 0; i < device_nfields; i++)
		json_field(out, d, &device_fields[i]);
	buf_addf(out, ", \"seen\": %" PRId64 ", \"polls\": %" PRId64 ", \"missing\": %s", d->seen,
	    d->polls, missing ? "true" : "false");
}

static void json_answer(struct buf *out, const struct config *c, const struct store_answer *one)
{
	buf_adds(out, "\n    {\"query\": ");
	json_string(out, one->query);
	buf_adds(out, ", \"title\": ");
	json_string(out, query_title(c, one->query));
	buf_addf(out, ", \"configured\": %s, \"received\": %" PRId64 ", \"xml\": ",
	    find_query(c, one->query) ? "true" : "false", one->received);
	json_string(out, one->xml);
	buf_addc(out, '}');
}

static void json_show(struct buf *out, const struct state_show *one)
{
	buf_adds(out, "\n    {\"query\": ");
	json_string(out, one->query);
	buf_adds(out, ", \"title\": ");
	json_string(out, one->title);
	buf_adds(out, ", \"value\": ");
	json_string(out, one->value);
	buf_adds(out, ", \"error\": ");
	json_string(out, one->value ? NULL : one->error);
	buf_addc(out, '}');
}

static bool is_wanted(const char *query, const char *wanted)
{
	return !wanted || strcmp(query, wanted) == 0;
}

void device_json_answers(
    struct buf *out, const struct config *c, const struct state *s, const char *query)
{
	const char *comma = "";
	buf_adds(out, "\"answers\": [");
	for (size_t i = 0; i < s->nanswers; i++) {
		if (!is_wanted(s->answers[i].query, query))
			continue;
		buf_adds(out, comma);
		json_answer(out, c, &s->answers[i]);
		comma = ",";
	}
	buf_adds(out, "],\n  \"shows\": [");
	comma = "";
	for (size_t i = 0; i < s->nshows; i++) {
		if (!is_wanted(s->shows[i].query, query))
			continue;
		buf_adds(out, comma);
		json_show(out, &s->shows[i]);
		comma = ",";
	}
	buf_addc(out, ']');
}
