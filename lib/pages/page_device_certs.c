/* SPDX-License-Identifier: ISC */
/*
 * The panel of the certificate: what a device has, what it asks for, and what an administrator can do with it.
 * What is refused is told at the panel, with the reason.
 */
#include "pages/page_device.h"

#include "base/hex.h"
#include "base/limits.h"
#include "core/cert_answer.h"
#include "core/trust.h"
#include "pages/pages.h"

#include <string.h>

/* ---- what it has ---- */

/* Whether the query applies is known of a poll only; who has answered was asked. */
static void add_standing(struct device_page *v)
{
	const struct device *d = &v->state.device;
	const char *why;
	enum certs_state state =
	    certs_state(&v->p->arena, v->judge.config, d, d->cert_at != 0, false, v->p->now, &why);
	doc_attr(v->doc, "state", fleet_cert_name(fleet_cert(&v->judge, d)));
	doc_attr(v->doc, "why", state == CERTS_NOT_ASKED && *d->certstat ? d->certstat : why);
}

static void add_facts(struct device_page *v)
{
	struct doc *doc = v->doc;
	const struct device *d = &v->state.device;
	doc_open(doc, "facts");
	doc_flag(doc, "none", cert_answer_says(d, CERT_SAYS_NONE));
	doc_attr(doc, "subject", d->cert_subject);
	doc_attr(doc, "issuer", cert_issuers_list(&v->p->arena, d->cert_issuer));
	doc_time(doc, "from", d->cert_from);
	doc_time(doc, "until", d->cert_until);
	doc_time(doc, "answered", d->cert_at);
	doc_flag(doc, "proved", d->cert_proved);
	doc_attr(doc, "tls-issuer", d->tls_issuer);
	doc_time(doc, "tls-until", d->tls_until);
	doc_attr(doc, "serial", d->cert_serial);
	doc_time(doc, "revoked", d->cert_revoked);
	doc_flag(doc, "holds-request", cert_answer_says(d, CERT_SAYS_REQUEST));
	doc_close(doc);
}

/* ---- what it asks for ---- */

static void add_lines(struct doc *d, const char *element, const char *lines)
{
	for (const char *at = lines; at && *at;) {
		size_t n = strcspn(at, "\n");
		doc_open(d, element);
		doc_bytes(d, at, n);
		doc_close(d);
		at += n + (at[n] == '\n');
	}
}

static void add_decoded(struct device_page *v)
{
	struct doc *d = v->doc;
	const struct csr *csr = v->csr->csr;
	doc_open(d, "decoded");
	doc_attr(d, "subject", csr->subject);
	doc_attr(d, "cn", csr->cn);
	doc_attr(d, "names", csr->san);
	doc_attr(d, "key", csr->key);
	doc_attr(d, "signature", csr->signature);
	doc_attr(d, "digest", csr->digest);
	doc_attr(d, "weak", csr->weak);
	device_url(v, "der", "device/csr", "form", "der", NULL);
	device_url(v, "pem", "device/csr", "form", "pem", NULL);
	add_lines(d, "differs", csr_case_differs(&v->p->arena, &v->desk, v->csr));
	doc_close(d);
}

static void add_signed(struct device_page *v)
{
	struct doc *d = v->doc;
	const struct cert *cert = v->csr->cert;
	doc_open(d, "signed");
	doc_attr(d, "cn", cert->cn);
	doc_attr(d, "issuer", cert->issuer);
	doc_attr(d, "serial", cert->serial);
	doc_time(d, "from", cert->from);
	doc_time(d, "until", cert->until);
	doc_time(d, "put", v->csr->changed[CERTS_SIGNED]);
	doc_time(d, "sent", v->state.device.cert_sent);
	doc_flag(d, "stranger", !trust_is_ca(v->judge.config, cert->issuer));
	doc_close(d);
}

/* The button, or why there is none. */
static void add_approval(struct device_page *v)
{
	const struct csr_case *k = v->csr;
	struct err e = {""};
	if (!v->known || !k->csr || k->csr->weak || k->cert)
		return;
	doc_open(v->doc, "approve");
	if (!desk_csr_can_approve(&v->desk, &e))
		doc_attr(v->doc, "not", e.text);
	doc_close(v->doc);
}

static bool has_files(const struct csr_case *k)
{
	for (int i = 0; i < CERTS_FILES; i++) {
		if (k->bytes[i])
			return true;
	}
	return false;
}

static void add_request(struct device_page *v)
{
	struct doc *d = v->doc;
	const struct csr_case *k = v->csr;
	doc_open(d, "request");
	doc_attr(d, "state", csr_state_word(k->state));
	doc_attr(d, "text", k->text);
	doc_attr(d, "problem", k->problem);
	doc_attr(d, "error", k->error);
	doc_time(d, "received", k->received);
	doc_attr(d, "origin", *k->device->cert_origin ? k->device->cert_origin : NULL);
	doc_attr(d, "auto", *k->device->cert_auto ? k->device->cert_auto : NULL);
	doc_flag(d, "replaced", k->replaced);
	doc_flag(d, "droppable", has_files(k) || k->error || k->state != CSR_GONE);
	if (k->csr)
		add_decoded(v);
	if (k->cert)
		add_signed(v);
	add_approval(v);
	doc_close(d);
}

