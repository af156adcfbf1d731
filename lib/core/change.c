/* SPDX-License-Identifier: ISC */
/*
 * Changes as bytes. A table says what each kind must carry; what is not as it says is no change.
 */
#include "core/change.h"

#include "base/limits.h"
#include "base/text.h"
#include "core/record.h"
#include "core/req.h"

#include <string.h>

#define LENGTH_SIZE 4
#define NO_DEVICE "-" /* in place of a serial number */

enum field { FIELD_KIND = 1, FIELD_SN, FIELD_NAME, FIELD_TIME, FIELD_NUMBER, FIELD_BYTES };

/* All texts of the longest record that there is, and more. */
#define RECORD_MOST 8192
#define ISSUED_MOST (RECORD_MOST + ISSUED_PEM)
#define TALLY_NAME 32

static bool audit_fits(const struct change *c);
static bool issued_fits(const struct change *c);
static bool account_fits(const struct change *c);
static bool session_fits(const struct change *c);
static bool user_fits(const struct change *c);
static bool tally_fits(const struct change *c);
static bool alarm_fits(const struct change *c);
static bool forward_fits(const struct change *c);
static bool news_fits(const struct change *c);

enum about { ONE_DEVICE, ONE_OR_NONE, NONE };

static const struct kind {
	bool named, timed;
	enum about about;
	size_t most;                          /* bytes */
	bool record;                          /* they are one */
	bool (*fits)(const struct change *c); /* is what it holds right besides? NULL: yes */
} kinds[] = {
    [CHANGE_DEVICE] = {.most = LIMIT_POST, .record = true},
    [CHANGE_SEEN] = {.timed = true},
    [CHANGE_ANSWER] = {.named = true, .timed = true, .most = LIMIT_POST},
    [CHANGE_DELIVERY] = {.named = true, .timed = true},
    [CHANGE_MESSAGE] = {.timed = true, .most = LIMIT_MESSAGE},
    [CHANGE_FORGET] = {.timed = true},
    [CHANGE_TRIM] = {.timed = true},
    [CHANGE_TOUCH] = {.timed = true},
    [CHANGE_AUDIT] = {.named = true,
	.timed = true,
	.about = ONE_OR_NONE,
	.most = RECORD_MOST,
	.record = true,
	.fits = audit_fits},
    [CHANGE_ISSUED] = {.named = true, .most = ISSUED_MOST, .record = true, .fits = issued_fits},
    [CHANGE_ACCOUNT] =
	{.named = true, .about = NONE, .most = RECORD_MOST, .record = true, .fits = account_fits},
    [CHANGE_ACCOUNT_DROP] = {.named = true, .about = NONE, .fits = account_fits},
    [CHANGE_SESSION] =
	{.named = true, .about = NONE, .most = RECORD_MOST, .record = true, .fits = session_fits},
    [CHANGE_SESSION_END] = {.named = true, .about = NONE, .fits = session_fits},
    [CHANGE_SESSIONS_END] = {.named = true, .about = NONE, .fits = user_fits},
    [CHANGE_SESSIONS_TRIM] = {.timed = true, .about = NONE},
    [CHANGE_TALLY] = {.named = true, .timed = true, .about = NONE, .fits = tally_fits},
    [CHANGE_ALARM] =
	{.named = true, .about = NONE, .most = RECORD_MOST, .record = true, .fits = alarm_fits},
    [CHANGE_ALARM_ACK] =
	{.named = true, .about = NONE, .most = RECORD_MOST, .record = true, .fits = alarm_fits},
    [CHANGE_ALARMS_TRIM] = {.timed = true, .about = NONE},
    [CHANGE_FORWARD] =
	{.named = true, .about = NONE, .most = RECORD_MOST, .record = true, .fits = forward_fits},
    [CHANGE_NEWS_TRIM] = {.about = NONE, .fits = news_fits},
};
#define KINDS (sizeof kinds / sizeof *kinds)

/* ---- making ---- */

static void put_length(struct buf *list, size_t at)
{
	size_t size = list->size - at - LENGTH_SIZE;
	for (int i = 0; i < LENGTH_SIZE; i++)
		list->data[at + (size_t)i] = (char)(size >> 8 * (LENGTH_SIZE - 1 - i));
}

