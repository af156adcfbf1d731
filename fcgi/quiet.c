/* SPDX-License-Identifier: ISC */
#include "fcgi/quiet.h"

#include "base/limits.h"
#include "base/log.h"
#include "proc/clock.h"

#include <stdarg.h>
#include <stdio.h>

void quiet_flush(struct quiet *q, bool now)
{
	int64_t second = clock_now_ms() / 1000;
	if (second == q->second && !now)
		return;
	if (q->unsaid)
		log_warn("log", "%u more warnings within a second were left out", q->unsaid);
	*q = (struct quiet){.second = second};
}

void quiet_warn(struct quiet *q, const char *subject, const char *format, ...)
{
	char text[LIMIT_LOG_LINE];
	va_list args;

	quiet_flush(q, false);
	if (q->said == QUIET_LINES) {
		q->unsaid++;
		return;
	}
	q->said++;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	log_warn(subject, "%s", text);
}
