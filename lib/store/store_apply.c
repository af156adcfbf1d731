/* SPDX-License-Identifier: ISC */
/*
 * Changes become keys and values: one short function per kind, in a table. Everything is a merge, and
 * what is about a device that was forgotten meanwhile changes nothing: it is as if it had come before.
 */
#include "store/store.h"

#include "base/limits.h"
#include "core/change.h"
#include "core/record.h"
#include "store/db.h"
#include "store/internal.h"
#include "store/keys.h"

#include <string.h>

/* ---- when a device was seen ---- */

static bool get_seen(struct store *s, const char *sn, size_t size, struct seen *out)
{
	struct db_bytes b;
	if (!db_get(s->db, DB_SEEN, sn, size, &b))
		return false;
	seen_decode(s, &b, out);
	return true;
}

/* `old` may be empty: what a newer version wrote there is kept. */
static void put_seen(struct store *s, const char *sn, size_t size, const struct db_bytes *old,
    const struct seen *seen)
{
	const struct buf *record = seen->more ? &s->work : &s->patch;
	buf_reset(&s->patch);
	buf_reset(&s->work);
	record_add_number(&s->patch, SEEN_LAST, seen->last);
	record_add_number(&s->patch, SEEN_POLLS, seen->polls);
	record_add_number(&s->patch, SEEN_STAMP, (int64_t)db_stamp(s->db));
	if (!seen->more ||
	    record_merge(&s->work, old->bytes, old->size, s->patch.data, s->patch.size))
		db_put(s->db, DB_SEEN, sn, size, record->data, record->size);
}

static void see(struct store *s, const char *sn, size_t size, int64_t time, int64_t polls)
{
	struct db_bytes old;
	struct seen seen;
	if (!db_get(s->db, DB_SEEN, sn, size, &old))
		return;
	if (!record_is_whole(old.bytes, old.size))
		old = (struct db_bytes){"", 0}; /* when it was seen is known again now */
	seen_decode(s, &old, &seen);
	seen.last = time;
	seen.polls += polls;
	put_seen(s, sn, size, &old, &seen);
}

/* Something of it has changed in this transaction. */
static void stamp(struct store *s, const char *sn, size_t size)
{
	struct db_bytes old;
	struct seen seen;
	if (!size || !db_get(s->db, DB_SEEN, sn, size, &old) ||
	    !record_is_whole(old.bytes, old.size)) /* its next poll mends it */
		return;
	seen_decode(s, &old, &seen);
	if (seen.stamp != db_stamp(s->db))
		put_seen(s, sn, size, &old, &seen);
}

void store_apply_seen(struct store *s, const char *sn, int64_t time, int64_t polls)
{
	see(s, sn, strlen(sn), time, polls);
}

static void apply_seen(struct store *s, const struct change *c)
{
	see(s, c->sn, c->sn_size, c->time, 1);
}

/*
 * Never back: it may have polled since whoever touches it has looked. But a time that is far ahead is that
 * of a clock that was wrong.
 */
static void apply_touch(struct store *s, const struct change *c)
{
	struct seen seen;
	if (get_seen(s, c->sn, c->sn_size, &seen) && seen.last >= c->time &&
	    seen.last - c->time < WRONG_CLOCK)
		return;
	see(s, c->sn, c->sn_size, c->time, 0);
}

/* ---- devices ---- */

/* When a record says that its device was made; 0: it does not say. */
static int64_t created_in(const char *bytes, size_t size)
{
	struct record_cursor c;
	struct record_field f;
	int64_t created = 0;
	record_open(&c, bytes, size);
	while (record_next(&c, &f)) {
		if (f.id == device_fields[0].id)
			created = record_number(&f);
	}
	return created;
}

