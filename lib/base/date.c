/* SPDX-License-Identifier: ISC */
#include "base/date.h"

#include <stdbool.h>
#include <string.h>
#include <time.h>

static bool split(int64_t seconds, struct tm *out)
{
	time_t t = (time_t)seconds;
	return gmtime_r(&t, out) != NULL;
}

const char *date_day(int64_t seconds, char text[DATE_SIZE])
{
	struct tm tm;
	bool ok = split(seconds, &tm) && strftime(text, DATE_SIZE, "%Y-%m-%d", &tm);
	return ok ? text : memcpy(text, "?", sizeof "?");
}

const char *date_minute(int64_t seconds, char text[DATE_SIZE])
{
	struct tm tm;
	bool ok = split(seconds, &tm) && strftime(text, DATE_SIZE, "%Y-%m-%d %H:%M UTC", &tm);
	return ok ? text : memcpy(text, "?", sizeof "?");
}

const char *date_second(int64_t seconds, char text[DATE_SIZE])
{
	struct tm tm;
	bool ok = split(seconds, &tm) && strftime(text, DATE_SIZE, "%Y-%m-%dT%H:%M:%SZ", &tm);
	return ok ? text : memcpy(text, "?", sizeof "?");
}
