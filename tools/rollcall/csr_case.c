/* SPDX-License-Identifier: ISC */
#include "tools/rollcall/csr_case.h"

#include "base/json.h"
#include "base/text.h"
#include "core/cert_answer.h"
#include "core/req.h"
#include "home/certdir.h"
#include "tools/rollcall/cli.h"
#include "tools/rollcall/device_text.h"

#include <inttypes.h>
#include <string.h>

#define ERROR_SHOWN ((size_t)200) /* bytes of what a device says of an error */

bool csr_open(struct device_data *d, const struct home *h)
{
	if (!device_open(d, h))
		return false;
	if (*d->config->customcerts_dir)
		return true;
	cli_fail(
	    "customcerts/@dir is not set in %s: no certificates are looked after", h->user_config);
	return false;
}

/* ---- reading ---- */

static void read_files(struct device_data *d, const char *sn, struct csr_case *out)
{
	struct buf bytes = {0};
	for (int i = 0; i < CERTS_FILES; i++) {
		enum certs_file which = (enum certs_file)i;
		out->changed[i] = certdir_has(d->home, d->config, which, sn);
		buf_reset(&bytes);
		if (!out->changed[i] || !certdir_read(d->home, d->config, which, sn, &bytes, NULL))
			continue;
		out->bytes[i] = arena_strndup(&d->arena, buf_text(&bytes), bytes.size);
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

static bool was_replaced(struct device_data *d, const char *sn)
{
	size_t count = 0;
	bool waits = false, replaced = false;
	if (!d->store || !store_begin(d->store, NULL))
		return false;
	const struct store_message *list = store_messages(d->store, &d->arena, sn, 0, &count);
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
	return store_end(d->store, NULL) && replaced;
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

void csr_case_read(
    struct device_data *d, const struct device *device, bool known, struct csr_case *out)
{
	*out = (struct csr_case){.device = device, .known = known};
	read_files(d, device->sn, out);
	read_request(&d->arena, out);
	read_signed(&d->arena, out);
	read_error(&d->arena, out);
	out->received = device->cert_request ? device->cert_request
					     : (int64_t)out->changed[csr_case_request(out)];
	out->state = judge(out);
	out->replaced = known && out->state == CSR_WAITING && was_replaced(d, device->sn);
	out->text = describe(&d->arena, out, d->now);
}

/* ---- who is meant ---- */

static bool has_files(const struct device_data *d, const char *sn)
{
	for (int i = 0; i < CERTS_FILES; i++) {
		if (certdir_has(d->home, d->config, (enum certs_file)i, sn))
			return true;
	}
	return false;
}

static bool is_known(struct device_data *d, const char *sn, struct err *e)
{
	struct device out;
	if (!store_begin(d->store, e))
		return false;
	bool known = store_device(d->store, &d->arena, sn, &out);
	return store_end(d->store, e) && known;
}

bool csr_case_find(struct device_data *d, const char *text, struct csr_case *out)
{
	struct err e = {""};
	struct device *left = arena_alloc(&d->arena, sizeof *left);
	const struct device *found = left;
	bool stranger =
	    req_is_serial(text) && !is_known(d, text, &e) && !*e.text && has_files(d, text);
	if (stranger)
		device_init(left, arena_strdup(&d->arena, text));
	else
		found = device_find(d, text);
	if (found)
		csr_case_read(d, found, !stranger, out);
	return found != NULL;
}

bool csr_case_needs(const struct csr_case *k)
{
	if (k->csr)
		return true;
	if (k->problem)
		cli_fail("%s: its request cannot be read: %s", k->device->sn, k->problem);
	else
		cli_fail(
		    "%s: there is no request of it here; rollcall csr list says of which devices there is one",
		    k->device->sn);
	return false;
}

/* ---- for programs ---- */

const char *csr_state_word(enum csr_state state)
{
	static const char *const words[] = {[CSR_WAITING] = "waiting",
	    [CSR_SIGNED] = "signed",
	    [CSR_SENT] = "sent",
	    [CSR_MISFIT] = "misfit",
	    [CSR_ERROR] = "error",
	    [CSR_DAMAGED] = "damaged",
	    [CSR_GONE] = "gone"};
	return words[state];
}

static void json_csr(const struct csr *csr, struct buf *out)
{
	buf_adds(out, ", \"request\": ");
	if (!csr) {
		buf_adds(out, "null");
		return;
	}
	json_pair(out, "{", "subject", csr->subject);
	json_pair(out, ", ", "cn", csr->cn);
	json_pair(out, ", ", "key", csr->key);
	json_pair(out, ", ", "signature", csr->signature);
	json_pair(out, ", ", "san", csr->san);
	json_pair(out, ", ", "digest", csr->digest);
	json_pair(out, ", ", "weak", csr->weak);
	buf_addc(out, '}');
}

static void json_cert(const struct cert *cert, struct buf *out)
{
	buf_adds(out, ", \"certificate\": ");
	if (!cert) {
		buf_adds(out, "null");
		return;
	}
	json_pair(out, "{", "cn", cert->cn);
	json_pair(out, ", ", "issuer", cert->issuer);
	json_pair(out, ", ", "serial", cert->serial);
	buf_addf(out, ", \"from\": %" PRId64 ", \"until\": %" PRId64 "}", cert->from, cert->until);
}

void csr_case_json(const struct csr_case *k, struct buf *out)
{
	const struct device *d = k->device;
	json_pair(out, "", "sn", d->sn);
	json_pair(out, ", ", "hwid", d->hwid);
	json_pair(out, ", ", "name", d->name);
	buf_addf(out, ", \"known\": %s", k->known ? "true" : "false");
	json_pair(out, ", ", "state", csr_state_word(k->state));
	json_pair(out, ", ", "text", k->text);
	buf_addf(out, ", \"received\": %" PRId64 ", \"replaced\": %s", k->received,
	    k->replaced ? "true" : "false");
	json_pair(out, ", ", "origin", d->cert_origin);
	json_pair(out, ", ", "auto", d->cert_auto);
	buf_addf(out, ", \"sent\": %" PRId64, d->cert_sent);
	json_pair(out, ", ", "problem", k->problem);
	json_pair(out, ", ", "error", k->error);
	json_csr(k->csr, out);
	json_cert(k->cert, out);
}
