/* SPDX-License-Identifier: ISC */
/* What is kept of a device: the snippets that it was sent, and its answers to queries. */
#include "pages/page_device.h"

#include "base/limits.h"
#include "pages/pages.h"
#include "view/xml.h"

#include <string.h>

/* ---- snippets ---- */

/* By the time of the file, as when it was sent. */
static const char *snippet_state(const struct snippet *now, const struct store_delivery *sent)
{
	if (!now)
		return "gone";
	return (int64_t)now->mtime == sent->version ? "current" : "changed";
}

static void add_snippet(struct device_page *v, const struct store_delivery *one)
{
	struct doc *d = v->doc;
	const struct snippet *now = v->snippets ? snip_find(v->snippets, one->snippet) : NULL;
	doc_open(d, "snippet");
	doc_attr(d, "name", one->snippet);
	doc_attr(d, "state", snippet_state(now, one));
	doc_time(d, "sent", one->sent);
	doc_time(d, "version", one->version);
	if (now) {
		doc_attr(d, "url", page_url(v->p, "snippet", "name", one->snippet, NULL));
		doc_time(d, "changed", now->mtime);
		doc_attr(d, "problem", now->problem);
	}
	doc_close(d);
}

/* ---- answers ---- */

static const struct conf_query *find_query(const struct config *c, const char *id)
{
	for (size_t i = 0; i < c->nqueries; i++) {
		if (strcmp(c->queries[i].id, id) == 0)
			return &c->queries[i];
	}
	return NULL;
}

static void add_shows(struct device_page *v, const char *query)
{
	for (size_t i = 0; i < v->state.nshows; i++) {
		const struct state_show *one = &v->state.shows[i];
		if (strcmp(one->query, query) != 0)
			continue;
		doc_open(v->doc, "show");
		doc_attr(v->doc, "title", one->title);
		doc_attr(
		    v->doc, one->value ? "value" : "error", one->value ? one->value : one->error);
		doc_close(v->doc);
	}
}

static void add_xml(struct doc *d, const struct store_answer *one)
{
	struct buf text = {0};
	xml_indent(&text, one->xml, one->size);
	doc_open(d, "xml");
	doc_bytes(d, buf_text(&text), text.size);
	doc_close(d);
	buf_free(&text);
}

static void add_answer(struct device_page *v, const struct store_answer *one)
{
	struct doc *d = v->doc;
	const struct conf_query *query = find_query(v->judge.config, one->query);
	doc_open(d, "answer");
	doc_attr(d, "query", one->query);
	doc_attr(d, "title", query && query->title && *query->title ? query->title : NULL);
	doc_flag(d, "configured", query);
	doc_time(d, "received", one->received);
	doc_number(d, "size", (int64_t)one->size);
	device_url(v, "url", "device/answer", "query", one->query, NULL);
	add_shows(v, one->query);
	add_xml(d, one);
	doc_close(d);
}

void device_add_kept(struct device_page *v)
{
	doc_open(v->doc, "snippets");
	for (size_t i = 0; i < v->state.ndeliveries; i++)
		add_snippet(v, &v->state.deliveries[i]);
	doc_close(v->doc);
	doc_open(v->doc, "answers");
	doc_number(v->doc, "queries", (int64_t)v->judge.config->nqueries);
	for (size_t i = 0; i < v->state.nanswers; i++)
		add_answer(v, &v->state.answers[i]);
	doc_close(v->doc);
}

/* ---- an answer alone ---- */

static bool read_answer(struct page *p, const char *sn, const char *query, struct store_answer *out)
{
	struct err e = {""};
	struct store *s = page_store(p);
	if (!s)
		return false;
	bool ok = store_begin(s, &e), found = false;
	if (ok) {
		found = store_answer(s, &p->arena, sn, query, out);
		ok = store_end(s, &e);
	}
	if (!ok)
		page_fail(p, 503, "What is remembered of devices cannot be read now: %s.", e.text);
	else if (!found)
		page_fail(p, 404, "This device has not answered a query of that name.");
	return ok && found;
}

void page_device_answer(struct page *p)
{
	struct store_answer one;
	const char *query = page_value(p, "query");
	const struct device *d = page_find_device(p);
	if (!d)
		return;
	if (!*query || strlen(query) > LIMIT_NAME) {
		page_fail(p, 400, "Which answer? The name of a query is missing or too long.");
		return;
	}
	if (!read_answer(p, d->sn, query, &one))
		return;
	buf_adds(&p->reply.body, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
	xml_indent(&p->reply.body, one.xml, one.size);
	page_download(p, "application/xml", arena_concat(&p->arena, d->sn, "-", query, ".xml"));
}