static void add(struct buf *list, const struct change *c)
{
	size_t at = list->size;
	buf_add(list, "\0\0\0", LENGTH_SIZE);
	record_add_number(list, FIELD_KIND, c->kind);
	record_add(list, FIELD_SN, c->sn, c->sn_size);
	if (kinds[c->kind].named)
		record_add(list, FIELD_NAME, c->name, c->name_size);
	if (kinds[c->kind].timed)
		record_add_number(list, FIELD_TIME, c->time);
	if (c->number)
		record_add_number(list, FIELD_NUMBER, c->number);
	if (kinds[c->kind].most)
		record_add(list, FIELD_BYTES, c->bytes, c->size);
	put_length(list, at);
}

static void add_timed(struct buf *list, enum change_kind kind, const char *sn, int64_t time)
{
	const struct change c = {.kind = kind, .sn = sn, .sn_size = strlen(sn), .time = time};
	add(list, &c);
}

static void add_named(struct buf *list, enum change_kind kind, const char *name)
{
	const struct change c = {.kind = kind,
	    .sn = NO_DEVICE,
	    .sn_size = strlen(NO_DEVICE),
	    .name = name,
	    .name_size = strlen(name)};
	add(list, &c);
}

/* Fields to merge, which are freed; none in what is there already (`was`): no change. */
static void add_merge(struct buf *list, enum change_kind kind, const char *sn, const char *name,
    struct buf *fields, bool was)
{
	const struct change c = {.kind = kind,
	    .sn = sn,
	    .sn_size = strlen(sn),
	    .name = name,
	    .name_size = strlen(name),
	    .bytes = buf_text(fields),
	    .size = fields->size};
	if (fields->size || !was)
		add(list, &c);
	buf_free(fields);
}

void change_device(
    struct buf *list, const char *sn, const struct device *was, const struct device *now)
{
	struct buf fields = {0};
	device_encode(&fields, was, now);
	add_merge(list, CHANGE_DEVICE, sn, "", &fields, was);
}

void change_answer(
    struct buf *list, const char *sn, const char *query, int64_t time, const void *xml, size_t size)
{
	const struct change c = {.kind = CHANGE_ANSWER,
	    .sn = sn,
	    .sn_size = strlen(sn),
	    .name = query,
	    .name_size = strlen(query),
	    .time = time,
	    .bytes = xml,
	    .size = size};
	add(list, &c);
}

void change_delivery(
    struct buf *list, const char *sn, const char *snippet, int64_t time, int64_t version)
{
	const struct change c = {.kind = CHANGE_DELIVERY,
	    .sn = sn,
	    .sn_size = strlen(sn),
	    .name = snippet,
	    .name_size = strlen(snippet),
	    .time = time,
	    .number = version};
	add(list, &c);
}

void change_message(struct buf *list, const char *sn, int64_t time, const char *text)
{
	const struct change c = {.kind = CHANGE_MESSAGE,
	    .sn = sn,
	    .sn_size = strlen(sn),
	    .time = time,
	    .bytes = text,
	    .size = text_cut(text, LIMIT_MESSAGE)}; /* one that is too long */
	add(list, &c);
}

void change_seen(struct buf *list, const char *sn, int64_t time)
{
	add_timed(list, CHANGE_SEEN, sn, time);
}

void change_forget(struct buf *list, const char *sn, int64_t time)
{
	add_timed(list, CHANGE_FORGET, sn, time);
}

void change_trim(struct buf *list, const char *sn, int64_t time)
{
	add_timed(list, CHANGE_TRIM, sn, time);
}

void change_touch(struct buf *list, const char *sn, int64_t time)
{
	add_timed(list, CHANGE_TOUCH, sn, time);
}

void change_audit(struct buf *list, const char *sn, int64_t time, const char *what, const char *who,
    const char *text)
{
	struct buf record = {0};
	const struct audit a = {.what = what, .who = who, .sn = sn, .text = text};
	audit_encode(&record, &a);
	const char *about = *sn ? sn : NO_DEVICE;
	const struct change c = {.kind = CHANGE_AUDIT,
	    .sn = about,
	    .sn_size = strlen(about),
	    .name = what,
	    .name_size = strlen(what),
	    .time = time,
	    .bytes = buf_text(&record),
	    .size = record.size};
	add(list, &c);
	buf_free(&record);
}

