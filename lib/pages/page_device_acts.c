/* SPDX-License-Identifier: ISC */
/*
 * What can be done to one device: each is asked for once more, done by lib/desk, which writes it into the audit,
 * and told on the page that follows.
 */
#include "pages/page_device.h"

#include "pages/pages.h"

#include <string.h>

struct act {
	const char *name; /* the value of `action` */
	bool (*run)(const struct device_page *v, struct err *e);
	const char *done; /* key of the text afterwards */
	bool gone;        /* there is no page of the device after it */
	bool backup;      /* it is about one backup, `file` */
};

static bool touch(const struct device_page *v, struct err *e)
{
	const char *sns[] = {v->state.device.sn};
	return desk_touch(&v->desk, sns, 1, e);
}

static bool forget(const struct device_page *v, struct err *e)
{
	const char *sns[] = {v->state.device.sn};
	return desk_forget(&v->desk, sns, 1, e);
}

static bool drop(const struct device_page *v, struct err *e)
{
	return desk_backup_drop(
	    &v->desk, v->state.device.sn, v->state.device.hwid, page_value(v->p, "file"), e);
}

static const struct act acts[] = {
    {"touch", touch, "device-touched", false, false},
    {"forget", forget, "device-forgotten", true, false},
    {"drop", drop, "backup-dropped", false, true},
};

static const struct act *find_act(const char *name)
{
	for (size_t i = 0; i < sizeof acts / sizeof *acts; i++) {
		if (strcmp(acts[i].name, name) == 0)
			return &acts[i];
	}
	return NULL;
}

static void run(struct device_page *v, const struct act *act)
{
	struct err e = {""};
	if (!act->run(v, &e))
		page_fail(v->p, 409, "%s.", e.text);
	else if (*e.text) /* done, but not as it should be */
		page_fail(v->p, 507, "%s.", e.text);
	else
		page_redirect(v->p,
		    act->gone ? "devices"
			      : page_url(v->p, "device", "sn", v->state.device.sn, NULL),
		    act->done);
}

/* ---- asking ---- */

static void add_field(struct doc *d, const char *name, const char *value)
{
	doc_open(d, "field");
	doc_attr(d, "name", name);
	doc_attr(d, "value", value);
	doc_close(d);
}

static void add_item(struct device_page *v)
{
	const struct device *d = &v->state.device;
	struct arena *a = &v->p->arena;
	doc_open(v->doc, "item");
	doc_attr(
	    v->doc, "href", arena_concat(a, "admin/", page_url(v->p, "device", "sn", d->sn, NULL)));
	if (*d->type || *d->name)
		doc_attr(v->doc, "hint",
		    arena_concat(a, d->type, *d->type && *d->name ? ", " : "", d->name));
	doc_text(v->doc, d->sn);
	doc_close(v->doc);
}

void device_ask(struct device_page *v, const char *path, const char *action, const char *name)
{
	struct arena *a = &v->p->arena;
	const char *sn = v->state.device.sn;
	struct doc *d = v->doc = page_begin(v->p, "confirm");
	doc_open(d, "confirm");
	doc_attr(d, "key", arena_concat(a, "device-", action));
	doc_attr(d, "action", arena_concat(a, "admin/", path));
	doc_attr(d, "back", arena_concat(a, "admin/", page_url(v->p, "device", "sn", sn, NULL)));
	doc_flag(d, "danger", strcmp(action, "touch") != 0);
	doc_number(d, "count", 1);
	add_field(d, "action", action);
	add_field(d, "sn", sn);
	if (name)
		add_field(d, name, page_value(v->p, name));
	add_item(v);
	if (name)
		doc_leaf(d, "note", page_value(v->p, name));
	doc_close(d);
	page_show(v->p, "confirm");
}

/* ---- acting ---- */

static bool is_listed(const struct device_page *v, const char *file)
{
	for (size_t i = 0; i < v->nbackups; i++) {
		if (strcmp(v->backups[i].name, file) == 0)
			return true;
	}
	return false;
}

void act_device(struct page *p)
{
	struct device_page v;
	const struct act *act = find_act(page_value(p, "action"));
	if (!act) {
		page_fail(
		    p, 400, "The form does not say what is to be done: touch, forget or drop.");
		return;
	}
	if (!device_page_read(p, &v))
		return;
	if (!v.known)
		device_page_unknown(p, v.state.device.sn);
	else if (act->backup && !is_listed(&v, page_value(p, "file")))
		page_fail(p, 404, "There is no backup of that name of this device (any more).");
	else if (strcmp(page_value(p, "sure"), "1") != 0)
		device_ask(&v, "device/act", act->name, act->backup ? "file" : NULL);
	else
		run(&v, act);
}
