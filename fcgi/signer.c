/* SPDX-License-Identifier: ISC */
/*
 * The signer's loop and what it does for an order: a list of steps, each of which goes on or ends it with
 * a receipt.
 */
#include "fcgi/signer.h"

#include "base/date.h"
#include "base/log.h"
#include "base/text.h"
#include "core/certs.h"
#include "core/change.h"
#include "core/order.h"
#include "core/trust.h"
#include "fcgi/memory.h"
#include "fcgi/server.h"
#include "fcgi/signer_ca.h"
#include "fcgi/signer_known.h"
#include "guard/csr.h"
#include "guard/x509.h"
#include "home/certdir.h"
#include "proc/clock.h"
#include "proc/post_server.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define SUBJECT "signer"
#define STATUS_ENVIRONMENT 71 /* EX_OSERR */
#define LOOK_MS 1000          /* how often HOME/ca is looked at */
#define AGAIN_MS 60000        /* lists that could not be made are tried again after this */
/* What a predecessor that was killed had sent to the writer is entered while we run: so long, at most. */
#define INHERITED_MS (LIMIT_SIGNER_SECONDS * 1000L)

struct signer {
	const struct proc_self *self;
	const struct server *server;
	struct memory memory;
	struct post_server post;
	struct signer_ca ca;
	struct signer_known known;
	bool leaving;
	struct arena arena; /* of one order */
	/* HOME/ca as it was when last looked at, and when its lists were last found right. */
	struct signer_files seen, right;
	int64_t look_ms, again_ms, inherits_ms;
	/* What it last had to say of an order that the server will repeat. */
	char said[POST_TEXT + 1];
	int64_t said_ms;
};

/* An order on its way. */
struct job {
	struct signer *signer;
	const struct order *order;
	int64_t now;
	struct device device;
	struct certs_subject subject; /* that the certificate is to have */
	struct buf request;           /* the file */
	struct buf pem;               /* what was signed */
	struct issued issued;
	bool again;    /* it was signed before, and is only written once more */
	bool hopeless; /* nobody need ask for this request again by himself */
	enum post_receipt receipt;
	char text[POST_TEXT + 1];
};

/* Ends it with a receipt. Always false, so that steps read well. */
__attribute__((format(printf, 3, 4))) static bool end(
    struct job *j, enum post_receipt receipt, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	j->receipt = receipt;
	vsnprintf(j->text, sizeof j->text, format, args);
	va_end(args);
	return false;
}

static const char *date(struct arena *a, int64_t time)
{
	char text[DATE_SIZE];
	return arena_strdup(a, date_minute(time, text));
}

/* ---- lists ---- */

static bool renew_lists(struct signer *s, struct err *e)
{
	int64_t now = (int64_t)time(NULL);
	return signer_known_read(&s->known, &s->memory, now, e) &&
	       signer_ca_lists(&s->ca, s->known.list, s->known.count, now, e);
}

static bool is_by_server(const struct job *j)
{
	return strcmp(j->order->who, ORDER_SERVER) == 0;
}

/* ---- signing: what must hold ---- */

/*
 * What is wrong with the request, or with the device, is refused; what is wrong here, and can be put right,
 * has failed: then it is tried again.
 */

static bool check_config(struct job *j)
{
	const struct config *c = j->signer->server->config;
	if (strcmp(c->customcerts_catype, "internal") != 0)
		return end(j, POST_FAILED,
		    "customcerts/@CAtype is \"%s\", not internal: nothing is signed here",
		    c->customcerts_catype);
	return *c->customcerts_dir ||
	       end(j, POST_FAILED, "customcerts/@dir is not set: nothing is signed");
}

/* The request that was approved is the one that the device sent last. */
static bool check_device(struct job *j)
{
	struct err e;
	const struct order *o = j->order;
	if (!memory_device(&j->signer->memory, &j->signer->arena, o->sn, &j->device, &e))
		return end(j, POST_FAILED, "the device cannot be looked up: %s", e.text);
	if (!j->device.created)
		return end(j, POST_REFUSED, "no device %s is known", o->sn);
	if (!*j->device.cert_digest)
		return end(j, POST_REFUSED, "%s has sent no request", o->sn);
	return strcmp(j->device.cert_digest, o->digest) == 0 ||
	       end(j, POST_REFUSED,
		   "this is not the request that %s sent last (%.16s…, not %.16s…): look at it with "
		   "rollcall csr show %s",
		   o->sn, j->device.cert_digest, o->digest, o->sn);
}

