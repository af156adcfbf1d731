/* SPDX-License-Identifier: ISC */
/*
 * Takes the certificate that a CA elsewhere made of a request. Only the first certificate of the file is
 * kept, as PEM: whatever else an administrator's file has in it (text, a chain, by mistake a key) is not sent
 * to a device. The chain comes from customcerts/@CAkeys.
 */
#include "base/date.h"
#include "core/change.h"
#include "core/trust.h"
#include "desk/cells.h"
#include "desk/csr_act.h"
#include "guard/x509.h"
#include "home/certdir.h"

#include <openssl/crypto.h>
#include <string.h>

struct import {
	struct csr_act act;
	struct desk_file *file;
	struct buf pem; /* of its first certificate */
	struct cert cert;
	struct buf *said;
};

/* The first certificate alone, as PEM, for it is what is kept. */
static bool keep_first(struct import *im, struct err *e)
{
	X509 *certs[X509_CHAIN];
	unsigned char *der = NULL;
	size_t count = x509_read(im->file->bytes, im->file->size, certs, e);
	int size = count ? i2d_X509(certs[0], &der) : 0;
	im->file->left_out = count ? count - 1 : 0;
	if (size > 0)
		x509_armour(&im->pem, "CERTIFICATE", der, (size_t)size);
	OPENSSL_free(der);
	for (size_t i = 0; i < count; i++)
		X509_free(certs[i]);
	return size > 0;
}

/* ---- may it be taken? ---- */

static const char *trusted_names(struct import *im)
{
	return conf_list_join(&im->act.arena, &im->act.desk->config->canames, ", ");
}

static bool has_trusted_issuer(struct import *im, struct err *e)
{
	return trust_is_ca(im->act.desk->config, im->cert.issuer) ||
	       err_set(e, "it was issued by \"%s\", which is not in customcerts/@CAname (%s)",
		   im->cert.issuer, trusted_names(im));
}

static bool is_in_time(struct import *im, struct err *e)
{
	struct buf when = {0};
	bool early = im->cert.from > im->act.desk->now, late = im->cert.until <= im->act.desk->now;
	cell_moment(&when, early ? im->cert.from : im->cert.until);
	if (early)
		err_set(e, "it is not valid before %s; import it then", buf_text(&when));
	else if (late)
		err_set(e, "it has expired on %s", buf_text(&when));
	buf_free(&when);
	return !early && !late;
}

/* What would lock the device out where trust is enforced is only worth a warning elsewhere. */
static bool is_bearable(struct import *im, const struct err *e)
{
	if (trust_is_forced(im->act.desk->config))
		return false;
	buf_addf(im->said, "%s\n", e->text);
	return true;
}

static bool has_right_name(struct import *im, struct err *e)
{
	const struct device *d = im->act.k.device;
	bool has_hwid = trust_is_pair(d->sn, d->hwid);
	if (trust_is_name(im->act.desk->config, im->cert.cn, d->sn, d->hwid))
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
	long renew = im->act.desk->config->customcerts_renew;
	if (renew == CONF_ABSENT || im->cert.until - im->act.desk->now > renew * DATE_DAY)
		return true;
	cell_until(&when, im->cert.until, im->act.desk->now);
	err_set(e,
	    "it is valid until %s, but certificates are renewed %ld days before they end "
	    "(customcerts/@renew), this one at once; have it signed for longer, or make that less",
	    buf_text(&when), renew);
	buf_free(&when);
	return is_bearable(im, e);
}

static bool may_import(struct import *im, struct err *e)
{
	enum certs_file which = csr_case_request(&im->act.k);
	return csr_answered(&im->act.arena, im->act.k.bytes[which], im->act.k.sizes[which],
		   im->pem.data, im->pem.size, &im->cert, e) &&
	       has_trusted_issuer(im, e) && is_in_time(im, e) && has_right_name(im, e) &&
	       is_long_enough(im, e);
}

/* ---- taking it ---- */

/* Whoever finds the file finds who put it there. */
static bool remember(struct import *im, struct err *e)
{
	struct arena *a = &im->act.arena;
	const char *sn = im->act.k.device->sn;
	const char *what = arena_printf(a, "a certificate for %s, issued by %s, serial number %s",
	    im->cert.cn, im->cert.issuer, im->cert.serial);
	struct buf list = {0};
	change_audit(&list, sn, im->act.desk->now, "csr import", im->act.desk->who, what);
	if (im->act.k.known) {
		struct device now = *im->act.k.device;
		now.cert_signed = im->act.desk->now;
		change_device(&list, sn, im->act.k.device, &now);
		change_message(&list, sn, im->act.desk->now,
		    arena_concat(a, "its certificate was imported: ", what));
	}
	bool ok = desk_apply(im->act.desk->home, &list, e);
	buf_free(&list);
	return ok;
}

/* With the lock held: what the request is now is what it is when the certificate is there. */
static bool take(struct import *im, struct err *e)
{
	const struct desk *desk = im->act.desk;
	const char *sn = im->act.k.device->sn;
	struct err why = {""};
	if (!csr_case_needs(&im->act.k, e))
		return false;
	if (!keep_first(im, &why) || !may_import(im, &why))
		return err_set(e, "%s: %s is refused: %s", sn, im->file->name, why.text);
	return (remember(im, &why) && certdir_write(desk->home, desk->config, CERTS_SIGNED, sn,
					  im->pem.data, im->pem.size, &why)) ||
	       err_set(e, "%s: nothing was imported: %s", sn, why.text);
}

bool desk_csr_take(
    const struct desk *k, const char *sn, struct desk_file *file, struct buf *said, struct err *e)
{
	struct import im = {.file = file, .said = said};
	struct err why = {""};
	bool begun = csr_act_begin(&im.act, k, sn, true, &why);
	bool ok = begun ? take(&im, e) : err_set(e, "%s: nothing was imported: %s", sn, why.text);
	csr_act_end(&im.act);
	buf_free(&im.pem);
	return ok;
}

bool desk_csr_import(const struct desk *k, const char *sn, const void *bytes, size_t size,
    struct buf *said, struct err *e)
{
	struct desk_file file = {.name = "the file", .bytes = bytes, .size = size};
	if (!desk_csr_take(k, sn, &file, said, e))
		return false;
	if (file.left_out)
		buf_addf(said,
		    "%zu more in the file left out: what devices get beside their own certificate is in "
		    "%s (customcerts/@CAkeys)\n",
		    file.left_out, k->config->customcerts_dir);
	return true;
}
