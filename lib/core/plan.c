/* SPDX-License-Identifier: ISC */
#include "core/plan.h"

#include "core/plan_parts.h"

#include <stdarg.h>
#include <string.h>

/* ---- adding steps ---- */

static struct step *step_add(struct plan *p, enum step_kind kind, enum concern concern)
{
	if (p->count == p->room) {
		size_t room = p->room ? 2 * p->room : 64;
		struct step *more = arena_calloc(p->arena, room, sizeof *more);
		if (p->count)
			memcpy(more, p->steps, p->count * sizeof *more);
		p->steps = more;
		p->room = room;
	}
	struct step *s = &p->steps[p->count++];
	s->kind = kind;
	s->concern = concern;
	return s;
}

void plan_say(struct plan *p, enum concern concern, const char *text)
{
	step_add(p, STEP_NOTE, concern)->reason = text;
}

void plan_note(struct plan *p, enum concern concern, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	step_add(p, STEP_NOTE, concern)->reason = arena_vprintf(p->arena, format, args);
	va_end(args);
}

void plan_warn(struct plan *p, enum concern concern, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	const char *text = arena_vprintf(p->arena, format, args);
	va_end(args);
	step_add(p, STEP_NOTE, concern)->reason = arena_printf(p->arena, "warning: %s", text);
	if (!p->warn)
		p->warn = text;
}

void plan_command(struct plan *p, enum concern concern, const char *reason, const char *format, ...)
{
	va_list args;
	struct step *s = step_add(p, STEP_COMMAND, concern);
	va_start(args, format);
	s->text = arena_vprintf(p->arena, format, args);
	va_end(args);
	s->reason = reason;
}

void plan_snippet(struct plan *p, const struct snippet *snippet, const char *reason)
{
	struct step *s = step_add(p, STEP_SNIPPET, CONCERN_SNIPPETS);
	s->snippet = snippet;
	s->reason = reason;
}

const char *plan_decimal(struct plan *p, long value)
{
	return value == CONF_ABSENT ? NULL : arena_printf(p->arena, "%ld", value);
}

const char *plan_concern_name(enum concern concern)
{
	static const char *const names[] = {
	    [CONCERN_CALLER] = "caller",
	    [CONCERN_FILES] = "files",
	    [CONCERN_BACKUP] = "backup",
	    [CONCERN_GRACE] = "grace",
	    [CONCERN_CERTIFICATES] = "certificates",
	    [CONCERN_QUERIES] = "queries",
	    [CONCERN_TIMES] = "times",
	    [CONCERN_FIRMWARE] = "firmware",
	    [CONCERN_HTTPS] = "https",
	    [CONCERN_SNIPPETS] = "snippets",
	    [CONCERN_ADDRESS] = "address",
	    [CONCERN_CHECK] = "check",
	    [CONCERN_END] = "end",
	};
	return names[concern];
}

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

const char *plan_upload_refused(const struct config *c, const struct request *r)
{
	if (!c->times_forcehttps)
		return NULL;
	if (!r->https)
		return "not over HTTP, because times/@forcehttps is set";
	if (c->times_forcetrust)
		return "times/@forcetrust is set, and this version cannot verify client certificates yet";
	return NULL;
}

static void plan_backup(struct plan *p, const struct plan_input *in)
{
	const struct config *c = in->config;
	if (!*c->backup_dir) {
		plan_say(p, CONCERN_BACKUP, "no backup: backup/@dir is not set");
		return;
	}
	const char *why_not = plan_upload_refused(c, in->request);
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

static bool any_query_applies(const struct config *c, const struct caller *who)
{
	for (size_t i = 0; i < c->nqueries; i++) {
		for (size_t k = 0; k < c->queries[i].napplies; k++) {
			if (caller_applies(who, &c->queries[i].applies[k]))
				return true;
		}
	}
	return false;
}

/* What needs the state of a device, which is not kept yet: it must never seem to be done. */
static void note_untracked(struct plan *p, const struct plan_input *in)
{
	const struct config *c = in->config;
	if (!*c->customcerts_dir || !*c->status_dir)
		plan_say(p, CONCERN_CERTIFICATES,
		    "certificates are not looked at: customcerts/@dir or status/@dir is not set");
	else
		plan_say(p, CONCERN_CERTIFICATES,
		    "certificates are not looked at: this version does not handle customcerts yet");
	if (!any_query_applies(c, &p->who))
		plan_say(p, CONCERN_QUERIES,
		    arena_concat(p->arena, "no query applies to classes ",
			conf_list_join(p->arena, &p->who.classes, "+")));
	else
		plan_say(
		    p, CONCERN_QUERIES, "no query is sent: this version does not keep answers yet");
}

/* §6 step 11. Until a certificate can be verified, a snippet that is for trusted devices stays here. */
static bool plan_trust(struct plan *p, const struct plan_input *in)
{
	const struct config *c = in->config;
	if (!c->times_forcehttps || !c->times_forcetrust)
		return true;
	plan_warn(p, CONCERN_HTTPS,
	    "times/@forcetrust is set and this version cannot verify client certificates yet: no snippet is sent");
	return false;
}

/* ---- the order of a reply (§6) ---- */

static void plan_known(struct plan *p, const struct plan_input *in)
{
	struct plan_files files = {0};

	plan_files(p, in, &files);
	plan_backup(p, in);
	if (!plan_grace(p, in, &files))
		return;
	note_untracked(p, in);
	plan_times(p, in);
	if (!plan_firmware(p, in) || !plan_https(p, in) || !plan_trust(p, in))
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
