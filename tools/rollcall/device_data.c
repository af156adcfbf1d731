/* SPDX-License-Identifier: ISC */
#include "tools/rollcall/device_data.h"

#include "base/text.h"
#include "core/filter.h"
#include "tools/rollcall/changes.h"
#include "tools/rollcall/cli.h"
#include "tools/rollcall/device_text.h"

#include <time.h>
#include <unistd.h>

#define NAMED 8 /* devices that a message names */

struct config *device_config(const struct home *h)
{
	struct config *c = cli_config(h->user_config);
	if (c || access(h->good_config, F_OK) != 0)
		return c;
	cli_fail("%s cannot be used; the last good configuration is", h->user_config);
	return cli_config(h->good_config);
}

bool device_open(struct device_data *d, const struct home *h)
{
	struct err e = {""};
	*d = (struct device_data){.home = h, .now = time(NULL)};
	d->config = device_config(h);
	if (!d->config)
		return false;
	if (!*d->config->status_dir)
		cli_fail("status/@dir is not set: nothing new is remembered of devices");
	d->store = changes_open(h, &e);
	if (!d->store)
		cli_fail("%s", e.text);
	return d->store;
}

void device_close_store(struct device_data *d)
{
	if (d->store)
		store_close(d->store);
	d->store = NULL;
}

void device_close(struct device_data *d)
{
	device_close_store(d);
	if (d->config)
		conf_free(d->config);
	arena_free(&d->arena);
}

/* ---- who is meant ---- */

struct search {
	const char *text;
	struct arena *kept, scratch;
	const char *sns[NAMED];
	size_t count;
	struct buf named; /* "SN (TYPE, NAME), …" */
};

static bool is_meant(const struct device *d, const char *text)
{
	return text_same(d->hwid, text) || text_same(d->name, text) || text_same(d->realip, text) ||
	       text_same(d->ip, text);
}

static bool look_at(void *context, const struct device *d)
{
	struct search *s = context;
	if (is_meant(d, s->text) && s->count++ < NAMED) {
		s->sns[s->count - 1] = arena_strdup(s->kept, d->sn);
		buf_adds(&s->named, s->count > 1 ? ", " : "");
		text_add(&s->named, d->sn);
		buf_adds(&s->named, " (");
		text_add(&s->named, d->type);
		buf_adds(&s->named, *d->name ? ", " : "");
		text_add(&s->named, d->name);
		buf_adds(&s->named, ")");
	}
	arena_reset(&s->scratch);
	return true;
}

static const char *choose(const struct search *s)
{
	struct buf text = {0};
	text_add(&text, s->text);
	if (s->count == 1) {
		buf_free(&text);
		return s->sns[0];
	}
	if (s->count == 0)
		cli_fail("no device is known by \"%s\": see rollcall devices", buf_text(&text));
	else
		cli_fail("\"%s\" may be any of %zu devices: %s%s; say which serial number",
		    buf_text(&text), s->count, s->named.data, s->count > NAMED ? ", …" : "");
	buf_free(&text);
	return NULL;
}

static const char *search(struct device_data *d, const char *text, struct err *e)
{
	struct search s = {.text = text, .kept = &d->arena};
	const char *sn = NULL;
	if (!*text)
		cli_fail("which device? its serial number is missing");
	else if (store_begin(d->store, e)) {
		store_each(d->store, &s.scratch, "", look_at, &s);
		if (store_end(d->store, e))
			sn = choose(&s);
	}
	arena_free(&s.scratch);
	buf_free(&s.named);
	return sn;
}

const char *device_find(struct device_data *d, const char *text)
{
	const char *sn = filter_serial(&d->arena, text);
	struct device found;
	struct err e = {""};
	bool known = false;
	if (store_begin(d->store, &e)) {
		known = *sn && store_device(d->store, &d->arena, sn, &found);
		known = store_end(d->store, &e) && known;
	}
	if (!known && !*e.text)
		sn = search(d, text, &e);
	if (*e.text)
		cli_fail("%s", e.text);
	return *e.text ? NULL : sn;
}

bool device_state(struct device_data *d, const char *sn, struct state *out)
{
	struct err e = {""};
	if (state_read(d->store, &d->arena, sn, d->now, d->config->status_logkeep, out, &e))
		return true;
	cli_fail("%s", *e.text ? e.text : "the device was forgotten this moment");
	return false;
}
