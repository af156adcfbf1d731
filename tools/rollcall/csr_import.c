/* SPDX-License-Identifier: ISC */
/*
 * rollcall csr import: the certificate that a CA elsewhere made of a request. Only the first certificate of
 * the file is kept, as PEM: whatever else an administrator's file has in it (text, a chain, by mistake a
 * key) is not sent to a device. The chain comes from customcerts/@CAkeys.
 */
#include "tools/rollcall/cli.h"

#include "base/date.h"
#include "base/file.h"
#include "base/json.h"
#include "core/change.h"
#include "core/trust.h"
#include "guard/x509.h"
#include "home/certdir.h"
#include "tools/rollcall/changes.h"
#include "tools/rollcall/csr_case.h"
#include "tools/rollcall/device_text.h"
#include "tools/rollcall/who.h"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct import {
	struct device_data data;
	struct csr_case k;
	struct buf file;
	struct cert cert;
	size_t chain; /* certificates behind it in the file */
};

/* ---- the file ---- */

static bool read_stdin(struct buf *out, struct err *e)
{
	ssize_t n = 1;
	while (n > 0 && out->size <= X509_MOST) {
		char *room = buf_want(out, BUFSIZ);
		n = read(STDIN_FILENO, room, BUFSIZ);
		buf_took(out, n > 0 ? (size_t)n : 0);
	}
	if (n < 0)
		return err_sys(e, "stdin cannot be read");
	return out->size <= X509_MOST ||
	       err_set(e, "what comes from stdin is longer than %d bytes", X509_MOST);
}

static bool read_file(const char *name, struct buf *out, struct err *e)
{
	return strcmp(name, "-") == 0 ? read_stdin(out, e)
				      : file_read(AT_FDCWD, name, X509_MOST, out, e);
}

/* The first certificate alone, as PEM, in place of the file. */
static bool keep_first(struct import *im, struct err *e)
{
	X509 *certs[X509_CHAIN];
	unsigned char *der = NULL;
	size_t count = x509_read(im->file.data, im->file.size, certs, e);
	int size = count ? i2d_X509(certs[0], &der) : 0;
	im->chain = count ? count - 1 : 0;
	buf_reset(&im->file);
	if (size > 0)
		x509_armour(&im->file, "CERTIFICATE", der, (size_t)size);
	OPENSSL_free(der);
	for (size_t i = 0; i < count; i++)
		X509_free(certs[i]);
	return size > 0;
}

/* ---- may it be taken? ---- */

static const char *trusted_names(struct import *im)
{
	return conf_list_join(&im->data.arena, &im->data.config->canames, ", ");
}

static bool has_trusted_issuer(struct import *im, struct err *e)
{
	return trust_is_ca(im->data.config, im->cert.issuer) ||
	       err_set(e, "it was issued by \"%s\", which is not in customcerts/@CAname (%s)",
		   im->cert.issuer, trusted_names(im));
}

static bool is_in_time(struct import *im, struct err *e)
{
	struct buf when = {0};
	bool early = im->cert.from > im->data.now, late = im->cert.until <= im->data.now;
	cell_moment(&when, early ? im->cert.from : im->cert.until);
	if (early)
		err_set(e, "it is not valid before %s; import it then", buf_text(&when));
	else if (late)
		err_set(e, "it has expired on %s", buf_text(&when));
	buf_free(&when);
	return !early && !late;
}

/* What would lock the device out where trust is enforced is only worth a warning elsewhere. */
static bool is_bearable(const struct import *im, const struct err *e)
{
	if (trust_is_forced(im->data.config))
		return false;
	cli_fail("%s: warning: %s", im->k.device->sn, e->text);
	return true;
}

static bool has_right_name(struct import *im, struct err *e)
{
	const struct device *d = im->k.device;
	bool has_hwid = trust_is_pair(d->sn, d->hwid);
	if (trust_is_name(im->data.config, im->cert.cn, d->sn, d->hwid))
		return true;
	err_set(e,
	    "its common name \"%s\" is not recognised as that of the device: right are its serial number "
	    "without dashes (%s)%s%s, or customcerts/@CAwildcard",
	    im->cert.cn, d->sn, has_hwid ? ", its hardware id " : "", has_hwid ? d->hwid : "");
	return is_bearable(im, e);
}

