/* SPDX-License-Identifier: ISC */
/*
 * What can be done to several devices at once. Each act is asked for once more, with the devices named; lib/desk
 * does it and writes it into the audit. Then the list is shown again, or, when something failed, what and why.
 */
#include "pages/page_devices.h"

#include "base/limits.h"
#include "pages/pages.h"
#include "proc/clock.h"

#include <string.h>

/* The worker would be taken for one that hangs. */
#define MOST_MS (LIMIT_ADMIN_SECONDS * 500L)

/* A device that was selected; `digest`: of the request that whoever approves has seen, or "". */
struct choice {
	const char *sn, *digest;
};

struct acting {
	struct page *p;
	struct desk desk;
	struct devices_args args; /* of the list that it is done from */
	const struct act *act;
	struct choice *list;
	size_t count;
	size_t done; /* of them */
};

struct act {
	const char *name, *key; /* `action` of the form; of texts */
	bool danger, digests;
	/* All at once, or one after the other; `said` are warnings. */
	bool (*all)(const struct desk *k, const char *const *sns, size_t count, struct err *e);
	bool (*one)(struct acting *x, const struct choice *c, struct buf *said, struct err *e);
};

/* One that came after the page that asked was made has been seen by nobody. */
static bool approve(struct acting *x, const struct choice *c, struct buf *said, struct err *e)
{
	if (!*c->digest)
		return err_set(e, "%s: no request of it was looked at: select it again", c->sn);
	return desk_csr_approve(&x->desk, c->sn, c->digest, "selected in the list", said, e);
}

static bool drop_request(struct acting *x, const struct choice *c, struct buf *said, struct err *e)
{
	(void)said;
	return desk_csr_drop(&x->desk, c->sn, e);
}

static const struct act acts[] = {
    {"touch", "devices-touch", false, false, desk_touch, NULL},
    {"forget", "devices-forget", true, false, desk_forget, NULL},
    {"approve", "devices-approve", false, true, NULL, approve},
    {"drop-request", "devices-drop", true, false, NULL, drop_request},
};

static const struct act *find_act(const char *name)
{
	for (size_t i = 0; i < sizeof acts / sizeof *acts; i++) {
		if (strcmp(acts[i].name, name) == 0)
			return &acts[i];
	}
	return NULL;
}

/* ---- what was selected ---- */

static bool is_chosen(const struct acting *x, const char *sn)
{
	for (size_t i = 0; i < x->count; i++) {
		if (strcmp(x->list[i].sn, sn) == 0)
			return true;
	}
	return false;
}

/* All that the filter of the list finds, on other pages, too. False: page_fail() was called. */
static bool read_matching(struct acting *x)
{
	struct devices_list l;
	if (!devices_find(x->p, &l, true))
		return false;
	if (*l.wrong.text) {
		page_fail(x->p, 400, "The filter is not right: %s.", l.wrong.text);
		return false;
	}
	x->count = l.found.count;
	x->list = arena_calloc(&x->p->arena, x->count, sizeof *x->list);
	for (size_t i = 0; i < x->count; i++)
		x->list[i] =
		    (struct choice){arena_strdup(&x->p->arena, l.found.rows[i]->device.sn), ""};
	return true;
}

/* A digest belongs to the serial number before it. False: page_fail() was called. */
static bool read_ticked(struct acting *x)
{
	const struct form *f = &x->p->request.form;
	x->list = arena_calloc(&x->p->arena, f->count, sizeof *x->list);
	for (size_t i = 0; i < f->count; i++) {
		const struct form_field *field = &f->list[i];
		if (strcmp(field->name, "digest") == 0 && x->count)
			x->list[x->count - 1].digest = field->value;
		if (strcmp(field->name, "sn") != 0)
			continue;
		if (!req_is_serial(field->value)) {
			page_fail(x->p, 400,
			    "A serial number is made of letters, digits and dashes; nothing was changed.");
			return false;
		}
		if (!is_chosen(x, field->value))
			x->list[x->count++] = (struct choice){field->value, ""};
	}
	return true;
}

/*
 * What `matching` finds is asked about, and named there: what is done is done to devices that somebody has seen.
 * False: page_fail() was called.
 */
static bool read_choices(struct acting *x, bool sure)
{
	bool matching = !sure && strcmp(page_value(x->p, "matching"), "1") == 0;
	if (!(matching ? read_matching(x) : read_ticked(x)))
		return false;
	if (x->count && x->count <= DEVICES_MOST)
		return true;
	if (x->count)
		page_fail(
		    x->p, 400, "At most %d devices at once; nothing was changed.", DEVICES_MOST);
	else
		page_fail(x->p, 400,
		    "No device is selected. Go back, tick the boxes of some devices and try again.");
	return false;
}

/* ---- asking ---- */

static void add_field(struct doc *d, const char *name, const char *value)
{
	doc_open(d, "field");
	doc_attr(d, "name", name);
	doc_attr(d, "value", value);
	doc_close(d);
}