/* Not when it does not say so: then it was forgotten after its sender had looked. */
static void make_device(struct store *s, const struct change *c, const struct key *k)
{
	const struct seen never = {0};
	const struct db_bytes nothing = {"", 0};
	if (!created_in(c->bytes, c->size))
		return;
	db_put(s->db, DB_DEVICE, k->bytes, k->size, c->bytes, c->size);
	put_seen(s, c->sn, c->sn_size, &nothing, &never);
}

static void apply_device(struct store *s, const struct change *c)
{
	struct db_bytes old;
	struct key k;
	key_kind(&k, c->sn, c->sn_size, KEY_DEVICE);
	if (!db_get(s->db, DB_DEVICE, k.bytes, k.size, &old)) {
		make_device(s, c, &k);
		return;
	}
	buf_reset(&s->work);
	if (record_merge(&s->work, old.bytes, old.size, c->bytes, c->size))
		db_put(s->db, DB_DEVICE, k.bytes, k.size, buf_text(&s->work), s->work.size);
	else
		db_fail(s->db,
		    "the record of device %.*s is damaged; rollcall repair says what can be done",
		    (int)c->sn_size, c->sn);
}

static bool is_known(struct store *s, const struct change *c)
{
	struct db_bytes b;
	return db_get(s->db, DB_SEEN, c->sn, c->sn_size, &b);
}

/* ---- what a device has several of ---- */

static void apply_answer(struct store *s, const struct change *c)
{
	struct key k;
	if (!is_known(s, c))
		return;
	key_named(&k, c->sn, c->sn_size, KEY_ANSWER, c->name, c->name_size);
	buf_reset(&s->work);
	record_add_number(&s->work, ANSWER_RECEIVED, c->time);
	record_add(&s->work, ANSWER_XML, c->bytes, c->size);
	db_put(s->db, DB_DEVICE, k.bytes, k.size, s->work.data, s->work.size);
}

static void apply_delivery(struct store *s, const struct change *c)
{
	struct key k;
	if (!is_known(s, c))
		return;
	key_named(&k, c->sn, c->sn_size, KEY_DELIVERY, c->name, c->name_size);
	buf_reset(&s->work);
	record_add_number(&s->work, DELIVERY_SENT, c->time);
	record_add_number(&s->work, DELIVERY_VERSION, c->number);
	db_put(s->db, DB_DEVICE, k.bytes, k.size, s->work.data, s->work.size);
}

/* The first key from `from` on with this prefix, copied, as it is to be deleted. False: there is none. */
static bool first_from(
    struct store *s, const struct key *from, const struct key *prefix, struct key *out)
{
	struct db_cursor c;
	bool found = db_seek(&c, s->db, DB_DEVICE, from->bytes, from->size) &&
		     key_has_prefix(prefix, c.key.bytes, c.key.size) &&
		     c.key.size <= sizeof out->bytes;
	if (found) {
		memcpy(out->bytes, c.key.bytes, c.key.size);
		out->size = c.key.size;
	}
	db_cursor_close(&c);
	return found;
}

static bool first_with(struct store *s, const struct key *prefix, struct key *out)
{
	return first_from(s, prefix, prefix, out);
}

static bool delete_first(struct store *s, const struct key *prefix)
{
	struct key first;
	bool found = first_with(s, prefix, &first);
	if (found)
		db_delete(s->db, DB_DEVICE, first.bytes, first.size);
	return found;
}

/* Messages of a clock that was ahead would stay for ever, and push out the new ones. */
static void delete_ahead(struct store *s, const struct change *c)
{
	struct key from, first, all;
	key_message(&from, c->sn, c->sn_size, c->time + WRONG_CLOCK, 0);
	key_kind(&all, c->sn, c->sn_size, KEY_MESSAGE);
	while (first_from(s, &from, &all, &first))
		db_delete(s->db, DB_DEVICE, first.bytes, first.size);
}

