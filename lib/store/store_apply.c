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

static void put_seen(struct store *s, const char *sn, size_t size, const struct seen *seen)
{
	buf_reset(&s->work);
	record_add_number(&s->work, SEEN_LAST, seen->last);
	record_add_number(&s->work, SEEN_POLLS, seen->polls);
	record_add_number(&s->work, SEEN_HOUR, seen->hour);
	db_put(s->db, DB_SEEN, sn, size, s->work.data, s->work.size);
}

static void delete_idle(struct store *s, const char *sn, size_t size, const struct seen *seen)
{
	struct key k;
	key_idle(&k, (uint32_t)seen->hour, sn, size);
	db_delete(s->db, DB_IDLE, k.bytes, k.size);
}

static void put_idle(struct store *s, const char *sn, size_t size, const struct seen *seen)
{
	struct key k;
	key_idle(&k, (uint32_t)seen->hour, sn, size);
	db_put(s->db, DB_IDLE, k.bytes, k.size, NULL, 0);
}

static void see(struct store *s, const char *sn, size_t size, int64_t time, int64_t polls)
{
	struct seen seen;
	if (!get_seen(s, sn, size, &seen))
		return;
	uint32_t hour = key_hour(time);
	if (seen.hour != hour) {
		delete_idle(s, sn, size, &seen);
		seen.hour = hour;
		put_idle(s, sn, size, &seen);
	}
	seen.last = time;
	seen.polls += polls;
	put_seen(s, sn, size, &seen);
}

void store_apply_seen(struct store *s, const char *sn, int64_t time, int64_t polls)
{
	see(s, sn, strlen(sn), time, polls);
}

static void apply_seen(struct store *s, const struct change *c)
{
	see(s, c->sn, c->sn_size, c->time, 1);
}

