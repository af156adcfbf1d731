/* SPDX-License-Identifier: ISC */
/*
 * Statistics: the days of a month at a glance, and the files of all months (desk/stats.h) to be loaded, the running one
 * up to this moment.
 */
#include "base/date.h"
#include "desk/stats.h"
#include "pages/page.h"
#include "pages/pages.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MOST ((size_t)64 << 20) /* bytes of a file that is loaded here */
#define DAYS_MOST 31
#define GAUGES (sizeof(struct stats_gauges) / sizeof(int64_t))

static const char *const kinds[STATS_KINDS] = {
    [STATS_SERVER] = "server", [STATS_DEVICES] = "devices"};

/* ---- what is asked for ---- */

/* False: page_fail() was called. */
static bool open_source(struct page *p, struct stats_source *s)
{
	*s = (struct stats_source){.home = p->site->home,
	    .config = p->site->config,
	    .board = p->site->board,
	    .now = p->now};
	s->store = page_store(p);
	return s->store != NULL;
}

/* The running one when none is said. */
static bool read_month(struct page *p, int *month)
{
	const char *text = page_value(p, "month");
	*month = stats_month(p->now);
	if (!*text || stats_month_parse(text, month))
		return true;
	page_fail(p, 400, "A month is written as YYYY-MM, and from 1970 on: 2026-03.");
	return false;
}

/* ---- the days of a month ---- */

struct day {
	char text[STATS_DAY_SIZE + 1];
	int64_t counts[STATS_NCOUNTS]; /* of times the sum */
	int64_t gauges[GAUGES];        /* the last that are known */
	bool known;                    /* they are */
};

struct days {
	struct day list[DAYS_MOST];
	size_t count;
};

/* NULL: there are more than a month has. */
static struct day *find_day(struct days *d, const char *row)
{
	for (size_t i = 0; i < d->count; i++) {
		if (strncmp(d->list[i].text, row, STATS_DAY_SIZE) == 0)
			return &d->list[i];
	}
	if (d->count == DAYS_MOST)
		return NULL;
	struct day *day = &d->list[d->count++];
	memcpy(day->text, row, STATS_DAY_SIZE);
	return day;
}

static void add_counts(struct day *day, const char *row, size_t size)
{
	int64_t polls = 0, number;
	for (size_t i = 0; i < STATS_NCOUNTS; i++) {
		if (!stats_row_number(row, size, ';', i, &number))
			continue;
		if (i == STATS_POLLS)
			polls = number;
		day->counts[i] += i == STATS_MICROSECONDS ? number * polls : number;
	}
}

static void take_gauges(struct day *day, const char *row, size_t size)
{
	int64_t number;
	for (size_t i = 0; i < GAUGES; i++) {
		if (!stats_row_number(row, size, ';', STATS_NCOUNTS + i, &number))
			return;
		day->gauges[i] = number;
		day->known = true;
	}
}

static bool take_rows(void *context, const char *bytes, size_t size)
{
	struct days *d = context;
	const char *end = bytes + size, *next;
	for (; bytes < end; bytes = next) {
		const char *stop = memchr(bytes, '\r', (size_t)(end - bytes));
		size_t n = (size_t)((stop ? stop : end) - bytes);
		int64_t time;
		next = stop ? stop + 2 : end;
		struct day *day = stats_row_time(bytes, n, &time) ? find_day(d, bytes) : NULL;
		if (!day)
			continue;
		add_counts(day, bytes, n);
		take_gauges(day, bytes, n);
	}
	return true;
}

/* ---- the page ---- */