/* What the server asks for by itself must be marked for it. */
static bool check_auto(struct job *j)
{
	return !is_by_server(j) || *j->device.cert_auto ||
	       end(j, POST_REFUSED,
		   "this request may not be signed without an administrator: rollcall csr approve %s",
		   j->order->sn);
}

static bool read_file(const struct job *j, enum certs_file which, struct buf *out, struct err *e)
{
	const struct server *server = j->signer->server;
	return certdir_read(&server->home, server->config, which, j->order->sn, out, e);
}

static bool is_approved(const struct job *j, const struct buf *request)
{
	char digest[65];
	x509_digest(buf_text(request), request->size, digest);
	return strcmp(digest, j->order->digest) == 0;
}

static bool check_request(struct job *j)
{
	struct err e;
	if (!read_file(j, CERTS_REQUEST_DER, &j->request, &e))
		return end(j, POST_FAILED, "%s", e.text);
	return is_approved(j, &j->request) ||
	       end(j, POST_REFUSED,
		   "the file with the request of %s is not what the device sent: somebody has changed it. "
		   "rollcall csr drop %s makes the device begin anew",
		   j->order->sn, j->order->sn);
}

/*
 * Who revokes a certificate does not trust its key any more, whoever has it, and nobody gets another one
 * without an administrator. Nor is a name given to two devices: then it would prove neither.
 */
static bool allows(struct job *j, const struct issued *one, const char *key)
{
	const struct order *o = j->order;
	bool same_request = strcmp(one->digest, o->digest) == 0;
	if (one->revoked && (same_request || (*key && strcmp(one->key, key) == 0)))
		return end(j, POST_REFUSED,
		    "the certificate %s %s was revoked, so its key is not trusted any more: rollcall csr drop "
		    "%s makes the device begin anew",
		    one->serial, same_request ? "for this very request" : "for this very key",
		    o->sn);
	if (!is_by_server(j) || one->until <= j->now)
		return true;
	bool its_own = trust_same_serial(one->sn, o->sn);
	if (one->revoked && its_own)
		return end(j, POST_REFUSED,
		    "the certificate %s of %s was revoked: another one needs an administrator "
		    "(rollcall csr approve %s)",
		    one->serial, one->sn, o->sn);
	return its_own || !text_same(one->cn, j->subject.cn) ||
	       end(j, POST_REFUSED,
		   "the certificate %s with this name (%s) is for another device, %s: a second one needs an "
		   "administrator (rollcall csr approve %s)",
		   one->serial, one->cn, one->sn, o->sn);
}

static bool check_known(struct job *j)
{
	struct err e;
	struct csr csr;
	struct signer *s = j->signer;
	if (!signer_known_read(&s->known, &s->memory, j->now, &e))
		return end(j, POST_FAILED, "what was signed before cannot be read: %s", e.text);
	if (!csr_read(&s->arena, j->request.data, j->request.size, &csr, NULL))
		*csr.key_digest = '\0'; /* it will be refused for that */
	certs_subject(&s->arena, s->server->config, &j->device, &j->subject);
	bool ok = true;
	for (size_t i = 0; ok && i < s->known.count; i++)
		ok = allows(j, &s->known.list[i], csr.key_digest);
	j->hopeless = !ok;
	return ok;
}

static bool look_up(
    struct signer *s, const char *serial, struct issued *out, bool *found, struct err *e)
{
	struct store *store = memory_store(&s->memory, e);
	if (!store || !store_begin(store, e))
		return false;
	*found = store_issued(store, &s->arena, serial, out);
	return store_end(store, e);
}

/* cert_auto is an order to us: done. Of a request that came meanwhile it is another's. */
static void clear_auto(struct job *j)
{
	struct device was, now;
	struct buf list = {0};
	struct err e;
	struct memory *m = &j->signer->memory;
	if (!*j->device.cert_auto)
		return;
	bool ok = memory_device(m, &j->signer->arena, j->order->sn, &was, &e);
	if (ok && was.created && strcmp(was.cert_digest, j->order->digest) == 0) {
		now = was;
		now.cert_auto = "";
		change_device(&list, was.sn, &was, &now);
		ok = memory_keep(m, &list, &e);
	}
	if (!ok)
		log_warn(
		    j->order->sn, "is still marked for signing, though it is done: %s", e.text);
	buf_free(&list);
}

