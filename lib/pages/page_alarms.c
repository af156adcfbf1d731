/* SPDX-License-Identifier: ISC */
/*
 * Alarms: those that are active first, filtered, page by page, as a file; and taking note of them. Everything that the
 * list was asked for stands in its address.
 */
#include "pages/page_alarms.h"

#include "base/limits.h"
#include "base/num.h"
#include "base/pct.h"
#include "desk/cells.h"
#include "pages/pages.h"
#include "pages/whose.h"
#include "pages/words.h"

#include <inttypes.h>
#include <limits.h>
#include <string.h>

#define PER 100          /* on one page */
#define MATCHING 10000   /* that are noted at once */
#define FILE_MOST 100000 /* in a file */

/* ---- which ---- */

/* Of the query, or of the form that carries them on. */
static const char *const kept[] = {"q", "show", "severity", "sn"};
#define NKEPT (sizeof kept / sizeof *kept)

/* What `show` and `severity` may be; what they are not counts as the first. */
static const struct show {
	const char *name;
	bool all, unnoted;
} shows[] = {{"", false, false}, {"unnoted", false, true}, {"all", true, false}};
static const struct severity {
	const char *name;
	int64_t least;
} severities[] = {
    {"", ALARM_MINOR}, {"indeterminate", ALARM_INDETERMINATE}, {"major", ALARM_MAJOR}};

struct wanted {
	struct alarms_query query;
	struct words words;
	const char *show, *severity;
	const char *sn;     /* only of this device; NULL: of all */
	struct whose whose; /* what is known of it */
	long page;          /* from 1 */
};

/* It calls itself by its hardware id. False: page_fail() was called. */
static bool read_device(struct page *p, struct wanted *w)
{
	const char *sn = page_value(p, "sn");
	if (!*sn)
		return true;
	if (!req_is_serial(sn)) {
		page_fail(p, 400, "A serial number is made of letters, digits and dashes.");
		return false;
	}
	w->sn = sn;
	w->whose = (struct whose){.from = sn, .serial = sn};
	if (!whose_find(p, &w->whose, 1))
		return false;
	const struct roster_row *row = roster_find(p->site->roster, sn);
	w->query.serial = sn;
	if (row && *row->device.hwid)
		w->query.from = arena_strdup(&p->arena, row->device.hwid);
	return true;
}

/* False: page_fail() was called. */
static bool read_wanted(struct page *p, struct wanted *w)
{
	const struct show *show = shows;
	const struct severity *severity = severities;
	*w = (struct wanted){.page = 1};
	for (size_t i = 0; i < sizeof shows / sizeof *shows; i++) {
		if (strcmp(page_value(p, "show"), shows[i].name) == 0)
			show = &shows[i];
	}
	for (size_t i = 0; i < sizeof severities / sizeof *severities; i++) {
		if (strcmp(page_value(p, "severity"), severities[i].name) == 0)
			severity = &severities[i];
	}
	num_parse(page_value(p, "page"), 1, LIMIT_ALARMS, &w->page);
	if (!words_read(p, &w->words) || !read_device(p, w))
		return false;
	w->show = show->name;
	w->severity = severity->name;
	w->query.words = w->words.list;
	w->query.nwords = w->words.count;
	w->query.all = show->all;
	w->query.unnoted = show->unnoted;
	w->query.least = severity->least;
	return true;
}

/* The same list elsewhere: another page (0: the first), or as a file. */
static const char *address(struct page *p, const char *path, long page)
{
	const char *pairs[2 * NKEPT + 3], **to = pairs;
	for (size_t i = 0; i < NKEPT; i++) {
		const char *value = page_value(p, kept[i]);
		*to++ = kept[i];
		*to++ = *value ? value : NULL;
	}
	*to++ = "page";
	*to++ = page > 1 ? arena_printf(&p->arena, "%ld", page) : NULL;
	*to = NULL;
	return page_url_list(p, path, pairs);
}

/* ---- the page ---- */

/* What the form of the list carries on. */
static void add_fields(struct page *p, const struct wanted *w)
{
	for (size_t i = 0; i < NKEPT; i++) {
		if (!*page_value(p, kept[i]))
			continue;
		doc_open(p->doc, "field");
		doc_attr(p->doc, "name", kept[i]);
		doc_attr(p->doc, "value", page_value(p, kept[i]));
		doc_close(p->doc);
	}
	if (w->page < 2)
		return;
	doc_open(p->doc, "field");
	doc_attr(p->doc, "name", "page");
	doc_number(p->doc, "value", w->page);
	doc_close(p->doc);
}

