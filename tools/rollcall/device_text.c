/* SPDX-License-Identifier: ISC */
#include "tools/rollcall/device_text.h"

#include "base/json.h"
#include "base/num.h"
#include "base/text.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

/* ---- for people ---- */

void text_add(struct buf *out, const char *text)
{
	size_t n = strlen(text), room = 4 * n + 1;
	if (text_is_plain(text, n))
		buf_add(out, text, n);
	else
		buf_took(out, text_clean(buf_want(out, room), room, text, n));
}

/* How many letters; all of them are one column wide, as nearly all are. */
static size_t letters(const char *s, size_t n)
{
	size_t count = 0;
	for (size_t i = 0; i < n; i++)
		count += (s[i] & 0xc0) != 0x80;
	return count;
}

size_t text_width(const char *text)
{
	return letters(text, strlen(text));
}

void text_pad(struct buf *out, size_t from, size_t width)
{
	static const char blanks[] = "                                ";
	size_t wide = letters(buf_text(out) + from, out->size - from);
	while (wide < width) {
		size_t n = width - wide < sizeof blanks - 1 ? width - wide : sizeof blanks - 1;
		buf_add(out, blanks, n);
		wide += n;
	}
}

void text_age(struct buf *out, int64_t when, int64_t now)
{
	char age[32];
	buf_adds(out, num_age(now > when ? (long)(now - when) : 0, age, sizeof age));
}

void text_when(struct buf *out, int64_t when, int64_t now)
{
	char stamp[40] = "";
	time_t t = (time_t)when;
	struct tm tm;
	if (gmtime_r(&t, &tm))
		strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%SZ", &tm);
	text_age(out, when, now);
	buf_addf(out, " ago (%s)", stamp);
}

void text_build(struct buf *out, const char *has, const char *wanted)
{
	text_add(out, has);
	if (!*wanted || strcmp(has, wanted) == 0)
		return;
	buf_adds(out, "→");
	text_add(out, wanted);
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
	text_add(out, query);
	buf_adds(out, *title ? ")" : "");
}

void device_text_shows(struct buf *out, const struct state_show *shows, size_t nshows,
    const char *query, size_t indent)
{
	size_t width = 0;
	for (size_t i = 0; i < nshows; i++) {
		size_t n = text_width(shows[i].title);
		if (strcmp(shows[i].query, query) == 0 && n > width)
			width = n;
	}
	for (size_t i = 0; i < nshows; i++) {
		if (strcmp(shows[i].query, query) != 0)
			continue;
		text_pad(out, out->size, indent);
		size_t from = out->size;
		text_add(out, shows[i].title);
		text_pad(out, from, width ? width + 2 : 0);
		buf_adds(out, shows[i].value ? "" : "error: ");
		text_add(out, shows[i].value ? shows[i].value : shows[i].error);
		buf_addc(out, '\n');
	}
}

/* ---- fields ---- */

const char *device_text(const struct device *d, const struct device_field *f)
{
	return *(const char *const *)((const char *)d + f->offset);
}

int64_t device_number(const struct device *d, const struct device_field *f)
{
	return *(const int64_t *)((const char *)d + f->offset);
}

/* ---- for programs ---- */

/* A fleet has millions of fields, nearly all of them plain. */
static void json_text(struct buf *out, const char *text)
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

void text_number(struct buf *out, int64_t number)
{
	if (number >= 0 && number <= 9)
		buf_addc(out, (char)('0' + number));
	else
		buf_addf(out, "%" PRId64, number);
}

static void json_field(struct buf *out, const struct device *d, const struct device_field *f)
{
	buf_adds(out, ", \"");
	buf_adds(out, f->name);
	buf_adds(out, "\": ");
	if (f->type == DEVICE_TEXT)
		json_text(out, device_text(d, f));
	else
		text_number(out, device_number(d, f));
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
	buf_addf(out, ", \"received\": %" PRId64 ", \"xml\": ", one->received);
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

void device_json_answers(struct buf *out, const struct config *c, const struct state *s,
    const struct state_show *shows, size_t nshows, const char *query)
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
	for (size_t i = 0; i < nshows; i++) {
		if (!is_wanted(shows[i].query, query))
			continue;
		buf_adds(out, comma);
		json_show(out, &shows[i]);
		comma = ",";
	}
	buf_addc(out, ']');
}
