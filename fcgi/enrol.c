/* SPDX-License-Identifier: ISC */
#include "fcgi/enrol.h"

#include "base/log.h"
#include "core/order.h"
#include "core/trust.h"
#include "home/certdir.h"
#include "proc/clock.h"

#include <string.h>

/*
 * After it did not answer: waiting for it again and again would cost every poll that time. After it could not
 * do it: what is wrong (a full disk, a CA that has expired) is mostly not of one device.
 */
#define SIGNER_PAUSE_MS 5000

bool enrol_is_on(const struct exchange *x)
{
	return *x->server->config->customcerts_dir && exchange_tracks(x);
}

/* ---- its files ---- */

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
	s->found = trust_same_serial(i->sn, s->sn) && !i->revoked && i->until > s->now;
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
	bool refused = *x->signer.said && x->signer.receipt == POST_REFUSED;
	x->signer_failed_ms = ok || refused ? 0 : now_ms;
	if (!ok && !*x->signer.said) /* what it said it has logged */
		quiet_warn(&x->quiet, d->sn, "its request is not signed yet: %s", e.text);
	post_close(&x->signer); /* it is rarely asked, and has many to listen to */
	buf_free(&bytes);
}
