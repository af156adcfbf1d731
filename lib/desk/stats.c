/* SPDX-License-Identifier: ISC */
/* What a file says, and what came since. */
#include "desk/stats.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AT_ONCE (64 << 10) /* bytes that are handed on together */

struct printing {
	const struct stats_source *source;
	const struct stats_wish *wish;
	char separator;
	struct buf out;
	int64_t last; /* of the file: where its last row begins; 0: there is none */
};

static bool flush(struct printing *p, size_t least)
{
	if (p->out.size <= least)
		return true;
	bool ok = p->wish->take(p->wish->context, p->out.data, p->out.size);
	buf_reset(&p->out);
	return ok;
}

/* Days are compared as texts. */
static bool is_wanted(const struct stats_wish *w, const char *row)
{
	return (!w->from || strncmp(row, w->from, STATS_DAY_SIZE) >= 0) &&
	       (!w->to || strncmp(row, w->to, STATS_DAY_SIZE) <= 0);
}

/* ---- from the file ---- */

static void note_time(struct printing *p, const struct stats_line *line)
{
	char day[DATE_SIZE];
	if (p->wish->kind == STATS_SERVER) {
		stats_row_time(line->row, line->size, &p->last);
		return;
	}
	snprintf(day, sizeof day, "%.*s", (int)STATS_DAY_SIZE, line->row);
	date_parse_day(day, &p->last);
}

static bool take_line(void *context, const struct stats_line *line)
{
	struct printing *p = context;
	note_time(p, line);
	if (is_wanted(p->wish, line->row))
		stats_convert(&p->out, line->row, line->size, line->separator, p->separator);
	return flush(p, AT_ONCE);
}

static bool print_file(struct printing *p, struct err *e)
{
	char *path = stats_path(p->source->home, p->source->config, p->wish->month, p->wish->kind);
	bool ok = stats_read(path, take_line, p, e);
	free(path);
	return ok;
}

/* ---- what came since ---- */

/* Adds rows as they are wanted. */
static bool take_rows(void *context, const char *bytes, size_t size)
{
	struct printing *p = context;
	const char *end = bytes + size, *next;
	for (; bytes < end; bytes = next) {
		next = memchr(bytes, '\n', (size_t)(end - bytes));
		next = next ? next + 1 : end;
		if (is_wanted(p->wish, bytes))
			buf_add(&p->out, bytes, (size_t)(next - bytes));
	}
	return flush(p, AT_ONCE);
}

static int64_t month_ends(const struct printing *p)
{
	return stats_month_begins(p->wish->month + 1);
}

static bool print_quarters(struct printing *p, struct err *e)
{
	const struct stats_source *s = p->source;
	int64_t now = s->now - s->now % STATS_QUARTER, ends = month_ends(p);
	int64_t begins = stats_month_begins(p->wish->month);
	struct stats_gauges gauges;
	struct buf rows = {0};
	struct stats_quarters q = {.from = p->last ? p->last + STATS_QUARTER : begins,
	    .until = ends < now + STATS_QUARTER ? ends : now + STATS_QUARTER,
	    .separator = p->separator};
	q.from = q.from < begins ? begins : q.from;
	q.last = s->board && q.until > now && q.until > q.from;
	if (q.last && !stats_gauge(s, &gauges, e))
		return false;
	q.gauges = q.last ? &gauges : NULL;
	bool ok = stats_add_quarters(s, &q, &rows, e) && take_rows(p, buf_text(&rows), rows.size);
	buf_free(&rows);
	return ok;
}

/* The day that is not over, or is and was not written yet. */
static bool print_day(struct printing *p, struct err *e)
{
	struct stats_day day;
	struct stats_devices d = {
	    .day = &day, .separator = p->separator, .take = take_rows, .context = p};
	if (!stats_day(p->source->home, &day, e))
		return false;
	if (!day.day || stats_month(day.day) != p->wish->month || p->last >= day.day)
		return true;
	return stats_devices(p->source, &d, e);
}

bool stats_print(const struct stats_source *s, const struct stats_wish *w, struct err *e)
{
	struct printing p = {.source = s, .wish = w, .separator = w->separator};
	if (!p.separator)
		p.separator = stats_usual_separator(s->config);
	stats_head(&p.out, w->kind, p.separator);
	bool ok = print_file(&p, e) &&
		  (w->kind == STATS_SERVER ? print_quarters(&p, e) : print_day(&p, e)) &&
		  flush(&p, 0);
	buf_free(&p.out);
	return ok;
}