/* Is a certificate that we made of this request there, and good? An order may come twice. */
static bool check_done(struct job *j)
{
	struct buf file = {0};
	struct cert cert;
	struct issued issued;
	struct err e;
	bool known = false;
	bool there = read_file(j, CERTS_SIGNED, &file, NULL) &&
		     csr_answered(&j->signer->arena, j->request.data, j->request.size,
			 buf_text(&file), file.size, &cert, NULL);
	buf_free(&file);
	if (!there)
		return true;
	if (!look_up(j->signer, cert.serial, &issued, &known, &e))
		return end(j, POST_FAILED, "%s", e.text);
	if (!known || issued.revoked || issued.until <= j->now ||
	    strcmp(issued.digest, j->order->digest) != 0)
		return true;
	clear_auto(j);
	return end(j, POST_DONE,
	    "the certificate %s for this request is there since %s: nothing was signed again",
	    issued.serial, date(&j->signer->arena, issued.at));
}

/* ---- signing ---- */

/* Has it to be good for a while yet, and is it for this request? */
static bool can_be_sent(const struct job *j, const struct issued *i)
{
	struct cert cert;
	const struct config *c = j->signer->server->config;
	return !i->revoked && i->until - certs_renewal(c) > j->now && trust_is_ca(c, i->issuer) &&
	       strcmp(i->digest, j->order->digest) == 0 &&
	       csr_answered(&j->signer->arena, j->request.data, j->request.size, i->pem,
		   strlen(i->pem), &cert, NULL) &&
	       strcmp(cert.serial, i->serial) == 0;
}

/* What was signed and could not be written is written now: a full disk does not cost a certificate a poll. */
static bool find_made(struct job *j)
{
	struct err e;
	struct issued made;
	bool known = false;
	if (!*j->device.cert_serial)
		return true;
	if (!look_up(j->signer, j->device.cert_serial, &made, &known, &e))
		return end(j, POST_FAILED, "%s", e.text);
	if (!known || !can_be_sent(j, &made))
		return true;
	j->issued = made;
	j->again = true;
	buf_adds(&j->pem, made.pem);
	return true;
}

/*
 * Devices would be told to get a certificate again and again: of a CA that is trusted nowhere, or when it is
 * due for renewal as soon as it is there.
 */
static bool check_ca(struct job *j, const struct ca *ca)
{
	struct err e;
	struct cert facts;
	const struct config *c = j->signer->server->config;
	struct arena *a = &j->signer->arena;
	if (!ca_facts(ca, a, &facts, &e))
		return end(j, POST_FAILED, "%s", e.text);
	if (!trust_is_ca(c, facts.cn))
		return end(j, POST_FAILED,
		    "the CA \"%s\" is not named in customcerts/@CAname: its certificates would be "
		    "trusted nowhere",
		    facts.cn);
	if (facts.until <= j->now)
		return end(j, POST_FAILED,
		    "the CA \"%s\" has expired: rollcall ca init --replace makes the next one",
		    facts.cn);
	if (facts.until - j->now <= certs_renewal(c))
		return end(j, POST_FAILED,
		    "the CA \"%s\" is valid until %s, and its certificates would be due for renewal at once "
		    "(customcerts/@renew): rollcall ca init --replace makes the next one",
		    facts.cn, date(a, facts.until));
	return c->customcerts_cadays * DATE_DAY > certs_renewal(c) ||
	       end(j, POST_FAILED,
		   "customcerts/@CAdays is not greater than customcerts/@renew: a certificate would be due for "
		   "renewal at once");
}

static bool make(struct job *j)
{
	struct err e;
	struct signer *s = j->signer;
	if (j->again)
		return true;
	struct ca *ca = signer_ca_present(&s->ca, &e);
	if (!ca)
		return end(j, POST_FAILED, "%s", e.text);
	if (!check_ca(j, ca))
		return false;
	const struct ca_order order = {
	    .config = s->server->config,
	    .subject = &j->subject,
	    .sn = j->order->sn,
	    .hwid = j->device.hwid,
	};
	j->hopeless = !ca_sign(ca, &s->arena, &order, j->request.data, j->request.size, j->now,
	    &j->pem, &j->issued, &e);
	if (j->hopeless)
		return end(j, POST_REFUSED, "%s", e.text);
	j->issued.sn = j->order->sn;
	j->issued.who = j->order->who;
	j->issued.digest = j->order->digest; /* of the file, as it was approved */
	j->issued.pem = buf_text(&j->pem);
	return true;
}

