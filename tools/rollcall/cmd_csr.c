/* SPDX-License-Identifier: ISC */
/* rollcall csr: the table of its verbs; and the short ones, export, approve and drop. */
#include "base/json.h"
#include "base/limits.h"
#include "core/cert_answer.h"
#include "core/change.h"
#include "guard/x509.h"
#include "home/certdir.h"
#include "tools/rollcall/changes.h"
#include "tools/rollcall/command.h"
#include "tools/rollcall/csr_case.h"
#include "tools/rollcall/device_text.h"
#include "tools/rollcall/signing.h"
#include "tools/rollcall/who.h"

#include <string.h>
#include <strings.h>
#include <unistd.h>

#define DIGEST_LEAST 12 /* digits */
#define DIGEST_MOST 64

const struct command csr_verbs[CSR_VERBS] = {
    {"list", CMD_CSR_LIST, OPEN_HOME, 0, 0, csr_list, "csr list [--json]",
	.help =
	    "Lists the requests: of which device, for which name and key, from where, and how far they are."},
    {"show", CMD_CSR_SHOW, OPEN_HOME, 1, 1, csr_show, "csr show SN [--json]",
	.help =
	    "Decodes the request of a device, says how it differs from what the configuration wants, and\n"
	    "what became of it. SN: as for device."},
    {"export", CMD_CSR_EXPORT, OPEN_HOME, 1, 1, csr_export, "csr export SN [--der]",
	.help = "Prints the request as PEM, for a CA elsewhere."},
    {"import", CMD_CSR_IMPORT, OPEN_HOME, 2, 2, csr_import, "csr import SN FILE [--json]",
	.help =
	    "Takes the certificate that such a CA has made of it (PEM or DER; -: from stdin): the device gets\n"
	    "it with its next poll. What is not for this very key, or not from a CA in\n"
	    "customcerts/@CAname, is refused."},
    {"approve", CMD_CSR_APPROVE, OPEN_HOME, 1, LIMIT_FILTER_WORDS, csr_approve,
	"csr approve SN... [--digest HEX] [--why TEXT] [--json]",
	.help =
	    "Has requests signed by our own CA (customcerts/@CAtype=\"internal\"); the server must run.\n"
	    "With --digest the one that csr show has shown, and no other that has taken its place since."},
    {"drop", CMD_CSR_DROP, OPEN_HOME, 1, 1, csr_drop, "csr drop SN [--json]",
	.help =
	    "Removes the request of a device and what became of it, here and, with its next poll, on the\n"
	    "device, also an error that stops it: it begins anew."},
};

/* ---- export ---- */

static int export(const struct csr_case *k, bool der)
{
	struct buf out = {0};
	if (der && !k->bytes[CERTS_REQUEST_DER])
		return cli_fail("%s: only the PEM file of its request is here", k->device->sn);
	if (der)
		buf_add(&out, k->bytes[CERTS_REQUEST_DER], k->sizes[CERTS_REQUEST_DER]);
	else if (k->bytes[CERTS_REQUEST_DER])
		x509_armour(&out, "CERTIFICATE REQUEST", k->bytes[CERTS_REQUEST_DER],
		    k->sizes[CERTS_REQUEST_DER]);
	else
		buf_add(&out, k->bytes[CERTS_REQUEST_PEM], k->sizes[CERTS_REQUEST_PEM]);
	return cli_print(&out, CLI_FINE);
}

int csr_export(const struct home *h, const struct options *o)
{
	struct device_data d;
	struct csr_case k;
	int status = CLI_FINDING;
	if (csr_open(&d, h) && csr_case_find(&d, o->line.words[CLI_VERB_WORDS], &k) &&
	    csr_case_needs(&k))
		status = export(&k, o->der);
	device_close(&d);
	return status;
}

/* ---- approve ---- */

/* Whoever can send a request in the name of a device can do so after somebody has looked at the one before. */
static bool is_meant(const struct csr_case *k, const char *digest)
{
	if (!digest || strncasecmp(k->csr->digest, digest, strlen(digest)) == 0)
		return true;
	cli_fail(
	    "%s: its request has been replaced: it is %.16s… now, not %.16s…. Look at it again "
	    "(rollcall csr show %s)",
	    k->device->sn, k->csr->digest, digest, k->device->sn);
	return false;
}

/* What makes asking useless. */
static bool may_approve(const struct csr_case *k, const char *digest)
{
	if (!csr_case_needs(k) || !is_meant(k, digest))
		return false;
	if (k->csr->weak)
		cli_fail(
		    "%s: its request can never be signed: %s. rollcall csr drop %s has it make another",
		    k->device->sn, k->csr->weak, k->device->sn);
	else if (k->cert)
		cli_fail("%s: its request is signed already, %s", k->device->sn,
		    k->state == CSR_SENT ? "and was sent; it is to say what it made of it"
					 : "its next poll brings the certificate");
	else if (cert_answer_says(k->device, CERT_SAYS_ERROR))
		cli_fail(
		    "%s: it could not install what it was sent and takes nothing now: rollcall csr drop %s "
		    "first",
		    k->device->sn, k->device->sn);
	else
		return true;
	return false;
}