static void add_device(struct page *p, const struct wanted *w)
{
	if (!w->sn)
		return;
	const char *without =
	    page_url(p, "alarms", "q", *page_value(p, "q") ? page_value(p, "q") : NULL, "show",
		*w->show ? w->show : NULL, "severity", *w->severity ? w->severity : NULL, NULL);
	doc_open(p->doc, "of");
	whose_add(p, &w->whose);
	doc_attr(p->doc, "without-href", without);
	doc_close(p->doc);
}

static void add_steps(struct page *p, const struct wanted *w, long pages)
{
	struct doc *d = p->doc;
	doc_open(d, "steps");
	doc_number(d, "page", w->page);
	doc_number(d, "pages", pages);
	if (w->page > 1)
		doc_attr(d, "newer-href", address(p, "alarms", w->page - 1));
	if (w->page < pages)
		doc_attr(d, "older-href", address(p, "alarms", w->page + 1));
	doc_close(d);
}

/* One behind the last page becomes that: what was noted may be gone from it. */
static bool find_page(struct page *p, struct wanted *w, struct alarms *all, long *pages)
{
	w->query.most = PER;
	w->query.skip = (size_t)(w->page - 1) * PER;
	if (!alarms_page_find(p, &w->query, all))
		return false;
	*pages = all->matches ? (long)((all->matches - 1) / PER) + 1 : 1;
	if (w->page <= *pages)
		return true;
	w->page = *pages;
	w->query.skip = (size_t)(w->page - 1) * PER;
	return alarms_page_find(p, &w->query, all);
}

void page_alarms(struct page *p)
{
	struct wanted w;
	struct alarms all;
	long pages;
	if (!read_wanted(p, &w) || !find_page(p, &w, &all, &pages))
		return;
	struct doc *d = page_begin(p, "alarms");
	doc_open(d, "alarms");
	doc_attr(d, "q", page_value(p, "q"));
	doc_attr(d, "show", w.show);
	doc_attr(d, "severity", w.severity);
	doc_number(d, "matches", (int64_t)all.matches);
	alarms_page_counts(p, &all);
	doc_attr(d, "csv-href", address(p, "alarms.csv", 0));
	add_fields(p, &w);
	add_device(p, &w);
	if (!alarms_page_add(p, &all))
		return;
	if (pages > 1)
		add_steps(p, &w, pages);
	doc_close(d);
	page_show(p, "alarms");
}

/* ---- the same as a file ---- */

static void add_moment(struct buf *out, int64_t when)
{
	buf_addc(out, ',');
	if (when)
		cell_moment(out, when);
}

static void write_one(struct buf *out, const struct alarm *a, const struct whose *w)
{
	const char *const before[] = {alarms_state(a), alarm_severity_word(a->severity), a->from,
	    w->sn, w->name, a->code, a->source, a->text};
	const int64_t times[] = {a->first, a->last, a->raised, a->cleared, a->acked};
	const char *const behind[] = {a->acked_by, a->note, a->address, a->serial, a->details};
	for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
		if (i)
			buf_addc(out, ',');
		cell_csv(out, before[i]);
	}
	buf_addf(out, ",%" PRId64, a->count);
	for (size_t i = 0; i < sizeof times / sizeof *times; i++)
		add_moment(out, times[i]);
	for (size_t i = 0; i < sizeof behind / sizeof *behind; i++) {
		buf_addc(out, ',');
		cell_csv(out, behind[i]);
	}
	buf_adds(out, "\r\n");
}

void page_alarms_csv(struct page *p)
{
	struct wanted w;
	struct alarms all;
	if (!read_wanted(p, &w))
		return;
	w.query.most = FILE_MOST;
	if (!alarms_page_find(p, &w.query, &all))
		return;
	struct whose *whose = arena_calloc(&p->arena, all.count + 1, sizeof *whose);
	for (size_t i = 0; i < all.count; i++)
		whose[i] = (struct whose){.from = all.list[i].from, .serial = all.list[i].serial};
	if (!whose_find(p, whose, all.count))
		return;
	buf_adds(&p->reply.body,
	    "state,severity,whose,device,name,code,source,text,times,first,last,raised,cleared,"
	    "noted,noted by,note,address,serial,details\r\n");
	for (size_t i = 0; i < all.count; i++)
		write_one(&p->reply.body, &all.list[i], &whose[i]);
	page_download(p, "text/csv; charset=utf-8", "rollcall-alarms.csv");
}

