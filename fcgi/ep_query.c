/* SPDX-License-Identifier: ISC */
/*
 * PUT update.php?mode=query: a device answers what it was asked (spec §10). Whatever is wrong with an
 * answer, the last good one stays.
 */
#include "fcgi/endpoints.h"

#include "core/answer.h"
#include "core/cert_answer.h"
#include "core/change.h"
#include "core/script.h"
#include "core/trust.h"

#include <string.h>

static bool is_configured(const struct config *c, const char *id)
{
	for (size_t i = 0; i < c->nqueries; i++) {
		if (strcmp(c->queries[i].id, id) == 0)
			return true;
	}
	return false;
}

/* Why it cannot be anybody's answer; NULL: it can. */
static const char *why_not(const struct exchange *x, const char *id)
{
	if (!x->request.sn)
		return "the serial number (sn) is missing";
	if (!id)
		return "the name of the query (id) is missing";
	if (!is_configured(x->server->config, id))
		return "no query of this name (id) is configured";
	return NULL;
}

static void refuse(struct exchange *x, const char *why)
{
	quiet_warn(&x->quiet, req_subject(&x->request), "its answer is refused: %s", why);
	script_comment(&x->reply.body, arena_concat(&x->arena, "nothing was stored: ", why));
}

/* What is to be seen from the answer at each poll to come. */
static void take_facts(
    struct exchange *x, const char *id, const struct buf *xml, struct exchange_device *d)
{
	const char *problem, *why;
	const char *name = answer_name(&x->arena, id, buf_text(xml), xml->size);
	if (*name)
		d->now.name = name;
	if (strcmp(id, CERT_QUERY) != 0)
		return;
	cert_answer_take(&x->arena, &d->now, buf_text(xml), xml->size, d->time, &problem);
	d->now.cert_proved =
	    trust_of(&x->arena, x->server->config, &x->request, d->time, &why) == TRUST_GOOD;
	if (problem)
		quiet_warn(&x->quiet, x->request.sn, "%s", problem);
}

static bool keep(struct exchange *x, const char *id, const struct buf *xml, struct err *e)
{
	struct exchange_device d;
	if (!exchange_device(x, &d, e))
		return false;
	take_facts(x, id, xml, &d);
	exchange_change(x, &d);
	change_answer(&x->changes, x->request.sn, id, d.time, buf_text(xml), xml->size);
	return memory_keep(&x->memory, &x->changes, e);
}

static void take(struct exchange *x, const char *id, const struct buf *body)
{
	struct buf xml = {0};
	struct err e;
	if (!answer_parse(buf_text(body), body->size, &xml, &e))
		refuse(x, e.text);
	else if (!keep(x, id, &xml, &e))
		exchange_refuse_now(x, "its answer", &e);
	else
		script_comment(
		    &x->reply.body, arena_concat(&x->arena, "the answer to ", id, " is kept"));
	buf_free(&xml);
}

void ep_query(struct exchange *x, const struct buf *body)
{
	const char *id = req_arg(&x->request, "id");
	const char *why = why_not(x, id);
	if (!exchange_tracks(x))
		reply_refuse(&x->reply, 404, "Answers are not kept (status/@dir is not set).");
	else if (why)
		refuse(x, why);
	else
		take(x, id, body);
}