void change_issued(struct buf *list, const char *sn, const char *serial, const struct issued *was,
    const struct issued *now)
{
	struct buf fields = {0};
	struct issued whose = *now;
	whose.sn = sn;
	issued_encode(&fields, was, &whose);
	add_merge(list, CHANGE_ISSUED, sn, serial, &fields, was);
}

void change_account(struct buf *list, const struct account *was, const struct account *now)
{
	struct buf fields = {0};
	account_encode(&fields, was, now);
	add_merge(list, CHANGE_ACCOUNT, NO_DEVICE, now->name, &fields, was);
}

void change_account_drop(struct buf *list, const char *name)
{
	add_named(list, CHANGE_ACCOUNT_DROP, name);
}

void change_session(struct buf *list, const struct session *was, const struct session *now)
{
	struct buf fields = {0};
	session_encode(&fields, was, now);
	add_merge(list, CHANGE_SESSION, NO_DEVICE, now->id, &fields, was);
}

void change_session_end(struct buf *list, const char *id)
{
	add_named(list, CHANGE_SESSION_END, id);
}

void change_sessions_end(struct buf *list, const char *user)
{
	add_named(list, CHANGE_SESSIONS_END, user);
}

void change_sessions_trim(struct buf *list, int64_t time)
{
	add_timed(list, CHANGE_SESSIONS_TRIM, NO_DEVICE, time);
}

void change_tally(struct buf *list, const char *what, int64_t time, int64_t more)
{
	const struct change c = {.kind = CHANGE_TALLY,
	    .sn = NO_DEVICE,
	    .sn_size = strlen(NO_DEVICE),
	    .name = what,
	    .name_size = strlen(what),
	    .time = time,
	    .number = more};
	add(list, &c);
}

void change_alarm(struct buf *list, const struct alarm_report *r)
{
	struct arena a = {0};
	struct buf report = {0};
	alarm_report_encode(&report, r);
	add_merge(list, CHANGE_ALARM, NO_DEVICE, alarm_id(&a, r->from, r->code), &report, false);
	arena_free(&a);
}

void change_alarm_ack(struct buf *list, const char *from, const char *code, int64_t acked,
    const char *who, const char *note)
{
	struct arena a = {0};
	struct buf fields = {0};
	const struct alarm was = {.acked = -1, .acked_by = "\1", .note = "\1"};
	const struct alarm now = {.acked = acked, .acked_by = who, .note = note};
	alarm_encode(&fields, &was, &now); /* what differs: these three */
	add_merge(list, CHANGE_ALARM_ACK, NO_DEVICE, alarm_id(&a, from, code), &fields, false);
	arena_free(&a);
}

void change_alarms_trim(struct buf *list, int64_t time)
{
	add_timed(list, CHANGE_ALARMS_TRIM, NO_DEVICE, time);
}

void change_forward(
    struct buf *list, const struct forward_state *was, const struct forward_state *now)
{
	struct buf fields = {0};
	forward_encode(&fields, was, now);
	add_merge(list, CHANGE_FORWARD, NO_DEVICE, now->id, &fields, was);
}

void change_news_trim(struct buf *list, int64_t number)
{
	const struct change c = {.kind = CHANGE_NEWS_TRIM,
	    .sn = NO_DEVICE,
	    .sn_size = strlen(NO_DEVICE),
	    .number = number};
	add(list, &c);
}

/* ---- reading ---- */

void change_open(struct change_cursor *c, const void *bytes, size_t size)
{
	*c = (struct change_cursor){bytes, size ? (const char *)bytes + size : bytes, false};
}

