/* SPDX-License-Identifier: ISC */
/*
 * The signer's loop and what it does for an order: a list of steps, each of which goes on or ends it with
 * a receipt.
 */
#include "fcgi/signer.h"

#include "base/log.h"
#include "base/mem.h"
#include "core/certs.h"
#include "core/change.h"
#include "core/order.h"
#include "core/trust.h"
#include "fcgi/memory.h"
#include "fcgi/server.h"
#include "fcgi/signer_ca.h"
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
#include <time.h>
#include <unistd.h>

#define SUBJECT "signer"
#define STATUS_ENVIRONMENT 71 /* EX_OSERR */
#define LOOK_MS 1000          /* how often HOME/ca is looked at */
#define AGAIN_MS 60000        /* lists that could not be made are tried again after this */
/* What a predecessor that was killed had sent to the writer is entered while we run: so long, at most. */
#define INHERITED_MS (LIMIT_SIGNER_SECONDS * 1000L)

/*
 * Certificates that were revoked, as in the store: read once, and after each, because only we revoke. But
 * see INHERITED_MS.
 */
struct revoked {
	struct issued *list;
	size_t count;
	bool read;
	struct arena arena;
};

struct signer {
	const struct proc_self *self;
	const struct server *server;
	struct memory memory;
	struct post_server post;
	struct signer_ca ca;
	struct revoked revoked;
	bool leaving;
	struct arena arena; /* of one order */
	/* HOME/ca as it was when last looked at, and when its lists were last found right. */
	struct signer_files seen, right;
	int64_t look_ms, again_ms, inherits_ms;
};

/* An order on its way. */
struct job {
	struct signer *signer;
	const struct order *order;
	int64_t now;
	struct device device;
	struct buf request; /* the file */
	struct buf pem;     /* what was signed */
	struct issued issued;
	bool hopeless; /* nobody need ask for this request again by himself */
	enum post_receipt receipt;
	char text[POST_TEXT + 1];
};

/* Ends it with a receipt. Always false, so that steps read well. */
__attribute__((format(printf, 3, 4))) static bool end(
    struct job *j, enum post_receipt receipt, const char *format, ...)
{
	va_list args;
	j->receipt = receipt;
	va_start(args, format);
	vsnprintf(j->text, sizeof j->text, format, args);
	va_end(args);
	return false;
}

static const char *date(struct arena *a, int64_t time)
{
	char text[32];
	struct tm tm;
	time_t t = (time_t)time;
	if (!gmtime_r(&t, &tm) || !strftime(text, sizeof text, "%Y-%m-%d %H:%M UTC", &tm))
		return "?";
	return arena_strdup(a, text);
}

/* ---- what is revoked ---- */

struct collect {
	struct revoked *to;
	struct arena *passing;
	size_t room;
};

static bool collect(void *context, const struct issued *one)
{
	struct collect *c = context;
	struct revoked *r = c->to;
	if (one->revoked) {
		if (r->count == c->room) {
			c->room = c->room ? 2 * c->room : 16;
			r->list = mem_realloc(r->list, c->room * sizeof *r->list);
		}
		r->list[r->count++] = (struct issued){
		    .serial = arena_strdup(&r->arena, one->serial),
		    .sn = arena_strdup(&r->arena, one->sn),
		    .issuer = arena_strdup(&r->arena, one->issuer),
		    .digest = arena_strdup(&r->arena, one->digest),
		    .until = one->until,
		    .revoked = one->revoked,
		};
	}
	arena_reset(c->passing);
	return true;
}

static void forget_revoked(struct revoked *r)
{
	free(r->list);
	arena_free(&r->arena);
	*r = (struct revoked){0};
}

static bool read_revoked(struct signer *s, struct err *e)
{
	struct arena passing = {0};
	struct collect c = {&s->revoked, &passing, 0};
	if (s->revoked.read)
		return true;
	struct store *store = memory_store(&s->memory, e);
	if (!store || !store_begin(store, e))
		return false;
	store_issued_each(store, &passing, collect, &c);
	s->revoked.read = store_end(store, e);
	arena_free(&passing);
	if (!s->revoked.read)
		forget_revoked(&s->revoked);
	return s->revoked.read;
}

static bool renew_lists(struct signer *s, struct err *e)
{
	return read_revoked(s, e) &&
	       signer_ca_lists(&s->ca, s->revoked.list, s->revoked.count, time(NULL), e);
}

/* ---- signing: what must hold ---- */

