/* SPDX-License-Identifier: ISC */
/* One device: who it is, what happened to it, what is kept of it, and what can be done about it. */
#include "pages/page_device.h"

#include "core/cert_answer.h"
#include "home/certdir.h"
#include "pages/pages.h"
#include "proc/clock.h"

#include <stdlib.h>
#include <string.h>

/* ---- what is known ---- */

/* What it says of certificates, where its answer is older than what is taken from them (it was imported). */
static void take_answer(struct device_page *v)
{
	struct state *s = &v->state;
	const char *problem;
	for (size_t i = 0; i < s->nanswers && !s->device.cert_at; i++) {
		const struct store_answer *one = &s->answers[i];
		if (strcmp(one->query, CERT_QUERY) == 0)
			cert_answer_take(
			    &v->p->arena, &s->device, one->xml, one->size, one->received, &problem);
	}
}

static bool has_request(const struct page *p, const char *sn)
{
	const struct config *c = p->site->config;
	for (int i = 0; *c->customcerts_dir && i < CERTS_FILES; i++) {
		if (certdir_has(p->site->home, c, (enum certs_file)i, sn))
			return true;
	}
	return false;
}

/* False: there is no such device, or the store cannot be read: said. */
static bool read_state(struct device_page *v, const char *sn)
{
	struct page *p = v->p;
	struct err e = {""};
	struct store *s = page_store(p);
	if (!s)
		return false;
	v->known =
	    state_read(s, &p->arena, sn, p->now, p->site->config->status_logkeep, &v->state, &e);
	if (v->known) {
		take_answer(v);
		return true;
	}
	if (*e.text) {
		page_fail(p, 503, "What is remembered of devices cannot be read now: %s.", e.text);
		return false;
	}
	device_init(&v->state.device, arena_strdup(&p->arena, sn));
	if (has_request(p, sn))
		return true;
	device_page_unknown(p, sn);
	return false;
}

static void read_backups(struct device_page *v)
{
	struct page *p = v->p;
	struct err e = {""};
	const char *hwid = v->state.device.hwid;
	if (!*p->site->config->backup_dir)
		return;
	char *dir = home_path(p->site->home, p->site->config->backup_dir);
	v->backup_dir = arena_strdup(&p->arena, dir);
	free(dir);
	if (*hwid && !backups_list(&p->arena, v->backup_dir, hwid, &v->backups, &v->nbackups, &e))
		v->backup_fail = arena_strdup(&p->arena, e.text);
}

static void read_request(struct device_page *v)
{
	struct page *p = v->p;
	if (!*p->site->config->customcerts_dir)
		return;
	struct csr_case *k = arena_alloc(&p->arena, sizeof *k);
	csr_case_read(&v->desk, p->site->store, &p->arena, &v->state.device, v->known, k);
	v->csr = k;
}

bool device_page_read(struct page *p, struct device_page *v)
{
	const char *sn = page_value(p, "sn");
	*v = (struct device_page){.p = p};
	if (!req_is_serial(sn)) {
		page_fail(p, 400,
		    "This is no serial number: it is made of letters, digits and dashes, like "
		    "00-90-33-30-00-af.");
		return false;
	}
	if (!read_state(v, sn))
		return false;
	v->judge = page_judge(p, &v->master);
	v->desk = page_desk(p);
	v->desk.store = p->site->store;
	if (p->site->snippets)
		v->snippets = snipdir_refresh(p->site->snippets, clock_now_ms());
	read_backups(v);
	read_request(v);
	return true;
}

/* ---- the page ---- */

void device_page_show(struct device_page *v)
{
	state_shows(&v->p->arena, v->judge.config, &v->state);
	v->doc = page_begin(v->p, "device");
	doc_open(v->doc, "device");
	device_add_head(v);
	if (v->known && !device_add_alarms(v))
		return;
	if (v->known)
		device_add_preview(v);
	device_add_line(v);
	if (v->known) {
		device_add_kept(v);
		device_add_backups(v);
	}
	device_add_certs(v);
	doc_close(v->doc);
	page_show(v->p, "device");
}

void device_page_unknown(struct page *p, const char *sn)
{
	struct doc *d = page_begin(p, "device");
	doc_open(d, "unknown");
	doc_attr(d, "sn", sn);
	doc_close(d);
	p->reply.status = 404;
	page_show(p, "device");
}

void page_device(struct page *p)
{
	struct device_page v;
	if (device_page_read(p, &v))
		device_page_show(&v);
}
