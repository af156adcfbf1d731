/* SPDX-License-Identifier: ISC */
/*
 * The snippet folder as a list: each file, for whom it is, when it was last delivered; what is wrong comes first.
 */
#include "pages/page_snippets.h"

#include "base/mem.h"
#include "base/num.h"
#include "base/text.h"
#include "core/snip_for.h"
#include "pages/page.h"
#include "pages/pages.h"
#include "proc/clock.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE 200 /* files of one page */

/* ---- the folder ---- */

void snippets_look(struct page *p, struct snippet_folder *out)
{
	const struct page_site *s = p->site;
	struct findings findings = {.errors = 0};
	char *path = home_path(s->home, s->config->times_dir);
	out->path = arena_strdup(&p->arena, path);
	free(path);
	out->all = snipdir_refresh(s->snippets, clock_now_ms());
	check_snippets(
	    &p->arena, s->config, out->all, out->path, (time_t)p->now, &out->files, &findings);
	findings_free(&findings);
}

/* ---- one file ---- */

static const char *const part_names[SNIP_PARTS] = {"phase", "class", "environment"};

static void add_name(struct doc *d, const struct snip_name *n)
{
	bool unused = n->use == SNIP_UNUSED;
	for (int i = 0; i < SNIP_PARTS && !unused; i++)
		doc_attr(d, part_names[i], n->parts[i]);
	if (unused)
		doc_attr(d, "unknown", n->unknown == SNIP_PARTS ? "name" : part_names[n->unknown]);
	doc_flag(d, "type", n->use == SNIP_USED_TYPE);
	doc_flag(d, "serial", !unused && n->serial);
	doc_attr(d, "nearest", n->nearest);
}

static const char *level_of(const struct check_file *f)
{
	if (f->problem || f->mark == '!')
		return "wrong";
	return f->mark == '?' ? "doubtful" : NULL;
}

void snippets_add_facts(struct page *p, const struct snippet_facts *facts)
{
	const struct check_file *f = facts->file;
	struct doc *d = p->doc;
	long grace = p->site->config->times_grace;
	doc_attr(d, "name", f->name);
	doc_number(d, "size", (int64_t)f->size);
	doc_time(d, "changed", (int64_t)f->mtime);
	doc_attr(d, "level", level_of(f));
	doc_flag(d, "future", (int64_t)f->mtime > p->now);
	doc_attr(d, "devices-href", page_url(p, "devices", "snippet", f->name, NULL));
	doc_attr(d, "problem", f->problem);
	/* What cannot be sent holds back others all the same, see plan_grace(). */
	if (facts->name->use != SNIP_UNUSED && grace != CONF_ABSENT &&
	    p->now < (int64_t)f->mtime + grace)
		doc_time(d, "free", (int64_t)f->mtime + grace);
	doc_time(d, "delivered", facts->delivered);
	add_name(d, facts->name);
}

/* ---- the list ---- */

struct list {
	struct snippet_folder folder;
	struct snippet_use *uses; /* of each file */
	size_t *order;            /* those that are wanted, the worst first */
	size_t count, wrong;
};

static int rank(const struct check_file *f)
{
	const char *level = level_of(f);
	if (!level)
		return 2;
	return *level == 'w' ? 0 : 1;
}

static int by_rank(const void *a, const void *b, void *context)
{
	const struct check_file *files = context;
	size_t one = *(const size_t *)a, other = *(const size_t *)b;
	int order = rank(&files[one]) - rank(&files[other]);
	return order ? order : (one > other) - (one < other); /* they stand by name */
}

static bool is_wanted(struct arena *a, const char *name, const char *part)
{
	return !*part || strstr(arena_lower(a, name), part);
}

static void make_list(struct page *p, const struct roster *r, struct list *l)
{
	struct arena *a = &p->arena;
	const struct check_files *files = &l->folder.files;
	const char *part = arena_lower(a, page_value(p, "q"));
	l->uses = arena_calloc(a, files->count + 1, sizeof *l->uses);
	l->order = arena_calloc(a, files->count + 1, sizeof *l->order);
	for (size_t i = 0; i < files->count; i++) {
		const struct check_file *f = &files->list[i];
		l->uses[i].name = snip_name_parse(a, p->site->config, f->name);
		if (!is_wanted(a, f->name, part))
			continue;
		l->order[l->count++] = i;
		l->wrong += rank(f) == 0;
	}
	if (l->count)
		qsort_r(l->order, l->count, sizeof *l->order, by_rank, files->list);
	snippets_count(a, p->site->config, r, l->uses, files->count);
}

