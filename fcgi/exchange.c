/* SPDX-License-Identifier: ISC */
/* What several endpoints do with what is remembered of a device (endpoints.h). */
#include "fcgi/endpoints.h"

#include "base/limits.h"
#include "base/log.h"
#include "core/change.h"
#include "core/track.h"
#include "core/trust.h"
#include "proc/clock.h"

#include <time.h>

#define REFUSED_MS 1000

bool exchange_tracks(const struct exchange *x)
{
	return *x->server->config->status_dir != '\0';
}

bool exchange_has_room(const struct exchange *x, const struct device *known, struct err *e)
{
	return known->created || !BOARD_GET(x->server->board->writer.full) ||
	       err_set(e, "no new device is taken now (see rollcall status)");
}

bool exchange_is_foreign(struct exchange *x, const char **why)
{
	const struct request *r = &x->request;
	const struct config *c = x->server->config;
	return r->cert && (r->sn || r->hwid) && trust_is_forced(c) &&
	       trust_of(&x->arena, c, r, (int64_t)time(NULL), why) == TRUST_FOREIGN;
}

bool exchange_device(struct exchange *x, struct exchange_device *d, struct err *e)
{
	const char *sn = x->request.sn;
	d->time = (int64_t)time(NULL);
	if (!memory_device(&x->memory, &x->arena, sn, &d->was, e))
		return false;
	d->now = d->was;
	if (!exchange_has_room(x, &d->was, e))
		return false;
	if (!d->was.created)
		track_stranger(&d->now, sn, d->time);
	return true;
}

void exchange_change(struct exchange *x, const struct exchange_device *d)
{
	change_device(&x->changes, d->now.sn, d->was.created ? &d->was : NULL, &d->now);
}

void exchange_refuse_now(struct exchange *x, const char *what, const struct err *e)
{
	int64_t now_ms = clock_now_ms();
	x->refused_now++;
	/* A full disk refuses everybody: one line tells, the writer's and ours. */
	if (!x->refused_now_ms || now_ms - x->refused_now_ms >= REFUSED_MS) {
		log_warn(req_subject(&x->request), "%s cannot be kept: %s%s", what, e->text,
		    x->refused_now > 1 ? " (like those of others before)" : "");
		x->refused_now_ms = now_ms;
		x->refused_now = 0;
	}
	buf_reset(&x->reply.headers);
	buf_addf(&x->reply.headers, "Retry-After: %d\r\n", LIMIT_RETRY_SECONDS);
	reply_refuse(
	    &x->reply, 503, "The server cannot keep anything for sure now: no command is sent.");
}
