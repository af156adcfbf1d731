/* SPDX-License-Identifier: ISC */
/*
 * pages/page_audit: going from page to page shows each entry once, however many are of one second; what is looked
 * through is bounded, and said.
 */
#include "core/change.h"
#include "pages/page.h"
#include "pages/pages.h"

#include "test/unit/core/conf_fixture.h"

#define NOW 2000000000
#define PAGE 200 /* as page_audit.c has them */
#define SAME_SECOND 2000
#define SCAN 50000

static struct {
	char *folder, *dir;
	struct store *s;
	struct config *config;
	struct render *render;
	struct page_site site;
	struct page page;
	struct buf list, text;
	size_t held;
	struct err e;
} w;

static int setup(void **state)
{
	(void)state;
	memset(&w, 0, sizeof w);
	w.folder = folder_new();
	w.dir = strdup(folder_path(w.folder, "store"));
	w.s = store_open(w.dir, STORE_WRITE, 1, &w.e);
	assert_non_null(w.s);
	w.config = conf_fixture("");
	w.render = render_new(&w.e);
	if (!w.render)
		fail_msg("%s", w.e.text);
	w.site = (struct page_site){.config = w.config, .render = w.render, .store = w.s};
	w.page.site = &w.site;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	page_free(&w.page);
	render_free(w.render);
	store_close(w.s);
	conf_free(w.config);
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
	w.held = 0;
}

static void did(int64_t time, const char *what, const char *text)
{
	change_audit(
	    &w.list, "00-90-33-30-00-af", time, what, "anna (operator) from 192.0.2.7", text);
	if (++w.held == 1000)
		keep();
}

/* What a browser asks for. */
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
	    .path = "admin/audit",
	    .here = "/update/admin/audit",
	    .language = "en",
	    .role = ROLE_VIEWER};
	assert_true(form_parse(&p->arena, query, strlen(query), &p->request.query, &w.e));
	handle(p);
	buf_reset(&w.text);
	if (p->doc)
		doc_print(p->doc, &w.text);
}

static size_t count(const char *text, const char *part)
{
	size_t n = 0;
	for (const char *at = text; (at = strstr(at, part)); at++)
		n++;
	return n;
}

static size_t shown(void)
{
	return count(buf_text(&w.text), "<entry ");
}

/* The value of an attribute of <audit>; -1: there is none. */
static long attribute(const char *name)
{
	char start[64];
	snprintf(start, sizeof start, " %s=\"", name);
	const char *from = strstr(buf_text(&w.text), "<audit ");
	assert_non_null(from);
	const char *at = strstr(from, start), *end = strchr(from, '>');
	return at && at < end ? atol(at + strlen(start)) : -1;
}

/* Goes to the next page; false: this was the last one. */
static bool go_on(void)
{
	char query[64];
	const char *at = strstr(buf_text(&w.text), "older-href=\"audit?");
	if (!at)
		return false;
	at = strstr(at, "before=");
	snprintf(query, sizeof query, "%.*s", (int)strcspn(at, "\"&"), at);
	ask(page_audit, query);
	return true;
}

static void nothing(void **state)
{
	(void)state;
	ask(page_audit, "");
	assert_int_equal(shown(), 0);
	assert_int_equal(attribute("looked"), 0);
	assert_false(go_on());
	assert_int_equal(w.page.reply.status, 200);
}

static void a_second_an_entry(void **state)
{
	(void)state;
	for (int i = 0; i < 2 * PAGE + 50; i++)
		did(NOW - 10000 + i, "device touch", "it counts as seen");
	keep();
	ask(page_audit, "");
	assert_int_equal(shown(), PAGE);
	assert_int_equal(attribute("partial"), -1);
	assert_true(go_on());
	assert_int_equal(shown(), PAGE);
	assert_int_equal(attribute("before"), NOW - 10000 + PAGE + 50);
	assert_true(go_on());
	assert_int_equal(shown(), 50);
	assert_false(go_on());
}

/* Whole seconds only, so that nothing is lost where a page ends. */
static void many_in_one_second(void **state)
{
	(void)state;
	did(NOW - 300, "csr drop", "the last of all");
	for (int i = 0; i < 700; i++)
		did(NOW - 200, "device touch", "it counts as seen");
	for (int i = 0; i < PAGE - 1; i++)
		did(NOW - 100 + i % 2, "device touch", "it counts as seen");
	keep();
	ask(page_audit, "");
	assert_int_equal(shown(), PAGE - 1 + 700);
	assert_true(go_on());
	assert_int_equal(shown(), 1);
	assert_false(go_on());
}

static void too_many_in_one_second(void **state)
{
	(void)state;
	for (int i = 0; i < PAGE + SAME_SECOND + 77; i++)
		did(NOW - 200, "device touch", "it counts as seen");
	keep();
	ask(page_audit, "");
	assert_int_equal(shown(), PAGE + SAME_SECOND);
	assert_int_equal(attribute("hidden"), 77);
	assert_false(go_on());
}

/* The one that is looked for lies behind what one request looks through. */
static void a_bounded_search(void **state)
{
	(void)state;
	did(NOW - 90000, "csr sign", "CN needle, valid until 2027");
	for (int i = 0; i < SCAN + 100; i++)
		did(NOW - 80000 + i / 2, "device touch", "it counts as seen");
	keep();
	ask(page_audit, "q=NEEDLE");
	assert_int_equal(shown(), 0);
	assert_int_equal(attribute("looked"), SCAN);
	assert_true(strstr(buf_text(&w.text), "partial=\"true\"") != NULL);
	assert_true(strstr(buf_text(&w.text), "older-href=\"audit?q=NEEDLE&amp;before=") != NULL);
	assert_true(attribute("last") > 0);
	char query[64];
	snprintf(query, sizeof query, "q=NEEDLE&before=%ld", attribute("last"));
	ask(page_audit, query);
	assert_int_equal(shown(), 1);
	assert_int_equal(attribute("looked"), 101);
	/* A kind that was not seen lately can be chosen while it is. */
	assert_null(strstr(buf_text(&w.text), "<kind>csr sign</kind>"));
	ask(page_audit, "kind=csr+sign");
	assert_non_null(strstr(buf_text(&w.text), "<kind>csr sign</kind>"));
	/* A file looks further. */
	ask(page_audit_csv, "q=needle");
	assert_int_equal(count(w.page.reply.body.data, "\r\n"), 2);
	assert_non_null(
	    strstr(w.page.reply.body.data, ",csr sign,00-90-33-30-00-af,\"CN needle, valid"));
}

static void a_file_says_where_it_ends(void **state)
{
	(void)state;
	for (int i = 0; i < 2 * SCAN + 10; i++)
		did(NOW - 200000 + i, "device touch", "=1+1");
	keep();
	ask(page_audit_csv, "");
	const char *body = w.page.reply.body.data;
	assert_int_equal(count(body, "\r\n"), 1 + 2 * SCAN + 1);
	assert_non_null(strstr(body, ",older entries were not looked at"));
	assert_null(strstr(body, ",=1+1"));
	assert_int_equal(w.page.reply.status, 200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(nothing, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_second_an_entry, setup, teardown),
	    cmocka_unit_test_setup_teardown(many_in_one_second, setup, teardown),
	    cmocka_unit_test_setup_teardown(too_many_in_one_second, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_bounded_search, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_file_says_where_it_ends, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