static bool take_field(const struct record_field *f, struct change *out)
{
	switch ((enum field)f->id) {
	case FIELD_KIND: {
		int64_t kind = record_number(f);
		if (kind < CHANGE_DEVICE || kind >= (int64_t)KINDS)
			return false;
		out->kind = (enum change_kind)kind;
		return true;
	}
	case FIELD_SN:
		out->sn = f->bytes;
		out->sn_size = f->size;
		return true;
	case FIELD_NAME:
		out->name = f->bytes;
		out->name_size = f->size;
		return true;
	case FIELD_TIME:
		out->time = record_number(f);
		return f->size == sizeof out->time;
	case FIELD_NUMBER:
		out->number = record_number(f);
		return f->size == sizeof out->number;
	case FIELD_BYTES:
		out->bytes = f->bytes;
		out->size = f->size;
		return true;
	}
	return true; /* of a newer version */
}

/* It becomes a key: no NUL, not empty, not too long. */
static bool is_name(const char *text, size_t size, size_t most)
{
	return text && size && size <= most && !memchr(text, '\0', size);
}

static bool is_serial(const struct change *c)
{
	char sn[LIMIT_SN + 1];
	if (!is_name(c->sn, c->sn_size, LIMIT_SN))
		return false;
	memcpy(sn, c->sn, c->sn_size);
	sn[c->sn_size] = '\0';
	return req_is_serial(sn);
}

#define SMALL "abcdefghijklmnopqrstuvwxyz"

/* "csr approve" */
static bool audit_fits(const struct change *c)
{
	return c->time > 0 && c->name_size <= AUDIT_WHAT &&
	       text_is_of(c->name, c->name_size, SMALL " ");
}

static bool issued_fits(const struct change *c)
{
	return issued_is_serial(c->name, c->name_size);
}

static bool account_fits(const struct change *c)
{
	return account_is_name(c->name, c->name_size);
}

static bool session_fits(const struct change *c)
{
	return session_is_id(c->name, c->name_size);
}

/* That of the configuration may be called as it likes. */
static bool user_fits(const struct change *c)
{
	return c->name_size <= ACCOUNT_NAME;
}

static bool tally_fits(const struct change *c)
{
	return c->time > 0 && c->number > 0 && c->name_size <= TALLY_NAME &&
	       text_is_of(c->name, c->name_size, SMALL);
}

static bool alarm_fits(const struct change *c)
{
	return alarm_is_id(c->name, c->name_size);
}

/* The id of a target, which is a NAME of the configuration. */
static bool forward_fits(const struct change *c)
{
	return c->name_size <= LIMIT_NAME && !text_has_control(c->name, c->name_size);
}

static bool news_fits(const struct change *c)
{
	return c->number > 0;
}

static bool is_about(const struct change *c, enum about about)
{
	bool nobody = c->sn_size == 1 && *c->sn == *NO_DEVICE;
	return about == NONE ? nobody : is_serial(c) || (about == ONE_OR_NONE && nobody);
}

static bool is_right(const struct change *c)
{
	if (!c->kind)
		return false;
	const struct kind *k = &kinds[c->kind];
	return is_about(c, k->about) &&
	       (!k->named || is_name(c->name, c->name_size, LIMIT_FILE_NAME)) &&
	       c->size <= k->most && (!k->record || record_is_whole(c->bytes, c->size)) &&
	       (!k->fits || k->fits(c));
}

bool change_next(struct change_cursor *c, struct change *out)
{
	size_t left = (size_t)(c->end - c->at);
	*out = (struct change){.bytes = ""};
	if (c->broken || left == 0)
		return false;
	size_t size = 0;
	for (int i = 0; left >= LENGTH_SIZE && i < LENGTH_SIZE; i++)
		size = size << 8 | (unsigned char)c->at[i];
	c->broken = left < LENGTH_SIZE || size > left - LENGTH_SIZE;
	if (c->broken)
		return false;
	struct record_cursor fields;
	struct record_field f;
	record_open(&fields, c->at + LENGTH_SIZE, size);
	bool ok = true;
	while (ok && record_next(&fields, &f))
		ok = take_field(&f, out);
	c->broken = !ok || fields.broken || !is_right(out);
	c->at += LENGTH_SIZE + size;
	return !c->broken;
}

bool change_is_whole(const void *bytes, size_t size)
{
	struct change_cursor c;
	struct change one;
	change_open(&c, bytes, size);
	while (change_next(&c, &one))
		;
	return !c.broken;
}
