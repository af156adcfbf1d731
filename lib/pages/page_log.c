/* SPDX-License-Identifier: ISC */
/*
 * What devices logged, and what they reported as alarms: newest first, filtered, from a time to a time, as a file; and
 * what is added while somebody looks (templates/rollcall.js, "log"). Where a page ends and the next one begins is a
 * place in the files (home/logread.h), so nothing is shown twice or left out while they grow and are rotated.
 */
#include "base/date.h"
#include "base/limits.h"
#include "base/num.h"
#include "desk/logs.h"
#include "pages/page.h"
#include "pages/pages.h"
#include "pages/whose.h"
#include "pages/words.h"

#include <inttypes.h>
#include <limits.h>
#include <string.h>

#define PAGE 200         /* entries that are shown */
#define FILE_MOST 200000 /* entries of a file; LOGS_SCAN bounds it, too */
#define CLOCK_OFF 5      /* seconds; a clock that is wrong by more is shown */

/* ---- what is looked for ---- */

static const char *const kept[] = {"kind", "q", "whose", "last", "from", "to"};
#define NKEPT (sizeof kept / sizeof *kept)

static const char *const lasts[] = {"15m", "1h", "24h", "7d"};

struct wanted {
	struct logs_query query;
	struct words words;
	struct logplace before, after;
	int64_t since, until; /* 0: any time */
	bool alarms;
};

/* A moment as a field of a form has it (UTC, without saying so), or as `rollcall logs` takes it. */
static bool read_moment(struct page *p, const char *name, int64_t *out)
{
	struct err e = {""};
	const char *text = page_value(p, name);
	size_t n = strlen(text);
	if (!n)
		return true;
	if (n > 10 && text[10] == 'T' && (n == 16 || n == 19))
		text = arena_concat(&p->arena, text, n == 16 ? ":00Z" : "Z");
	if (logs_time(text, p->now, out, &e))
		return true;
	page_fail(p, 400, "%s.", e.text);
	return false;
}

static bool read_times(struct page *p, struct wanted *w)
{
	const char *last = page_value(p, "last");
	struct err e = {""};
	for (size_t i = 0; i < sizeof lasts / sizeof *lasts; i++) {
		if (strcmp(last, lasts[i]) == 0)
			logs_time(last, p->now, &w->since, &e);
	}
	if (!read_moment(p, "from", &w->since) || !read_moment(p, "to", &w->until))
		return false;
	w->query.since = w->since;
	w->query.until = w->until ? w->until : INT64_MAX;
	return true;
}

/* "1234.5678"; "": none. False: page_fail() was called. */
static bool read_place(
    struct page *p, const char *name, struct logplace *out, const struct logplace **used)
{
	const char *text = page_value(p, name), *dot = strchr(text, '.');
	long file, at;
	if (!*text)
		return true;
	if (!dot ||
	    !num_parse(arena_strndup(&p->arena, text, (size_t)(dot - text)), 0, LONG_MAX, &file) ||
	    !num_parse(dot + 1, 0, LONG_MAX, &at)) {
		page_fail(p, 400, "This is no place in a log.");
		return false;
	}
	*out = (struct logplace){.file = (unsigned long long)file, .at = at};
	*used = out;
	return true;
}

/* False: page_fail() was called. */
static bool read_wanted(struct page *p, struct wanted *w, size_t most)
{
	const char *whose = page_value(p, "whose");
	*w = (struct wanted){.alarms = strcmp(page_value(p, "kind"), "alarm") == 0};
	if (!words_read(p, &w->words) || !read_times(p, w) ||
	    !read_place(p, "before", &w->before, &w->query.before) ||
	    !read_place(p, "after", &w->after, &w->query.after))
		return false;
	w->query.alarms = w->alarms;
	w->query.words = w->words.list;
	w->query.nwords = w->words.count;
	w->query.from = *whose ? whose : NULL;
	w->query.most = most;
	return true;
}

static bool find(struct page *p, const struct wanted *w, struct logs *found)
{
	struct err e = {""};
	if (logs_find(p->site->home, p->site->config, &p->arena, &w->query, found, &e))
		return true;
	page_fail(p, 503, "The log cannot be read now: %s.", e.text);
	return false;
}

/* ---- addresses ---- */

static const char *place_text(struct page *p, struct logplace place)
{
	return arena_printf(&p->arena, "%llu.%lld", place.file, place.at);
}

/* The same search elsewhere; NAME=VALUE goes along, NULL: nothing does. */
static const char *address(struct page *p, const char *path, const char *name, const char *value)
{
	const char *pairs[2 * NKEPT + 3], **to = pairs;
	for (size_t i = 0; i < NKEPT; i++) {
		*to++ = kept[i];
		*to++ = *page_value(p, kept[i]) ? page_value(p, kept[i]) : NULL;
	}
	if (name) {
		*to++ = name;
		*to++ = value;
	}
	*to = NULL;
	return page_url_list(p, path, pairs);
}

/* ---- rows ---- */

static bool is_off(const struct entry *e)
{
	return e->time - e->received > CLOCK_OFF || e->received - e->time > CLOCK_OFF;
}

