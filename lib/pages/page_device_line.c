/* SPDX-License-Identifier: ISC */
/* What happened to a device, newest first, from everything that has a time. */
#include "pages/page_device.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define SHOWN 200   /* entries of the line */
#define LOOKED 5000 /* entries of the audit that are looked through: it is of the whole fleet */

/* What an entry is about; the page can be asked for one kind. */
enum kind {
	KIND_POLL,
	KIND_MESSAGE,
	KIND_DELIVERY,
	KIND_BACKUP,
	KIND_CERTIFICATE,
	KIND_FIRMWARE,
	KIND_LIFE,
	KIND_AUDIT,
	KINDS
};
static const char *const kind_names[KINDS] = {
    "poll", "message", "delivery", "backup", "certificate", "firmware", "life", "audit"};

struct moment {
	int64_t time;
	enum kind kind;
	const char *what; /* the page has a text for it */
	const char *text; /* what it was; NULL: all is said */
	const char *who;  /* of the audit */
	size_t order;     /* of two at one moment the later one: messages come in order */
};

struct line {
	struct arena *arena;
	struct moment *list;
	size_t count, room, counts[KINDS];
	size_t looked;
	bool unfinished; /* the audit goes on further back */
	const char *sn;
};

static void add(struct line *l, struct moment one)
{
	if (one.time <= 0)
		return;
	l->list = arena_room(l->arena, l->list, l->count, &l->room, sizeof *l->list, 256);
	one.order = l->count;
	l->counts[one.kind]++;
	l->list[l->count++] = one;
}

/* ---- where entries come from ---- */

/* The fields that have a time, and what they say. */
static const struct source {
	enum device_at at;
	enum kind kind;
	const char *what;
	enum device_at text; /* DEVICE_AT_created: none */
} sources[] = {
    {DEVICE_AT_created, KIND_LIFE, "created", DEVICE_AT_created},
    {DEVICE_AT_settled, KIND_LIFE, "settled", DEVICE_AT_created},
    {DEVICE_AT_firmware_at, KIND_FIRMWARE, "firmware", DEVICE_AT_firmware},
    {DEVICE_AT_bootcode_at, KIND_FIRMWARE, "bootcode", DEVICE_AT_bootcode},
    {DEVICE_AT_cert_asked, KIND_CERTIFICATE, "cert-asked", DEVICE_AT_created},
    {DEVICE_AT_cert_request, KIND_CERTIFICATE, "cert-request", DEVICE_AT_cert_origin},
    {DEVICE_AT_cert_sent, KIND_CERTIFICATE, "cert-sent", DEVICE_AT_created},
    {DEVICE_AT_cert_at, KIND_CERTIFICATE, "cert-answered", DEVICE_AT_cert_subject},
    {DEVICE_AT_cert_lapsed, KIND_CERTIFICATE, "cert-lapsed", DEVICE_AT_created},
    {DEVICE_AT_cert_revoked, KIND_CERTIFICATE, "cert-revoked", DEVICE_AT_cert_serial},
};

static void add_fields(struct line *l, const struct device *d)
{
	for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
		const struct source *s = &sources[i];
		const struct device_field *text = &device_fields[s->text];
		add(l, (struct moment){.time = device_number(d, &device_fields[s->at]),
			   .kind = s->kind,
			   .what = s->what,
			   .text = text->type == DEVICE_TEXT ? device_text(d, text) : NULL});
	}
	add(l, (struct moment){.time = d->seen, .kind = KIND_POLL, .what = "poll"});
}

/* A message that says no more than that a backup was stored, which is in the line itself. */
static bool is_told(const struct device_page *v, const char *message)
{
	static const char start[] = "its configuration is kept as ";
	if (!text_starts(message, start))
		return false;
	for (size_t i = 0; i < v->nbackups; i++) {
		if (strcmp(message + sizeof start - 1, v->backups[i].name) == 0)
			return true;
	}
	return false;
}

/* Parts of a message of a poll (core/track.c) that say no more than a field with the time of that poll. */
static const struct fact {
	const char *start;
	enum device_at at, text; /* what follows; DEVICE_AT_created: nothing */
} facts[] = {
    {"is new here", DEVICE_AT_created, DEVICE_AT_created},
    {"has settled", DEVICE_AT_settled, DEVICE_AT_created},
    {"is to load firmware ", DEVICE_AT_firmware_at, DEVICE_AT_firmware},
    {"is to load boot code ", DEVICE_AT_bootcode_at, DEVICE_AT_bootcode},
};

static bool is_fact(const struct device *d, int64_t time, const char *part, size_t size)
{
	for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
		const struct device_field *text = &device_fields[facts[i].text];
		const char *more = text->type == DEVICE_TEXT ? device_text(d, text) : "";
		size_t n = strlen(facts[i].start);
		if (device_number(d, &device_fields[facts[i].at]) == time &&
		    size == n + strlen(more) && strncmp(part, facts[i].start, n) == 0 &&
		    strncmp(part + n, more, size - n) == 0)
			return true;
	}
	return false;
}