bool snippets_is_link(const struct snippet_folder *f, const char *name)
{
	struct stat st;
	int dir = open(f->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool is =
	    dir >= 0 && fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(st.st_mode);
	if (dir >= 0)
		close(dir);
	return is;
}

static void add_file(struct page *p, const struct list *l, size_t i)
{
	const struct check_file *f = &l->folder.files.list[i];
	const struct snippet_use *u = &l->uses[i];
	const struct snippet_facts facts = {
	    f, &u->name, delivered_last(p->site->delivered, f->name)};
	doc_open(p->doc, "file");
	snippets_add_facts(p, &facts);
	doc_attr(p->doc, "href", page_url(p, "snippet", "name", f->name, NULL));
	doc_flag(p->doc, "link", snippets_is_link(&l->folder, f->name));
	doc_number(p->doc, "devices", (int64_t)u->devices);
	doc_number(p->doc, "now", (int64_t)u->now);
	doc_close(p->doc);
}

static void add_turn(struct page *p, const char *name, size_t from)
{
	const char *q = page_value(p, "q");
	doc_attr(p->doc, name,
	    page_url(p, "snippets", "q", *q ? q : NULL, "from",
		arena_printf(&p->arena, "%zu", from), NULL));
}

static void add_files(struct page *p, const struct list *l)
{
	long from = 0;
	num_parse(page_value(p, "from"), 0, LIMIT_SNIPPETS * 2L, &from);
	size_t first = (size_t)from < l->count ? (size_t)from : 0, end = first;
	for (; end < l->count && end - first < PAGE; end++)
		add_file(p, l, l->order[end]);
	doc_number(p->doc, "first", (int64_t)first + (end > first));
	doc_number(p->doc, "last", (int64_t)end);
	if (first)
		add_turn(p, "before-href", first > PAGE ? first - PAGE : 0);
	if (end < l->count)
		add_turn(p, "after-href", end);
}

/* ---- how a file must be called here ---- */

static void add_example(struct page *p, const char *use, const char *class, const char *environment)
{
	const struct config *c = p->site->config;
	struct arena *a = &p->arena;
	const char *phase = arena_lower(a, c->phases[c->nphases - 1].snippets);
	const char *name =
	    snip_name_make(a, phase, arena_lower(a, class), arena_lower(a, environment));
	if (snip_name_parse(a, c, name).use == SNIP_UNUSED)
		return;
	doc_open(p->doc, "example");
	doc_attr(p->doc, "for", use);
	doc_attr(p->doc, "name", name);
	doc_close(p->doc);
}

static const char *class_of_example(const struct config *c)
{
	for (size_t i = 0; i < c->nclasses; i++) {
		if (strcmp(c->classes[i].id, "phone") == 0)
			return "phone";
	}
	return c->nclasses ? c->classes[0].id : SNIP_NAME_ALL;
}

static void add_examples(struct page *p, const struct roster *r)
{
	const struct config *c = p->site->config;
	char serial[LIMIT_SN + 1] = "00_90_33_00_00_00";
	const char *environment = c->nenvironments > 1 ? SNIP_NAME_ALL : c->environments[0].id;
	if (roster_count(r))
		snip_serial(roster_at(r, 0)->device.sn, serial);
	add_example(p, "all", SNIP_NAME_ALL, environment);
	add_example(p, "class", class_of_example(c), c->environments[0].id);
	add_example(p, "one", c->nclasses == 1 ? c->classes[0].id : SNIP_NAME_ALL, serial);
}

/* What may stand in each part of a name. */
static void add_words(struct page *p)
{
	const struct config *c = p->site->config;
	for (size_t i = 0; i < c->nphases; i++) {
		if (strcmp(c->phases[i].id, c->phases[i].snippets) == 0)
			doc_leaf(p->doc, "phase", arena_lower(&p->arena, c->phases[i].id));
	}
	for (size_t i = 0; i < c->nclasses; i++)
		doc_leaf(p->doc, "class", arena_lower(&p->arena, c->classes[i].id));
	for (size_t i = 0; i < c->nenvironments; i++)
		doc_leaf(p->doc, "environment", arena_lower(&p->arena, c->environments[i].id));
	doc_flag(p->doc, "all-phases", c->nphases > 1);
	doc_flag(p->doc, "all-classes", c->nclasses > 1);
	doc_flag(p->doc, "all-environments", c->nenvironments > 1);
}

/* ---- the page ---- */

struct roster *snippets_roster(struct page *p)
{
	struct page_site *s = p->site;
	struct err e = {""};
	struct roster *r = page_roster(p);
	if (!r)
		return NULL;
	if (!s->delivered)
		s->delivered = delivered_new();
	if (delivered_refresh(s->delivered, s->store, r, &e))
		return r;
	page_fail(p, 503, "What is remembered of devices cannot be read now: %s.", e.text);
	return NULL;
}

void page_snippets(struct page *p)
{
	struct list l = {.count = 0};
	const struct roster *r = snippets_roster(p);
	if (!r)
		return;
	snippets_look(p, &l.folder);
	make_list(p, r, &l);

	struct doc *d = page_begin(p, "snippets");
	const char *problem = snipdir_problem(p->site->snippets);
	doc_open(d, "snippets");
	doc_attr(d, "folder", l.folder.path);
	doc_attr(d, "problem", *problem ? problem : NULL);
	doc_attr(d, "q", page_value(p, "q"));
	doc_number(d, "total", (int64_t)l.folder.files.count);
	doc_number(d, "matches", (int64_t)l.count);
	doc_number(d, "wrong", (int64_t)l.wrong);
	doc_number(d, "devices", (int64_t)roster_count(r));
	doc_flag(d, "partial", !delivered_is_whole(p->site->delivered));
	if (p->site->config->times_grace != CONF_ABSENT)
		doc_number(d, "grace", p->site->config->times_grace);
	add_files(p, &l);
	add_examples(p, r);
	add_words(p);
	doc_close(d);
	page_show(p, "snippets");
}
