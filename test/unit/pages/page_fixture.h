/* SPDX-License-Identifier: ISC */
/*
 * Somebody who asks for pages, and what is shown: `page` with its site, for tests of lib/pages. A test's setup says
 * who asks and for what (`asked`), and when (`page.now`).
 */
#ifndef TEST_PAGE_FIXTURE_H
#define TEST_PAGE_FIXTURE_H

#include "pages/page.h"
#include "pages/pages.h"

#include "test/unit/home_fixture.h"

static struct page_site site;
static struct page page;
static struct page_request asked; /* all but its query */
static struct buf document;       /* of the page that was asked for last, as text */

/* Of store and stylesheets nothing is open: see page_fixture_serve(). */
static inline void page_fixture_setup(const char *inside)
{
	home_fixture_setup(inside);
	site = (struct page_site){.home = &home, .config = config};
	page = (struct page){.site = &site};
	asked = (struct page_request){.method = METHOD_GET,
	    .base = "/update",
	    .language = "en",
	    .address = "192.0.2.7",
	    .role = ROLE_VIEWER};
}

static inline void page_fixture_serve(void)
{
	reopen(STORE_WRITE);
	site.store = w.s;
	site.render = render_new(&w.e);
	if (!site.render)
		fail_msg("%s", w.e.text);
}

static inline int page_fixture_teardown(void **state)
{
	page_free(&page);
	render_free(site.render);
	buf_free(&document);
	return home_fixture_teardown(state);
}

static inline void configure(const char *inside)
{
	home_fixture_configure(inside);
	site.config = config;
}

static inline void print_document(void)
{
	buf_reset(&document);
	if (page.doc)
		doc_print(page.doc, &document);
}

/* What a browser asks for; it is in `document` then, the reply in `page`. */
static inline void ask_for(void (*handle)(struct page *p), const char *query)
{
	page_end(&page);
	buf_reset(&page.reply.body);
	buf_reset(&page.reply.headers);
	page.reply.status = 200;
	page.request = asked;
	assert_true(form_parse(&page.arena, query, strlen(query), &page.request.query, &w.e));
	handle(&page);
	print_document();
}

/* Not by strstr(3): a sanitizer has it read all of the rest for each that is found. */
static inline size_t count_in(const char *text, const char *part)
{
	size_t n = 0, size = strlen(part);
	for (const char *at = text; (at = strchr(at, *part)); at++)
		n += strncmp(at, part, size) == 0;
	return n;
}

static inline size_t count(const char *part)
{
	return count_in(buf_text(&document), part);
}

static inline void assert_has(const char *part)
{
	if (!count(part))
		fail_msg("no %s in\n%s", part, buf_text(&document));
}

static inline void assert_lacks(const char *part)
{
	if (count(part))
		fail_msg("%s in\n%s", part, buf_text(&document));
}

#endif
