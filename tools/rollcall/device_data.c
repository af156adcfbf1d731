/* SPDX-License-Identifier: ISC */
#include "tools/rollcall/device_data.h"

#include "base/text.h"
#include "core/filter.h"
#include "desk/cells.h"
#include "desk/desk.h"
#include "tools/rollcall/cli.h"
#include "tools/rollcall/who.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#define NAMED 10 /* devices that a message names */

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
	d->store = desk_store(h, &e);
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

struct desk device_desk(const struct device_data *d)
{
	return (struct desk){.home = d->home,
	    .config = d->config,
	    .who = who_name(),
	    .now = d->now,
	    .store = d->store};
}

bool device_can_sign(const struct device_data *d)
{
	const struct desk desk = device_desk(d);
	struct err e = {""};
	return desk_csr_can_approve(&desk, &e) || !cli_fail("%s", e.text);
}

/* ---- who is meant ---- */

/* Devices that fit in one way. */
struct candidates {
	const char *first; /* SN */
	size_t count;
	struct buf lines; /* the first few of them */
};

struct search {
	const char *text, *serial; /* as it was given; as filter_serial() writes it */
	bool may_be_new;
	struct arena *kept, scratch;
	struct candidates serials, others;
};

static void add_candidate(struct search *s, struct candidates *c, const struct device *d)
{
	if (!c->count)
		c->first = arena_strdup(s->kept, d->sn);
	if (++c->count > NAMED)
		return;
	buf_adds(&c->lines, "\n  ");
	cell_add(&c->lines, d->sn);
	if (*d->type || *d->name)
		buf_adds(&c->lines, " (");
	cell_add(&c->lines, d->type);
	buf_adds(&c->lines, *d->type && *d->name ? ", " : "");
	cell_add(&c->lines, d->name);
	if (*d->type || *d->name)
		buf_addc(&c->lines, ')');
}

static bool is_called(const struct device *d, const char *text)
{
	return text_same(d->hwid, text) || text_same(d->name, text) || text_same(d->realip, text) ||
	       text_same(d->ip, text);
}

static bool look_at(void *context, const struct device *d)
{
	struct search *s = context;
	if (strcmp(filter_serial(&s->scratch, d->sn), s->serial) == 0)
		add_candidate(s, &s->serials, d);
	else if (is_called(d, s->text))
		add_candidate(s, &s->others, d);
	arena_reset(&s->scratch);
	return true;
}

/* NULL: it may be none, or several. */
static const char *choose(const struct search *s, size_t *meant)
{
	const struct candidates *c = s->serials.count ? &s->serials : &s->others;
	struct buf text = {0};
	*meant = c->count;
	if (c->count == 1)
		return c->first;
	cell_add(&text, s->text);
	if (c->count > NAMED)
		cli_fail(
		    "\"%s\" may be any of %zu devices; say which serial number:%s\n  and %zu more",
		    buf_text(&text), c->count, c->lines.data, c->count - NAMED);
	else if (c->count)
		cli_fail("\"%s\" may be any of %zu devices; say which serial number:%s",
		    buf_text(&text), c->count, c->lines.data);
	else if (!s->may_be_new)
		cli_fail("no device is known by \"%s\": see rollcall devices", buf_text(&text));
	buf_free(&text);
	return NULL;
}

static const char *search(struct device_data *d, const char *text, struct err *e)
{
	struct search s = {.text = text,
	    .serial = filter_serial(&d->arena, text),
	    .may_be_new = d->may_be_new,
	    .kept = &d->arena};
	const char *sn = NULL;
	if (store_begin(d->store, e)) {
		store_each(d->store, &s.scratch, "", look_at, &s);
		if (store_end(d->store, e))
			sn = choose(&s, &d->meant);
	}
	arena_free(&s.scratch);
	buf_free(&s.serials.lines);
	buf_free(&s.others.lines);
	return sn;
}

static const struct device *find(struct device_data *d, const char *text, struct err *e)
{
	const struct device *found = desk_device(d->store, &d->arena, text, e);
	if (found || *e->text)
		return found;
	const char *sn = search(d, text, e);
	if (!sn)
		return NULL;
	found = desk_device(d->store, &d->arena, sn, e);
	if (!found && !*e->text)
		err_set(e, "%s was forgotten this moment", sn);
	return found;
}

const struct device *device_find(struct device_data *d, const char *text)
{
	struct err e = {""};
	d->meant = 1;
	if (!*text) {
		cli_fail("which device? its serial number is missing");
		return NULL;
	}
	const struct device *found = find(d, text, &e);
	if (*e.text)
		cli_fail("%s", e.text);
	return found;
}

bool device_is_serial(const struct home *h, const char *text)
{
	struct arena a = {0};
	struct err e = {""};
	struct store *s = desk_store(h, &e);
	bool known = s && desk_device(s, &a, text, &e);
	if (s)
		store_close(s);
	arena_free(&a);
	return known;
}

bool device_state(struct device_data *d, const char *sn, struct state *out)
{
	struct err e = {""};
	if (state_read(d->store, &d->arena, sn, d->now, d->config->status_logkeep, out, &e))
		return true;
	cli_fail("%s", *e.text ? e.text : "the device was forgotten this moment");
	return false;
}
