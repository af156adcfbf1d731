/* SPDX-License-Identifier: ISC */
/*
 * The configuration: what is wrong with it, whether it is in force, what is known of the master device, and
 * every value with where it came from. Shows, changes nothing: the file is the administrator's.
 */
#include "pages/page_config.h"

#include "base/text.h"
#include "core/build.h"
#include "desk/check.h"
#include "pages/page.h"
#include "pages/pages.h"

#include <string.h>
#include <time.h>

const char *config_file(const struct home *h, const char *path)
{
	size_t n = strlen(h->dir);
	return strncmp(path, h->dir, n) == 0 && path[n] == '/' ? path + n + 1 : path;
}

/* ---- what is wrong ---- */

static void add_findings(
    struct doc *d, const struct home *h, const struct findings *f, enum finding_kind kind)
{
	for (size_t i = 0; i < f->count; i++) {
		const struct finding *one = &f->list[i];
		if (one->kind != kind)
			continue;
		doc_open(d, "finding");
		doc_attr(d, "kind", kind == FINDING_ERROR ? "error" : "warning");
		doc_attr(d, "file", config_file(h, one->file));
		if (one->line)
			doc_number(d, "line", one->line);
		doc_text(d, one->text);
		doc_close(d);
	}
}

void config_findings(struct doc *d, const struct home *h, const struct findings *f)
{
	add_findings(d, h, f, FINDING_ERROR);
	add_findings(d, h, f, FINDING_WARNING);
}

static int64_t count_warnings(const struct findings *f)
{
	int64_t count = 0;
	for (size_t i = 0; i < f->count; i++)
		count += f->list[i].kind == FINDING_WARNING;
	return count;
}

static void add_check(struct page *p, struct doc *d)
{
	struct check k = {.home = p->site->home,
	    .pki = p->site->pki,
	    .now = (time_t)p->now,
	    .store = p->site->store};
	check_run(&k);
	doc_open(d, "check");
	doc_number(d, "errors", (int64_t)k.findings.errors);
	doc_number(d, "warnings", count_warnings(&k.findings));
	doc_flag(d, "usable", k.config);
	doc_attr(d, "file", config_file(k.home, k.home->user_config));
	config_findings(d, k.home, &k.findings);
	doc_close(d);
	check_free(&k);
}

/* ---- is it in force? ---- */

static void add_force(struct doc *d, const struct board *b)
{
	static const char *const states[] = {
	    [BOARD_CONFIG_GOOD] = "good",
	    [BOARD_CONFIG_BAD] = "bad",
	    [BOARD_CONFIG_LAST_GOOD] = "last-good",
	};
	int state = BOARD_GET(b->config_state);
	doc_open(d, "force");
	if (state >= 0 && (size_t)state < sizeof states / sizeof *states)
		doc_attr(d, "state", states[state]);
	doc_time(d, "loaded", BOARD_GET(b->config_loaded));
	doc_close(d);
}

/* ---- the master device ---- */

static bool applies(const void *context, const struct conf_applies *one)
{
	(void)context;
	(void)one;
	return true;
}

/* Of a device whose type and classes are right. */
static void add_wanted(struct doc *d, const char *name, const struct config *c,
    const struct master *m, enum build_kind kind, const char *setting)
{
	const struct build_who who = {.type = "", .applies = applies};
	const struct build b = build_for(c, m, &who, kind);
	doc_open(d, name);
	doc_attr(d, "setting", setting);
	doc_attr(d, "build", *b.number ? b.number : NULL);
	doc_close(d);
}

static void add_asked_url(struct doc *d, const struct config *c)
{
	struct buf url = {0};
	conf_value_show(
	    &(struct conf_value){.path = "master/@info", .value = c->master_info}, &url);
	doc_attr(d, "url", buf_text(&url));
	buf_free(&url);
}

void config_master(struct doc *d, const struct config *c, const struct master *m, int64_t now)
{
	doc_open(d, "master");
	doc_attr(d, "state", master_state(c, m, (time_t)now));
	if (master_is_asked(c))
		add_asked_url(d, c);
	doc_attr(d, "firmware", *m->firmware ? m->firmware : NULL);
	doc_attr(d, "bootcode", *m->bootcode ? m->bootcode : NULL);
	doc_time(d, "answered", m->answered_at);
	doc_time(d, "asked", m->asked_at);
	doc_attr(d, "problem", *m->problem ? m->problem : NULL);
	add_wanted(d, "firmware", c, m, BUILD_FIRMWARE, c->master_firmware);
	add_wanted(d, "bootcode", c, m, BUILD_BOOTCODE, c->master_bootcode);
	for (size_t i = 0; i < c->nmaster_applies; i++) {
		doc_open(d, "applies");
		doc_flag(d, "environment", c->master_applies[i].env);
		doc_text(d, c->master_applies[i].text);
		doc_close(d);
	}
	doc_close(d);
}

/* ---- what devices can be in ---- */

void config_names(struct doc *d, const struct config *c)
{
	for (size_t i = 0; i < c->nphases; i++) {
		const struct conf_phase *one = &c->phases[i];
		doc_open(d, "phase");
		doc_attr(d, "id", one->id);
		doc_attr(d, "snippets", strcmp(one->id, one->snippets) != 0 ? one->snippets : NULL);
		doc_flag(d, "last", i + 1 == c->nphases);
		doc_close(d);
	}
	for (size_t i = 0; i < c->nenvironments; i++) {
		const struct conf_environment *one = &c->environments[i];
		doc_open(d, "environment");
		doc_attr(d, "id", one->id);
		doc_flag(d, "default", i == 0);
		for (size_t n = 0; n < one->implies.count; n++)
			doc_leaf(d, "implies", one->implies.items[n]);
		doc_close(d);
	}
	for (size_t i = 0; i < c->nclasses; i++) {
		doc_open(d, "class");
		doc_attr(d, "id", c->classes[i].id);
		doc_number(d, "models", (int64_t)c->classes[i].models.count);
		doc_close(d);
	}
}

void page_config(struct page *p)
{
	const struct page_site *s = p->site;
	bool all = strcmp(page_value(p, "all"), "1") == 0;
	struct master master = {.answered_at = 0};
	if (s->board && board_read(&s->board->master, &master, sizeof master) != sizeof master)
		master = (struct master){.answered_at = 0};
	struct doc *d = page_begin(p, "configuration");
	doc_open(d, "configuration");
	doc_flag(d, "all", all);
	if (s->board)
		add_force(d, s->board);
	add_check(p, d);
	config_master(d, s->config, &master, p->now);
	config_names(d, s->config);
	config_values(d, s->home, s->config, all);
	doc_close(d);
	page_show(p, "configuration");
}
