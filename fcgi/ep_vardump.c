/* SPDX-License-Identifier: ISC */
/*
 * PUT update.php?mode=vardump: a device sends one of its variables (spec §8). Only what we asked it for:
 * the variables of certs_variables, with the very arguments that our command had, from a device that was
 * told to; everything else leaves nothing behind.
 *
 * Order: the files, the record, the answer. Who is ended in between is sent the same again and finds it
 * there.
 */
#include "fcgi/endpoints.h"

#include "core/certs.h"
#include "core/change.h"
#include "core/script.h"
#include "core/trust.h"
#include "core/vars.h"
#include "fcgi/enrol.h"
#include "guard/csr.h"
#include "guard/x509.h"
#include "home/certdir.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#define ERROR_MOST 4096 /* bytes of X509/REQUESTERROR */

/* What came, from whom. */
struct dump {
	struct exchange_device device;
	const struct certs_variable *variable;
	struct buf value; /* as bytes; nothing when it is not set */
	bool is_same;     /* it is stored already */
	bool to_sign;     /* it was kept, and needs no administrator */
};

static void say(struct exchange *x, const char *text)
{
	script_comment(&x->reply.body, text);
}

static void refuse(struct exchange *x, int status, const char *why)
{
	quiet_warn(&x->quiet, req_subject(&x->request), "a variable of it is refused: %s", why);
	reply_refuse(&x->reply, status, "Nothing was stored: %s.", why);
}

/* ---- is it what our command asked for? ---- */

static const struct certs_variable *find(const char *name)
{
	for (size_t i = 0; name && i < CERTS_VARIABLES; i++)
		if (strcmp(certs_variables[i].name, name) == 0)
			return &certs_variables[i];
	return NULL;
}

static bool is_same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

/* Which argument is not as in our command; NULL: all are. */
static const char *wrong_argument(struct exchange *x, const struct certs_variable *v)
{
	struct arena *a = &x->arena;
	const char *const wanted[][2] = {
	    {"file", certs_variable_file(a, x->server->config, v, x->request.sn)},
	    {"proc", v->proc},
	    {"postproc", v->postproc},
	};
	for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
		const char *name = wanted[i][0], *value = req_arg(&x->request, name);
		if (is_same_text(value, wanted[i][1]))
			continue;
		if (!value)
			return arena_concat(a, "argument ", name, " is missing");
		return arena_concat(a, "argument ", name, " is \"", req_show(a, value),
		    "\", which is not what ", v->name, " of this device was asked for with");
	}
	return NULL;
}

/* Why this can be nothing that we asked for; NULL: it can. */
static const char *why_not(struct exchange *x, const struct certs_variable *v)
{
	const char *name = req_arg(&x->request, "var");
	if (!x->request.sn)
		return "the serial number (sn) is missing";
	if (!name)
		return "the name of the variable (var) is missing";
	if (!v)
		return arena_concat(&x->arena, "no device is asked for the variable \"",
		    req_show(&x->arena, name), "\"");
	return wrong_argument(x, v);
}

/* ---- what is kept ---- */

static bool is_stored(const struct exchange *x, const struct dump *d)
{
	struct buf file = {0};
	bool same = certdir_read(&x->server->home, x->server->config, d->variable->file,
			x->request.sn, &file, NULL) &&
		    file.size == d->value.size &&
		    memcmp(buf_text(&file), buf_text(&d->value), file.size) == 0;
	buf_free(&file);
	return same;
}

static bool write_one(
    const struct exchange *x, enum certs_file which, const struct buf *bytes, struct err *e)
{
	return certdir_write(&x->server->home, x->server->config, which, x->request.sn,
	    buf_text(bytes), bytes->size, e);
}

/* The record, after the files. */
static bool keep(struct exchange *x, const struct dump *d, const char *message, struct err *e)
{
	exchange_change(x, &d->device);
	change_message(&x->changes, x->request.sn, d->device.time, message);
	return memory_keep(&x->memory, &x->changes, e);
}

/* ---- X509/REQUESTERROR ---- */

static void take_no_error(struct exchange *x, struct dump *d)
{
	struct err e;
	if (certdir_remove_one(
		&x->server->home, x->server->config, d->variable->file, x->request.sn, &e))
		say(x, "there is no error");
	else
		exchange_refuse_now(x, "that it has no error", &e);
}

static void take_error(struct exchange *x, struct dump *d)
{
	struct err e;
	const char *text =
	    req_show(&x->arena, arena_strndup(&x->arena, buf_text(&d->value), d->value.size));
	const char *message = arena_concat(&x->arena, "has an error with its certificate: ", text);
	if (d->is_same) {
		say(x, "this error is known");
	} else if (write_one(x, d->variable->file, &d->value, &e) && keep(x, d, message, &e)) {
		quiet_warn(&x->quiet, x->request.sn, "%s", message);
		say(x, "the error is kept");
	} else {
		exchange_refuse_now(x, "the error that it tells", &e);
	}
}

/* ---- X509/REQUEST ---- */

static void take_no_request(struct exchange *x, struct dump *d)
{
	(void)d;
	say(x, "there is no request, nothing was stored");
}

/* "172.16.1.9 over HTTP" */
static const char *origin_of(struct exchange *x)
{
	struct arena *a = &x->arena;
	const struct request *r = &x->request;
	const char *by = *r->proxy ? arena_concat(a, " by way of ", r->proxy) : "";
	if (r->cert)
		return arena_concat(a, r->address, by, " over mutual TLS (",
		    req_show(a, r->cert->cn), ", ", req_show(a, r->cert->issuer), ")");
	return arena_concat(a, r->address, by, r->https ? " over HTTPS" : " over HTTP");
}

