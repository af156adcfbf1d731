/* SPDX-License-Identifier: ISC */
/* The order of a reply (spec §6), and those concerns that need no file of their own. */
#include "core/plan.h"

#include "core/plan_parts.h"

#include "base/buf.h"
#include "base/pct.h"
#include "core/trust.h"

#include <string.h>

/* ---- the small concerns ---- */

static const char *shown(const char *value)
{
	return value && *value ? value : "?";
}

static void note_caller(struct plan *p, const struct plan_input *in)
{
	const struct request *r = in->request;
	const struct caller *who = &p->who;
	struct arena *a = p->arena;

	plan_say(p, CONCERN_CALLER,
	    arena_concat(a, "device ", shown(r->type), ", serial number ", shown(r->sn),
		", hardware id ", shown(r->hwid)));
	plan_say(p, CONCERN_CALLER,
	    arena_concat(a, "own address ", shown(r->ip), ", calls from ", r->address,
		*r->proxy ? " through the proxy " : "", r->proxy, " over ",
		r->https ? "HTTPS" : "HTTP"));
	if (who->unknown)
		return;
	plan_say(p, CONCERN_CALLER,
	    arena_concat(a, "phase: ", who->phase->id,
		", next phase: ", who->next ? who->next->id : "none (this is the last one)"));
	plan_say(p, CONCERN_CALLER,
	    arena_concat(a, "environments: ", conf_list_join(a, &who->environments, ", ")));
	if (who->dropped.count)
		plan_note(p, CONCERN_CALLER,
		    "environments without a place: %s (several are combined by position; environments/@combine=\"all\" would keep them)",
		    conf_list_join(a, &who->dropped, ", "));
	if (r->type)
		plan_say(p, CONCERN_CALLER,
		    arena_concat(a, "classes: ", conf_list_join(a, &who->classes, "+")));
}

const char *plan_backup_refused(
    struct arena *a, const struct config *c, const struct request *r, time_t now)
{
	const char *why;
	if (c->times_forcehttps && !r->https)
		return "not over HTTP, because times/@forcehttps is set";
	if (!trust_is_forced(c))
		return NULL;
	if (trust_of(a, c, r, now, &why) != TRUST_GOOD)
		return arena_concat(a, "times/@forcetrust is set: ", why);
	return trust_is_hwid(c, r)
		   ? NULL
		   : "times/@forcetrust is set, and its certificate does not prove its hardware id";
}

static void plan_backup(struct plan *p, const struct plan_input *in)
{
	const struct config *c = in->config;
	if (!*c->backup_dir) {
		plan_say(p, CONCERN_BACKUP, "no backup: backup/@dir is not set");
		return;
	}
	const char *why_not = plan_backup_refused(p->arena, c, in->request, in->now);
	if (why_not) {
		plan_say(p, CONCERN_BACKUP, arena_concat(p->arena, "no backup: ", why_not));
		return;
	}
	plan_command(p, CONCERN_BACKUP,
	    "the device sends its configuration; it is kept when it changed", "mod cmd UP0 scfg %s",
	    req_url(p->arena, in->request, c->backup_scfg));
}

static void plan_times(struct plan *p, const struct plan_input *in)
{
	const struct config *c = in->config;
	bool allow = *c->times_allow && (!p->who.next || !c->times_forcestaging);
	bool initial = c->times_initial != CONF_ABSENT;
	if (*c->times_allow && !allow)
		plan_note(p, CONCERN_TIMES,
		    "hours %s do not count yet: times/@forcestaging lets phases before the last run at any time",
		    c->times_allow);
	if (!allow && !initial)
		return;
	/* Two blanks after "times": what devices have always been sent (§6 step 7). */
	plan_command(p, CONCERN_TIMES, "restricted hours (times/@allow, times/@initial)",
	    "mod cmd UP1 times %s%s%s", allow ? " /allow " : "", allow ? c->times_allow : "",
	    initial ? arena_printf(p->arena, " /initial %ld", c->times_initial) : "");
}

static bool query_applies(const struct conf_query *q, const struct caller *who)
{
	for (size_t i = 0; i < q->napplies; i++) {
		if (caller_applies(who, &q->applies[i]))
			return true;
	}
	return false;
}