/* ---- taking note ---- */

/* A part of a key, "IP24-1d-00-8d:c0ffee:1700000000"; NULL: it is none. Arena. */
static const char *part_of(struct page *p, const char **at)
{
	size_t n = strcspn(*at, ":"), size;
	char *out = arena_alloc(&p->arena, n + 1);
	if (!pct_decode(out, *at, n, &size) || !size)
		return NULL;
	*at += n + ((*at)[n] == ':');
	return out;
}

static bool read_key(struct page *p, const char *key, struct alarm_name *out)
{
	long raised;
	out->from = part_of(p, &key);
	out->code = out->from ? part_of(p, &key) : NULL;
	if (!out->code || !num_parse(key, 0, LONG_MAX, &raised))
		return false;
	out->raised = raised;
	const char *id = alarm_id(&p->arena, out->from, out->code);
	return alarm_is_id(id, strlen(id));
}

struct noting {
	struct page *p;
	struct alarm_name *names;
	size_t count;
	bool acked;
	const char *note;
};

/* False: page_fail() was called. */
static bool read_ticked(struct noting *n)
{
	const struct form *f = &n->p->request.form;
	n->names = arena_calloc(&n->p->arena, f->count + 1, sizeof *n->names);
	for (size_t i = 0; i < f->count; i++) {
		if (strcmp(f->list[i].name, "alarm") != 0)
			continue;
		if (!read_key(n->p, f->list[i].value, &n->names[n->count++])) {
			page_fail(n->p, 400,
			    "This is no alarm: nothing was changed. Load the list anew and try again.");
			return false;
		}
	}
	return true;
}

/* All that the list finds, on other pages, too; not what came after it was looked at. False: page_fail() was called. */
static bool read_matching(struct noting *n)
{
	struct wanted w;
	struct alarms all;
	long made;
	if (!num_parse(page_value(n->p, "made"), 1, LONG_MAX, &made)) {
		page_fail(n->p, 400, "The form does not say when the list was made.");
		return false;
	}
	if (!read_wanted(n->p, &w))
		return false;
	w.query.until = made;
	w.query.most = MATCHING;
	if (!alarms_page_find(n->p, &w.query, &all))
		return false;
	n->names = arena_calloc(&n->p->arena, all.count + 1, sizeof *n->names);
	for (size_t i = 0; i < all.count; i++)
		n->names[n->count++] =
		    (struct alarm_name){all.list[i].from, all.list[i].code, all.list[i].raised};
	return true;
}

static void note_them(struct noting *n)
{
	struct page *p = n->p;
	struct err e = {""};
	struct desk desk = page_desk(p);
	size_t done;
	const char *key = n->acked ? "alarms-noted" : "alarms-unnoted";
	long page = 1;
	num_parse(page_value(p, "page"), 1, LIMIT_ALARMS, &page);
	if (!desk_note_alarms(&desk, n->names, n->count, n->acked, n->note, &done, &e))
		page_fail(p, 503, "This is not possible now: %s.", e.text);
	else
		page_redirect(p, address(p, "alarms", page),
		    done == n->count ? key
		    : done           ? "alarms-some"
				     : "alarms-none");
}

void act_alarms(struct page *p)
{
	const char *act = page_value(p, "act");
	struct noting n = {
	    .p = p, .acked = strcmp(act, "note") == 0, .note = page_value(p, "note")};
	bool matching = strcmp(page_value(p, "matching"), "1") == 0;
	if (!n.acked && strcmp(act, "unnote") != 0)
		page_fail(p, 400, "The form does not say what is to be done: note, or unnote.");
	else if (strlen(n.note) > ALARM_NOTE)
		page_fail(p, 400, "A note has at most %d bytes; nothing was changed.", ALARM_NOTE);
	else if (!page_store(p) || !(matching ? read_matching(&n) : read_ticked(&n)))
		return;
	else if (!n.count)
		page_fail(p, 400,
		    "No alarm is selected. Go back, tick the boxes of some alarms and try again.");
	else
		note_them(&n);
}
