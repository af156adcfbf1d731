/* SPDX-License-Identifier: ISC */
#include "desk/csr_case.h"

#include "base/text.h"
#include "core/cert_answer.h"
#include "desk/cells.h"
#include "guard/x509.h"
#include "home/certdir.h"

#include <string.h>

#define ERROR_SHOWN ((size_t)200) /* bytes of what a device says of an error */

/* ---- reading ---- */

static void read_files(const struct desk *d, struct arena *a, const char *sn, struct csr_case *out)
{
	struct buf bytes = {0};
	for (int i = 0; i < CERTS_FILES; i++) {
		enum certs_file which = (enum certs_file)i;
		out->changed[i] = certdir_has(d->home, d->config, which, sn);
		buf_reset(&bytes);
		if (!out->changed[i] || !certdir_read(d->home, d->config, which, sn, &bytes, NULL))
			continue;
		out->bytes[i] = arena_strndup(a, buf_text(&bytes), bytes.size);
		out->sizes[i] = bytes.size;
	}
	buf_free(&bytes);
}

enum certs_file csr_case_request(const struct csr_case *k)
{
	return k->bytes[CERTS_REQUEST_DER] ? CERTS_REQUEST_DER : CERTS_REQUEST_PEM;
}

static void read_request(struct arena *a, struct csr_case *k)
{
	enum certs_file which = csr_case_request(k);
	struct csr *csr = arena_alloc(a, sizeof *csr);
	struct err e = {""};
	if (!k->bytes[which])
		return;
	if (csr_read(a, k->bytes[which], k->sizes[which], csr, &e))
		k->csr = csr;
	else
		k->problem = arena_strdup(a, e.text);
}

static void read_signed(struct arena *a, struct csr_case *k)
{
	enum certs_file which = csr_case_request(k);
	struct cert *cert = arena_alloc(a, sizeof *cert);
	struct err e = {""};
	if (!k->bytes[CERTS_SIGNED] || !k->csr)
		return;
	if (csr_answered(a, k->bytes[which], k->sizes[which], k->bytes[CERTS_SIGNED],
		k->sizes[CERTS_SIGNED], cert, &e))
		k->cert = cert;
	else
		k->problem = arena_strdup(a, e.text);
}

/* One line of what the device uploaded; an empty variable is no error. */
static void read_error(struct arena *a, struct csr_case *k)
{
	const char *text = k->bytes[CERTS_REQUEST_ERROR];
	size_t n = text ? k->sizes[CERTS_REQUEST_ERROR] : 0, room = 4 * ERROR_SHOWN;
	text_trim(&text, &n);
	if (!n) {
		if (cert_answer_says(k->device, CERT_SAYS_ERROR))
			k->error = "it could not install what it was sent";
		return;
	}
	char *shown = arena_alloc(a, room);
	text_clean(shown, room, text, n < ERROR_SHOWN ? n : ERROR_SHOWN);
	k->error = shown;
}

/* What its messages say of requests, by how they begin (fcgi/ep_vardump.c, fcgi/signer.c, our own). */
static const struct {
	const char *begins;
	bool waits; /* from then on there is one that waits */
} turns[] = {
    {"sent its signing request", true},
    {"sent a signing request", true},
    {"its request was signed", false},
    {"its certificate was imported", false},
    {"its signing request was dropped", false},
};

static bool was_replaced(struct store *s, struct arena *a, const char *sn)
{
	size_t count = 0;
	bool waits = false, replaced = false;
	if (!s || !store_begin(s, NULL))
		return false;
	const struct store_message *list = store_messages(s, a, sn, 0, &count);
	for (size_t i = 0; i < count; i++) {
		size_t k = 0;
		while (
		    k < sizeof turns / sizeof *turns && !text_starts(list[i].text, turns[k].begins))
			k++;
		if (k == sizeof turns / sizeof *turns)
			continue;
		replaced = waits && turns[k].waits;
		waits = turns[k].waits;
	}
	return store_end(s, NULL) && replaced;
}

static enum csr_state judge(const struct csr_case *k)
{
	if (k->error)
		return CSR_ERROR;
	if (!k->bytes[csr_case_request(k)])
		return CSR_GONE;
	if (!k->csr)
		return CSR_DAMAGED;
	if (!k->bytes[CERTS_SIGNED])
		return CSR_WAITING;
	if (!k->cert)
		return CSR_MISFIT;
	return k->device->cert_sent >= (int64_t)k->changed[CERTS_SIGNED] ? CSR_SENT : CSR_SIGNED;
}

static const char *describe(struct arena *a, const struct csr_case *k, int64_t now)
{
	struct buf age = {0};
	const char *text = "its request is not here";
	switch (k->state) {
	case CSR_WAITING:
		text = arena_concat(a, "waiting",
		    k->replaced ? "; it replaced another one that waited" : "",
		    k->csr->weak ? "; our own CA would never sign it: " : "",
		    k->csr->weak ? k->csr->weak : "");
		break;
	case CSR_SIGNED:
		text = "signed, not sent";
		break;
	case CSR_SENT:
		cell_age(&age, k->device->cert_sent, now);
		text = arena_printf(a, "sent %s ago", buf_text(&age));
		break;
	case CSR_MISFIT:
		text = arena_printf(a, "the signed file does not fit: %s", k->problem);
		break;
	case CSR_ERROR:
		text = arena_printf(a, "error: %s", k->error);
		break;
	case CSR_DAMAGED:
		text = arena_printf(a, "cannot be read: %s", k->problem);
		break;
	case CSR_GONE:
		break;
	}
	buf_free(&age);
	return text;
}

void csr_case_read(const struct desk *k, struct store *s, struct arena *a,
    const struct device *device, bool known, struct csr_case *out)
{
	*out = (struct csr_case){.device = device, .known = known};
	read_files(k, a, device->sn, out);
	read_request(a, out);
	read_signed(a, out);
	read_error(a, out);
	out->received = device->cert_request ? device->cert_request
					     : (int64_t)out->changed[csr_case_request(out)];
	out->state = judge(out);
	out->replaced = known && out->state == CSR_WAITING && was_replaced(s, a, device->sn);
	out->text = describe(a, out, k->now);
}

/* ---- acting on it ---- */

bool csr_case_needs(const struct csr_case *k, struct err *e)
{
	if (k->csr)
		return true;
	if (k->problem)
		return err_set(e, "%s: its request cannot be read: %s", k->device->sn, k->problem);
	return err_set(e,
	    "%s: there is no request of it here; rollcall csr list says of which devices there is one",
	    k->device->sn);
}

bool csr_case_export(const struct csr_case *k, bool der, struct buf *out, struct err *e)
{
	if (!csr_case_needs(k, e))
		return false;
	if (der && !k->bytes[CERTS_REQUEST_DER])
		return err_set(e, "%s: only the PEM file of its request is here", k->device->sn);
	if (der)
		buf_add(out, k->bytes[CERTS_REQUEST_DER], k->sizes[CERTS_REQUEST_DER]);
	else if (k->bytes[CERTS_REQUEST_DER])
		x509_armour(out, "CERTIFICATE REQUEST", k->bytes[CERTS_REQUEST_DER],
		    k->sizes[CERTS_REQUEST_DER]);
	else
		buf_add(out, k->bytes[CERTS_REQUEST_PEM], k->sizes[CERTS_REQUEST_PEM]);
	return true;
}