/* It would be renewed at once; and who has to be, is not moved to where trust is enforced. */
static bool is_long_enough(struct import *im, struct err *e)
{
	struct buf when = {0};
	long renew = im->data.config->customcerts_renew;
	if (renew == CONF_ABSENT || im->cert.until - im->data.now > renew * DATE_DAY)
		return true;
	cell_until(&when, im->cert.until, im->data.now);
	err_set(e,
	    "it is valid until %s, but certificates are renewed %ld days before they end "
	    "(customcerts/@renew), this one at once; have it signed for longer, or make that less",
	    buf_text(&when), renew);
	buf_free(&when);
	return is_bearable(im, e);
}

static bool may_import(struct import *im, struct err *e)
{
	enum certs_file which = csr_case_request(&im->k);
	return csr_answered(&im->data.arena, im->k.bytes[which], im->k.sizes[which], im->file.data,
		   im->file.size, &im->cert, e) &&
	       has_trusted_issuer(im, e) && is_in_time(im, e) && has_right_name(im, e) &&
	       is_long_enough(im, e);
}

/* ---- taking it ---- */

/* Whoever finds the file finds who put it there. */
static bool remember(struct import *im, struct err *e)
{
	struct arena *a = &im->data.arena;
	const char *sn = im->k.device->sn;
	const char *what = arena_printf(a, "a certificate for %s, issued by %s, serial number %s",
	    im->cert.cn, im->cert.issuer, im->cert.serial);
	struct buf list = {0};
	change_audit(&list, sn, im->data.now, "csr import", who_name(), what);
	if (im->k.known)
		change_message(&list, sn, im->data.now,
		    arena_concat(a, "its certificate was imported: ", what));
	bool ok = changes_apply(im->data.home, &list, e);
	buf_free(&list);
	return ok;
}

static void say_done(struct import *im, bool json, struct buf *out)
{
	if (json) {
		buf_addc(out, '{');
		csr_case_json(&im->k, out);
		buf_addf(out, ", \"imported\": true, \"left_out\": %zu}\n", im->chain);
		return;
	}
	cell_add(out, im->k.device->sn);
	buf_adds(out, ": taken, issued by ");
	cell_add(out, im->cert.issuer);
	buf_adds(out, ", until ");
	cell_until(out, im->cert.until, im->data.now);
	buf_adds(out, "; its next poll brings it to the device\n");
	if (im->chain)
		buf_addf(out,
		    "%zu more in the file left out: what devices get beside their own certificate is in %s "
		    "(customcerts/@CAkeys)\n",
		    im->chain, im->data.config->customcerts_dir);
}

/* With the lock held: what the request is now is what it is when the certificate is there. */
static int take(struct import *im, const char *name, bool json)
{
	struct buf out = {0};
	struct err e = {""};
	const char *sn = im->k.device->sn;
	csr_case_read(&im->data, im->k.device, im->k.known, &im->k);
	if (!csr_case_needs(&im->k))
		return CLI_FINDING;
	if (!may_import(im, &e))
		return cli_fail("%s: %s is refused: %s", sn, name, e.text);
	device_close_store(&im->data);
	if (!remember(im, &e) || !certdir_write(im->data.home, im->data.config, CERTS_SIGNED, sn,
				     im->file.data, im->file.size, &e))
		return cli_fail("%s: nothing was imported: %s", sn, e.text);
	csr_case_read(&im->data, im->k.device, im->k.known, &im->k);
	say_done(im, json, &out);
	return cli_print(&out, CLI_FINE);
}

static int import(struct import *im, const struct options *o)
{
	struct err e = {""};
	const char *name = o->line.words[CLI_VERB_WORDS + 1], *sn = im->k.device->sn;
	if (!read_file(name, &im->file, &e))
		return cli_fail("%s: nothing was imported: %s", sn, e.text);
	if (!keep_first(im, &e))
		return cli_fail("%s: %s is refused: %s", sn, name, e.text);
	int lock = certdir_lock(im->data.home, sn, &e);
	if (lock < 0)
		return cli_fail("%s: nothing was imported: %s", sn, e.text);
	int status = take(im, name, o->json);
	close(lock);
	return status;
}

int csr_import(const struct home *h, const struct options *o)
{
	struct import im = {.chain = 0};
	int status = CLI_FINDING;
	if (csr_open(&im.data, h) &&
	    csr_case_find(&im.data, o->line.words[CLI_VERB_WORDS], &im.k) && csr_case_needs(&im.k))
		status = import(&im, o);
	device_close(&im.data);
	buf_free(&im.file);
	return status;
}
