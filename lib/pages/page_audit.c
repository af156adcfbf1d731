/* SPDX-License-Identifier: ISC */
/*
 * Who did what, when: newest first, filtered by words, by kind, by days and by who. One request looks through a bounded part of the
 * entries; where it stops, a link goes on. It never stops within a second: times are where it goes on.
 */
#include "base/date.h"
#include "base/hex.h"
#include "base/limits.h"
#include "base/num.h"
#include "base/text.h"
#include "core/order.h"
#include "desk/cells.h"
#include "pages/page.h"
#include "pages/pages.h"
#include "pages/words.h"

#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define PAGE 200         /* entries that are shown */
#define SAME_SECOND 2000 /* ... and at most so many of one second more */
#define SCAN 50000       /* entries that a page looks through */
#define SCAN_FILE 100000 /* ... and a file */
#define KINDS_OF 2000    /* newest entries whose kinds can be chosen from */
#define KINDS 64
#define DIGITS "0123456789abcdefABCDEF"
#define WHO_PEOPLE "people"

/* ---- which ---- */

struct wanted {
	const char *kind; /* "": all */
	bool people;      /* not what the server did by itself */
	struct words words;
	int64_t from, before; /* the first second, and the one behind the last */
};

/* A day of UTC. False: page_fail() was called. */
static bool read_day(struct page *p, const char *name, int64_t *begins)
{
	const char *day = page_value(p, name);
	if (!*day || date_parse_day(day, begins))
		return true;
	page_fail(p, 400, "A day is written as YYYY-MM-DD, and from 1970 on: 2026-03-01.");
	return false;
}

static bool read_days(struct page *p, struct wanted *w)
{
	int64_t last = INT64_MAX - DATE_DAY;
	if (!read_day(p, "from", &w->from) || !read_day(p, "to", &last))
		return false;
	w->before = last + DATE_DAY < w->before ? last + DATE_DAY : w->before;
	return true;
}

static bool read_wanted(struct page *p, struct wanted *w)
{
	const char *before = page_value(p, "before");
	long time = LONG_MAX;
	*w = (struct wanted){
	    .kind = page_value(p, "kind"), .people = strcmp(page_value(p, "who"), WHO_PEOPLE) == 0};
	if (*before && !num_parse(before, 0, LONG_MAX, &time)) {
		page_fail(p, 400, "A moment is a number of seconds since 1970.");
		return false;
	}
	w->before = *before ? (int64_t)time : INT64_MAX;
	return read_days(p, w) && words_read(p, &w->words);
}

static bool has_word(struct arena *a, const struct audit *e, const char *word)
{
	return strstr(arena_lower(a, e->who), word) || strstr(arena_lower(a, e->what), word) ||
	       strstr(arena_lower(a, e->sn), word) || strstr(arena_lower(a, e->text), word);
}

static bool is_wanted(struct arena *a, const struct wanted *w, const struct audit *e)
{
	if (*w->kind && strcmp(w->kind, e->what) != 0)
		return false;
	if (w->people && strcmp(e->who, ORDER_SERVER) == 0)
		return false;
	for (size_t i = 0; i < w->words.count; i++) {
		if (!has_word(a, e, w->words.list[i]))
			return false;
	}
	return true;
}

/* ---- looking through ---- */

struct scan {
	struct page *page;
	struct arena scratch; /* of one entry */
	const struct wanted *wanted;
	void (*found)(struct page *p, const struct audit *e);
	size_t most, most_found; /* entries to look through, and to find */
	size_t looked, count;    /* so far */
	size_t hidden;           /* found within one second, and too many */
	int64_t last;            /* time of the last one */
	bool more;               /* there are older ones */
};

static void take_one(struct scan *s, const struct audit *e)
{
	if (!is_wanted(&s->scratch, s->wanted, e))
		return;
	if (s->count >= s->most_found + SAME_SECOND) {
		s->hidden++;
		return;
	}
	s->count++;
	s->found(s->page, e);
}

static bool take(void *context, const struct audit *e)
{
	struct scan *s = context;
	if (e->time < s->wanted->from)
		return false;
	bool enough = s->looked >= s->most || s->count >= s->most_found;
	if (enough && e->time != s->last) {
		s->more = true;
		return false;
	}
	take_one(s, e);
	s->looked++;
	s->last = e->time;
	arena_reset(&s->scratch);
	return true;
}

/* False: page_fail() was called. */
static bool look(struct page *p, struct scan *s)
{
	struct err e = {""};
	struct store *store = page_store(p);
	if (!store)
		return false;
	bool ok = store_begin(store, &e);
	if (ok) {
		store_audit_each(store, &s->scratch, s->wanted->before, take, s);
		ok = store_end(store, &e);
	}
	arena_free(&s->scratch);
	if (!ok)
		page_fail(p, 503, "The audit cannot be read now: %s.", e.text);
	return ok;
}

/* ---- the kinds that there are ---- */

struct kinds {
	struct arena *arena, scratch;
	const char *list[KINDS];
	size_t count, looked;
};