static void add_numbers(struct doc *d, const struct day *day)
{
	static const char *const counts[] = {
#define NAME(id, tally, column, help) column,
	    STATS_COUNTS(NAME)
#undef NAME
	};
	static const char *const gauges[] = {
#define NAME(name, help) #name,
	    STATS_GAUGES(NAME)
#undef NAME
	};
	for (size_t i = 0; i < STATS_NCOUNTS; i++) {
		int64_t value = day->counts[i];
		if (i == STATS_MICROSECONDS)
			value = day->counts[STATS_POLLS] ? value / day->counts[STATS_POLLS] : 0;
		doc_number(d, counts[i], value);
	}
	for (size_t i = 0; day->known && i < GAUGES; i++)
		doc_number(d, gauges[i], day->gauges[i]);
}

static void add_link(struct page *p, const char *name, int month, enum stats_kind kind,
    const char *day, const char *separator)
{
	char text[DATE_SIZE];
	doc_attr(p->doc, name,
	    page_url(p, "statistics.csv", "month", stats_month_text(month, text), "kind",
		kinds[kind], "day", day, "separator", separator, NULL));
}

static void add_days(struct page *p, const struct days *days, int month)
{
	struct day sum = {.known = false};
	int64_t most = 0;
	for (size_t i = 0; i < days->count; i++)
		most = days->list[i].counts[STATS_POLLS] > most ? days->list[i].counts[STATS_POLLS]
								: most;
	doc_open(p->doc, "days");
	doc_number(p->doc, "most", most);
	for (size_t i = 0; i < days->count; i++) {
		const struct day *day = &days->list[i];
		doc_open(p->doc, "day");
		doc_attr(p->doc, "day", day->text);
		add_numbers(p->doc, day);
		add_link(p, "href", month, STATS_DEVICES, day->text, NULL);
		doc_close(p->doc);
		for (size_t n = 0; n < STATS_NCOUNTS; n++)
			sum.counts[n] += day->counts[n];
	}
	doc_open(p->doc, "sum");
	add_numbers(p->doc, &sum);
	doc_close(p->doc);
	doc_close(p->doc);
}

static void add_file(struct page *p, const struct stats_month_files *m, enum stats_kind kind)
{
	char name[DATE_SIZE];
	bool running = m->month == stats_month(p->now);
	if (!m->files[kind].there && !running)
		return;
	doc_open(p->doc, "file");
	doc_attr(p->doc, "kind", kinds[kind]);
	doc_attr(p->doc, "name", stats_file_name(m->month, kind, name));
	if (m->files[kind].there)
		doc_number(p->doc, "size", (int64_t)m->files[kind].size);
	doc_flag(p->doc, "large", m->files[kind].size > FILE_MOST);
	add_link(p, "href", m->month, kind, NULL, NULL);
	add_link(p, "other-href", m->month, kind, NULL,
	    stats_usual_separator(p->site->config) == ';' ? "comma" : "semicolon");
	doc_close(p->doc);
}

static bool add_months(struct page *p, const struct stats_source *s, int month)
{
	struct stats_month_files *list;
	struct err e = {""};
	size_t count;
	char text[DATE_SIZE];
	if (!stats_months(s, &p->arena, &list, &count, &e)) {
		page_fail(p, 503, "The statistics cannot be read now: %s.", e.text);
		return false;
	}
	for (size_t i = 0; i < count; i++) {
		doc_open(p->doc, "month");
		doc_attr(p->doc, "name", stats_month_text(list[i].month, text));
		doc_flag(p->doc, "chosen", list[i].month == month);
		doc_flag(p->doc, "over", list[i].over);
		doc_flag(p->doc, "running", list[i].month == stats_month(p->now));
		for (int kind = 0; kind < STATS_KINDS; kind++)
			add_file(p, &list[i], (enum stats_kind)kind);
		doc_close(p->doc);
	}
	return true;
}

static bool add_all(struct page *p, int month)
{
	struct stats_source s;
	struct err e = {""};
	struct days *days = arena_alloc(&p->arena, sizeof *days);
	const struct stats_wish w = {.kind = STATS_SERVER,
	    .month = month,
	    .separator = ';',
	    .take = take_rows,
	    .context = days};
	if (!open_source(p, &s))
		return false;
	if (!stats_print(&s, &w, &e)) {
		page_fail(p, 503, "The statistics cannot be read now: %s.", e.text);
		return false;
	}
	add_days(p, days, month);
	return add_months(p, &s, month);
}

