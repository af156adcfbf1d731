/* SPDX-License-Identifier: ISC */
/* The list of devices: what is asked for, and what is found. */
#include "pages/page_devices.h"

#include "base/num.h"
#include "base/text.h"
#include "core/snip_for.h"
#include "proc/clock.h"

#include <string.h>

#define PER_USUAL 50
#define PAGES_MOST 1000000000L
#define FILTER_MS 2000 /* 32 words are asked of 100 000 devices in less */

const size_t devices_pers[] = {25, PER_USUAL, 100, DEVICES_MOST};
const size_t devices_npers = sizeof devices_pers / sizeof *devices_pers;

/* ---- arguments ---- */

static const struct device_field *find_field(const char *shown)
{
	for (size_t i = 0; i < device_nfields; i++) {
		const struct device_field *f = &device_fields[i];
		if (strcmp(f->shown, shown) == 0)
			return roster_has(f) ? f : NULL;
	}
	if (strcmp(shown, device_seen.shown) == 0)
		return &device_seen;
	return strcmp(shown, device_polls.shown) == 0 ? &device_polls : NULL;
}

const struct device_field *devices_args_field(const struct devices_args *args)
{
	return *args->sort ? find_field(args->sort) : NULL;
}

static const char *read_text(struct page *p, const char *name)
{
	const char *text = page_value(p, name);
	size_t n = strlen(text);
	text_trim(&text, &n);
	return arena_strndup(&p->arena, text, n);
}

static size_t read_number(struct page *p, const char *name, size_t usual)
{
	long n;
	return num_parse(page_value(p, name), 1, PAGES_MOST, &n) ? (size_t)n : usual;
}

static size_t read_per(struct page *p)
{
	size_t wanted = read_number(p, "per", PER_USUAL);
	for (size_t i = 0; i < devices_npers; i++) {
		if (devices_pers[i] == wanted)
			return wanted;
	}
	return PER_USUAL;
}

void devices_args_read(struct page *p, struct devices_args *out)
{
	*out = (struct devices_args){
	    .q = read_text(p, "q"),
	    .snippet = read_text(p, "snippet"),
	    .sort = read_text(p, "sort"),
	    .reverse = strcmp(page_value(p, "dir"), "desc") == 0,
	    .page = read_number(p, "page", 1),
	    .per = read_per(p),
	};
	if (!devices_args_field(out))
		out->sort = "";
}

/* NULL for what is as usual: it is left out. */
struct written {
	const char *names[6], *values[6];
};

static struct written write_args(struct arena *a, const struct devices_args *args)
{
	return (struct written){
	    {"q", "snippet", "sort", "dir", "per", "page"},
	    {*args->q ? args->q : NULL, *args->snippet ? args->snippet : NULL,
		*args->sort ? args->sort : NULL, args->reverse ? "desc" : NULL,
		args->per != PER_USUAL ? arena_printf(a, "%zu", args->per) : NULL,
		args->page > 1 ? arena_printf(a, "%zu", args->page) : NULL},
	};
}

const char *devices_url(struct page *p, const char *path, const struct devices_args *args)
{
	struct written w = write_args(&p->arena, args);
	for (size_t i = 0; i < sizeof w.names / sizeof *w.names; i++)
		path = page_url(p, path, w.names[i], w.values[i], NULL);
	return path;
}

void devices_args_add(struct page *p, const struct devices_args *args, const char *element)
{
	struct written w = write_args(&p->arena, args);
	for (size_t i = 0; i < sizeof w.names / sizeof *w.names; i++) {
		if (!w.values[i])
			continue;
		doc_open(p->doc, element);
		doc_attr(p->doc, "name", w.names[i]);
		doc_attr(p->doc, "value", w.values[i]);
		doc_close(p->doc);
	}
}

/* ---- finding ---- */

static bool is_for(void *context, const struct device *d)
{
	const struct devices_list *l = context;
	return snip_is_for(l->judge.config, &l->snippet, d);
}

static bool is_enough(void *context)
{
	const struct devices_list *l = context;
	return clock_now_ms() > l->until_ms;
}

static void select_rows(struct devices_list *l, const struct filter *f, bool all)
{
	const struct devices_args *args = &l->args;
	struct roster_query q = {
	    .filter = f,
	    .judge = &l->judge,
	    .also = *args->snippet ? is_for : NULL,
	    .enough = is_enough,
	    .context = l,
	    .sort = devices_args_field(args),
	    .reverse = args->reverse,
	    .from = all ? 0 : (args->page - 1) * args->per,
	    .most = all ? SIZE_MAX : args->per,
	};
	roster_select(l->roster, &l->p->arena, &q, &l->found);
	l->pages = l->found.matches ? (l->found.matches - 1) / args->per + 1 : 1;
	if (all || args->page <= l->pages)
		return;
	l->args.page = l->pages;
	q.from = (args->page - 1) * args->per;
	roster_select(l->roster, &l->p->arena, &q, &l->found);
}

/* NULL: page_fail() was called. `now`: not a moment old. */
static struct roster *find_roster(struct page *p, bool now)
{
	struct roster *r = page_roster(p);
	struct err e = {""};
	if (!r || !now || roster_refresh(r, p->site->store, clock_now_ms(), 0, &e))
		return r;
	page_fail(p, 503, "What is remembered of devices cannot be read now: %s.", e.text);
	return NULL;
}

bool devices_find(struct page *p, struct devices_list *l, bool all)
{
	*l = (struct devices_list){.p = p, .pages = 1};
	devices_args_read(p, &l->args);
	/* Who has just forgotten a device must not find it in the list. */
	l->roster = find_roster(p, all || form_value(&p->request.query, "done"));
	l->store = l->roster ? page_store(p) : NULL;
	if (!l->store)
		return false;
	l->judge = page_judge(p, &l->master);
	if (*l->args.snippet)
		l->snippet = snip_name_parse(&p->arena, l->judge.config, l->args.snippet);
	const struct filter *f = filter_parse(&p->arena, &l->args.q, 1, &l->wrong);
	l->until_ms = clock_now_ms() + FILTER_MS;
	if (f)
		select_rows(l, f, all);
	if (l->found.stopped)
		err_set(&l->wrong,
		    "it takes too long with so many devices: fewer words, or fewer stars and question marks");
	if (*l->wrong.text)
		l->args.page = 1;
	return true;
}