/* What tells a device from others for people. */
static const char *hint_of(struct acting *x, const struct device *d)
{
	struct arena *a = &x->p->arena;
	const char *who = arena_concat(a, d->type, *d->type && *d->name ? ", " : "", d->name);
	if (!x->act->digests)
		return who;
	if (!*d->cert_digest)
		return arena_concat(a, who, *who ? "; " : "", "no request is here");
	return arena_printf(
	    a, "%s%srequest %.16s, from %s", who, *who ? "; " : "", d->cert_digest, d->cert_origin);
}

/* In a snapshot. */
static void ask_of(struct acting *x, struct store *s, const char *sn)
{
	struct page *p = x->p;
	struct device d;
	bool known = store_device(s, &p->arena, sn, &d);
	add_field(p->doc, "sn", sn);
	if (x->act->digests && *d.cert_digest)
		add_field(p->doc, "digest", d.cert_digest);
	doc_open(p->doc, "item");
	doc_attr(p->doc, "href", page_url(p, "admin/device", "sn", sn, NULL));
	if (known && *hint_of(x, &d))
		doc_attr(p->doc, "hint", hint_of(x, &d));
	doc_text(p->doc, sn);
	doc_close(p->doc);
}

static void ask(struct acting *x)
{
	struct page *p = x->p;
	struct store *s = page_store(p);
	struct err e = {""};
	if (!s)
		return;
	struct doc *d = page_begin(p, "devices");
	doc_open(d, "confirm");
	doc_attr(d, "key", x->act->key);
	doc_attr(d, "action", "admin/devices/act");
	doc_attr(d, "back", devices_url(p, "admin/devices", &x->args));
	doc_flag(d, "danger", x->act->danger);
	add_field(d, "action", x->act->name);
	devices_args_add(p, &x->args, "field");
	bool ok = store_begin(s, &e);
	for (size_t i = 0; ok && i < x->count; i++)
		ask_of(x, s, x->list[i].sn);
	if (!ok || !store_end(s, &e)) {
		page_fail(p, 503, "What is remembered of devices cannot be read now: %s.", e.text);
		return;
	}
	doc_close(d);
	page_show(p, "confirm");
}

/* ---- doing it ---- */

/* What there is to say of one of them, or ("") of all. */
static void add_said(struct acting *x, const char *kind, const char *sn, const char *text)
{
	struct page *p = x->p;
	doc_open(p->doc, kind);
	if (*sn) {
		doc_attr(p->doc, "sn", sn);
		doc_attr(p->doc, "url", page_url(p, "device", "sn", sn, NULL));
	}
	doc_text(p->doc, text);
	doc_close(p->doc);
}

static bool do_all(struct acting *x)
{
	const char **sns = arena_calloc(&x->p->arena, x->count, sizeof *sns);
	struct err e = {""};
	for (size_t i = 0; i < x->count; i++)
		sns[i] = x->list[i].sn;
	bool ok = x->act->all(&x->desk, sns, x->count, &e);
	if (*e.text)
		add_said(x, ok ? "said" : "failed", "", e.text);
	x->done = ok ? x->count : 0;
	return ok && !*e.text;
}

static bool do_one(struct acting *x, const struct choice *c)
{
	struct buf said = {0};
	struct err e = {""};
	bool ok = x->act->one(x, c, &said, &e);
	x->done += ok;
	if (!ok)
		add_said(x, "failed", c->sn, e.text);
	buf_free(&said);
	return ok;
}

static bool do_each(struct acting *x)
{
	int64_t until = clock_now_ms() + MOST_MS;
	bool ok = true;
	for (size_t i = 0; i < x->count; i++) {
		if (clock_now_ms() < until) {
			ok = do_one(x, &x->list[i]) && ok;
			continue;
		}
		add_said(x, "failed", x->list[i].sn,
		    "not done: those before took too long; select it again");
		ok = false;
	}
	return ok;
}

static void run(struct acting *x)
{
	struct page *p = x->p;
	struct doc *d = page_begin(p, "devices");
	doc_open(d, "outcome");
	doc_attr(d, "back", devices_url(p, "devices", &x->args));
	doc_attr(d, "key", x->act->key);
	doc_number(d, "count", (int64_t)x->count);
	if (x->act->all ? do_all(x) : do_each(x)) {
		page_redirect(p, devices_url(p, "devices", &x->args), x->act->key);
		return;
	}
	doc_open(d, "done");
	doc_number(d, "count", (int64_t)x->done);
	doc_close(d);
	doc_close(d);
	page_show(p, "devices-outcome");
}

void act_devices(struct page *p)
{
	struct acting x = {.p = p, .desk = page_desk(p), .act = find_act(page_value(p, "action"))};
	bool sure = strcmp(page_value(p, "sure"), "1") == 0;
	devices_args_read(p, &x.args);
	if (!x.act)
		page_fail(p, 400,
		    "The form does not say what is to be done: touch, forget, approve or drop-request.");
	else if (!read_choices(&x, sure))
		return;
	else if (!sure)
		ask(&x);
	else
		run(&x);
}
