/* SPDX-License-Identifier: ISC */
/* What a report does to an alarm, and both as records: a row for each field. */
#include "core/alarm.h"

#include "base/limits.h"
#include "base/num.h"
#include "base/text.h"
#include "core/fields.h"

#include <string.h>

#define SEPARATOR '\t'

static const struct fields_row alarm_rows[] = {
    FIELDS_ROW(alarm, 1, severity, FIELDS_NUMBER),
    FIELDS_ROW(alarm, 2, source, ALARM_SOURCE),
    FIELDS_ROW(alarm, 3, text, ALARM_TEXT),
    FIELDS_ROW(alarm, 4, details, ALARM_DETAILS),
    FIELDS_ROW(alarm, 5, serial, LIMIT_SN),
    FIELDS_ROW(alarm, 6, address, LIMIT_IP),
    FIELDS_ROW(alarm, 7, first, FIELDS_NUMBER),
    FIELDS_ROW(alarm, 8, last, FIELDS_NUMBER),
    FIELDS_ROW(alarm, 9, count, FIELDS_NUMBER),
    FIELDS_ROW(alarm, 10, raised, FIELDS_NUMBER),
    FIELDS_ROW(alarm, 11, cleared, FIELDS_NUMBER),
    FIELDS_ROW(alarm, 12, acked, FIELDS_NUMBER),
    FIELDS_ROW(alarm, 13, acked_by, 128),
    FIELDS_ROW(alarm, 14, note, ALARM_NOTE),
};
static const struct fields_row report_rows[] = {
    FIELDS_ROW(alarm_report, 1, from, ALARM_FROM),
    FIELDS_ROW(alarm_report, 2, code, ALARM_CODE),
    FIELDS_ROW(alarm_report, 3, act, FIELDS_NUMBER),
    FIELDS_ROW(alarm_report, 4, time, FIELDS_NUMBER),
    FIELDS_ROW(alarm_report, 5, severity, FIELDS_NUMBER),
    FIELDS_ROW(alarm_report, 6, source, ALARM_SOURCE),
    FIELDS_ROW(alarm_report, 7, text, ALARM_TEXT),
    FIELDS_ROW(alarm_report, 8, details, ALARM_DETAILS),
    FIELDS_ROW(alarm_report, 9, serial, LIMIT_SN),
    FIELDS_ROW(alarm_report, 10, address, LIMIT_IP),
    FIELDS_ROW(alarm_report, 11, hops, FIELDS_NUMBER),
};
#define ALARM alarm_rows, sizeof alarm_rows / sizeof *alarm_rows
#define REPORT report_rows, sizeof report_rows / sizeof *report_rows

static const char *const acts[] = {
    [ALARM_RAISE] = "raise", [ALARM_CLEAR] = "clear", [ALARM_EVENT] = "event"};
static const char *const severities[] = {
    [ALARM_MINOR] = "minor", [ALARM_INDETERMINATE] = "indeterminate", [ALARM_MAJOR] = "major"};

/* ---- reports ---- */

static int64_t act_of(const char *event)
{
	if (text_same(event, "alarm"))
		return ALARM_RAISE;
	return text_same(event, "clear") ? ALARM_CLEAR : ALARM_EVENT;
}

/* It becomes a part of a key: on one line, and not longer than that. */
static const char *key_part(struct arena *a, const char *text, size_t most)
{
	char *out = arena_alloc(a, most + 1);
	text_clean(out, most + 1, text, strlen(text));
	return *out ? out : ENTRY_NONE;
}

static const char *first_of(const char *a, const char *b)
{
	return *a ? a : b;
}

/* No device speaks as the server, whose alarms it could clear. */
static const char *whose(struct arena *a, const struct entry *entry)
{
	const char *from = key_part(a, first_of(entry->from, entry->address), ALARM_FROM);
	return text_same(from, ALARM_SERVER) ? key_part(a, entry->address, ALARM_FROM) : from;
}