/* Why it may be signed without an administrator; "": it may not. */
static const char *auto_of(struct exchange *x, int64_t now)
{
	const struct config *c = x->server->config;
	const char *why = certs_auto(&x->arena, c, &x->request, true, now);
	if (why)
		return why; /* whatever certificates it has */
	why = certs_auto(&x->arena, c, &x->request, false, now);
	return why && !enrol_has_one(x, x->request.sn, now) ? why : "";
}

/*
 * DER for programs, PEM for people. A certificate that was there before its request is none for it. What
 * is no request, or a weak one, is kept all the same: its CA may be one that we know nothing of.
 */
static bool store_request(struct exchange *x, const struct dump *d, struct err *e)
{
	struct buf pem = {0};
	x509_armour(&pem, "CERTIFICATE REQUEST", buf_text(&d->value), d->value.size);
	bool ok = (d->is_same || certdir_remove_one(&x->server->home, x->server->config,
				     CERTS_SIGNED, x->request.sn, e)) &&
		  write_one(x, CERTS_REQUEST_DER, &d->value, e) &&
		  write_one(x, CERTS_REQUEST_PEM, &pem, e);
	buf_free(&pem);
	return ok;
}

/* Why our own CA would never sign it; NULL: it would. */
static const char *fault_of(struct exchange *x, const struct dump *d)
{
	struct csr csr;
	struct err e;
	if (!csr_read(&x->arena, buf_text(&d->value), d->value.size, &csr, &e))
		return arena_strdup(&x->arena, e.text);
	return csr.weak;
}

static bool keep_request(struct exchange *x, struct dump *d, struct err *e)
{
	char digest[65];
	struct device *now = &d->device.now;
	const char *fault = fault_of(x, d), *message = "sent its signing request";
	x509_digest(buf_text(&d->value), d->value.size, digest);
	if (fault) {
		message = arena_concat(
		    &x->arena, "sent a signing request that our own CA will never sign: ", fault);
		quiet_warn(&x->quiet, x->request.sn, "%s", message);
	}
	now->cert_request = d->device.time;
	now->cert_digest = arena_strdup(&x->arena, digest);
	now->cert_origin = origin_of(x);
	now->cert_auto = fault ? "" : auto_of(x, d->device.time);
	now->cert_asked = now->cert_signed = 0;
	return store_request(x, d, e) && keep(x, d, message, e);
}

static void kept(struct exchange *x, struct dump *d)
{
	say(x, "the signing request is kept");
	d->to_sign = *d->device.now.cert_auto != '\0';
}

static void take_request(struct exchange *x, struct dump *d)
{
	struct err e;
	if (!d->device.was.cert_asked && d->is_same)
		say(x, "this request is here already");
	else if (!d->device.was.cert_asked)
		refuse(x, 403, "nobody asked this device for a signing request");
	else if (!keep_request(x, d, &e))
		exchange_refuse_now(x, "its signing request", &e);
	else
		kept(x, d);
}

/* ---- the whole ---- */

/* What is done with a variable, by its place in certs_variables. */
static const struct {
	size_t most; /* bytes */
	void (*unset)(struct exchange *x, struct dump *d);
	void (*set)(struct exchange *x, struct dump *d);
} actions[CERTS_VARIABLES] = {
    [CERTS_VARIABLE_ERROR] = {ERROR_MOST, take_no_error, take_error},
    [CERTS_VARIABLE_REQUEST] = {LIMIT_CSR, take_no_request, take_request},
};

static void take(struct exchange *x, struct dump *d, const struct buf *body)
{
	size_t which = (size_t)(d->variable - certs_variables);
	struct err e;
	switch (vars_read(buf_text(body), body->size, d->variable->name, d->variable->binary,
	    actions[which].most, &d->value, &e)) {
	case VARS_WRONG:
		refuse(x, 400,
		    arena_concat(&x->arena, "this is not ", d->variable->name, ": ", e.text));
		return;
	case VARS_UNSET:
		actions[which].unset(x, d);
		return;
	case VARS_SET:
		d->is_same = is_stored(x, d);
		actions[which].set(x, d);
		return;
	}
}

/*
 * Anybody can write the name of a device that was asked. While there is hardly room, only who proves himself
 * leaves something here.
 */
static bool has_room(struct exchange *x, struct err *e)
{
	const char *why;
	int64_t now = (int64_t)time(NULL);
	if (!BOARD_GET(x->server->board->writer.full) ||
	    trust_of(&x->arena, x->server->config, &x->request, now, &why) == TRUST_GOOD)
		return true;
	return err_set(
	    e, "only devices with a good certificate store anything now (see rollcall status)");
}

/* Of two that come at once, the second one finds what the first one left. */
static void take_locked(struct exchange *x, struct dump *d, const struct buf *body)
{
	struct err e;
	int lock = certdir_lock(&x->server->home, x->request.sn, &e);
	if (lock < 0 || !has_room(x, &e) || !exchange_device(x, &d->device, &e))
		exchange_refuse_now(x, "its variable", &e);
	else if (!d->device.was.created)
		refuse(x, 403, "nobody asked this device for anything");
	else
		take(x, d, body);
	if (lock >= 0)
		close(lock);
}

void ep_vardump(struct exchange *x, const struct buf *body)
{
	struct dump d = {.variable = find(req_arg(&x->request, "var"))};
	if (!enrol_is_on(x)) {
		reply_refuse(&x->reply, 404,
		    "Certificates are not looked after (customcerts/@dir or status/@dir is not set).");
		return;
	}
	const char *why = why_not(x, d.variable);
	if (why) {
		refuse(x, 403, why);
		return;
	}
	take_locked(x, &d, body);
	if (d.to_sign)
		enrol_sign(x, &d.device.now, LIMIT_SIGN_MS);
	buf_free(&d.value);
}
