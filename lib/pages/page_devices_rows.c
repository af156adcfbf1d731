/* SPDX-License-Identifier: ISC */
/*
 * The rows of the list of devices. What a row is filtered and sorted by comes from the roster; what is only shown
 * (`show` values, deliveries) is read from the store, for the rows of this page alone.
 */
#include "pages/page_devices.h"

#include "base/text.h"
#include "pages/link.h"
#include "view/state.h"

#include <string.h>

#define VALUE_MOST 120 /* bytes of a `show` value; the page of the device has all of it */

/* ---- versions ---- */

/* FNV-1a: it only has to differ. */
static uint64_t mix_bytes(uint64_t hash, const void *bytes, size_t size)
{
	const unsigned char *p = bytes;
	for (size_t i = 0; i < size; i++)
		hash = (hash ^ p[i]) * 0x100000001b3;
	return hash;
}

static uint64_t mix_number(uint64_t hash, uint64_t number)
{
	return mix_bytes(hash, &number, sizeof number);
}

static uint64_t mix_text(uint64_t hash, const char *text)
{
	return mix_bytes(hash, text, strlen(text) + 1);
}

#define FIRST 0xcbf29ce484222325

uint64_t devices_row_version(const struct devices_list *l, const struct roster_row *row)
{
	const struct fleet_judge *j = &l->judge;
	const struct device *d = &row->device;
	uint64_t hash = mix_number(FIRST, row->changed);
	hash = mix_number(hash, fleet_presence(j, d));
	hash = mix_number(hash, fleet_cert(j, d));
	hash = mix_number(hash, fleet_firmware(j, d));
	hash = mix_number(hash, fleet_bootcode(j, d));
	hash = mix_text(hash, fleet_wanted_firmware(j, d));
	return mix_text(hash, fleet_wanted_bootcode(j, d));
}

uint64_t devices_version(const struct devices_list *l)
{
	uint64_t hash = mix_number(FIRST, roster_count(l->roster));
	hash = mix_number(hash, l->found.matches);
	hash = mix_number(hash, l->found.missing);
	hash = mix_text(hash, l->wrong.text);
	for (size_t i = 0; i < l->found.count; i++) {
		hash = mix_text(hash, l->found.rows[i]->device.sn);
		hash = mix_number(hash, devices_row_version(l, l->found.rows[i]));
	}
	return hash;
}

/* ---- a row ---- */

static void add_who(struct devices_list *l, const struct device *d)
{
	static const enum device_at fields[] = {DEVICE_AT_type, DEVICE_AT_hwid, DEVICE_AT_name,
	    DEVICE_AT_realip, DEVICE_AT_ip, DEVICE_AT_phase, DEVICE_AT_nextphase,
	    DEVICE_AT_environments, DEVICE_AT_classes};
	struct page *p = l->p;
	doc_attr(p->doc, "sn", d->sn);
	doc_attr(p->doc, "url", page_url(p, "device", "sn", d->sn, NULL));
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		const struct device_field *f = &device_fields[fields[i]];
		if (device_has(d, f))
			doc_attr(p->doc, f->name, device_text(d, f));
	}
	doc_attr(p->doc, "link", link_to_device(&p->arena, l->judge.config, d->realip));
}

static void add_times(struct devices_list *l, const struct device *d)
{
	struct doc *doc = l->p->doc;
	doc_attr(doc, "presence", fleet_presence_name(fleet_presence(&l->judge, d)));
	doc_flag(doc, "settled", fleet_settled(d));
	doc_time(doc, "seen", d->seen);
	doc_time(doc, "created", d->created);
}

static void add_build(
    struct doc *doc, const char *kind, enum fleet_build state, const char *has, const char *wanted)
{
	doc_open(doc, "build");
	doc_attr(doc, "kind", kind);
	doc_attr(doc, "state", fleet_build_name(state));
	doc_attr(doc, "has", has);
	if (*wanted && strcmp(has, wanted) != 0)
		doc_attr(doc, "wanted", wanted);
	doc_close(doc);
}

static void add_builds(struct devices_list *l, const struct device *d)
{
	const struct fleet_judge *j = &l->judge;
	add_build(
	    l->p->doc, "firmware", fleet_firmware(j, d), d->prot, fleet_wanted_firmware(j, d));
	add_build(
	    l->p->doc, "bootcode", fleet_bootcode(j, d), d->boot, fleet_wanted_bootcode(j, d));
}

