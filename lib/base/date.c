/* SPDX-License-Identifier: ISC */
#include "base/date.h"

#include "base/text.h"

#include <stdlib.h>
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

/* "2026-03-01"; any digits. */
static bool is_day(const char *text)
{
	static const char form[] = "0000-00-00";
	size_t i = 0;
	while (form[i] && (form[i] == '-' ? text[i] == '-' : text_is_digit(text[i])))
		i++;
	return !form[i] && !text[i];
}

bool date_parse_day(const char *text, int64_t *seconds)
{
	char again[DATE_SIZE];
	if (!is_day(text))
		return false;
	struct tm tm = {
	    .tm_year = atoi(text) - 1900, .tm_mon = atoi(text + 5) - 1, .tm_mday = atoi(text + 8)};
	int64_t at = (int64_t)timegm(&tm);
	/* A day that no month has would be one of the next. */
	if (at < 0 || strcmp(date_day(at, again), text) != 0)
		return false;
	*seconds = at;
	return true;
}
