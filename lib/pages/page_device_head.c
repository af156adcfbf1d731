/* SPDX-License-Identifier: ISC */
/* Who a device is: names, addresses, links to it, where it stands, what it runs. */
#include "pages/page_device.h"

#include "pages/link.h"

#define POLL_NOW "!mod%20cmd%20UP1%20poll" /* a command to the device itself */

/* ---- links to the device ---- */

static void add_links(struct device_page *v)
{
	struct arena *a = &v->p->arena;
	const char *url = link_to_device(a, v->judge.config, v->state.device.realip);
	if (!url)
		return;
	doc_attr(v->doc, "link", url);
	doc_attr(v->doc, "poll", arena_concat(a, url, POLL_NOW));
}

/* ---- what it runs ---- */

static void add_build(struct device_page *v, const char *kind, enum fleet_build state,
    const char *wanted, const char *has, const char *requested, int64_t at)
{
	struct doc *d = v->doc;
	doc_open(d, "build");
	doc_attr(d, "kind", kind);
	doc_attr(d, "state", fleet_build_name(state));
	doc_attr(d, "has", has);
	doc_attr(d, "wanted", wanted);
	doc_attr(d, "requested", requested);
	doc_time(d, "at", at);
	doc_close(d);
}

static void add_builds(struct device_page *v)
{
	const struct fleet_judge *j = &v->judge;
	const struct device *d = &v->state.device;
	add_build(v, "firmware", fleet_firmware(j, d), fleet_wanted_firmware(j, d), d->prot,
	    d->firmware, d->firmware_at);
	add_build(v, "bootcode", fleet_bootcode(j, d), fleet_wanted_bootcode(j, d), d->boot,
	    d->bootcode, d->bootcode_at);
}

/* ---- who it is ---- */

static void add_texts(struct doc *doc, const struct device *d)
{
	static const enum device_at fields[] = {DEVICE_AT_type, DEVICE_AT_hwid, DEVICE_AT_name,
	    DEVICE_AT_realip, DEVICE_AT_ip, DEVICE_AT_proxy, DEVICE_AT_rdns, DEVICE_AT_phase,
	    DEVICE_AT_nextphase, DEVICE_AT_classes, DEVICE_AT_environments};
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		const struct device_field *f = &device_fields[fields[i]];
		doc_attr(doc, f->name, device_text(d, f));
	}
}

void device_add_head(struct device_page *v)
{
	struct doc *doc = v->doc;
	const struct device *d = &v->state.device;
	doc_attr(doc, "sn", d->sn);
	device_url(v, "url", "device", NULL);
	doc_flag(doc, "known", v->known);
	if (!v->known)
		return;
	add_texts(doc, d);
	doc_attr(doc, "presence", fleet_presence_name(fleet_presence(&v->judge, d)));
	doc_flag(doc, "settled", fleet_settled(d));
	doc_time(doc, "settled-at", d->settled);
	doc_time(doc, "created", d->created);
	doc_time(doc, "seen", d->seen);
	doc_number(doc, "polls", d->polls);
	doc_flag(doc, "https", d->https);
	doc_flag(doc, "skip", d->skip);
	add_links(v);
	add_builds(v);
}
