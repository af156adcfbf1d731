/* SPDX-License-Identifier: ISC */
#include "core/track.h"

#include "core/change.h"
#include "core/device.h"

#include <string.h>

void track_stranger(struct device *d, const char *sn, int64_t now)
{
	device_init(d, sn);
	d->created = now;
}

/* What a poll does not say stays as it was. */
static void keep_if_said(const char **field, const char *said)
{
	if (said)
		*field = said;
}

static void take_request(struct arena *a, struct device *d, const struct request *r)
{
	d->asked = req_asked(a, r);
	d->type = r->type;
	d->hwid = r->hwid;
	d->realip = r->ip;
	d->ip = r->address;
	d->proxy = r->proxy;
	d->https = r->https;
	if (r->cert) {
		d->tls_issuer = r->cert->issuer;
		d->tls_until = r->cert->until;
	}
	keep_if_said(&d->prot, r->prot);
	keep_if_said(&d->boot, r->boot);
}

static void take_caller(struct device *d, const struct plan *p)
{
	const struct caller *who = &p->who;
	d->phase = who->phase->id;
	d->classes = conf_list_join(p->arena, &who->classes, ", ");
	d->environments = conf_list_join(p->arena, &who->environments, ", ");
}

/* The time is that of the first request for a build. */
static void take_build(const char **build, int64_t *at, const char *told, int64_t now)
{
	if (!told || (strcmp(*build, told) == 0 && *at))
		return;
	*build = told;
	*at = now;
}

static void take_certs(struct device *d, const struct plan *p, int64_t now)
{
	if (p->cert_drop) {
		d->cert_request = d->cert_asked = d->cert_signed = 0;
		d->cert_digest = d->cert_origin = d->cert_auto = "";
	}
	if (p->cert_fetch && !d->cert_asked)
		d->cert_asked = now;
	if (p->cert_sent) {
		d->cert_sent = now;
		d->cert_signed = d->cert_signed ? d->cert_signed : now;
		d->cert_revoked = 0;
	}
	if (p->cert_cleared)
		d->cert_clear = 0;
	if (p->cert_again) {
		d->tls_issuer = "";
		d->tls_until = 0;
	}
	if (!p->rdns_wanted)
		d->rdns_asked = 0;
	else if (!d->rdns_asked)
		d->rdns_asked = now;
	if (p->cert_lapsed)
		d->cert_lapsed = now;
	else if (d->cert_until > now)
		d->cert_lapsed = 0;
}

static void take_plan(struct device *d, const struct plan *p, int64_t now)
{
	d->nextphase = p->handed_on ? p->handed_on : "";
	take_build(&d->firmware, &d->firmware_at, p->firmware, now);
	take_build(&d->bootcode, &d->bootcode_at, p->bootcode, now);
	keep_if_said(&d->certstat, p->certstat);
	if (p->only_queries)
		d->skip = 0;
	if (p->skip_next)
		d->skip = 1;
	take_certs(d, p, now);
	if (!p->settled)
		d->settled = 0;
	else if (!d->settled)
		d->settled = now;
}

/* ---- messages ---- */

static void say(struct buf *text, const char *what, const char *of)
{
	buf_addf(text, "%s%s%s", text->size ? "; " : "", what, of);
}

static void say_snippets(struct buf *text, const struct plan *p)
{
	bool first = true;
	for (size_t i = 0; i < p->count; i++) {
		if (p->steps[i].kind != STEP_SNIPPET)
			continue;
		if (first)
			say(text, "was sent ", p->steps[i].snippet->name);
		else
			buf_addf(text, ", %s", p->steps[i].snippet->name);
		first = false;
	}
}

/* What an administrator would want to read of this poll; nothing of one that found nothing to do. */
static void add_message(struct buf *list, const struct plan_input *in, const struct plan *p)
{
	struct buf text = {0};
	if (!in->device->created)
		say(&text, "is new here", "");
	if (p->firmware)
		say(&text, "is to load firmware ", p->firmware);
	if (p->bootcode)
		say(&text, "is to load boot code ", p->bootcode);
	if (*in->config->customcerts_dir && p->certstat &&
	    strcmp(p->certstat, in->device->certstat) != 0)
		say(&text, "certificates: ", p->certstat);
	say_snippets(&text, p);
	if (p->handed_on)
		say(&text, "goes on to phase ", p->handed_on);
	if (p->settled && !in->device->settled)
		say(&text, "has settled", "");
	if (p->warn)
		say(&text, "warning: ", p->warn);
	if (text.size)
		change_message(list, in->request->sn, in->now, buf_text(&text));
	buf_free(&text);
}

static void add_deliveries(struct buf *list, const struct plan_input *in, const struct plan *p)
{
	for (size_t i = 0; i < p->count; i++) {
		const struct snippet *s = p->steps[i].snippet;
		if (p->steps[i].kind == STEP_SNIPPET)
			change_delivery(list, in->request->sn, s->name, in->now, s->mtime);
	}
}

/* ---- the whole ---- */

/* What a poll that was understood changes. */
static void add_poll(const struct plan_input *in, const struct plan *p, struct buf *list)
{
	struct device now = *in->device;
	bool known = in->device->created != 0;
	if (!known)
		track_stranger(&now, in->request->sn, in->now);
	take_request(p->arena, &now, in->request);
	take_caller(&now, p);
	take_plan(&now, p, in->now);
	change_device(list, now.sn, known ? in->device : NULL, &now);
	add_deliveries(list, in, p);
	add_message(list, in, p);
}

enum track track_poll(const struct plan_input *in, const struct plan *p, struct buf *list)
{
	bool known = in->device->created != 0;
	if (p->foreign || p->who.missing || !in->request->sn || (p->who.unknown && !known))
		return TRACK_NOTHING;
	if (!p->who.unknown)
		add_poll(in, p, list);
	else if (p->warn) /* it is known, and gets nothing: the administrator wants to know why */
		change_message(list, in->request->sn, in->now, p->warn);
	if (!list->size)
		return TRACK_SIGHTED;
	change_seen(list, in->request->sn, in->now);
	return TRACK_PROMISED;
}