static void list_signed(const struct job *j, struct buf *list)
{
	struct arena *a = &j->signer->arena;
	const struct order *o = j->order;
	const struct issued *i = &j->issued;
	const char *until = date(a, i->until);
	struct device now = j->device;
	now.cert_serial = i->serial;
	now.cert_signed = j->now;
	change_device(list, now.sn, &j->device, &now);
	change_issued(list, o->sn, i->serial, NULL, i);
	change_audit(list, o->sn, j->now, "csr sign", o->who,
	    arena_printf(a, "certificate %s for %s, valid until %s, request %s%s%s", i->serial,
		i->cn, until, i->digest, *o->why ? ": " : "", o->why));
	change_message(list, o->sn, j->now,
	    arena_printf(
		a, "its request was signed (certificate %s, valid until %s)", i->serial, until));
}

/* From here on it counts as issued, whatever becomes of us. */
static bool enter(struct job *j)
{
	struct err e;
	struct buf list = {0};
	if (j->again)
		return true;
	list_signed(j, &list);
	bool ok = memory_keep(&j->signer->memory, &list, &e);
	buf_free(&list);
	if (ok)
		signer_known_add(&j->signer->known, &j->issued);
	else
		signer_known_forget(&j->signer->known); /* it may be entered yet */
	return ok || end(j, POST_FAILED, "nothing is signed that cannot be recorded: %s", e.text);
}

/* Still for that request? The device may have sent another one meanwhile. */
static bool write_signed(struct job *j, struct err *e)
{
	struct buf request = {0};
	const struct server *s = j->signer->server;
	bool ok =
	    read_file(j, CERTS_REQUEST_DER, &request, e) &&
	    (is_approved(j, &request) || err_set(e, "it has sent another request meanwhile")) &&
	    certdir_write(
		&s->home, s->config, CERTS_SIGNED, j->order->sn, j->pem.data, j->pem.size, e);
	buf_free(&request);
	return ok;
}

static bool deliver(struct job *j)
{
	struct err e;
	int lock = certdir_lock(&j->signer->server->home, j->order->sn, &e);
	bool ok = lock >= 0 && write_signed(j, &e);
	if (lock >= 0)
		close(lock);
	return ok || end(j, POST_FAILED, "the certificate %s was signed but is not delivered: %s",
			 j->issued.serial, e.text);
}

static bool say_signed(struct job *j)
{
	clear_auto(j);
	if (j->again)
		return end(j, POST_DONE,
		    "the certificate %s for this request was signed on %s, and is delivered now: nothing was "
		    "signed again",
		    j->issued.serial, date(&j->signer->arena, j->issued.at));
	return end(j, POST_DONE, "signed %s for %s, valid until %s", j->issued.serial, j->issued.cn,
	    date(&j->signer->arena, j->issued.until));
}

/* ---- revoking ---- */

static bool check_who(struct job *j)
{
	return !is_by_server(j) ||
	       end(j, POST_REFUSED, "only an administrator revokes (rollcall ca revoke)");
}

/* After a crash the store may know of it, and the lists not yet. */
static bool check_entry(struct job *j)
{
	struct err e;
	bool found = false;
	struct arena *a = &j->signer->arena;
	const char *serial = j->order->serial;
	if (!look_up(j->signer, serial, &j->issued, &found, &e))
		return end(j, POST_FAILED, "%s", e.text);
	if (!found)
		return end(j, POST_REFUSED,
		    "no certificate with the serial number %s was signed here: rollcall ca list "
		    "shows those that were",
		    serial);
	if (!j->issued.revoked)
		return true;
	signer_known_forget(&j->signer->known);
	if (!renew_lists(j->signer, &e))
		return end(j, POST_FAILED, "%s was revoked on %s by %s, but: %s", serial,
		    date(a, j->issued.revoked), j->issued.revoked_by, e.text);
	return end(j, POST_REFUSED, "%s was revoked on %s by %s already", serial,
	    date(a, j->issued.revoked), j->issued.revoked_by);
}

