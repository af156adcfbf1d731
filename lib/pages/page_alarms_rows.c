/* SPDX-License-Identifier: ISC */
/* Alarms as elements of a page. */
#include "pages/page_alarms.h"

#include "base/date.h"
#include "base/pct.h"
#include "pages/whose.h"

#include <inttypes.h>
#include <string.h>

#define AROUND 600 /* seconds of the log before and after an alarm */

bool alarms_page_find(struct page *p, const struct alarms_query *q, struct alarms *out)
{
	struct err e = {""};
	struct store *s = page_store(p);
	if (!s)
		return false;
	bool ok = store_begin(s, &e);
	if (ok) {
		alarms_find(s, p->site->board, &p->arena, q, out);
		ok = store_end(s, &e);
	}
	if (!ok)
		page_fail(p, 503, "Alarms cannot be read now: %s.", e.text);
	return ok;
}

/* How it is called in forms: "IP24-1d-00-8d:c0ffee", and as an address is written. Arena. */
static const char *key_of(struct page *p, const struct alarm *a)
{
	struct buf key = {0};
	pct_encode(&key, a->from, strlen(a->from));
	buf_addc(&key, ':');
	pct_encode(&key, a->code, strlen(a->code));
	const char *copy = arena_strdup(&p->arena, buf_text(&key));
	buf_free(&key);
	return copy;
}

/* What its device logged then. */
static void add_log(struct page *p, const struct alarm *a)
{
	char from[DATE_SIZE], to[DATE_SIZE];
	if (strcmp(a->from, ALARM_SERVER) == 0)
		return;
	date_second(a->last - AROUND, from);
	date_second(a->last + AROUND, to);
	doc_attr(
	    p->doc, "log-href", page_url(p, "log", "whose", a->from, "from", from, "to", to, NULL));
}

static void add_texts(struct page *p, const struct alarm *a)
{
	const struct {
		const char *name, *value;
	} rows[] = {{"code", a->code}, {"source", a->source}, {"text", a->text},
	    {"serial", a->serial}, {"address", a->address}, {"acked-by", a->acked_by},
	    {"note", a->note}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (*rows[i].value)
			doc_attr(p->doc, rows[i].name, rows[i].value);
	}
}

static void add_one(struct page *p, const struct alarm *a, const struct whose *w)
{
	struct doc *d = p->doc;
	const char *key = key_of(p, a);
	doc_open(d, "alarm");
	doc_attr(d, "key", key);
	doc_attr(d, "value", arena_printf(&p->arena, "%s:%" PRId64, key, a->raised));
	doc_attr(d, "state", alarms_state(a));
	doc_attr(d, "severity", alarm_severity_word(a->severity));
	doc_flag(d, "own", strcmp(a->from, ALARM_SERVER) == 0);
	whose_add(p, w);
	add_texts(p, a);
	doc_time(d, "first", a->first);
	doc_time(d, "last", a->last);
	doc_time(d, "raised", a->raised);
	doc_time(d, "cleared", a->cleared);
	doc_time(d, "acked", a->acked);
	doc_number(d, "count", a->count);
	add_log(p, a);
	if (*a->details)
		doc_leaf(d, "details", a->details);
	doc_close(d);
}

bool alarms_page_add(struct page *p, const struct alarms *all)
{
	struct whose *whose = arena_calloc(&p->arena, all->count + 1, sizeof *whose);
	for (size_t i = 0; i < all->count; i++)
		whose[i] = (struct whose){.from = all->list[i].from, .serial = all->list[i].serial};
	if (all->count && !whose_find(p, whose, all->count))
		return false;
	for (size_t i = 0; i < all->count; i++)
		add_one(p, &all->list[i], &whose[i]);
	return true;
}

void alarms_page_counts(struct page *p, const struct alarms *all)
{
	doc_number(p->doc, "active", (int64_t)all->active);
	doc_number(p->doc, "unnoted", (int64_t)all->unnoted);
	if (all->worst >= 0)
		doc_attr(p->doc, "worst", alarm_severity_word(all->worst));
}
