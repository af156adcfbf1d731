/* SPDX-License-Identifier: ISC */
/*
 * GET update.php: a device asks what to do. The decision is plan_make()'s; here is what stands around
 * it: what we know, what is not a poll at all, and the logs.
 *
 * Whatever is wrong with a request, a device gets status 200 and comments: an error status would
 * leave it without a way back (spec §2).
 */
#include "core/plan.h"
#include "core/script.h"
#include "core/track.h"
#include "fcgi/debug.h"
#include "fcgi/endpoints.h"
#include "fcgi/fault.h"
#include "proc/clock.h"

#include <stdbool.h>
#include <string.h>
#include <time.h>

static void comment(struct exchange *x, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void comment(struct exchange *x, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	script_comment(&x->reply.body, arena_vprintf(&x->arena, format, args));
	va_end(args);
}

static void answer_refused(struct exchange *x)
{
	const struct request *r = &x->request;
	x->reply.status = r->status;
	comment(x, "The request is refused: %s.", r->refused);
	comment(x, "No command is sent.");
	quiet_warn(&x->quiet, req_subject(r), "refused: %s", r->refused);
}

/* A request of the user interface (mode=…, show) that went to the address for devices. */
static void answer_other(struct exchange *x)
{
	const struct request *r = &x->request;
	if (r->mode)
		comment(x, "mode \"%s\" is nothing that can be asked for here.",
		    req_show(&x->arena, r->mode));
	else
		comment(x, "This is the address that devices poll; nothing is shown here.");
	comment(x, "No command is sent.");
}

static void decide(struct exchange *x, const struct device *device, struct plan *plan)
{
	struct master master = {0};
	board_read(&x->server->board->master, &master, sizeof master);
	const struct plan_input in = {
	    .config = x->server->config,
	    .snippets = snipdir_refresh(x->snippets, clock_now_ms()),
	    .master = &master,
	    .request = &x->request,
	    .device = device,
	    .md5 = x->md5,
	    .now = time(NULL),
	};
	plan_make(&x->arena, &in, plan);
	/* Who asks with HEAD executes nothing. */
	if (device && x->request.method == METHOD_GET &&
	    track_poll(&in, plan, &x->changes) == TRACK_SIGHTED)
		memory_sighted(&x->memory, device->sn, in.now);
}

static void answer_poll(struct exchange *x)
{
	struct plan plan;
	struct device known;
	struct err e;
	bool tracks = exchange_tracks(x) && x->request.sn;
	if (tracks && !(memory_device(&x->memory, &x->arena, x->request.sn, &known, &e) &&
			  exchange_has_room(x, &known, &e))) {
		exchange_refuse_now(x, "its poll", &e);
		return;
	}
	decide(x, tracks ? &known : NULL, &plan);
	if (plan.warn)
		quiet_warn(&x->quiet, req_subject(&x->request), "%s", plan.warn);
	/* What the reply promises is on disk before it leaves (DESIGN, "One poll"). */
	if (memory_keep(&x->memory, &x->changes, &e))
		script_write(&plan, &x->reply.body);
	else
		exchange_refuse_now(x, "its poll", &e);
}

void ep_poll(struct exchange *x)
{
	const struct config *c = x->server->config;
	fault_try(x);
	if (c->debugcerts)
		debug_certs(&x->server->home, req_subject(&x->request), x->fcgi->envp);
	if (x->request.refused)
		answer_refused(x);
	else if (!req_is_poll(&x->request))
		answer_other(x);
	else
		answer_poll(x);
	if (c->debugscript)
		debug_script(&x->server->home, req_subject(&x->request), &x->reply.body);
}
