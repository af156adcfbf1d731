/* SPDX-License-Identifier: ISC */
/*
 * rollcall csr show: a request decoded, beside what the configuration wants of it, and what became of it.
 * For the one who is to sign it: is this the device it says it is, and does it ask for what it may have?
 */
#include "tools/rollcall/cli.h"

#include "base/json.h"
#include "base/text.h"
#include "core/trust.h"
#include "tools/rollcall/csr_find.h"
#include "tools/rollcall/device_text.h"

#include <string.h>

#define LABEL 16          /* width of what stands before each fact */
#define DIGEST_MEANT "32" /* digits: nobody makes another request that begins so */

/* ---- text ---- */

static void label(struct buf *out, const char *name)
{
	size_t from = out->size;
	buf_adds(out, name);
	cell_pad(out, from, LABEL);
}

static void fact(struct buf *out, const char *name, const char *value)
{
	label(out, name);
	cell_add(out, *value ? value : "-");
	buf_addc(out, '\n');
}

static void received(struct device_data *d, const struct csr_case *k, struct buf *out)
{
	label(out, "received");
	if (k->received)
		cell_when(out, k->received, d->now);
	else
		buf_adds(out, "-");
	if (*k->device->cert_origin) {
		buf_adds(out, ", from ");
		cell_add(out, k->device->cert_origin);
	}
	buf_addc(out, '\n');
	if (*k->device->cert_auto)
		fact(
		    out, "approval", arena_concat(&d->arena, "not needed: ", k->device->cert_auto));
}

static void request(const struct csr *csr, struct buf *out)
{
	fact(out, "subject", csr->subject);
	fact(out, "other names", csr->san);
	fact(out, "key", csr->key);
	fact(out, "signature", csr->signature);
	fact(out, "digest", csr->digest);
	if (csr->weak)
		fact(out, "WEAK", csr->weak);
}

static void differences(struct device_data *d, const struct csr_case *k, struct buf *out)
{
	const struct desk desk = device_desk(d);
	const char *line = csr_case_differs(&d->arena, &desk, k);
	if (!*line)
		fact(out, "configuration", "wants just this");
	for (const char *name = "DIFFERENT"; *line; name = "") {
		size_t n = strcspn(line, "\n") + 1;
		label(out, name);
		buf_add(out, line, n);
		line += n;
	}
}

static void certificate(const struct device_data *d, const struct csr_case *k, struct buf *out)
{
	const struct cert *cert = k->cert;
	label(out, "certificate");
	cell_add(out, cert->cn);
	buf_adds(out, ", issued by ");
	cell_add(out, cert->issuer);
	buf_addf(out, ", serial number %s, until ", cert->serial);
	cell_until(out, cert->until, d->now);
	if (!trust_is_ca(d->config, cert->issuer))
		buf_adds(out, "; the issuer is NOT in customcerts/@CAname");
	buf_addc(out, '\n');
	if (k->device->cert_sent) {
		label(out, "sent");
		cell_when(out, k->device->cert_sent, d->now);
		buf_addc(out, '\n');
	}
}

static void stand(struct device_data *d, const struct csr_case *k, struct buf *out)
{
	const char *why;
	enum certs_state state = certs_state(
	    &d->arena, d->config, k->device, k->device->cert_at != 0, false, d->now, &why);
	if (k->known && k->device->cert_at)
		fact(out, "on the device",
		    arena_concat(&d->arena, certs_state_name(state), ": ", why));
	else
		fact(out, "on the device",
		    k->known ? "it has not answered the query certificates yet"
			     : "the device is not known (any more)");
}

/* Is this something for rollcall csr approve? */
static bool may_be_signed(const struct device_data *d, const struct csr_case *k)
{
	return strcmp(d->config->customcerts_catype, "internal") == 0 && k->known && k->csr &&
	       !k->csr->weak && !k->cert;
}

static void print_text(struct device_data *d, const struct csr_case *k, struct buf *out)
{
	fact(out, "serial number", k->device->sn);
	fact(out, "hardware id", k->device->hwid);
	fact(out, "name", k->device->name);
	received(d, k, out);
	fact(out, "state", k->text);
	stand(d, k, out);
	if (k->csr) {
		request(k->csr, out);
		differences(d, k, out);
	}
	if (k->cert)
		certificate(d, k, out);
	if (k->bytes[CERTS_REQUEST_ERROR])
		fact(out, "uploaded error", k->error ? k->error : "(nothing)");
	cell_fold(out, 0, LABEL, cell_terminal());
	if (may_be_signed(d, k)) {
		label(out, "to sign this");
		buf_addf(out, "rollcall csr approve %s --digest %." DIGEST_MEANT "s\n",
		    k->device->sn, k->csr->digest);
	}
}

/* ---- JSON ---- */

static void json_wanted(struct device_data *d, const struct csr_case *k, struct buf *out)
{
	struct csr_wanted list[CSR_WANTED];
	const char *comma = "";
	csr_case_wanted(&d->arena, d->config, k->device, list);
	buf_adds(out, ", \"wanted\": [");
	for (size_t i = 0; i < CSR_WANTED; i++) {
		if (!*list[i].value)
			continue;
		buf_adds(out, comma);
		json_pair(out, "{", "what", list[i].what);
		json_pair(out, ", ", "value", list[i].value);
		buf_addf(out, ", \"there\": %s}",
		    k->csr && !csr_case_lacks(&d->arena, k->csr, &list[i]) ? "true" : "false");
		comma = ", ";
	}
	buf_addf(out, "], \"recognised\": %s",
	    k->csr && trust_is_name(d->config, k->csr->cn, k->device->sn, k->device->hwid)
		? "true"
		: "false");
}

static void print_json(struct device_data *d, const struct csr_case *k, struct buf *out)
{
	buf_addc(out, '{');
	csr_case_json(k, out);
	json_wanted(d, k, out);
	buf_adds(out, "}\n");
}

int csr_show(const struct home *h, const struct options *o)
{
	struct device_data d;
	struct csr_case k;
	struct buf out = {0};
	int status = CLI_FINDING;
	if (csr_open(&d, h) && csr_find(&d, o->line.words[CLI_VERB_WORDS], &k)) {
		if (o->json)
			print_json(&d, &k, &out);
		else
			print_text(&d, &k, &out);
		status = cli_print(&out, CLI_FINE);
	}
	device_close(&d);
	return status;
}