/* How many messages a device has, and the number that the next one of this time gets. */
static size_t count_messages(
    struct store *s, const struct key *prefix, const struct key *same_time, unsigned *next)
{
	struct db_cursor c;
	size_t count = 0;
	*next = 0;
	bool more = db_seek(&c, s->db, DB_DEVICE, prefix->bytes, prefix->size);
	for (; more && key_has_prefix(prefix, c.key.bytes, c.key.size); more = db_next(&c)) {
		count++;
		if (key_has_prefix(same_time, c.key.bytes, c.key.size))
			*next = (unsigned)key_number(c.key.bytes + c.key.size - 2, 2) + 1;
	}
	db_cursor_close(&c);
	return count;
}

static void apply_message(struct store *s, const struct change *c)
{
	struct key prefix, k;
	unsigned n;
	if (!is_known(s, c))
		return;
	delete_ahead(s, c);
	key_kind(&prefix, c->sn, c->sn_size, KEY_MESSAGE);
	key_message(&k, c->sn, c->sn_size, c->time, 0);
	k.size -= 2;
	size_t count = count_messages(s, &prefix, &k, &n);
	for (; count >= LIMIT_MESSAGES && delete_first(s, &prefix); count--)
		;
	key_message(&k, c->sn, c->sn_size, c->time, n);
	buf_reset(&s->work);
	record_add(&s->work, MESSAGE_TEXT, c->bytes, c->size);
	db_put(s->db, DB_DEVICE, k.bytes, k.size, s->work.data, s->work.size);
}

static void apply_trim(struct store *s, const struct change *c)
{
	struct key prefix, limit, first;
	key_kind(&prefix, c->sn, c->sn_size, KEY_MESSAGE);
	key_message(&limit, c->sn, c->sn_size, c->time, 0);
	while (first_with(s, &prefix, &first) && first.size == limit.size &&
	       memcmp(first.bytes, limit.bytes, limit.size) < 0)
		db_delete(s->db, DB_DEVICE, first.bytes, first.size);
}

/* ---- forgetting ---- */

/* The last that was heard of it. */
static int64_t last_of(struct store *s, const struct change *c, const struct seen *seen)
{
	struct key k;
	struct db_bytes b;
	if (seen->last)
		return seen->last;
	key_kind(&k, c->sn, c->sn_size, KEY_DEVICE);
	return db_get(s->db, DB_DEVICE, k.bytes, k.size, &b) ? created_in(b.bytes, b.size) : 0;
}

static void apply_forget(struct store *s, const struct change *c)
{
	struct seen seen;
	struct key all;
	if (!get_seen(s, c->sn, c->sn_size, &seen) || last_of(s, c, &seen) > c->time)
		return;
	db_delete(s->db, DB_SEEN, c->sn, c->sn_size);
	key_all(&all, c->sn, c->sn_size);
	while (delete_first(s, &all))
		;
}

/* ---- certificates, and what was done ---- */

static void apply_issued(struct store *s, const struct change *c)
{
	struct db_bytes old = {"", 0};
	db_get(s->db, DB_ISSUED, c->name, c->name_size, &old);
	buf_reset(&s->work);
	if (record_merge(&s->work, old.bytes, old.size, c->bytes, c->size))
		db_put(s->db, DB_ISSUED, c->name, c->name_size, buf_text(&s->work), s->work.size);
	else
		db_fail(s->db,
		    "the record of certificate %.*s is damaged; rollcall repair says what can be done",
		    (int)c->name_size, c->name);
}

/* The number that the next entry of this time gets. */
static uint32_t audit_number(struct store *s, int64_t time)
{
	struct db_cursor c;
	struct key first, behind;
	uint32_t n = 0;
	key_audit(&first, time, 0);
	key_audit(&behind, time, UINT32_MAX);
	if (db_seek_back(&c, s->db, DB_AUDIT, behind.bytes, behind.size) &&
	    c.key.size == KEY_AUDIT && memcmp(c.key.bytes, first.bytes, KEY_TIME) == 0)
		n = (uint32_t)key_number(c.key.bytes + KEY_TIME, KEY_AUDIT - KEY_TIME) + 1;
	db_cursor_close(&c);
	return n;
}

