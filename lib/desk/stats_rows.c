/* SPDX-License-Identifier: ISC */
#include "desk/stats_rows.h"

#include "base/num.h"
#include "desk/cells.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LINE_END "\r\n"
#define MONTH_LAST (9999 * 12 + 11)

static const char *const kinds[STATS_KINDS] = {"server", "devices"};

const char *const stats_tallies[STATS_NCOUNTS] = {
#define TALLY(id, tally, column, help) tally,
    STATS_COUNTS(TALLY)
#undef TALLY
};

/* ---- columns ---- */

static const char *const server_columns[] = {"day", "time",
#define COUNT(id, tally, column, help) column,
    STATS_COUNTS(COUNT)
#undef COUNT
#define GAUGE(name, help) #name,
	STATS_GAUGES(GAUGE)
#undef GAUGE
};

static const char *const device_columns[] = {"day",
#define COLUMN(name, help) #name,
    STATS_DEVICE(COLUMN, COLUMN)
#undef COLUMN
};

static const struct {
	const char *const *columns;
	size_t count;
} heads[STATS_KINDS] = {
    {server_columns, sizeof server_columns / sizeof *server_columns},
    {device_columns, sizeof device_columns / sizeof *device_columns},
};

/* ---- writing ---- */

void stats_head(struct buf *out, enum stats_kind kind, char separator)
{
	for (size_t i = 0; i < heads[kind].count; i++) {
		if (i)
			buf_addc(out, separator);
		buf_adds(out, heads[kind].columns[i]);
	}
	buf_adds(out, LINE_END);
}

static void add_number(struct buf *out, char separator, int64_t number)
{
	buf_addf(out, "%c%" PRId64, separator, number);
}

static void add_day(struct buf *out, int64_t time)
{
	char text[DATE_SIZE];
	buf_adds(out, date_day(time, text));
}

/* What was counted, as it is shown: of times the mean. */
static void add_count(
    struct buf *out, char separator, const int64_t *counts, enum stats_count which)
{
	int64_t value = counts[which];
	if (which == STATS_MICROSECONDS && !counts[STATS_POLLS])
		buf_addc(out, separator);
	else
		add_number(out, separator,
		    which == STATS_MICROSECONDS ? value / counts[STATS_POLLS] : value);
}

void stats_server_row(struct buf *out, char separator, int64_t time,
    const int64_t counts[STATS_NCOUNTS], const struct stats_gauges *gauges)
{
	int64_t minute = time % DATE_DAY / 60;
	add_day(out, time);
	buf_addf(out, "%c%02d:%02d", separator, (int)(minute / 60), (int)(minute % 60));
	for (int i = 0; i < STATS_NCOUNTS; i++)
		add_count(out, separator, counts, (enum stats_count)i);
#define GAUGE(name, help)                                 \
	if (gauges)                                       \
		add_number(out, separator, gauges->name); \
	else                                              \
		buf_addc(out, separator);
	STATS_GAUGES(GAUGE)
#undef GAUGE
	buf_adds(out, LINE_END);
}

static void add_text(struct buf *out, char separator, const char *text)
{
	buf_addc(out, separator);
	cell_csv(out, text);
}

void stats_device_row(struct buf *out, char separator, int64_t day, const struct stats_device *d)
{
	add_day(out, day);
#define TEXT(name, help) add_text(out, separator, d->name);
#define NUMBER(name, help) add_number(out, separator, d->name);
	STATS_DEVICE(TEXT, NUMBER)
#undef TEXT
#undef NUMBER
	buf_adds(out, LINE_END);
}

/* ---- reading ---- */

char stats_separator(const char *head, size_t size)
{
	size_t n = sizeof "day" - 1;
	if (size <= n || memcmp(head, "day", n) != 0 || !strchr(";,", head[n]))
		return '\0';
	return head[n];
}

bool stats_row_time(const char *row, size_t size, int64_t *time)
{
	char text[DATE_SIZE];
	size_t n = sizeof "2026-03-01;12:15" - 1;
	if (size < n)
		return false;
	snprintf(text, sizeof text, "%.10sT%.5s:00Z", row, row + STATS_DAY_SIZE + 1);
	return date_parse_second(text, time);
}

bool stats_row_number(const char *row, size_t size, char separator, size_t column, int64_t *out)
{
	const char *at = row, *end = row + size;
	char digits[24];
	long number;
	for (size_t skip = column + 2; skip; skip--) {
		at = memchr(at, separator, (size_t)(end - at));
		if (!at)
			return false;
		at++;
	}
	const char *behind = memchr(at, separator, (size_t)(end - at));
	size_t n = (size_t)((behind ? behind : end) - at);
	if (n >= sizeof digits)
		return false;
	memcpy(digits, at, n);
	digits[n] = '\0';
	if (!num_parse(digits, 0, INT64_MAX, &number))
		return false;
	*out = number;
	return true;
}

void stats_convert(struct buf *out, const char *row, size_t size, char from, char to)
{
	bool quoted = false;
	char *at = buf_want(out, size);
	for (size_t i = 0; i < size; i++) {
		quoted ^= row[i] == '"';
		at[i] = row[i] == from && !quoted ? to : row[i];
	}
	buf_took(out, size);
	buf_adds(out, LINE_END);
}

/* ---- months ---- */

int stats_month(int64_t time)
{
	struct tm tm;
	time_t t = (time_t)time;
	return gmtime_r(&t, &tm) ? (tm.tm_year + 1900) * 12 + tm.tm_mon : 0;
}

int64_t stats_month_begins(int month)
{
	struct tm tm = {.tm_year = month / 12 - 1900, .tm_mon = month % 12, .tm_mday = 1};
	return (int64_t)timegm(&tm);
}

const char *stats_month_text(int month, char text[DATE_SIZE])
{
	snprintf(text, DATE_SIZE, "%04d-%02d", month / 12, month % 12 + 1);
	return text;
}

bool stats_month_parse(const char *text, int *month)
{
	char day[DATE_SIZE];
	int64_t begins;
	if (strlen(text) != STATS_MONTH_SIZE - 1)
		return false;
	snprintf(day, sizeof day, "%s-01", text);
	if (!date_parse_day(day, &begins) || stats_month(begins) > MONTH_LAST)
		return false;
	*month = stats_month(begins);
	return true;
}

const char *stats_file_name(int month, enum stats_kind kind, char text[DATE_SIZE])
{
	char begin[DATE_SIZE];
	snprintf(text, DATE_SIZE, "%.10s-%s.csv", stats_month_text(month, begin), kinds[kind]);
	return text;
}

bool stats_file_parse(const char *name, int *month, enum stats_kind *kind)
{
	char text[DATE_SIZE];
	if (strlen(name) <= STATS_MONTH_SIZE)
		return false;
	snprintf(text, sizeof text, "%.*s", (int)STATS_MONTH_SIZE - 1, name);
	if (!stats_month_parse(text, month))
		return false;
	for (int i = 0; i < STATS_KINDS; i++) {
		*kind = (enum stats_kind)i;
		if (strcmp(stats_file_name(*month, *kind, text), name) == 0)
			return true;
	}
	return false;
}
