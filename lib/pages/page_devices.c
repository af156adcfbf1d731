/* SPDX-License-Identifier: ISC */
/*
 * The list of devices: page_devices_find.c finds them, page_devices_rows.c shows each; here is what stands around
 * them. The same list is also the answer to the script of the page, which asks for what has changed.
 */
#include "pages/page_devices.h"

#include "base/num.h"
#include "pages/pages.h"
#include "proc/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define INTERVAL_USUAL \
	10 /* seconds, where status/@refresh is 0: who looks at a list wants to see */

/* ---- columns ---- */

#define SORTS 3
static const struct column {
	const char *id;
	const char *sorts[SORTS]; /* the fields that it can be sorted by */
	bool newest;              /* … by its first click the other way round: times */
} columns[] = {
    {"device", {"sn", "type", "hwid"}, false},
    {"name", {"name"}, false},
    {"address", {"realip", "ip"}, false},
    {"phase", {"phase", "environments"}, false},
    {"seen", {"seen"}, true},
    {"backup", {"backup_at"}, true},
    {"builds", {"firmware", "boot"}, false},
    {"cert", {"cert_until"}, false},
    {"scripts", {NULL}, false},
    {"values", {NULL}, false},
};

static bool has_shows(const struct config *c)
{
	for (size_t i = 0; i < c->nqueries; i++) {
		if (c->queries[i].nshows)
			return true;
	}
	return false;
}

/* What is switched off has no column. */
static bool is_shown(const struct config *c, const struct column *column)
{
	if (strcmp(column->id, "cert") == 0)
		return *c->customcerts_dir;
	if (strcmp(column->id, "backup") == 0)
		return *c->backup_dir;
	return strcmp(column->id, "values") != 0 || has_shows(c);
}

static bool is_sorted_by(const struct devices_args *args, const char *sort)
{
	return strcmp(*args->sort ? args->sort : device_sn.shown, sort) == 0;
}

static void add_sort(struct devices_list *l, const struct column *column, const char *sort)
{
	struct devices_args args = l->args;
	bool now = is_sorted_by(&args, sort);
	args.sort = strcmp(sort, device_sn.shown) == 0 ? "" : sort;
	args.reverse = now ? !l->args.reverse : column->newest;
	args.page = 1;
	struct doc *d = l->p->doc;
	doc_open(d, "sort");
	doc_attr(d, "name", sort);
	doc_flag(d, "now", now);
	doc_attr(d, "url", devices_url(l->p, "devices", &args));
	doc_close(d);
}

static void add_column(struct devices_list *l, const struct column *column)
{
	struct doc *d = l->p->doc;
	doc_open(d, "column");
	doc_attr(d, "id", column->id);
	for (size_t i = 0; i < SORTS && column->sorts[i]; i++) {
		if (is_sorted_by(&l->args, column->sorts[i]))
			doc_attr(d, "sorted", l->args.reverse ? "descending" : "ascending");
	}
	for (size_t i = 0; i < SORTS && column->sorts[i]; i++)
		add_sort(l, column, column->sorts[i]);
	doc_close(d);
}

/* ---- to other pages ---- */

static void add_step(struct devices_list *l, const char *name, size_t page)
{
	struct devices_args args = l->args;
	args.page = page;
	doc_open(l->p->doc, "step");
	doc_attr(l->p->doc, "name", name);
	doc_attr(l->p->doc, "url", devices_url(l->p, "devices", &args));
	doc_close(l->p->doc);
}

static void add_steps(struct devices_list *l)
{
	size_t page = l->args.page;
	if (page > 1) {
		add_step(l, "first", 1);
		add_step(l, "prev", page - 1);
	}
	if (page < l->pages) {
		add_step(l, "next", page + 1);
		add_step(l, "last", l->pages);
	}
}

/* Another size of page begins with the page that has the first row of this one. */
static void add_sizes(struct devices_list *l)
{
	size_t first = (l->args.page - 1) * l->args.per;
	for (size_t i = 0; i < devices_npers; i++) {
		struct devices_args args = l->args;
		args.per = devices_pers[i];
		args.page = first / args.per + 1;
		doc_open(l->p->doc, "per");
		doc_number(l->p->doc, "rows", (int64_t)args.per);
		doc_flag(l->p->doc, "now", args.per == l->args.per);
		doc_attr(l->p->doc, "url", devices_url(l->p, "devices", &args));
		doc_close(l->p->doc);
	}
}

static void add_snippet(struct devices_list *l)
{
	static const char *const uses[] = {
	    [SNIP_USED] = "used", [SNIP_USED_TYPE] = "type", [SNIP_UNUSED] = "unused"};
	struct devices_args args = l->args;
	if (!*args.snippet)
		return;
	args.snippet = "";
	args.page = 1;
	doc_open(l->p->doc, "snippet");
	doc_attr(l->p->doc, "name", l->args.snippet);
	doc_attr(l->p->doc, "use", uses[l->snippet.use]);
	doc_attr(l->p->doc, "nearest", l->snippet.nearest);
	doc_attr(l->p->doc, "without", devices_url(l->p, "devices", &args));
	doc_close(l->p->doc);
}

