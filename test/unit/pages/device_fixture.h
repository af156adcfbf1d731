/* SPDX-License-Identifier: ISC */
/* A store with one device, its home, and somebody who asks for pages about it: for tests of page_device*.c. */
#ifndef TEST_DEVICE_FIXTURE_H
#define TEST_DEVICE_FIXTURE_H

#include "core/change.h"
#include "pages/page.h"
#include "pages/pages.h"

#include "test/unit/core/conf_fixture.h"

#define NOW 2000000000
#define SN "00-90-33-30-00-af"
#define HWID "IP232-30-00-af"

static struct {
	char *folder, *dir;
	struct home home;
	struct store *s;
	struct config *config;
	struct render *render;
	struct snipdir *snippets;
	struct md5 *md5;
	struct page_site site;
	struct page page;
	struct buf list, text;
	struct err e;
} w;

static void configure(const char *inside)
{
	conf_free(w.config);
	w.config = conf_fixture(inside);
	w.site.config = w.config;
}

static int setup(void **state)
{
	(void)state;
	memset(&w, 0, sizeof w);
	w.folder = folder_new();
	w.dir = strdup(folder_path(w.folder, "store"));
	assert_true(home_open(&w.home, w.folder, &w.e));
	assert_int_equal(mkdir(folder_path(w.folder, "scripts"), 0700), 0);
	assert_int_equal(mkdir(folder_path(w.folder, "backup"), 0700), 0);
	w.s = store_open(w.dir, STORE_WRITE, 1, &w.e);
	assert_non_null(w.s);
	w.render = render_new(&w.e);
	if (!w.render)
		fail_msg("%s", w.e.text);
	w.snippets = snipdir_new(folder_path(w.folder, "scripts"), false);
	w.md5 = md5_new();
	w.site = (struct page_site){.home = &w.home,
	    .render = w.render,
	    .store = w.s,
	    .snippets = w.snippets,
	    .md5 = w.md5};
	w.page.site = &w.site;
	configure("<status dir=\"status\" logkeep=\"100000\"/><backup dir=\"backup\"/>");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	page_free(&w.page);
	snipdir_free(w.snippets);
	md5_free(w.md5);
	render_free(w.render);
	store_close(w.s);
	conf_free(w.config);
	home_close(&w.home);
	folder_free(w.folder);
	free(w.dir);
	buf_free(&w.list);
	buf_free(&w.text);
	return 0;
}

static void keep(void)
{
	enum store_outcome outcome;
	do {
		assert_true(store_write(w.s, &w.e));
		store_apply(w.s, buf_text(&w.list), w.list.size);
		outcome = store_commit(w.s, &w.e);
	} while (outcome == STORE_AGAIN);
	if (outcome != STORE_DONE)
		fail_msg("%d: %s", outcome, w.e.text);
	buf_reset(&w.list);
}

/* A device as device_init() makes it, with what every test needs. */
static struct device one(void)
{
	struct device d;
	device_init(&d, SN);
	d.created = NOW - 1000;
	d.type = "IP232";
	d.hwid = HWID;
	d.realip = "10.0.0.7";
	d.ip = "127.0.0.1";
	d.phase = "update";
	d.environments = "default";
	d.polls = 1;
	return d;
}

static void know(const struct device *d)
{
	change_device(&w.list, SN, NULL, d);
	change_seen(&w.list, SN, NOW - 10);
	keep();
}

/* What a browser asks for; the document is in w.text then, the reply in w.page. */
static void ask(void (*handle)(struct page *p), const char *query)
{
	struct page *p = &w.page;
	page_end(p);
	buf_reset(&p->reply.body);
	buf_reset(&p->reply.headers);
	p->reply.status = 200;
	p->now = NOW;
	p->request = (struct page_request){.method = METHOD_GET,
	    .base = "/update",
	    .path = "admin/device",
	    .here = "/update/admin/device",
	    .language = "en",
	    .address = "192.0.2.7",
	    .role = ROLE_OPERATOR};
	assert_true(form_parse(&p->arena, query, strlen(query), &p->request.query, &w.e));
	handle(p);
	buf_reset(&w.text);
	if (p->doc)
		doc_print(p->doc, &w.text);
}

static size_t count(const char *part)
{
	size_t n = 0;
	for (const char *at = buf_text(&w.text); (at = strstr(at, part)); at++)
		n++;
	return n;
}

static void assert_has(const char *part)
{
	if (!count(part))
		fail_msg("no %s in\n%s", part, buf_text(&w.text));
}

static void assert_lacks(const char *part)
{
	if (count(part))
		fail_msg("%s in\n%s", part, buf_text(&w.text));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

#endif