void alarm_report_of(struct arena *a, const struct entry *entry, struct alarm_report *out)
{
	long severity = ALARM_INDETERMINATE;
	long hops = 0;
	num_parse(entry_get(entry, "severity"), ALARM_MINOR, ALARM_MAJOR, &severity);
	num_parse(entry_get(entry, ALARM_HOPS), 0, ALARM_HOPS_MOST, &hops);
	*out = (struct alarm_report){
	    .from = whose(a, entry),
	    .code = key_part(a, first_of(entry_get(entry, "code"), entry->text), ALARM_CODE),
	    .act = act_of(entry->event),
	    .time = entry->received,
	    .severity = severity,
	    .source = entry_get(entry, "source"),
	    .text = entry->text,
	    .details = entry_get(entry, "details"),
	    .serial = entry_get(entry, "serial"),
	    .address = entry->address,
	    .hops = hops,
	};
}

const char *alarm_id(struct arena *a, const char *from, const char *code)
{
	return arena_printf(a, "%s%c%s", from, SEPARATOR, code);
}

bool alarm_is_id(const char *id, size_t size)
{
	const char *at = memchr(id, SEPARATOR, size);
	size_t from = at ? (size_t)(at - id) : 0;
	size_t code = at ? size - from - 1 : 0;
	return from && from <= ALARM_FROM && code && code <= ALARM_CODE &&
	       !text_has_control(id, from) && !text_has_control(at + 1, code) &&
	       text_is_utf8(id, size);
}

/* ---- what is remembered ---- */

/* What a report does not say stays as it was. */
static void describe(struct alarm *a, const struct alarm_report *r)
{
	a->severity = r->severity;
	a->source = first_of(r->source, a->source);
	a->text = first_of(r->text, a->text);
	a->details = first_of(r->details, a->details);
	a->serial = first_of(r->serial, a->serial);
	a->address = first_of(r->address, a->address);
}

static void count(struct alarm *a, const struct alarm_report *r)
{
	if (!a->count || r->time < a->first)
		a->first = r->time;
	if (r->time > a->last)
		a->last = r->time;
	if (a->count < INT64_MAX)
		a->count++;
}

static enum alarm_news clear(struct alarm *a, const struct alarm_report *r)
{
	if (!a->raised || r->time < a->raised)
		return ALARM_NOTHING;
	a->raised = 0;
	a->cleared = r->time;
	return ALARM_NEWS;
}

enum alarm_news alarm_take(struct alarm *a, const struct alarm_report *r)
{
	bool late = r->time < a->last || r->time < a->cleared;
	bool active = a->raised != 0;
	if (r->act == ALARM_CLEAR)
		return clear(a, r);
	count(a, r);
	if (late)
		return ALARM_NOTHING;
	describe(a, r);
	if (r->act != ALARM_RAISE)
		return ALARM_NEWS;
	if (active)
		return ALARM_NOTHING;
	a->raised = r->time;
	a->acked = 0;
	a->acked_by = a->note = "";
	return ALARM_NEWS;
}

/* ---- records ---- */

void alarm_encode(struct buf *out, const struct alarm *was, const struct alarm *now)
{
	fields_encode(out, ALARM, was, now);
}

bool alarm_decode(struct arena *a, const char *id, size_t id_size, const void *bytes, size_t size,
    struct alarm *out)
{
	const char *at = memchr(id, SEPARATOR, id_size);
	*out = (struct alarm){.count = 0};
	if (!at || !fields_decode(a, ALARM, bytes, size, out))
		return false;
	out->from = arena_strndup(a, id, (size_t)(at - id));
	out->code = arena_strndup(a, at + 1, id_size - (size_t)(at + 1 - id));
	return true;
}

void alarm_report_encode(struct buf *out, const struct alarm_report *r)
{
	fields_encode(out, REPORT, NULL, r);
}

bool alarm_report_decode(struct arena *a, const void *bytes, size_t size, struct alarm_report *out)
{
	*out = (struct alarm_report){.act = 0};
	return fields_decode(a, REPORT, bytes, size, out) && out->act >= ALARM_RAISE &&
	       out->act <= ALARM_EVENT && out->time > 0 && *out->from && *out->code;
}

const char *alarm_act_word(int64_t act)
{
	return act >= ALARM_RAISE && act <= ALARM_EVENT ? acts[act] : "?";
}

const char *alarm_severity_word(int64_t severity)
{
	return severity >= ALARM_MINOR && severity <= ALARM_MAJOR ? severities[severity] : "?";
}
