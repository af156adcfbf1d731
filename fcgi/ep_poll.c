/* SPDX-License-Identifier: ISC */
/*
 * GET update.php: a device asks what to do. The decision is plan_make()'s; here is what stands around
 * it: what we know, what is not a poll at all, and the logs.
 *
 * Whatever is wrong with a request, a device gets status 200 and comments: an error status would
 * leave it without a way back (spec §2).
 */
#include "core/cert_answer.h"
#include "core/plan.h"
#include "core/script.h"
#include "core/track.h"
#include "desk/preview.h"
#include "fcgi/debug.h"
#include "fcgi/endpoints.h"
#include "fcgi/enrol.h"
#include "fcgi/fault.h"
#include "fcgi/lookup.h"
#include "proc/clock.h"

#include <stdbool.h>
#include <string.h>
#include <time.h>

#define SIGN_AGAIN_MS 200 /* a poll waits no longer for a signature */

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

/* One poll: what is known, what is decided. */
struct poll {
	struct device known;
	struct master master;
	struct plan_input in;
	struct plan plan;
	bool promised; /* it is remembered, and what follows from it is done */
};

/* Answers that are older than what is taken from them (an import, another version). */
static void take_old_answer(struct exchange *x, struct device *known)
{
	struct store_answer answer;
	const char *problem;
	if (!enrol_is_on(x) || !known->created || known->cert_at)
		return;
	if (memory_answer(&x->memory, &x->arena, known->sn, CERT_QUERY, &answer))
		cert_answer_take(
		    &x->arena, known, answer.xml, answer.size, answer.received, &problem);
}

static bool recall(struct exchange *x, struct device *known, struct err *e)
{
	if (!memory_device(&x->memory, &x->arena, x->request.sn, known, e) ||
	    !exchange_has_room(x, known, e))
		return false;
	take_old_answer(x, known);
	return true;
}

static void decide(struct exchange *x, struct poll *p)
{
	const struct config *c = x->server->config;
	board_read(&x->server->board->master, &p->master, sizeof p->master);
	p->in.config = c;
	p->in.snippets = snipdir_refresh(x->snippets, clock_now_ms());
	p->in.master = &p->master;
	p->in.request = &x->request;
	p->in.md5 = x->md5;
	p->in.now = time(NULL);
	if (p->in.device && plan_wants_certs(c, p->in.device))
		p->in.certs = preview_certs(&x->arena, &x->server->home, c, x->request.sn);
	plan_make(&x->arena, &p->in, &p->plan);
}

/*
 * Who asks with HEAD executes nothing. Files that are done with go before it is written down: one that
 * stayed would look like a request that is here.
 */
static void track(struct exchange *x, struct poll *p)
{
	p->promised = p->in.device && !p->plan.foreign && x->request.method == METHOD_GET;
	if (!p->promised)
		return;
	if (p->plan.cert_drop)
		enrol_drop(x, x->request.sn);
	if (track_poll(&p->in, &p->plan, &x->changes) == TRACK_SIGHTED)
		memory_sighted(&x->memory, p->known.sn, p->in.now);
}

/* What follows when all of it is on disk. */
static void follow(struct exchange *x, const struct poll *p)
{
	if (p->plan.rdns_wanted)
		lookup_want(x->server, x->request.sn, x->request.ip);
	if (p->plan.cert_sign)
		enrol_sign(x, &p->known, SIGN_AGAIN_MS);
}

/* Does it get nothing but the reason why? */
static bool is_turned_away(const struct plan *p)
{
	return p->foreign || p->who.missing || p->who.unknown;
}

static enum board_poll answer_poll(struct exchange *x)
{
	struct poll p = {.promised = false};
	struct err e;
	bool tracks = exchange_tracks(x) && x->request.sn;
	if (tracks && !recall(x, &p.known, &e)) {
		exchange_refuse_now(x, "its poll", &e);
		return BOARD_POLL_FAILED;
	}
	p.in.device = tracks ? &p.known : NULL;
	decide(x, &p);
	if (p.plan.warn)
		quiet_warn(&x->quiet, req_subject(&x->request), "%s", p.plan.warn);
	track(x, &p);
	/* What the reply promises is on disk before it leaves (DESIGN, "One poll"). */
	if (!memory_keep(&x->memory, &x->changes, &e)) {
		exchange_refuse_now(x, "its poll", &e);
		return BOARD_POLL_FAILED;
	}
	script_write(&p.plan, &x->reply.body);
	if (p.promised)
		follow(x, &p);
	if (is_turned_away(&p.plan))
		return BOARD_POLL_TURNED_AWAY;
	return p.plan.settled ? BOARD_POLL_SETTLED : BOARD_POLL_COMMANDS;
}

void ep_poll_count(const struct exchange *x, enum board_poll result)
{
	struct board_polls *polls = &x->server->board->polls;
	if (x->request.method != METHOD_GET)
		return;
	BOARD_COUNT(polls->all);
	if (result >= BOARD_POLL_TURNED_AWAY)
		BOARD_COUNT(polls->refused);
	BOARD_COUNT(polls->results[result]);
}

void ep_poll(struct exchange *x)
{
	const struct config *c = x->server->config;
	fault_try(x);
	if (c->debugcerts)
		debug_certs(&x->server->home, req_subject(&x->request), x->fcgi->envp);
	if (x->request.refused) {
		answer_refused(x);
		ep_poll_count(x, BOARD_POLL_REFUSED);
	} else if (!req_is_poll(&x->request)) {
		answer_other(x);
	} else {
		ep_poll_count(x, answer_poll(x));
	}
	if (c->debugscript)
		debug_script(&x->server->home, req_subject(&x->request), &x->reply.body);
}
