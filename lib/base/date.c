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

/* A 0 in `form` stands for any digit. */
static bool is_like(const char *text, const char *form)
{
	size_t i = 0;
	while (form[i] && (form[i] == '0' ? text_is_digit(text[i]) : text[i] == form[i]))
		i++;
	return !form[i] && !text[i];
}

bool date_parse_day(const char *text, int64_t *seconds)
{
	char again[DATE_SIZE];
	if (!is_like(text, "0000-00-00"))
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

bool date_parse_second(const char *text, int64_t *seconds)
{
	char day[] = "2026-03-01", again[DATE_SIZE];
	int64_t at;
	if (!is_like(text, "0000-00-00T00:00:00Z"))
		return false;
	memcpy(day, text, sizeof day - 1);
	if (!date_parse_day(day, &at))
		return false;
	at += atoi(text + 11) * 3600L + atoi(text + 14) * 60L + atoi(text + 17);
	/* An hour that no day has would be one of the next. */
	if (strcmp(date_second(at, again), text) != 0)
		return false;
	*seconds = at;
	return true;
}