static void add_cert(struct devices_list *l, const struct device *d)
{
	enum fleet_cert state = fleet_cert(&l->judge, d);
	int64_t until = fleet_cert_until(&l->judge, d);
	struct doc *doc = l->p->doc;
	doc_open(doc, "cert");
	doc_attr(doc, "state", fleet_cert_name(state));
	doc_time(doc, "until", until);
	doc_flag(doc, "over", until && until <= l->judge.now);
	doc_close(doc);
}

/* Only who may act may read backups: they hold secrets. */
static void add_backup(struct devices_list *l, const struct device *d)
{
	struct page *p = l->p;
	if (!d->backup_at)
		return;
	doc_open(p->doc, "backup");
	doc_time(p->doc, "at", d->backup_at);
	if (p->request.role >= ROLE_OPERATOR && *d->backup)
		doc_attr(p->doc, "url",
		    page_url(p, "device/backup", "sn", d->sn, "file", d->backup, NULL));
	doc_close(p->doc);
}

static void add_scripts(struct devices_list *l, const struct state *s)
{
	int64_t newest = 0;
	for (size_t i = 0; i < s->ndeliveries; i++)
		newest = s->deliveries[i].sent > newest ? s->deliveries[i].sent : newest;
	if (!s->ndeliveries)
		return;
	doc_open(l->p->doc, "scripts");
	doc_number(l->p->doc, "count", (int64_t)s->ndeliveries);
	doc_time(l->p->doc, "newest", newest);
	doc_close(l->p->doc);
}

static void add_value(struct devices_list *l, const struct state_show *one)
{
	struct doc *doc = l->p->doc;
	const char *text = one->value ? one->value : one->error;
	size_t shown = text_cut(text, VALUE_MOST);
	doc_open(doc, "show");
	doc_attr(doc, "query", one->query_title);
	doc_attr(doc, "title", one->title);
	doc_flag(doc, "error", !one->value);
	if (text[shown])
		doc_attr(doc, "full", text);
	doc_bytes(doc, text, shown);
	doc_close(doc);
}

static void add_row(struct devices_list *l, const struct roster_row *row, struct state *s)
{
	const struct device *d = &row->device;
	struct doc *doc = l->p->doc;
	state_shows(&l->p->arena, l->judge.config, s);
	doc_open(doc, "row");
	doc_attrf(doc, "version", "%016llx", (unsigned long long)devices_row_version(l, row));
	add_who(l, d);
	add_times(l, d);
	add_builds(l, d);
	add_cert(l, d);
	add_backup(l, d);
	add_scripts(l, s);
	for (size_t i = 0; i < s->nshows; i++)
		add_value(l, &s->shows[i]);
	doc_close(doc);
}

/* ---- all of a page ---- */

/* In a snapshot. Expressions may ask for any field, also for those that the roster does not have. */
static struct state read_state(struct devices_list *l, const struct roster_row *row)
{
	struct arena *a = &l->p->arena;
	struct device d;
	struct state s;
	if (store_device(l->store, a, row->device.sn, &d))
		store_seen(l->store, &d);
	else
		d = row->device;
	state_take(l->store, a, &d, l->judge.now, l->judge.config->status_logkeep, &s);
	return s;
}

static bool changed(const struct roster_row *row, uint64_t since)
{
	return !since || row->changed > since;
}

bool devices_add_rows(struct devices_list *l, uint64_t since)
{
	const struct roster_result *found = &l->found;
	struct state *states = arena_calloc(&l->p->arena, found->count, sizeof *states);
	struct err e = {""};
	bool ok = store_begin(l->store, &e);
	for (size_t i = 0; ok && i < found->count; i++) {
		if (changed(found->rows[i], since))
			states[i] = read_state(l, found->rows[i]);
	}
	if (!ok || !store_end(l->store, &e)) {
		page_fail(
		    l->p, 503, "What is remembered of devices cannot be read now: %s.", e.text);
		return false;
	}
	for (size_t i = 0; i < found->count; i++) {
		if (changed(found->rows[i], since))
			add_row(l, found->rows[i], &states[i]);
	}
	return true;
}