/* `said`: what the signer has to say of it; it may have signed this very request a moment before. */
static void say_signed(const struct csr_case *k, const char *said, bool json, struct buf *out)
{
	if (json) {
		buf_adds(out, out->size ? ",\n  {" : "{\"approved\": [\n  {");
		csr_case_json(k, out);
		buf_addc(out, '}');
		return;
	}
	cell_add(out, k->device->sn);
	buf_adds(out, ": ");
	cell_add(out, said);
	if (k->cert) {
		buf_adds(out, ", issued by ");
		cell_add(out, k->cert->issuer);
	}
	buf_adds(out, "; its next poll brings the certificate\n");
}

static bool approve(
    struct device_data *d, const struct options *o, const char *text, struct buf *out)
{
	struct csr_case k;
	struct err e = {""};
	struct buf said = {0};
	if (!csr_case_find(d, text, &k) || !may_approve(&k, o->digest))
		return false;
	struct order order = {.verb = ORDER_SIGN,
	    .sn = k.device->sn,
	    .digest = k.csr->digest,
	    .serial = "",
	    .why = o->why ? o->why : ""};
	bool ok = signing_ask(d->home, &order, &said, &e);
	if (ok) {
		csr_case_read(d, k.device, k.known, &k);
		say_signed(&k, buf_text(&said), o->json, out);
	} else {
		cli_fail("%s: it was not signed: %s", k.device->sn, e.text);
	}
	buf_free(&said);
	return ok;
}

/* Is the beginning of a digest, of one request, long enough to tell it from others? */
static bool is_digest(const struct options *o)
{
	size_t n = o->digest ? strlen(o->digest) : 0;
	if (o->digest && (n < DIGEST_LEAST || n > DIGEST_MOST ||
			     strspn(o->digest, "0123456789abcdefABCDEF") != n))
		cli_misuse(
		    "--digest %s: it must be the digest that csr show prints, or at least %d "
		    "digits of its beginning",
		    o->digest, DIGEST_LEAST);
	else if (o->digest && o->line.nwords > CLI_VERB_WORDS + 1)
		cli_misuse("--digest is that of one request: with it, name one device");
	else
		return true;
	return false;
}

/* One that fails keeps none of the others from being signed. */
static int approve_all(struct device_data *d, const struct options *o)
{
	struct buf out = {0};
	bool ok = true;
	for (size_t i = CLI_VERB_WORDS; i < o->line.nwords; i++)
		ok = approve(d, o, o->line.words[i], &out) && ok;
	if (o->json)
		buf_adds(&out, out.size ? "]}\n" : "{\"approved\": []}\n");
	return cli_print(&out, ok ? CLI_FINE : CLI_FINDING);
}

int csr_approve(const struct home *h, const struct options *o)
{
	struct device_data d;
	int status = CLI_FINDING;
	if (!is_digest(o))
		return CLI_WRONG_USE;
	if (csr_open(&d, h) && signing_possible(h, d.config))
		status = approve_all(&d, o);
	device_close(&d);
	return status;
}

/* ---- drop ---- */

/* In the store first: the next poll then clears the device, whatever happens to us or to the files. */
static bool forget_request(const struct device_data *d, const struct csr_case *k, struct err *e)
{
	const struct device *was = k->device;
	struct device now = *was;
	struct buf list = {0};
	now.cert_clear = 1;
	now.cert_request = now.cert_asked = now.cert_sent = 0;
	now.cert_digest = now.cert_origin = now.cert_auto = "";
	if (k->known) {
		change_device(&list, was->sn, was, &now);
		change_message(
		    &list, was->sn, d->now, "its signing request was dropped by an administrator");
	}
	change_audit(&list, was->sn, d->now, "csr drop", who_name(), k->text);
	bool ok = changes_apply(d->home, &list, e);
	buf_free(&list);
	return ok;
}

static bool drop(struct device_data *d, const struct csr_case *k)
{
	struct err e = {""};
	int lock = certdir_lock(d->home, k->device->sn, &e);
	device_close_store(d);
	if (lock < 0 || !forget_request(d, k, &e)) {
		cli_fail("%s: nothing was dropped: %s", k->device->sn, e.text);
	} else if (!certdir_remove(d->home, d->config, k->device->sn, &e)) {
		cli_fail(
		    "%s: its next poll clears the device, but here: %s", k->device->sn, e.text);
	} else {
		close(lock);
		return true;
	}
	if (lock >= 0)
		close(lock);
	return false;
}

static int say_dropped(const struct csr_case *k, bool json)
{
	struct buf out = {0};
	if (json) {
		json_pair(&out, "{", "sn", k->device->sn);
		buf_adds(&out, ", \"dropped\": true}\n");
		return cli_print(&out, CLI_FINE);
	}
	cell_add(&out, k->device->sn);
	buf_adds(&out,
	    k->known ? ": dropped; its next poll removes what the device holds, then it begins "
		       "anew if it needs a certificate\n"
		     : ": its files are removed; the device is not known\n");
	return cli_print(&out, CLI_FINE);
}

int csr_drop(const struct home *h, const struct options *o)
{
	struct device_data d;
	struct csr_case k;
	int status = CLI_FINDING;
	if (csr_open(&d, h) && csr_case_find(&d, o->line.words[CLI_VERB_WORDS], &k) && drop(&d, &k))
		status = say_dropped(&k, o->json);
	device_close(&d);
	return status;
}