/* What the line does not say already. "": nothing. */
static const char *without_facts(
    struct arena *a, const struct device *d, const struct store_message *one)
{
	const char *rest = "";
	for (const char *at = one->text; *at;) {
		const char *end = strstr(at, "; ");
		size_t size = end ? (size_t)(end - at) : strlen(at);
		if (!is_fact(d, one->time, at, size))
			rest = arena_concat(a, rest, *rest ? "; " : "", arena_strndup(a, at, size));
		at += end ? size + 2 : size;
	}
	return rest;
}

static void add_messages(struct line *l, const struct device_page *v)
{
	for (size_t i = 0; i < v->state.nmessages; i++) {
		const struct store_message *one = &v->state.messages[i];
		const char *text = without_facts(l->arena, &v->state.device, one);
		if (*text && !is_told(v, text))
			add(l, (struct moment){.time = one->time,
				   .kind = KIND_MESSAGE,
				   .what = "message",
				   .text = text});
	}
}

static void add_lists(struct line *l, const struct device_page *v)
{
	const struct state *s = &v->state;
	add_messages(l, v);
	for (size_t i = 0; i < s->ndeliveries; i++)
		add(l, (struct moment){.time = s->deliveries[i].sent,
			   .kind = KIND_DELIVERY,
			   .what = "delivery",
			   .text = s->deliveries[i].snippet});
	for (size_t i = 0; i < v->nbackups; i++)
		add(l, (struct moment){.time = v->backups[i].stored,
			   .kind = KIND_BACKUP,
			   .what = "backup",
			   .text = v->backups[i].name});
	if (v->csr && v->csr->bytes[CERTS_SIGNED])
		add(l, (struct moment){.time = v->csr->changed[CERTS_SIGNED],
			   .kind = KIND_CERTIFICATE,
			   .what = "cert-signed",
			   .text = v->csr->cert ? v->csr->cert->issuer : NULL});
}

struct walk {
	struct line *line;
	struct arena scratch;
};

static bool look_at(void *context, const struct audit *one)
{
	struct walk *w = context;
	struct line *l = w->line;
	if (strcmp(one->sn, l->sn) == 0)
		add(l, (struct moment){.time = one->time,
			   .kind = KIND_AUDIT,
			   .what = "audit",
			   .text =
			       arena_concat(l->arena, one->what, *one->text ? ": " : "", one->text),
			   .who = arena_strdup(l->arena, one->who)});
	arena_reset(&w->scratch);
	l->unfinished = ++l->looked == LOOKED;
	return !l->unfinished && l->counts[KIND_AUDIT] < SHOWN;
}

/* A store that cannot be read has been found before: what is left out here is said by nothing else. */
static void add_audit(struct line *l, struct store *s)
{
	struct walk w = {.line = l};
	if (s && store_begin(s, NULL)) {
		store_audit_each(s, &w.scratch, INT64_MAX, look_at, &w);
		l->unfinished |= !store_end(s, NULL);
	}
	arena_free(&w.scratch);
}

/* ---- the line ---- */

static int newest_first(const void *a, const void *b)
{
	const struct moment *x = a, *y = b;
	if (x->time != y->time)
		return x->time < y->time ? 1 : -1;
	return (x->order < y->order) - (x->order > y->order);
}

/* KINDS: all of them. */
static enum kind wanted_kind(const struct page *p)
{
	const char *name = page_value(p, "kind");
	for (int i = 0; i < KINDS; i++) {
		if (strcmp(kind_names[i], name) == 0)
			return (enum kind)i;
	}
	return KINDS;
}

static void add_kinds(struct device_page *v, const struct line *l)
{
	for (int i = 0; i < KINDS; i++) {
		if (!l->counts[i])
			continue;
		doc_open(v->doc, "kind");
		doc_attr(v->doc, "name", kind_names[i]);
		doc_number(v->doc, "count", (int64_t)l->counts[i]);
		device_url(v, "url", "device", "kind", kind_names[i], NULL);
		doc_close(v->doc);
	}
}

static void add_entry(struct device_page *v, const struct moment *one)
{
	struct doc *d = v->doc;
	doc_open(d, "entry");
	doc_attr(d, "kind", kind_names[one->kind]);
	doc_attr(d, "what", one->what);
	doc_time(d, "at", one->time);
	doc_attr(d, "who", one->who);
	if (one->text)
		doc_text(d, one->text);
	doc_close(d);
}

void device_add_line(struct device_page *v)
{
	struct line l = {.arena = &v->p->arena, .sn = v->state.device.sn};
	enum kind wanted = wanted_kind(v->p);
	size_t shown = 0;
	add_fields(&l, &v->state.device);
	add_lists(&l, v);
	add_audit(&l, v->p->site->store);
	if (l.count)
		qsort(l.list, l.count, sizeof *l.list, newest_first);
	doc_open(v->doc, "line");
	doc_attr(v->doc, "kind", wanted == KINDS ? NULL : kind_names[wanted]);
	doc_number(v->doc, "total", (int64_t)(wanted == KINDS ? l.count : l.counts[wanted]));
	doc_flag(v->doc, "unfinished", l.unfinished);
	doc_number(v->doc, "looked", LOOKED);
	add_kinds(v, &l);
	for (size_t i = 0; i < l.count && shown < SHOWN; i++) {
		if (wanted != KINDS && l.list[i].kind != wanted)
			continue;
		add_entry(v, &l.list[i]);
		shown++;
	}
	doc_close(v->doc);
}