static void delete_oldest_audit(struct store *s)
{
	struct db_cursor c;
	struct key k = {.size = 0};
	if (db_seek(&c, s->db, DB_AUDIT, NULL, 0) && c.key.size <= sizeof k.bytes) {
		memcpy(k.bytes, c.key.bytes, c.key.size); /* it is deleted under the cursor */
		k.size = c.key.size;
	}
	db_cursor_close(&c);
	if (k.size)
		db_delete(s->db, DB_AUDIT, k.bytes, k.size);
}

/* Of far too many (the limit was lowered) each new one takes two away: no transaction becomes long. */
static void apply_audit(struct store *s, const struct change *c)
{
	struct key k;
	key_audit(&k, c->time, audit_number(s, c->time));
	db_put(s->db, DB_AUDIT, k.bytes, k.size, c->bytes, c->size);
	for (int i = 0; i < 2 && db_count(s->db, DB_AUDIT) > s->audit_most; i++)
		delete_oldest_audit(s);
}

/* ---- all of them ---- */

/* Of a device, once, when all of its changes that stand together are made. */
struct touched {
	const char *sn;
	size_t size;
};

static void touch(struct store *s, struct touched *t, const char *sn, size_t size)
{
	if (size == t->size && memcmp(sn, t->sn, size) == 0)
		return;
	stamp(s, t->sn, t->size);
	*t = (struct touched){sn, size};
}

void store_apply(struct store *s, const void *list, size_t size)
{
	static const struct {
		void (*apply)(struct store *, const struct change *);
		bool stamps; /* it changes something of a device, and leaves its stamp */
	} kinds[] = {
	    [CHANGE_DEVICE] = {apply_device, true},
	    [CHANGE_SEEN] = {apply_seen, false}, /* has a new one with it */
	    [CHANGE_ANSWER] = {apply_answer, true},
	    [CHANGE_DELIVERY] = {apply_delivery, true},
	    [CHANGE_MESSAGE] = {apply_message, true},
	    [CHANGE_FORGET] = {apply_forget, false},
	    [CHANGE_TRIM] = {apply_trim, true},
	    [CHANGE_TOUCH] = {apply_touch, false},
	    [CHANGE_AUDIT] = {apply_audit, false},
	    [CHANGE_ISSUED] = {apply_issued, false},
	    [CHANGE_ACCOUNT] = {apply_account, false},
	    [CHANGE_ACCOUNT_DROP] = {apply_account_drop, false},
	    [CHANGE_SESSION] = {apply_session, false},
	    [CHANGE_SESSION_END] = {apply_session_end, false},
	    [CHANGE_SESSIONS_END] = {apply_sessions_end, false},
	    [CHANGE_SESSIONS_TRIM] = {apply_sessions_trim, false},
	    [CHANGE_TALLY] = {apply_tally, false},
	    [CHANGE_ALARM] = {apply_alarm, false},
	    [CHANGE_ALARM_ACK] = {apply_alarm_ack, false},
	    [CHANGE_ALARMS_TRIM] = {apply_alarms_trim, false},
	    [CHANGE_FORWARD] = {apply_forward, false},
	    [CHANGE_NEWS_TRIM] = {apply_news_trim, false},
	};
	struct change_cursor c;
	struct change one;
	struct touched touched = {"", 0};
	change_open(&c, list, size);
	while (change_next(&c, &one)) {
		if (!kinds[one.kind].apply) /* change_next() knows them all */
			break;
		kinds[one.kind].apply(s, &one);
		if (kinds[one.kind].stamps)
			touch(s, &touched, one.sn, one.sn_size);
	}
	touch(s, &touched, "", 0);
	if (c.broken)
		db_fail(s->db, "a list of changes is not whole");
}
