/* SPDX-License-Identifier: ISC */
#include "fcgi/enrol.h"

#include "base/log.h"
#include "core/order.h"
#include "guard/csr.h"
#include "guard/x509.h"
#include "home/certdir.h"
#include "proc/clock.h"

#include <string.h>

#define PRIVATE_KEY "PRIVATE KEY-----"
/* After it did not answer: waiting for it again and again would cost every poll that time. */
#define SIGNER_PAUSE_MS 5000

bool enrol_is_on(const struct exchange *x)
{
	return *x->server->config->customcerts_dir && exchange_tracks(x);
}

/* ---- what is delivered ---- */

/* Blocks of DER as hexadecimal, in the order of sending. */
struct blocks {
	struct arena *arena;
	const char **hex;
	size_t count, room;
};

static void take_block(void *context, const void *bytes, size_t size)
{
	static const char digits[] = "0123456789abcdef";
	struct blocks *b = context;
	const unsigned char *from = bytes;
	if (b->count == b->room) {
		size_t room = b->room ? 2 * b->room : 8;
		const char **hex = arena_calloc(b->arena, room, sizeof *hex);
		if (b->count)
			memcpy(hex, b->hex, b->count * sizeof *hex);
		b->hex = hex;
		b->room = room;
	}
	char *text = arena_alloc(b->arena, 2 * size + 1);
	for (size_t i = 0; i < size; i++) {
		text[2 * i] = digits[from[i] >> 4];
		text[2 * i + 1] = digits[from[i] & 0xf];
	}
	b->hex[b->count++] = text;
}

/* A key that was put into the wrong file must not go to every phone. */
static bool has_key(const struct buf *file)
{
	return memmem(buf_text(file), file->size, PRIVATE_KEY, strlen(PRIVATE_KEY)) != NULL;
}

static bool add_file(struct blocks *b, const char *name, const struct buf *file, struct err *e)
{
	struct err why;
	if (has_key(file))
		return err_set(e, "there is a private key in %s", name);
	return x509_blocks(buf_text(file), file->size, take_block, b, &why) ||
	       err_set(e, "%s: %s", name, why.text);
}

static bool add_cas(struct exchange *x, struct blocks *b, struct err *e)
{
	size_t count;
	const struct home *h = &x->server->home;
	const struct config *c = x->server->config;
	const char **names = certdir_cas(&x->arena, h, c, &count);
	bool ok = true;
	for (size_t i = 0; ok && i < count; i++) {
		struct buf file = {0};
		ok = certdir_read_name(h, c, names[i], &file, e) && add_file(b, names[i], &file, e);
		buf_free(&file);
	}
	return ok;
}

static bool is_certificate(const struct buf *file)
{
	X509 *cert = x509_read_one(buf_text(file), file->size, NULL);
	X509_free(cert);
	return cert != NULL;
}

/*
 * A certificate for another key would be an error on the device, which stops it for good. What cannot be
 * understood is the administrator's business, and is sent as it is.
 */
static bool fits(struct exchange *x, const char *sn, const struct buf *cert, struct err *e)
{
	struct buf request = {0};
	struct csr csr;
	struct cert facts;
	bool ok = true;
	if (certdir_read(
		&x->server->home, x->server->config, CERTS_REQUEST_DER, sn, &request, NULL) &&
	    csr_read(&x->arena, buf_text(&request), request.size, &csr, NULL) &&
	    is_certificate(cert))
		ok = csr_answered(&x->arena, buf_text(&request), request.size, buf_text(cert),
		    cert->size, &facts, e);
	buf_free(&request);
	return ok;
}

static bool load_signed(struct exchange *x, const char *sn, struct blocks *b, struct err *e)
{
	struct buf file = {0};
	bool ok = certdir_read(&x->server->home, x->server->config, CERTS_SIGNED, sn, &file, e) &&
		  add_file(b, certs_file(&x->arena, CERTS_SIGNED, sn), &file, e) &&
		  fits(x, sn, &file, e) && add_cas(x, b, e);
	buf_free(&file);
	return ok;
}

void enrol_load(struct exchange *x, const char *sn, struct plan_certs *out)
{
	const struct home *h = &x->server->home;
	const struct config *c = x->server->config;
	struct blocks blocks = {.arena = &x->arena};
	struct err e;
	*out = (struct plan_certs){.request = certdir_has(h, c, CERTS_REQUEST_DER, sn) != 0};
	if (!certdir_has(h, c, CERTS_SIGNED, sn))
		return;
	if (!load_signed(x, sn, &blocks, &e)) {
		out->problem = arena_strdup(&x->arena, e.text);
		return;
	}
	out->hex = blocks.hex;
	out->count = blocks.count;
}

void enrol_drop(struct exchange *x, const char *sn)
{
	struct err e;
	if (!certdir_remove(&x->server->home, x->server->config, sn, &e))
		quiet_warn(&x->quiet, sn, "the files of its request stay: %s", e.text);
}

/* ---- the signer ---- */

struct search {
	const char *sn;
	int64_t now;
	bool found;
};

static bool look_at(void *context, const struct issued *i)
{
	struct search *s = context;
	s->found = strcmp(i->sn, s->sn) == 0 && !i->revoked && i->until > s->now;
	return !s->found;
}

bool enrol_has_one(struct exchange *x, const char *sn, int64_t now)
{
	struct search search = {.sn = sn, .now = now};
	struct arena own = {0};
	struct err e;
	struct store *s = memory_store(&x->memory, &e);
	bool known = s && store_begin(s, &e);
	if (known) {
		store_issued_each(s, &own, look_at, &search);
		known = store_end(s, &e);
	}
	arena_free(&own);
	return search.found || !known;
}

void enrol_sign(struct exchange *x, const struct device *d, int wait_ms)
{
	const struct order order = {
	    .verb = ORDER_SIGN,
	    .sn = d->sn,
	    .digest = d->cert_digest,
	    .serial = "",
	    .who = ORDER_SERVER,
	    .why = d->cert_auto,
	};
	int64_t now_ms = clock_now_ms();
	struct buf bytes = {0};
	struct err e;
	if (x->signer_failed_ms && now_ms - x->signer_failed_ms < SIGNER_PAUSE_MS)
		return;
	order_encode(&bytes, &order);
	bool ok = post_send(&x->signer, bytes.data, bytes.size, wait_ms, &e);
	x->signer_failed_ms = ok || *x->signer.said ? 0 : now_ms;
	if (!ok && !*x->signer.said) /* what it said it has logged */
		quiet_warn(&x->quiet, d->sn, "its request is not signed yet: %s", e.text);
	post_close(&x->signer); /* it is rarely asked, and has many to listen to */
	buf_free(&bytes);
}