void page_stats(struct page *p)
{
	const struct config *c = p->site->config;
	char text[DATE_SIZE];
	int month;
	if (!read_month(p, &month))
		return;
	struct doc *d = page_begin(p, "statistics");
	doc_open(d, "statistics");
	doc_flag(d, "on", stats_are_on(c));
	if (stats_are_on(c)) {
		doc_attr(d, "month", stats_month_text(month, text));
		doc_attr(d, "folder", c->statistics_dir);
		doc_attr(d, "separator", c->statistics_separator);
		doc_number(d, "keep", c->statistics_keep);
		if (!add_all(p, month))
			return;
	}
	doc_close(d);
	page_show(p, "statistics");
}

/* ---- a file ---- */

struct loading {
	struct buf *out;
	bool large;
};

static bool take_bytes(void *context, const char *bytes, size_t size)
{
	struct loading *l = context;
	l->large = l->out->size + size > FILE_MOST;
	if (!l->large)
		buf_add(l->out, bytes, size);
	return !l->large;
}

/* One of the words; the first one when none is said. False: page_fail() was called. */
static bool read_word(
    struct page *p, const char *name, const char *const *words, size_t count, size_t *at)
{
	const char *text = page_value(p, name);
	for (*at = 0; *at < count; ++*at) {
		if (!*text || strcmp(text, words[*at]) == 0)
			return true;
	}
	page_fail(p, 400, "\"%s\" is %s or %s.", name, words[0], words[1]);
	return false;
}

static bool read_wish(struct page *p, struct stats_wish *w)
{
	static const char *const separators[] = {"", "semicolon", "comma"};
	size_t kind, separator = 0;
	int64_t begins;
	const char *day = page_value(p, "day");
	if (!read_month(p, &w->month) || !read_word(p, "kind", kinds, STATS_KINDS, &kind) ||
	    (*page_value(p, "separator") &&
		!read_word(p, "separator", separators + 1, 2, &separator)))
		return false;
	if (*day && !date_parse_day(day, &begins)) {
		page_fail(p, 400, "A day is written as YYYY-MM-DD, and from 1970 on: 2026-03-01.");
		return false;
	}
	w->kind = (enum stats_kind)kind;
	if (*page_value(p, "separator"))
		w->separator = separator ? ',' : ';';
	if (*day) {
		w->month = stats_month(begins);
		w->from = w->to = day;
	}
	return true;
}

static void answer(struct page *p, const struct stats_wish *w)
{
	char name[DATE_SIZE];
	stats_file_name(w->month, w->kind, name);
	page_download(p, "text/csv; charset=utf-8",
	    w->from ? arena_concat(&p->arena, w->from, name + STATS_MONTH_SIZE - 1) : name);
}

void page_stats_csv(struct page *p)
{
	struct stats_source s;
	struct err e = {""};
	struct loading l = {.out = &p->reply.body};
	struct stats_wish w = {.take = take_bytes, .context = &l};
	if (!read_wish(p, &w))
		return;
	if (!stats_are_on(p->site->config)) {
		page_fail(p, 404, "No statistics are kept (statistics/@dir is empty).");
		return;
	}
	if (!open_source(p, &s))
		return;
	if (stats_print(&s, &w, &e)) {
		answer(p, &w);
		return;
	}
	buf_reset(&p->reply.body);
	if (l.large)
		page_fail(p, 413,
		    "This is more than %zu MB: load it day by day, print it with `rollcall stats`, or take the file in %s.",
		    FILE_MOST >> 20, p->site->config->statistics_dir);
	else
		page_fail(p, 503, "The statistics cannot be read now: %s.", e.text);
}