static void add_tried(struct device_page *v)
{
	if (!v->tried)
		return;
	doc_open(v->doc, "tried");
	doc_attr(v->doc, "what", v->tried);
	doc_attr(v->doc, "refused", v->refused);
	add_lines(v->doc, "said", v->said);
	doc_leaf(v->doc, "pem", v->pasted);
	doc_close(v->doc);
}

void device_add_certs(struct device_page *v)
{
	doc_open(v->doc, "certificate");
	doc_flag(v->doc, "on", v->csr);
	if (v->csr) {
		if (v->known) {
			add_standing(v);
			add_facts(v);
		}
		add_request(v);
		add_tried(v);
	}
	doc_close(v->doc);
}

/* ---- the request alone ---- */

void page_device_csr(struct page *p)
{
	struct device_page v;
	struct err e = {""};
	const char *form = page_value(p, "form");
	bool der = strcmp(form, "der") == 0;
	if (!der && strcmp(form, "pem") != 0) {
		page_fail(p, 400, "In which form? It is der or pem.");
		return;
	}
	if (!device_page_read(p, &v))
		return;
	if (!v.csr)
		page_fail(
		    p, 404, "Certificates are not looked after: customcerts/@dir is not set.");
	else if (!csr_case_needs(v.csr, &e) || !csr_case_export(v.csr, der, &p->reply.body, &e))
		page_fail(p, 404, "%s.", e.text);
	else
		page_download(p, der ? "application/pkcs10" : "application/x-pem-file",
		    arena_concat(&p->arena, v.state.device.sn,
			der ? "-request.p10.der" : "-request.p10.pem"));
}

/* ---- acts ---- */

struct act {
	const char *name; /* the value of `action` */
	bool (*run)(struct device_page *v, struct buf *said, struct err *e);
	const char *done; /* key of the text afterwards */
	bool asks;        /* once more, because it destroys */
	bool warns;       /* what it says on the way must be read */
};

/* A file, or what was pasted. */
static bool import(struct device_page *v, struct buf *said, struct err *e)
{
	const struct form *form = &v->p->request.form;
	const struct form_field *field = form_find(form, "certificate");
	if (!field || !field->size)
		field = form_find(form, "pem");
	if (!field || !field->size)
		return err_set(e, "choose a file with the certificate, or paste it as PEM");
	return desk_csr_import(&v->desk, v->state.device.sn, field->value, field->size, said, e);
}

/* The digest is that of the request which was on the page: another one that came since is not signed. */
static bool approve(struct device_page *v, struct buf *said, struct err *e)
{
	const char *digest = page_value(v->p, "digest");
	if (strlen(digest) != HEX_SHA256)
		return err_set(
		    e, "the form does not say which request was looked at: load the page anew");
	return desk_csr_approve(
	    &v->desk, v->state.device.sn, digest, page_value(v->p, "why"), said, e);
}

static bool clear(struct device_page *v, struct buf *said, struct err *e)
{
	(void)said;
	return desk_csr_drop(&v->desk, v->state.device.sn, e);
}

static const struct act acts[] = {
    {"import", import, "csr-imported", false, true},
    {"approve", approve, "csr-approved", false, false},
    {"clear", clear, "csr-dropped", true, false},
};

static const struct act *find_act(const char *name)
{
	for (size_t i = 0; i < sizeof acts / sizeof *acts; i++) {
		if (strcmp(acts[i].name, name) == 0)
			return &acts[i];
	}
	return NULL;
}

/* Who pasted it may see a letter that is missing; what is no certificate at all is not sent back. NULL: nothing. */
static const char *pasted(struct page *p)
{
	const struct form_field *field = form_find(&p->request.form, "pem");
	bool some = field && field->size && field->size <= LIMIT_CSR;
	return some ? arena_strndup(&p->arena, field->value, field->size) : NULL;
}

/* The panel, as it is after what was tried. */
static void show_tried(
    struct page *p, const char *what, const char *refused, const struct buf *said)
{
	struct device_page v;
	if (!device_page_read(p, &v))
		return;
	v.tried = what;
	v.refused = refused;
	v.pasted = refused ? pasted(p) : NULL;
	v.said = arena_strdup(&p->arena, buf_text(said));
	p->reply.status = refused ? 409 : 200;
	device_page_show(&v);
}

/* With warnings the page is shown at once: after a redirect they would be gone. */
static void run(struct device_page *v, const struct act *act)
{
	struct page *p = v->p;
	struct buf said = {0};
	struct err e = {""};
	if (!act->run(v, &said, &e))
		show_tried(p, act->name, arena_strdup(&p->arena, e.text), &said);
	else if (act->warns && said.size)
		show_tried(p, act->name, NULL, &said);
	else
		page_redirect(p, page_url(p, "device", "sn", v->state.device.sn, NULL), act->done);
	buf_free(&said);
}

void act_device_csr(struct page *p)
{
	struct device_page v;
	const struct act *act = find_act(page_value(p, "action"));
	if (!act) {
		page_fail(
		    p, 400, "The form does not say what is to be done: import, approve or clear.");
		return;
	}
	if (!device_page_read(p, &v))
		return;
	if (!v.csr)
		page_fail(p, 409,
		    "Certificates are not looked after: customcerts/@dir is not set in the configuration.");
	else if (act->asks && strcmp(page_value(p, "sure"), "1") != 0)
		device_ask(&v, "device/certificate", act->name, NULL);
	else
		run(&v, act);
}
