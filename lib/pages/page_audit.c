/* SPDX-License-Identifier: ISC */
/*
 * Who did what, when: newest first, filtered by words and by kind. One request looks through a bounded part of the
 * entries; where it stops, a link goes on. It never stops within a second: times are where it goes on.
 */
#include "base/limits.h"
#include "base/num.h"
#include "base/text.h"
#include "desk/cells.h"
#include "pages/page.h"
#include "pages/pages.h"

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

/* ---- which ---- */

struct wanted {
	const char *kind;                      /* "": all */
	const char *words[LIMIT_FILTER_WORDS]; /* in lower case; each must be in it */
	size_t count;
	int64_t before;
};

/* False: page_fail() was called. */
static bool read_words(struct page *p, struct wanted *w)
{
	const char *at = arena_lower(&p->arena, page_value(p, "q"));
	while (*(at += strspn(at, " \t\r\n"))) {
		size_t n = strcspn(at, " \t\r\n");
		if (w->count == LIMIT_FILTER_WORDS || n > LIMIT_FILTER_WORD) {
			page_fail(p, 400, "A search has at most %d words of %d letters each.",
			    LIMIT_FILTER_WORDS, LIMIT_FILTER_WORD);
			return false;
		}
		w->words[w->count++] = arena_strndup(&p->arena, at, n);
		at += n;
	}
	return true;
}

static bool read_wanted(struct page *p, struct wanted *w)
{
	const char *before = page_value(p, "before");
	long time = LONG_MAX;
	*w = (struct wanted){.kind = page_value(p, "kind")};
	if (*before && !num_parse(before, 0, LONG_MAX, &time)) {
		page_fail(p, 400, "A moment is a number of seconds since 1970.");
		return false;
	}
	w->before = *before ? (int64_t)time : INT64_MAX;
	return read_words(p, w);
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
	for (size_t i = 0; i < w->count; i++) {
		if (!has_word(a, e, w->words[i]))
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

static void show_entry(struct page *p, const struct audit *e)
{
	struct doc *d = p->doc;
	doc_open(d, "entry");
	doc_time(d, "time", e->time);
	doc_attr(d, "who", e->who);
	doc_attr(d, "what", e->what);
	if (*e->sn)
		doc_attr(d, "sn", e->sn);
	doc_text(d, e->text);
	doc_close(d);
}

/* The same search elsewhere: from another moment on, or as a file. */
static void add_address(struct page *p, const char *name, const char *path, const char *before)
{
	const char *q = page_value(p, "q"), *kind = page_value(p, "kind");
	doc_attr(p->doc, name,
	    page_url(
		p, path, "q", *q ? q : NULL, "kind", *kind ? kind : NULL, "before", before, NULL));
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
	if (w.before != INT64_MAX)
		doc_time(d, "before", w.before);
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