static bool check_config(struct job *j)
{
	const struct config *c = j->signer->server->config;
	if (strcmp(c->customcerts_catype, "internal") != 0)
		return end(j, POST_REFUSED,
		    "customcerts/@CAtype is \"%s\", not internal: nothing is signed here",
		    c->customcerts_catype);
	return *c->customcerts_dir ||
	       end(j, POST_REFUSED, "customcerts/@dir is not set: nothing is signed");
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
	return strcmp(j->order->who, ORDER_SERVER) != 0 || *j->device.cert_auto ||
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
 * Who revokes a certificate does not trust its key any more, nor should a device get another one without
 * anybody noticing.
 */
static bool check_revoked(struct job *j)
{
	struct err e;
	const struct revoked *r = &j->signer->revoked;
	bool by_itself = strcmp(j->order->who, ORDER_SERVER) == 0;
	if (!read_revoked(j->signer, &e))
		return end(j, POST_FAILED, "what was revoked cannot be read: %s", e.text);
	j->hopeless = true;
	for (size_t i = 0; i < r->count; i++) {
		const struct issued *one = &r->list[i];
		if (strcmp(one->digest, j->order->digest) == 0)
			return end(j, POST_REFUSED,
			    "the certificate %s for this very request was revoked, so its key is not trusted "
			    "any more: rollcall csr drop %s makes the device begin anew",
			    one->serial, j->order->sn);
		if (by_itself && one->until > j->now && strcmp(one->sn, j->order->sn) == 0)
			return end(j, POST_REFUSED,
			    "the certificate %s of %s was revoked: another one needs an administrator "
			    "(rollcall csr approve %s)",
			    one->serial, j->order->sn, j->order->sn);
	}
	j->hopeless = false;
	return true;
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

/* Devices would be told to get a certificate again and again. */
static bool check_trusted(struct job *j, const struct ca *ca)
{
	struct err e;
	struct cert facts;
	if (!ca_facts(ca, &j->signer->arena, &facts, &e))
		return end(j, POST_FAILED, "%s", e.text);
	return trust_is_ca(j->signer->server->config, facts.cn) ||
	       end(j, POST_REFUSED,
		   "the CA \"%s\" is not named in customcerts/@CAname: its certificates would be "
		   "trusted nowhere",
		   facts.cn);
}

static bool make(struct job *j)
{
	struct err e;
	struct signer *s = j->signer;
	struct certs_subject subject;
	struct ca *ca = signer_ca_present(&s->ca, &e);
	if (!ca)
		return end(j, POST_FAILED, "%s", e.text);
	if (!check_trusted(j, ca))
		return false;
	certs_subject(&s->arena, s->server->config, &j->device, &subject);
	const struct ca_order order = {
	    .config = s->server->config,
	    .subject = &subject,
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
	return true;
}

/* From here on it counts as issued, whatever becomes of us. */
static bool enter(struct job *j)
{
	struct err e;
	struct buf list = {0};
	struct arena *a = &j->signer->arena;
	const struct order *o = j->order;
	const struct issued *i = &j->issued;
	const char *until = date(a, i->until);
	change_issued(&list, o->sn, i->serial, NULL, i);
	change_audit(&list, o->sn, j->now, "csr sign", o->who,
	    arena_printf(a, "certificate %s for %s, valid until %s, request %s%s%s", i->serial,
		i->cn, until, i->digest, *o->why ? ": " : "", o->why));
	change_message(&list, o->sn, j->now,
	    arena_printf(
		a, "its request was signed (certificate %s, valid until %s)", i->serial, until));
	bool ok = memory_keep(&j->signer->memory, &list, &e);
	buf_free(&list);
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
	return end(j, POST_DONE, "signed %s for %s, valid until %s", j->issued.serial, j->issued.cn,
	    date(&j->signer->arena, j->issued.until));
}

/* ---- revoking ---- */

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
	forget_revoked(&j->signer->revoked);
	if (!renew_lists(j->signer, &e))
		return end(j, POST_FAILED, "%s was revoked on %s by %s, but: %s", serial,
		    date(a, j->issued.revoked), j->issued.revoked_by, e.text);
	return end(j, POST_REFUSED, "%s was revoked on %s by %s already", serial,
	    date(a, j->issued.revoked), j->issued.revoked_by);
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
	bool ok = memory_keep(&j->signer->memory, &list, &e);
	buf_free(&list);
	if (!ok)
		return end(j, POST_FAILED, "%s is not revoked: %s", now.serial, e.text);
	forget_revoked(&j->signer->revoked);
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

static step *const signing[] = {check_config, check_device, check_auto, check_request,
    check_revoked, check_done, make, enter, deliver, say_signed, NULL};
static step *const revoking[] = {check_entry, enter_revoked, take_back, publish, NULL};

static const struct {
	step *const *steps;
	const char *name;
} orders[] = {
    [ORDER_SIGN] = {signing, "to sign"},
    [ORDER_REVOKE] = {revoking, "to revoke"},
};

static void log_job(const struct job *j)
{
	const struct order *o = j->order;
	const char *subject = o->verb == ORDER_SIGN ? o->sn : SUBJECT;
	if (j->receipt == POST_DONE)
		log_info(subject, "%s (order of %s)", j->text, o->who);
	else
		log_warn(subject, "order of %s %s: %s", o->who, orders[o->verb].name, j->text);
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
		forget_revoked(&s->revoked);
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
	forget_revoked(&s.revoked);
	memory_close(&s.memory);
	arena_free(&s.arena);
	return 0;
}