static void ask(struct plan *p, const struct plan_input *in, const struct conf_query *q)
{
	struct buf command = {0};
	pct_encode(&command, q->cmd, strlen(q->cmd));
	plan_command(p, CONCERN_QUERIES,
	    arena_concat(p->arena, "the device answers the query ", q->id),
	    "mod cmd UP0 scfg %s&id=%s ser nop /always %s",
	    req_url(p->arena, in->request, in->config->queries_scfg), q->id, buf_text(&command));
	buf_free(&command);
}

/* §10 */
static void plan_queries(struct plan *p, const struct plan_input *in)
{
	const struct config *c = in->config;
	size_t applied = 0;
	for (size_t i = 0; i < c->nqueries; i++) {
		if (!query_applies(&c->queries[i], &p->who))
			continue;
		applied++;
		if (*c->status_dir)
			ask(p, in, &c->queries[i]);
	}
	if (!applied)
		plan_say(p, CONCERN_QUERIES,
		    arena_concat(p->arena, "no query applies to classes ",
			conf_list_join(p->arena, &p->who.classes, "+")));
	else if (!*c->status_dir)
		plan_say(p, CONCERN_QUERIES,
		    "no query is sent: answers are kept only when status/@dir is set");
}

/* §8, skip-next */
static bool plan_skip(struct plan *p, const struct plan_input *in)
{
	if (!in->device || !in->device->skip)
		return false;
	plan_say(
	    p, CONCERN_QUERIES, "only queries this time: the next decision needs fresh answers");
	plan_queries(p, in);
	p->only_queries = true;
	return true;
}

/*
 * Who proves to be another device gets no more than anybody would (the queries), when trust is forced;
 * without that, what it could get is open to everybody in any case.
 */
static bool plan_foreign(struct plan *p, const struct plan_input *in)
{
	const char *why;
	if (!trust_is_forced(in->config) ||
	    trust_of(p->arena, in->config, in->request, in->now, &why) != TRUST_FOREIGN)
		return false;
	plan_warn(p, CONCERN_TRUST, "%s: no snippet is sent, nothing is remembered", why);
	plan_queries(p, in);
	p->foreign = true;
	return true;
}

/* §6 step 11 */
static bool plan_trust(struct plan *p, const struct plan_input *in)
{
	const char *why;
	if (!trust_is_forced(in->config))
		return true;
	bool good = trust_of(p->arena, in->config, in->request, in->now, &why) == TRUST_GOOD;
	if (good)
		plan_say(p, CONCERN_TRUST, why);
	else
		plan_warn(p, CONCERN_TRUST, "%s: no snippet is sent", why);
	return good;
}

/* ---- the order of a reply (§6) ---- */

static void plan_known(struct plan *p, const struct plan_input *in)
{
	struct plan_files files = {0};
	const struct plan_certs_step *certs;

	plan_files(p, in, &files);
	if (plan_foreign(p, in) || plan_skip(p, in))
		return;
	plan_backup(p, in);
	if (!plan_grace(p, in, &files) || !plan_certificates(p, in, &certs))
		return;
	plan_queries(p, in);
	plan_times(p, in);
	if (!plan_firmware(p, in) || !plan_certificate_commands(p, in, certs) ||
	    !plan_https(p, in) || !plan_trust(p, in))
		return;
	plan_snippets(p, in, &files);
}

static void plan_refused(struct plan *p, const char *why)
{
	plan_warn(p, CONCERN_CALLER, "%s", why);
	plan_say(p, CONCERN_END, "nothing is sent");
}

void plan_make(struct arena *a, const struct plan_input *in, struct plan *out)
{
	*out = (struct plan){.arena = a};
	if (in->request->refused) {
		plan_refused(out, in->request->refused);
		return;
	}
	caller_find(a, in->config, in->request, &out->who);
	note_caller(out, in);
	if (out->who.unknown)
		plan_refused(out, out->who.unknown);
	else if (out->who.missing)
		plan_first_contact(out, in);
	else
		plan_known(out, in);
}