static void add_entry(
    struct page *p, const struct entry *e, struct logplace place, const struct whose *w)
{
	struct doc *d = p->doc;
	doc_open(d, "entry");
	doc_attr(d, "place", place_text(p, place));
	doc_time(d, "at", e->received);
	if (e->time && is_off(e))
		doc_time(d, "clock", e->time);
	doc_flag(d, "unset", !e->time);
	whose_add(p, w);
	doc_attr(d, "address", e->address);
	doc_attr(d, "event", e->event);
	doc_leaf(d, "text", e->text);
	for (size_t i = 0; i < e->nmore; i++) {
		doc_open(d, "more");
		doc_attr(d, "name", e->more[i].name);
		doc_text(d, e->more[i].value);
		doc_close(d);
	}
	doc_close(d);
}

/* False: page_fail() was called. */
static bool add_entries(struct page *p, const struct logs *found)
{
	struct whose *whose = arena_calloc(&p->arena, found->count + 1, sizeof *whose);
	for (size_t i = 0; i < found->count; i++)
		whose[i] = (struct whose){
		    .from = found->list[i].from, .serial = entry_get(&found->list[i], "serial")};
	if (found->count && !whose_find(p, whose, found->count))
		return false;
	for (size_t i = 0; i < found->count; i++)
		add_entry(p, &found->list[i], found->places[i], &whose[i]);
	return true;
}

/* ---- the page ---- */

/* As a field of a form has it. */
static void add_moment(struct doc *d, const char *name, int64_t when)
{
	char text[DATE_SIZE];
	if (!when)
		return;
	date_second(when, text);
	doc_attrf(d, name, "%.19s", text);
}

static void add_asked(struct page *p, const struct wanted *w)
{
	struct doc *d = p->doc;
	doc_attr(d, "kind", w->alarms ? "alarm" : "log");
	doc_attr(d, "q", page_value(p, "q"));
	doc_attr(d, "whose", page_value(p, "whose"));
	doc_attr(d, "last", page_value(p, "last"));
	add_moment(d, "from", *page_value(p, "from") ? w->since : 0);
	add_moment(d, "to", w->until);
	doc_flag(d, "narrowed", w->words.count || w->query.from || w->since || w->until);
	doc_flag(d, "back", w->query.before != NULL);
	doc_attr(d, "newest-href", address(p, "log", NULL, NULL));
	doc_attr(d, "text-href", address(p, "log/file", NULL, NULL));
	doc_attr(d, "csv-href", address(p, "log/file", "as", "csv"));
	for (size_t i = 0; i < sizeof lasts / sizeof *lasts; i++)
		doc_leaf(d, "last", lasts[i]);
}

/* Where more is: what is older, and what will be newer. */
static void add_ends(struct page *p, const struct wanted *w, const struct logs *found)
{
	struct doc *d = p->doc;
	doc_attr(d, "newest", place_text(p, found->newest));
	if (!w->query.before && !w->until)
		doc_attr(d, "rows-href", address(p, "log/rows", NULL, NULL));
	if (found->more)
		doc_attr(d, "older-href", address(p, "log", "before", place_text(p, found->next)));
	doc_flag(d, "partial", found->partial);
	if (*found->problem)
		doc_attr(d, "problem", found->problem);
}

void page_log(struct page *p)
{
	struct wanted w;
	struct logs found;
	if (!read_wanted(p, &w, PAGE) || !find(p, &w, &found))
		return;
	struct doc *d = page_begin(p, "log");
	doc_open(d, "log");
	add_asked(p, &w);
	add_ends(p, &w, &found);
	if (!add_entries(p, &found))
		return;
	doc_close(d);
	page_show(p, "log");
}

/* What came after `after`; 204: nothing at all did. */
void page_log_rows(struct page *p)
{
	struct wanted w;
	struct logs found;
	if (!read_wanted(p, &w, PAGE) || !find(p, &w, &found))
		return;
	if (w.query.after && strcmp(place_text(p, found.newest), page_value(p, "after")) == 0) {
		p->reply.status = 204;
		return;
	}
	struct doc *d = page_begin(p, "log");
	doc_open(d, "log");
	doc_attr(d, "kind", w.alarms ? "alarm" : "log");
	doc_attr(d, "newest", place_text(p, found.newest));
	doc_flag(d, "more", found.more);
	if (!add_entries(p, &found))
		return;
	doc_close(d);
	page_show(p, "log-rows");
}

/* ---- the same as a file ---- */

static void write_entry(struct buf *out, const struct entry *e, bool csv)
{
	if (csv)
		logs_csv(out, e);
	else
		entry_print(out, e);
}

/* The oldest first. */
static void write_entries(struct buf *out, const struct logs *found, bool csv)
{
	if (csv)
		logs_csv(out, NULL);
	if (found->more && found->count) {
		const struct entry rest = {.received = found->list[found->count - 1].received,
		    .from = "",
		    .address = "",
		    .event = "",
		    .text = "older entries are left out here: ask for those before this moment"};
		write_entry(out, &rest, csv);
	}
	for (size_t i = found->count; i-- > 0;)
		write_entry(out, &found->list[i], csv);
}

void page_log_file(struct page *p)
{
	struct wanted w;
	struct logs found;
	bool csv = strcmp(page_value(p, "as"), "csv") == 0;
	if (!read_wanted(p, &w, FILE_MOST) || !find(p, &w, &found))
		return;
	if (*found.problem) {
		page_fail(p, 503, "The log cannot be read now: %s.", found.problem);
		return;
	}
	write_entries(&p->reply.body, &found, csv);
	page_download(p, csv ? "text/csv; charset=utf-8" : "text/plain; charset=utf-8",
	    arena_concat(
		&p->arena, "rollcall-", w.alarms ? "alarm" : "log", csv ? ".csv" : ".txt"));
}
