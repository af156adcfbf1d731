/* SPDX-License-Identifier: ISC */
/* Having a request signed by our own CA, and dropping one. csr_import.c takes what another CA made of it. */
#include "core/cert_answer.h"
#include "core/change.h"
#include "core/req.h"
#include "desk/csr_act.h"
#include "home/certdir.h"

#include <string.h>
#include <strings.h>
#include <unistd.h>

/* ---- what all begin with ---- */

/* A device that was forgotten may have left files. */
static bool read_case(struct csr_act *x, struct store *s, const char *sn, struct err *e)
{
	struct err why = {""};
	const struct device *known = desk_device(s, &x->arena, sn, &why);
	struct device *left = arena_alloc(&x->arena, sizeof *left);
	if (!known && (*why.text || !req_is_serial(sn))) {
		err_set(e, "%s", *why.text ? why.text : "no device has this serial number");
		return false;
	}
	device_init(left, arena_strdup(&x->arena, sn));
	csr_case_read(x->desk, s, &x->arena, known ? known : left, known, &x->k);
	return true;
}

bool csr_act_begin(
    struct csr_act *x, const struct desk *k, const char *sn, bool lock, struct err *e)
{
	*x = (struct csr_act){.desk = k, .lock = -1};
	if (!*k->config->customcerts_dir) {
		err_set(e, "customcerts/@dir is not set in %s: no certificates are looked after",
		    k->home->user_config);
		return false;
	}
	if (lock && (x->lock = certdir_lock(k->home, sn, e)) < 0)
		return false;
	struct store *s = k->store ? k->store : desk_store(k->home, e);
	bool ok = s && read_case(x, s, sn, e);
	if (!k->store && s)
		store_close(s);
	return ok;
}

void csr_act_end(struct csr_act *x)
{
	if (x->lock >= 0)
		close(x->lock);
	arena_free(&x->arena);
}

/* ---- approve ---- */

/* Whoever can send a request in the name of a device can do so after somebody has looked at the one before. */
static bool is_meant(const struct csr_case *k, const char *digest, struct err *e)
{
	return strncasecmp(k->csr->digest, digest, strlen(digest)) == 0 ||
	       err_set(e,
		   "%s: its request has been replaced: it is %.16s… now, not %.16s…. Look at it again "
		   "(rollcall csr show %s)",
		   k->device->sn, k->csr->digest, digest, k->device->sn);
}

/* What makes asking useless. */
static bool may_approve(const struct csr_case *k, const char *digest, struct err *e)
{
	const char *sn = k->device->sn;
	if (!csr_case_needs(k, e) || !is_meant(k, digest, e))
		return false;
	if (k->csr->weak)
		return err_set(e,
		    "%s: its request can never be signed: %s. rollcall csr drop %s has it make another",
		    sn, k->csr->weak, sn);
	if (k->cert)
		return err_set(e, "%s: its request is signed already, %s", sn,
		    k->state == CSR_SENT ? "and was sent; it is to say what it made of it"
					 : "its next poll brings the certificate");
	return !cert_answer_says(k->device, CERT_SAYS_ERROR) ||
	       err_set(e,
		   "%s: it could not install what it was sent and takes nothing now: rollcall csr drop %s "
		   "first",
		   sn, sn);
}

bool desk_csr_approve(const struct desk *k, const char *sn, const char *digest, const char *why,
    struct buf *said, struct err *e)
{
	struct csr_act x;
	struct err problem = {""};
	bool ok = csr_act_begin(&x, k, sn, false, e) && may_approve(&x.k, digest, e);
	if (ok) {
		struct order order = {.verb = ORDER_SIGN,
		    .sn = sn,
		    .digest = x.k.csr->digest,
		    .serial = "",
		    .why = why};
		ok = desk_sign(k, &order, said, &problem) ||
		     err_set(e, "%s: it was not signed: %s", sn, problem.text);
	}
	csr_act_end(&x);
	return ok;
}

/* ---- drop ---- */

/* In the store first: the next poll then clears the device, whatever happens to us or to the files. */
static bool forget_request(const struct csr_act *x, struct err *e)
{
	const struct desk *desk = x->desk;
	const struct device *was = x->k.device;
	struct device now = *was;
	struct buf list = {0};
	now.cert_clear = 1;
	now.cert_request = now.cert_asked = now.cert_sent = now.cert_signed = 0;
	now.cert_digest = now.cert_origin = now.cert_auto = "";
	if (x->k.known) {
		change_device(&list, was->sn, was, &now);
		change_message(&list, was->sn, desk->now,
		    "its signing request was dropped by an administrator");
	}
	change_audit(&list, was->sn, desk->now, "csr drop", desk->who, x->k.text);
	bool ok = desk_apply(desk->home, &list, e);
	buf_free(&list);
	return ok;
}

bool desk_csr_drop(const struct desk *k, const char *sn, struct err *e)
{
	struct csr_act x;
	struct err why = {""};
	bool forgotten = csr_act_begin(&x, k, sn, true, &why) && forget_request(&x, &why);
	bool ok = forgotten && certdir_remove(k->home, k->config, sn, &why);
	csr_act_end(&x);
	if (ok)
		return true;
	return err_set(e,
	    forgotten ? "%s: its next poll clears the device, but here: %s"
		      : "%s: nothing was dropped: %s",
	    sn, why.text);
}