/* It is the last one that the device got: others need not be told. */
static bool mark_device(struct job *j, struct buf *list, struct err *e)
{
	struct device was, now;
	struct signer *s = j->signer;
	if (!memory_device(&s->memory, &s->arena, j->issued.sn, &was, e))
		return false;
	if (!was.created || strcmp(was.cert_serial, j->issued.serial) != 0)
		return true;
	now = was;
	now.cert_revoked = j->now;
	change_device(list, was.sn, &was, &now);
	return true;
}

static bool enter_revoked(struct job *j)
{
	struct err e;
	struct buf list = {0};
	struct arena *a = &j->signer->arena;
	const struct order *o = j->order;
	struct issued now = j->issued;
	now.revoked = j->now;
	now.revoked_by = o->who;
	now.reason = o->why;
	change_issued(&list, now.sn, now.serial, &j->issued, &now);
	change_audit(&list, now.sn, j->now, "ca revoke", o->who,
	    arena_printf(
		a, "certificate %s of %s%s%s", now.serial, now.cn, *o->why ? ": " : "", o->why));
	bool ok = mark_device(j, &list, &e) && memory_keep(&j->signer->memory, &list, &e);
	buf_free(&list);
	if (!ok)
		return end(j, POST_FAILED, "%s is not revoked: %s", now.serial, e.text);
	signer_known_forget(&j->signer->known);
	return true;
}

/* Nobody is sent it any more. */
static bool take_back(struct job *j)
{
	const struct server *s = j->signer->server;
	struct buf file = {0};
	struct cert cert;
	struct err e;
	if (*s->config->customcerts_dir &&
	    certdir_read(&s->home, s->config, CERTS_SIGNED, j->issued.sn, &file, NULL) &&
	    signer_ca_facts(&j->signer->arena, buf_text(&file), file.size, &cert, NULL) &&
	    strcmp(cert.serial, j->issued.serial) == 0 &&
	    !certdir_remove_one(&s->home, s->config, CERTS_SIGNED, j->issued.sn, &e))
		log_warn(
		    j->issued.sn, "its certificate was revoked, but its file stays: %s", e.text);
	buf_free(&file);
	return true;
}

static bool publish(struct job *j)
{
	struct err e;
	const struct issued *i = &j->issued;
	if (!signer_ca_has(&j->signer->ca, i->issuer))
		err_set(&e, "its CA \"%s\" is not in HOME/ca", i->issuer);
	else if (renew_lists(j->signer, &e))
		return end(j, POST_DONE, "revoked %s of %s", i->serial, i->cn);
	j->signer->again_ms = clock_now_ms() + AGAIN_MS;
	return end(j, POST_FAILED,
	    "%s counts as revoked, but stands in no list that a web server could check: %s",
	    i->serial, e.text);
}

/* ---- orders ---- */

/* True: go on with the next. */
typedef bool step(struct job *j);

static step *const signing[] = {check_config, check_device, check_auto, check_request, check_known,
    check_done, find_made, make, enter, deliver, say_signed, NULL};
static step *const revoking[] = {check_who, check_entry, enter_revoked, take_back, publish, NULL};

static const struct {
	step *const *steps;
	const char *name;
} orders[] = {
    [ORDER_SIGN] = {signing, "to sign"},
    [ORDER_REVOKE] = {revoking, "to revoke"},
};

/* The server will ask again, for this device or for another, until it is put right. */
static bool was_said(struct job *j)
{
	struct signer *s = j->signer;
	int64_t now_ms = clock_now_ms();
	if (!is_by_server(j) || j->receipt != POST_FAILED)
		return false;
	if (strcmp(s->said, j->text) == 0 && now_ms - s->said_ms < AGAIN_MS)
		return true;
	memcpy(s->said, j->text, sizeof s->said);
	s->said_ms = now_ms;
	return false;
}

static void log_job(struct job *j)
{
	const struct order *o = j->order;
	const char *subject = o->verb == ORDER_SIGN ? o->sn : SUBJECT;
	if (j->receipt == POST_DONE)
		log_info(subject, "%s (order of %s)", j->text, o->who);
	else if (!was_said(j))
		log_warn(subject, "order of %s %s: %s", o->who, orders[o->verb].name, j->text);
}

/*
 * Our own processes ask for what they may decide by themselves, whatever they say of an administrator. That
 * keeps a mistake in one of them from passing for an approval (signer.h says what it does not keep out). Not
 * so those that serve pages: they have checked who is signed in, and ask on his behalf.
 */