static bool take_kind(void *context, const struct audit *e)
{
	struct kinds *k = context;
	size_t i = 0;
	while (i < k->count && strcmp(k->list[i], e->what) != 0)
		i++;
	if (i == k->count && i < KINDS)
		k->list[k->count++] = arena_strdup(k->arena, e->what);
	arena_reset(&k->scratch);
	return ++k->looked < KINDS_OF;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Also the chosen one, though nothing of it was done lately. */
static bool add_kinds(struct page *p, const struct wanted *w)
{
	struct kinds k = {.arena = &p->arena};
	struct err e = {""};
	if (*w->kind)
		k.list[k.count++] = w->kind;
	bool ok = store_begin(p->site->store, &e);
	if (ok) {
		store_audit_each(p->site->store, &k.scratch, INT64_MAX, take_kind, &k);
		ok = store_end(p->site->store, &e);
	}
	arena_free(&k.scratch);
	if (!ok) {
		page_fail(p, 503, "The audit cannot be read now: %s.", e.text);
		return false;
	}
	qsort(k.list, k.count, sizeof *k.list, by_name);
	for (size_t i = 0; i < k.count; i++)
		doc_leaf(p->doc, "kind", k.list[i]);
	return true;
}

/* ---- the page ---- */

/* Digests stand by themselves, so that they can be shown short; serial numbers have fewer digits. */
static void show_text(struct doc *d, const char *text)
{
	const char *shown = text;
	while (*(text += strcspn(text, DIGITS))) {
		size_t n = strspn(text, DIGITS);
		if (n >= HEX_SHA256) {
			doc_bytes(d, shown, (size_t)(text - shown));
			doc_open(d, "digest");
			doc_bytes(d, text, n);
			doc_close(d);
			shown = text + n;
		}
		text += n;
	}
	doc_text(d, shown);
}

static void show_entry(struct page *p, const struct audit *e)
{
	struct doc *d = p->doc;
	doc_open(d, "entry");
	doc_time(d, "time", e->time);
	doc_attr(d, "who", e->who);
	doc_attr(d, "what", e->what);
	if (*e->sn)
		doc_attr(d, "sn", e->sn);
	show_text(d, e->text);
	doc_close(d);
}

/* The same search elsewhere: from another moment on, or as a file. */
static void add_address(struct page *p, const char *name, const char *path, const char *before)
{
	static const char *const kept[] = {"q", "kind", "who", "from", "to"};
	const char *pairs[2 * sizeof kept / sizeof *kept + 3], **to = pairs;
	for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
		const char *value = page_value(p, kept[i]);
		*to++ = kept[i];
		*to++ = *value ? value : NULL;
	}
	*to++ = "before";
	*to++ = before;
	*to = NULL;
	doc_attr(p->doc, name, page_url_list(p, path, pairs));
}

static void add_end(struct page *p, const struct scan *s)
{
	struct doc *d = p->doc;
	doc_number(d, "looked", (int64_t)s->looked);
	doc_number(d, "count", (int64_t)s->count);
	if (s->hidden)
		doc_number(d, "hidden", (int64_t)s->hidden);
	if (!s->more)
		return;
	add_address(p, "older-href", "audit", arena_printf(&p->arena, "%" PRId64, s->last));
	doc_time(d, "last", s->last);
	doc_flag(d, "partial", s->looked >= s->most && s->count < s->most_found);
}

static void add_days(struct page *p, const struct wanted *w)
{
	static const char *const names[] = {"from", "to"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const char *day = page_value(p, names[i]);
		doc_attr(p->doc, names[i], *day ? day : NULL);
	}
	if (*page_value(p, "before"))
		doc_time(p->doc, "before", w->before);
}

void page_audit(struct page *p)
{
	struct wanted w;
	if (!read_wanted(p, &w))
		return;
	struct doc *d = page_begin(p, "audit");
	struct scan s = {
	    .page = p, .wanted = &w, .found = show_entry, .most = SCAN, .most_found = PAGE};
	const char *before = page_value(p, "before");
	doc_open(d, "audit");
	doc_attr(d, "q", page_value(p, "q"));
	doc_attr(d, "kind", w.kind);
	doc_attr(d, "who", w.people ? WHO_PEOPLE : NULL);
	add_days(p, &w);
	add_address(p, "newest-href", "audit", NULL);
	add_address(p, "csv-href", "audit.csv", *before ? before : NULL);
	if (!look(p, &s) || !add_kinds(p, &w))
		return;
	add_end(p, &s);
	doc_close(d);
	page_show(p, "audit");
}

/* ---- the same as a file ---- */

static void write_entry(struct page *p, const struct audit *e)
{
	struct buf *out = &p->reply.body;
	const char *const texts[] = {e->who, e->what, e->sn, e->text};
	cell_moment(out, e->time);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		buf_addc(out, ',');
		cell_csv(out, texts[i]);
	}
	buf_adds(out, "\r\n");
}

void page_audit_csv(struct page *p)
{
	struct wanted w;
	if (!read_wanted(p, &w))
		return;
	struct scan s = {.page = p,
	    .wanted = &w,
	    .found = write_entry,
	    .most = SCAN_FILE,
	    .most_found = SCAN_FILE};
	buf_adds(&p->reply.body, "time,who,what,device,text\r\n");
	if (!look(p, &s))
		return;
	if (s.more) {
		const struct audit rest = {.time = s.last,
		    .who = "",
		    .what = "",
		    .sn = "",
		    .text = "older entries were not looked at: ask for those before this moment"};
		write_entry(p, &rest);
	}
	page_download(p, "text/csv; charset=utf-8", "rollcall-audit.csv");
}
