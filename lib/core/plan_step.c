/* SPDX-License-Identifier: ISC */
/* How steps are added to a plan: what all parts of the decision stand on. */
#include "core/plan_parts.h"

#include <stdarg.h>
#include <string.h>

static struct step *step_add(struct plan *p, enum step_kind kind, enum concern concern)
{
	p->steps = arena_room(p->arena, p->steps, p->count, &p->room, sizeof *p->steps, 64);
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
	    [CONCERN_TRUST] = "trust",
	    [CONCERN_ADDRESS] = "address",
	    [CONCERN_CHECK] = "check",
	    [CONCERN_END] = "end",
	};
	return names[concern];
}
