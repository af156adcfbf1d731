/* SPDX-License-Identifier: ISC */
#include "view/state.h"

#include "base/log.h"
#include "base/text.h"
#include "core/answer.h"
#include "view/xml.h"

#include <inttypes.h>
#include <string.h>

/* ---- reading ---- */

/* It becomes the name of an element. */
static bool is_query(const char *id)
{
	return text_is_word((char[]){*id, '\0'}, "_") && !text_is_digit(*id) &&
	       text_is_word(id, "_-.");
}

/* What the store has was right when it came; a disk may have changed it. */
static bool is_sound(struct arena *a, struct store_answer *one, struct err *e)
{
	struct buf xml = {0};
	bool ok = is_query(one->query) ? answer_parse(one->xml, one->size, &xml, e)
				       : err_set(e, "this is no name of a query");
	if (ok && (xml.size != one->size || memcmp(buf_text(&xml), one->xml, xml.size) != 0)) {
		one->xml = arena_strndup(a, buf_text(&xml), xml.size);
		one->size = xml.size;
	}
	buf_free(&xml);
	return ok;
}

static void check_answers(struct arena *a, struct state *s)
{
	size_t sound = 0;
	struct err e = {""};
	for (size_t i = 0; i < s->nanswers; i++) {
		if (is_sound(a, &s->answers[i], &e))
			s->answers[sound++] = s->answers[i];
		else
			log_warn(s->device.sn,
			    "its answer to the query %s is damaged in the store, and left out: %s",
			    s->answers[i].query, e.text);
	}
	s->nanswers = sound;
}

static void take_lists(
    struct store *s, struct arena *a, int64_t now, long logkeep, struct state *out)
{
	int64_t from = logkeep == CONF_ABSENT || logkeep > now ? 0 : now - logkeep;
	const char *sn = out->device.sn;
	out->answers = store_answers(s, a, sn, &out->nanswers);
	out->deliveries = store_deliveries(s, a, sn, &out->ndeliveries);
	out->messages = store_messages(s, a, sn, from, &out->nmessages);
}

void state_take(struct store *s, struct arena *a, const struct device *d, int64_t now, long logkeep,
    struct state *out)
{
	*out = (struct state){.device = *d};
	take_lists(s, a, now, logkeep, out);
	check_answers(a, out);
}

bool state_read(struct store *s, struct arena *a, const char *sn, int64_t now, long logkeep,
    struct state *out, struct err *e)
{
	*out = (struct state){0};
	e->text[0] = '\0';
	if (!store_begin(s, e))
		return false;
	bool known = store_device(s, a, sn, &out->device);
	if (known) {
		store_seen(s, &out->device);
		take_lists(s, a, now, logkeep, out);
	}
	if (!store_end(s, e) || !known)
		return false;
	check_answers(a, out);
	return true;
}

/* ---- printing ---- */

/* 0: nothing is known. */
static void number(struct buf *out, const char *name, int64_t value)
{
	if (value)
		buf_addf(out, " %s=\"%" PRId64 "\"", name, value);
	else
		xml_attribute(out, name, "");
}

static void print_device(const struct device *d, struct buf *out)
{
	buf_adds(out, "  <device");
	xml_attribute(out, "sn", d->sn);
	xml_attribute(out, "type", d->type);
	xml_attribute(out, "classes", d->classes);
	xml_attribute(out, "ip", d->ip);
	xml_attribute(out, "rp", *d->proxy ? "true" : "false");
	xml_attribute(out, "proxy", d->proxy);
	xml_attribute(out, "phase", d->phase);
	xml_attribute(out, "environments", d->environments);
	xml_attribute(out, "hwid", d->hwid);
	xml_attribute(out, "realip", d->realip);
	xml_attribute(out, "certstat", d->certstat);
	xml_attribute(out, "backup", d->backup);
	buf_adds(out, "/>\n");
}

static void print_build(
    const char *element, const char *build, const char *requested, int64_t at, struct buf *out)
{
	buf_addf(out, "  <%s", element);
	xml_attribute(out, "build", build);
	xml_attribute(out, "requested", requested);
	number(out, "requested-at", at);
	buf_adds(out, "/>\n");
}

static void print_deliveries(const struct state *s, const char *snippets, struct buf *out)
{
	struct buf name = {0};
	for (size_t i = 0; i < s->ndeliveries; i++) {
		const struct store_delivery *one = &s->deliveries[i];
		buf_reset(&name);
		buf_addf(
		    &name, "%s%s%s", snippets, text_ends(snippets, "/") ? "" : "/", one->snippet);
		buf_adds(out, "  <config");
		xml_attribute(out, "filename", name.data);
		number(out, "delivered", one->sent);
		number(out, "version", one->version);
		buf_adds(out, "/>\n");
	}
	buf_free(&name);
}

static void print_answers(const struct state *s, struct buf *out)
{
	buf_adds(out, s->nanswers ? "  <queries>\n" : "  <queries/>\n");
	for (size_t i = 0; i < s->nanswers; i++) {
		const struct store_answer *one = &s->answers[i];
		buf_addf(out, "    <%s", one->query);
		number(out, "seen", one->received);
		buf_addc(out, '>');
		buf_add(out, one->xml, one->size);
		buf_addf(out, "</%s>\n", one->query);
	}
	if (s->nanswers)
		buf_adds(out, "  </queries>\n");
}

static void print_messages(const struct state *s, struct buf *out)
{
	for (size_t i = 0; i < s->nmessages; i++) {
		buf_adds(out, "  <msgs");
		number(out, "time", s->messages[i].time);
		xml_attribute(out, "msg", s->messages[i].text);
		buf_adds(out, "/>\n");
	}
}

void state_print(const struct state *s, const char *snippets, unsigned parts, struct buf *out)
{
	const struct device *d = &s->device;
	buf_adds(out, "<state");
	number(out, "seen", d->seen);
	xml_attribute(out, "phase", d->phase);
	xml_attribute(out, "nextphase", d->nextphase);
	buf_adds(out, ">\n");
	print_device(d, out);
	print_build("firmware", d->prot, d->firmware, d->firmware_at, out);
	print_build("bootcode", d->boot, d->bootcode, d->bootcode_at, out);
	if (parts & STATE_DELIVERIES)
		print_deliveries(s, snippets, out);
	if (parts & STATE_ANSWERS)
		print_answers(s, out);
	if (parts & STATE_MESSAGES)
		print_messages(s, out);
	buf_adds(out, "</state>\n");
}