static void apply_touch(struct store *s, const struct change *c)
{
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

static void make_device(struct store *s, const struct change *c)
{
	int64_t created = created_in(c->bytes, c->size);
	if (!created)
		return; /* it was forgotten after its sender looked */
	const struct seen seen = {.hour = key_hour(created)};
	db_put(s->db, DB_DEVICE, c->sn, c->sn_size, c->bytes, c->size);
	put_seen(s, c->sn, c->sn_size, &seen);
	put_idle(s, c->sn, c->sn_size, &seen);
}

static void apply_device(struct store *s, const struct change *c)
{
	struct db_bytes old;
	if (!db_get(s->db, DB_DEVICE, c->sn, c->sn_size, &old)) {
		make_device(s, c);
		return;
	}
	buf_reset(&s->work);
	if (record_merge(&s->work, old.bytes, old.size, c->bytes, c->size))
		db_put(s->db, DB_DEVICE, c->sn, c->sn_size, buf_text(&s->work), s->work.size);
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
	key_named(&k, c->sn, c->sn_size, c->name, c->name_size);
	buf_reset(&s->work);
	record_add_number(&s->work, ANSWER_RECEIVED, c->time);
	record_add(&s->work, ANSWER_XML, c->bytes, c->size);
	db_put(s->db, DB_ANSWER, k.bytes, k.size, s->work.data, s->work.size);
}

static void apply_delivery(struct store *s, const struct change *c)
{
	struct key k;
	if (!is_known(s, c))
		return;
	key_named(&k, c->sn, c->sn_size, c->name, c->name_size);
	buf_reset(&s->work);
	record_add_number(&s->work, DELIVERY_SENT, c->time);
	record_add_number(&s->work, DELIVERY_VERSION, c->number);
	db_put(s->db, DB_DELIVERY, k.bytes, k.size, s->work.data, s->work.size);
}

/* The first key with this prefix, copied, as it is to be deleted. False: there is none. */
static bool first_with(struct store *s, enum db_table t, const struct key *prefix, struct key *out)
{
	struct db_cursor c;
	bool found = db_seek(&c, s->db, t, prefix->bytes, prefix->size) &&
		     key_has_prefix(prefix, c.key.bytes, c.key.size) &&
		     c.key.size <= sizeof out->bytes;
	if (found) {
		memcpy(out->bytes, c.key.bytes, c.key.size);
		out->size = c.key.size;
	}
	db_cursor_close(&c);
	return found;
}

static bool delete_first(struct store *s, enum db_table t, const struct key *prefix)
{
	struct key first;
	bool found = first_with(s, t, prefix, &first);
	if (found)
		db_delete(s->db, t, first.bytes, first.size);
	return found;
}

/* How many messages a device has, and the number that the next one of this time gets. */
static size_t count_messages(
    struct store *s, const struct key *prefix, const struct key *same_time, unsigned *next)
{
	struct db_cursor c;
	size_t count = 0;
	*next = 0;
	bool more = db_seek(&c, s->db, DB_MESSAGE, prefix->bytes, prefix->size);
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
	key_prefix(&prefix, c->sn, c->sn_size);
	key_message(&k, c->sn, c->sn_size, c->time, 0);
	k.size -= 2;
	size_t count = count_messages(s, &prefix, &k, &n);
	for (; count >= LIMIT_MESSAGES && delete_first(s, DB_MESSAGE, &prefix); count--)
		;
	key_message(&k, c->sn, c->sn_size, c->time, n);
	buf_reset(&s->work);
	record_add(&s->work, MESSAGE_TEXT, c->bytes, c->size);
	db_put(s->db, DB_MESSAGE, k.bytes, k.size, s->work.data, s->work.size);
}

static void apply_trim(struct store *s, const struct change *c)
{
	struct key prefix, limit, first;
	key_prefix(&prefix, c->sn, c->sn_size);
	key_message(&limit, c->sn, c->sn_size, c->time, 0);
	while (first_with(s, DB_MESSAGE, &prefix, &first) && first.size == limit.size &&
	       memcmp(first.bytes, limit.bytes, limit.size) < 0)
		db_delete(s->db, DB_MESSAGE, first.bytes, first.size);
}

/* ---- forgetting ---- */

/* The last that was heard of it, or a little later where only the hour is known. */
static int64_t last_of(const struct seen *seen)
{
	return seen->last ? seen->last : seen->hour * 3600 + 3599;
}

static void apply_forget(struct store *s, const struct change *c)
{
	static const enum db_table several[] = {DB_ANSWER, DB_DELIVERY, DB_MESSAGE};
	struct seen seen;
	struct key prefix;
	if (!get_seen(s, c->sn, c->sn_size, &seen) || last_of(&seen) > c->time)
		return;
	delete_idle(s, c->sn, c->sn_size, &seen);
	db_delete(s->db, DB_SEEN, c->sn, c->sn_size);
	db_delete(s->db, DB_DEVICE, c->sn, c->sn_size);
	key_prefix(&prefix, c->sn, c->sn_size);
	for (size_t i = 0; i < sizeof several / sizeof *several; i++)
		while (delete_first(s, several[i], &prefix))
			;
}

/* ---- all of them ---- */

void store_apply(struct store *s, const void *list, size_t size)
{
	static void (*const appliers[])(struct store *, const struct change *) = {
	    [CHANGE_DEVICE] = apply_device,
	    [CHANGE_SEEN] = apply_seen,
	    [CHANGE_ANSWER] = apply_answer,
	    [CHANGE_DELIVERY] = apply_delivery,
	    [CHANGE_MESSAGE] = apply_message,
	    [CHANGE_FORGET] = apply_forget,
	    [CHANGE_TRIM] = apply_trim,
	    [CHANGE_TOUCH] = apply_touch,
	};
	struct change_cursor c;
	struct change one;
	change_open(&c, list, size);
	while (change_next(&c, &one))
		appliers[one.kind](s, &one);
	if (c.broken)
		db_fail(s->db, "a list of changes is not whole");
}
