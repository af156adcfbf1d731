/* SPDX-License-Identifier: ISC */
#include "fcgi/forward_alarm.h"

#include "base/log.h"
#include "core/change.h"

#include <stdarg.h>
#include <time.h>

/* False: it cannot be read now. */
static bool is_active(struct keeper *k, const char *code, bool *active)
{
	struct err e;
	struct alarm alarm;
	struct store *s = memory_store(&k->memory, &e);
	if (!s || !store_begin(s, &e))
		return false;
	*active = store_alarm(s, &k->arena, ALARM_SERVER, code, &alarm) && alarm.raised;
	return store_end(s, &e);
}

static void report(struct keeper *k, const char *code, bool on, const char *text)
{
	struct buf list = {0};
	struct err e;
	const struct alarm_report r = keeper_alarm_report(
	    code, ALARM_INDETERMINATE, on ? ALARM_RAISE : ALARM_CLEAR, (int64_t)time(NULL), text);
	change_alarm(&list, &r);
	if (!memory_keep(&k->memory, &list, &e))
		log_warn(
		    "alarms", "%s cannot be %s now: %s", code, on ? "raised" : "cleared", e.text);
	buf_free(&list);
}

void forward_alarm(struct keeper *k, const char *code, const char *format, ...)
{
	va_list args;
	const char *text = "";
	bool active;
	if (!is_active(k, code, &active) || active == (format != NULL))
		return;
	va_start(args, format);
	if (format)
		text = arena_vprintf(&k->arena, format, args);
	va_end(args);
	report(k, code, format != NULL, text);
}