static bool is_our_own(const struct signer *s, int fd)
{
	struct ucred peer = {.pid = 0};
	socklen_t size = sizeof peer;
	const struct board *b = s->server->board;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
		return true;
	for (size_t i = 0; i < BOARD_SLOTS; i++) {
		if (peer.pid > 0 && BOARD_GET(b->slots[i].pid) == peer.pid)
			return strcmp(b->slots[i].kind, "admin") != 0;
	}
	return false;
}

static void obey(struct signer *s, struct post_client *client)
{
	struct order order;
	struct job j = {.signer = s, .order = &order, .now = (int64_t)time(NULL)};
	const struct buf *bytes = &client->request;
	if (bytes->size > ORDER_MOST ||
	    !order_decode(&s->arena, bytes->data, bytes->size, &order)) {
		log_warn(SUBJECT, "an order that is none was refused");
		post_receipt(client, POST_REFUSED, "this is no order");
		return;
	}
	if (is_our_own(s, client->fd))
		order.who = ORDER_SERVER;
	for (step *const *next = orders[order.verb].steps; *next && (*next)(&j); next++)
		;
	if (j.hopeless)
		clear_auto(&j);
	log_job(&j);
	post_receipt(client, j.receipt, j.text);
	buf_free(&j.request);
	buf_free(&j.pem);
}

static void obey_all(struct signer *s)
{
	for (struct post_client *c = NULL; (c = post_server_next(&s->post, c));) {
		proc_busy(s->self);
		obey(s, c);
		BOARD_COUNT(s->self->slot->requests);
		arena_reset(&s->arena);
		proc_idle(s->self);
	}
}

/* ---- HOME/ca ---- */

/*
 * The lists of a CA that is new, or of which something was lost. While somebody is still at it (rollcall ca
 * init), the files change from look to look.
 */
static void look_after_lists(struct signer *s, bool settled)
{
	struct signer_files now;
	struct err e;
	int64_t now_ms = clock_now_ms();
	if (!settled && now_ms < s->look_ms)
		return;
	s->look_ms = now_ms + LOOK_MS;
	signer_ca_look(&s->ca, &now);
	settled |= signer_ca_same(&now, &s->seen);
	s->seen = now;
	bool inherits = now_ms < s->inherits_ms;
	bool due =
	    inherits || !signer_ca_same(&now, &s->right) || (s->again_ms && now_ms >= s->again_ms);
	if (!settled || !due)
		return;
	if (inherits)
		signer_known_forget(&s->known);
	if (renew_lists(s, &e)) {
		s->again_ms = 0;
	} else if (!s->again_ms || now_ms >= s->again_ms) {
		log_warn(SUBJECT, "%s", e.text);
		s->again_ms = now_ms + AGAIN_MS;
	}
	signer_ca_look(&s->ca, &s->seen);
	s->right = s->seen;
}

/* ---- the process ---- */

static void readable(void *context, int fd)
{
	struct signer *s = context;
	s->leaving |= fd == s->self->leave_fd;
}

static bool set_up(struct signer *s)
{
	struct err e;
	if (prctl(PR_SET_DUMPABLE, 0) != 0)
		err_sys(&e, "its memory cannot be kept from others");
	else if (post_server_open(&s->post, s->server->signer_fd, ORDER_MOST, &e)) {
		if (post_server_watch(&s->post, s->self->leave_fd))
			return true;
		err_sys(&e, "orders cannot be waited for");
	}
	log_fatal(SUBJECT, "%s", e.text);
	return false;
}

int signer_main(const struct proc_self *self, void *context)
{
	static struct signer s; /* one per process */
	s = (struct signer){.self = self, .server = context};
	s.ca.home = &s.server->home;
	memory_init(&s.memory, s.server);
	close(s.server->listen_fd);
	close(s.server->writer_fd);
	if (!set_up(&s))
		return STATUS_ENVIRONMENT;
	look_after_lists(&s, true);
	s.inherits_ms = clock_now_ms() + INHERITED_MS;
	proc_idle(self);
	while (!s.leaving) {
		post_server_wait(&s.post, LOOK_MS, readable, &s);
		obey_all(&s);
		look_after_lists(&s, false);
	}
	post_server_drain(&s.post);
	obey_all(&s);
	post_server_close(&s.post);
	signer_ca_close(&s.ca);
	signer_known_forget(&s.known);
	memory_close(&s.memory);
	arena_free(&s.arena);
	return 0;
}
