/* SPDX-License-Identifier: ISC */
#include "tools/rollcall/device_text.h"

#include "base/json.h"
#include "base/num.h"
#include "base/text.h"

#include <inttypes.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

/* ---- for people ---- */

void cell_add(struct buf *out, const char *text)
{
	size_t n = strlen(text), room = 4 * n + 1;
	if (text_is_plain(text, n))
		buf_add(out, text, n);
	else
		buf_took(out, text_clean(buf_want(out, room), room, text, n));
}

/* The first byte of a letter? */
static bool begins_letter(char c)
{
	return (c & 0xc0) != 0x80;
}

/* How many letters; all of them are one column wide, as nearly all are. */
static size_t letters(const char *s, size_t n)
{
	size_t count = 0;
	for (size_t i = 0; i < n; i++)
		count += begins_letter(s[i]);
	return count;
}

size_t cell_width(const char *text)
{
	return letters(text, strlen(text));
}

void cell_pad(struct buf *out, size_t from, size_t width)
{
	static const char blanks[] = "                                ";
	size_t wide = letters(buf_text(out) + from, out->size - from);
	while (wide < width) {
		size_t n = width - wide < sizeof blanks - 1 ? width - wide : sizeof blanks - 1;
		buf_add(out, blanks, n);
		wide += n;
	}
}

void cell_cut(struct buf *out, const char *text, size_t most)
{
	size_t from = out->size;
	cell_add(out, text);
	if (!most || letters(buf_text(out) + from, out->size - from) <= most)
		return;
	size_t count = 0;
	for (size_t i = from; i < out->size; i++) {
		count += begins_letter(out->data[i]);
		if (count == most) {
			out->size = i;
			break;
		}
	}
	buf_adds(out, "…");
}

/*
 * Where to break a line: behind the last blank that fits (which is dropped), else behind the first one;
 * 0: nowhere. Not within its first `indent` columns.
 */
static size_t break_at(const char *line, size_t n, size_t indent, size_t width)
{
	size_t at = 0, column = 0;
	for (size_t i = 0; i < n && !(column > width && at); i++) {
		column += begins_letter(line[i]);
		if (line[i] == ' ' && column > indent && (column <= width + 1 || !at))
			at = i + 1;
	}
	return column > width && at < n ? at : 0;
}

static void fold_line(struct buf *out, const char *line, size_t n, size_t indent, size_t width)
{
	size_t room = width, hang = indent;
	for (size_t at; (at = break_at(line, n, hang, room)); line += at, n -= at) {
		size_t end = at;
		while (end && line[end - 1] == ' ')
			end--;
		buf_add(out, line, end);
		buf_addc(out, '\n');
		cell_pad(out, out->size, indent);
		room = width - indent;
		hang = 0;
	}
	buf_add(out, line, n);
}

void cell_fold(struct buf *out, size_t from, size_t indent, size_t width)
{
	struct buf folded = {0};
	if (width < 2 * indent || out->size == from)
		return;
	const char *line = out->data + from, *end = out->data + out->size;
	for (const char *stop; line < end; line = stop) {
		stop = memchr(line, '\n', (size_t)(end - line));
		stop = stop ? stop + 1 : end;
		size_t n = (size_t)(stop - line);
		fold_line(&folded, line, n - (stop[-1] == '\n'), indent, width);
		buf_adds(&folded, stop[-1] == '\n' ? "\n" : "");
	}
	out->size = from;
	buf_add(out, folded.data, folded.size);
	buf_free(&folded);
}

size_t cell_terminal(void)
{
	struct winsize size = {0};
	if (!isatty(STDOUT_FILENO))
		return 0;
	return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col : 80;
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

static void add_value(struct buf *out, const struct state_show *one)
{
	if (!one->value) {
		buf_adds(out, "error: ");
		cell_add(out, one->error);
	} else {
		cell_add(out, *one->value ? one->value : "(nothing)");
	}
}

void device_text_shows(struct buf *out, const struct state *s, const char *query, size_t indent)
{
	size_t width = 0;
	for (size_t i = 0; i < s->nshows; i++) {
		size_t n = cell_width(s->shows[i].title);
		if (strcmp(s->shows[i].query, query) == 0 && n > width)
			width = n;
	}
	for (size_t i = 0; i < s->nshows; i++) {
		if (strcmp(s->shows[i].query, query) != 0)
			continue;
		cell_pad(out, out->size, indent);
		size_t from = out->size;
		cell_add(out, s->shows[i].title);
		cell_pad(out, from, width ? width + 2 : 0);
		add_value(out, &s->shows[i]);
		buf_addc(out, '\n');
	}
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
