/* SPDX-License-Identifier: ISC */
/* rollcall csr: the table of its verbs; and the short ones, export, approve and drop. */
#include "base/hex.h"
#include "base/json.h"
#include "base/limits.h"
#include "desk/cells.h"
#include "tools/rollcall/command.h"
#include "tools/rollcall/csr_find.h"

#include <string.h>

#define DIGEST_LEAST 12 /* digits */

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

int csr_export(const struct home *h, const struct options *o)
{
	struct device_data d;
	struct csr_case k;
	struct buf out = {0};
	struct err e = {""};
	int status = CLI_FINDING;
	if (csr_open(&d, h) && csr_find_request(&d, o->line.words[CLI_VERB_WORDS], &k))
		status = csr_case_export(&k, o->der, &out, &e) ? cli_print(&out, CLI_FINE)
							       : cli_fail("%s", e.text);
	device_close(&d);
	return status;
}

/* ---- approve ---- */

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
	const struct desk desk = device_desk(d);
	struct csr_case k;
	struct err e = {""};
	struct buf said = {0};
	if (!csr_find(d, text, &k))
		return false;
	bool ok = desk_csr_approve(
	    &desk, k.device->sn, o->digest ? o->digest : "", o->why ? o->why : "", &said, &e);
	if (ok) {
		csr_again(d, &k);
		say_signed(&k, buf_text(&said), o->json, out);
	} else {
		cli_fail("%s", e.text);
	}
	buf_free(&said);
	return ok;
}

/* Is the beginning of a digest, of one request, long enough to tell it from others? */
static bool is_digest(const struct options *o)
{
	size_t n = o->digest ? strlen(o->digest) : 0;
	if (o->digest && (n < DIGEST_LEAST || n > HEX_SHA256 ||
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
	if (csr_open(&d, h) && device_can_sign(&d))
		status = approve_all(&d, o);
	device_close(&d);
	return status;
}

/* ---- drop ---- */

static bool drop(struct device_data *d, const struct csr_case *k)
{
	struct err e = {""};
	device_close_store(d);
	const struct desk desk = device_desk(d);
	return desk_csr_drop(&desk, k->device->sn, &e) || !cli_fail("%s", e.text);
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
	if (csr_open(&d, h) && csr_find(&d, o->line.words[CLI_VERB_WORDS], &k) && drop(&d, &k))
		status = say_dropped(&k, o->json);
	device_close(&d);
	return status;
}