/* ---- the whole ---- */

static void add_urls(struct devices_list *l)
{
	struct devices_args plain = l->args;
	struct doc *d = l->p->doc;
	doc_attr(d, "rows", devices_url(l->p, "devices/rows", &plain));
	plain.page = 1;
	doc_attr(d, "csv", devices_url(l->p, "devices.csv", &plain));
	doc_attr(d, "json", devices_url(l->p, "devices.json", &plain));
	if (has_shows(l->judge.config)) {
		doc_attr(d, "csv-plain",
		    page_url(l->p, devices_url(l->p, "devices.csv", &plain), "values", "no", NULL));
		doc_attr(d, "json-plain",
		    page_url(
			l->p, devices_url(l->p, "devices.json", &plain), "values", "no", NULL));
	}
	plain.q = arena_concat(&l->p->arena, plain.q, *plain.q ? " " : "", "missing");
	doc_attr(d, "missing-url", devices_url(l->p, "devices", &plain));
	plain.q = "";
	doc_attr(d, "without", devices_url(l->p, "devices", &plain));
}

/* Before its content. */
static void add_numbers(struct devices_list *l)
{
	struct doc *d = l->p->doc;
	const struct config *c = l->judge.config;
	size_t first = (l->args.page - 1) * l->args.per;
	doc_attr(d, "q", l->args.q);
	doc_attr(d, "wrong", *l->wrong.text ? l->wrong.text : NULL);
	doc_number(d, "total", (int64_t)roster_count(l->roster));
	doc_number(d, "matches", (int64_t)l->found.matches);
	doc_number(d, "missing", (int64_t)l->found.missing);
	doc_number(d, "from", (int64_t)(l->found.count ? first + 1 : 0));
	doc_number(d, "to", (int64_t)(first + l->found.count));
	doc_number(d, "page", (int64_t)l->args.page);
	doc_number(d, "pages", (int64_t)l->pages);
	doc_number(d, "most", DEVICES_MOST);
	doc_number(d, "interval", c->status_refresh > 0 ? c->status_refresh : INTERVAL_USUAL);
	doc_attrf(d, "stamp", "%" PRIu64, roster_stamp(l->roster));
	doc_attrf(d, "version", "%016" PRIx64, devices_version(l));
	doc_flag(
	    d, "internal", *c->customcerts_dir && strcmp(c->customcerts_catype, "internal") == 0);
	doc_flag(d, "certs", *c->customcerts_dir);
	add_urls(l);
}

/* Serial numbers and versions of all rows, whether they are sent or not. */
static void add_order(struct devices_list *l)
{
	for (size_t i = 0; i < l->found.count; i++) {
		doc_open(l->p->doc, "at");
		doc_attr(l->p->doc, "sn", l->found.rows[i]->device.sn);
		doc_attrf(
		    l->p->doc, "version", "%016" PRIx64, devices_row_version(l, l->found.rows[i]));
		doc_close(l->p->doc);
	}
}

static void show(struct devices_list *l, const char *stylesheet, uint64_t since)
{
	struct doc *d = page_begin(l->p, "devices");
	doc_open(d, "devices");
	add_numbers(l);
	devices_args_add(l->p, &l->args, "arg");
	for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
		if (is_shown(l->judge.config, &columns[i]))
			add_column(l, &columns[i]);
	}
	add_steps(l);
	add_sizes(l);
	add_snippet(l);
	add_order(l);
	if (!devices_add_rows(l, since))
		return;
	doc_close(d);
	page_show(l->p, stylesheet);
}

void page_devices(struct page *p)
{
	struct devices_list l;
	if (devices_find(p, &l, false))
		show(&l, "devices", 0);
}

/* ---- for the script ---- */

/* What the script has seen; 0: nothing that counts. */
static uint64_t read_since(const struct page *p)
{
	long since;
	return num_parse(page_value(p, "since"), 1, INT64_MAX, &since) ? (uint64_t)since : 0;
}

/* Another worker may have seen more than this one; and a store may begin anew. False: page_fail() was called. */
static bool catch_up(struct page *p, uint64_t *since)
{
	struct roster *r = page_roster(p);
	struct err e = {""};
	if (!r)
		return false;
	if (roster_stamp(r) < *since && !roster_refresh(r, p->site->store, clock_now_ms(), 0, &e)) {
		page_fail(p, 503, "What is remembered of devices cannot be read now: %s.", e.text);
		return false;
	}
	if (roster_stamp(r) < *since)
		*since = 0;
	return true;
}

void page_devices_rows(struct page *p)
{
	struct devices_list l;
	char version[20];
	uint64_t since = read_since(p);
	if (!catch_up(p, &since) || !devices_find(p, &l, false))
		return;
	snprintf(version, sizeof version, "%016" PRIx64, devices_version(&l));
	if (since && strcmp(page_value(p, "version"), version) == 0)
		p->reply.status = 204;
	else
		show(&l, "devices-rows", since);
}
