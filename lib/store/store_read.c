/* SPDX-License-Identifier: ISC */
/* What is read in a snapshot: keys and records of the store become plain structs in an arena. */
#include "store/store.h"

#include "base/limits.h"
#include "core/record.h"
#include "store/db.h"
#include "store/internal.h"
#include "store/keys.h"

#include <string.h>

/* ---- records ---- */

bool store_fields(struct store *s, const char *table, const struct db_bytes *b,
    void (*take)(void *context, const struct record_field *f), void *context)
{
	struct record_cursor c;
	struct record_field f;
	record_open(&c, b->bytes, b->size);
	while (record_next(&c, &f))
		take(context, &f);
	if (c.broken)
		db_fail(s->db,
		    "a record in its table \"%s\" is damaged; rollcall repair says what can be done",
		    table);
	return !c.broken;
}

static void take_seen(void *context, const struct record_field *f)
{
	struct seen *seen = context;
	if (f->id == SEEN_LAST)
		seen->last = record_number(f);
	else if (f->id == SEEN_POLLS)
		seen->polls = record_number(f);
	else if (f->id == SEEN_HOUR)
		seen->hour = record_number(f);
}

void seen_decode(struct store *s, const struct db_bytes *b, struct seen *out)
{
	*out = (struct seen){0, 0, 0};
	if (!store_fields(s, "seen", b, take_seen, out))
		*out = (struct seen){0, 0, 0};
}

static void add_seen(struct store *s, const char *sn, size_t size, struct device *d)
{
	struct db_bytes b;
	struct seen seen;
	if (!db_get(s->db, DB_SEEN, sn, size, &b))
		return;
	seen_decode(s, &b, &seen);
	d->seen = seen.last;
	d->polls = seen.polls;
}

static bool decode_device(
    struct store *s, struct arena *a, const char *sn, const struct db_bytes *b, struct device *out)
{
	if (!device_decode(a, sn, b->bytes, b->size, out)) {
		db_fail(s->db,
		    "the record of device %s is damaged; rollcall repair says what can be done",
		    sn);
		return false;
	}
	add_seen(s, sn, strlen(sn), out);
	return true;
}

bool store_device(struct store *s, struct arena *a, const char *sn, struct device *out)
{
	struct db_bytes b;
	size_t size = strlen(sn);
	device_init(out, sn);
	return size && size <= LIMIT_SN && db_get(s->db, DB_DEVICE, sn, size, &b) &&
	       decode_device(s, a, sn, &b, out);
}

/* ---- lists of one device ---- */

/* A growing array in an arena: what it outgrew stays there until that is reset. */
struct list {
	struct arena *arena;
	char *items;
	size_t count, room, size;
};

static void *list_add(struct list *l)
{
	if (l->count == l->room) {
		size_t room = l->room ? 2 * l->room : 8;
		char *items = arena_calloc(l->arena, room, l->size);
		if (l->count)
			memcpy(items, l->items, l->count * l->size);
		l->items = items;
		l->room = room;
	}
	return l->items + l->count++ * l->size;
}

/* What stands in a row of a list, from its key (behind the prefix) and its record. */
typedef void (*row_reader)(
    struct list *l, const struct db_bytes *rest, const struct db_bytes *b, struct store *s);

static void *read_rows(struct store *s, struct arena *a, enum db_table t, const char *sn,
    size_t item, row_reader read, size_t *count)
{
	struct list l = {.arena = a, .size = item};
	struct key prefix;
	struct db_cursor c;
	key_prefix(&prefix, sn, strlen(sn));
	bool more = db_seek(&c, s->db, t, prefix.bytes, prefix.size);
	for (; more && key_has_prefix(&prefix, c.key.bytes, c.key.size); more = db_next(&c)) {
		struct db_bytes rest = {c.key.bytes + prefix.size, c.key.size - prefix.size};
		read(&l, &rest, &c.value, s);
	}
	db_cursor_close(&c);
	*count = l.count;
	return l.items;
}

struct reading {
	struct arena *arena;
	void *row;
};

static void take_answer(void *context, const struct record_field *f)
{
	struct reading *r = context;
	struct store_answer *row = r->row;
	if (f->id == ANSWER_RECEIVED)
		row->received = record_number(f);
	if (f->id == ANSWER_XML) {
		row->xml = arena_strndup(r->arena, f->bytes, f->size);
		row->size = f->size;
	}
}

static void decode_answer(
    struct store *s, struct arena *a, const struct db_bytes *b, struct store_answer *row)
{
	struct reading r = {a, row};
	row->xml = "";
	store_fields(s, "answer", b, take_answer, &r);
}

static void read_answer(
    struct list *l, const struct db_bytes *rest, const struct db_bytes *b, struct store *s)
{
	struct store_answer *row = list_add(l);
	row->query = arena_strndup(l->arena, rest->bytes, rest->size);
	decode_answer(s, l->arena, b, row);
}

struct store_answer *store_answers(struct store *s, struct arena *a, const char *sn, size_t *count)
{
	return read_rows(s, a, DB_ANSWER, sn, sizeof(struct store_answer), read_answer, count);
}

bool store_answer(
    struct store *s, struct arena *a, const char *sn, const char *query, struct store_answer *out)
{
	struct key k;
	struct db_bytes b;
	*out = (struct store_answer){.query = query, .xml = ""};
	key_named(&k, sn, strlen(sn), query, strlen(query));
	if (!db_get(s->db, DB_ANSWER, k.bytes, k.size, &b))
		return false;
	decode_answer(s, a, &b, out);
	return true;
}

static void take_delivery(void *context, const struct record_field *f)
{
	struct store_delivery *row = context;
	if (f->id == DELIVERY_SENT)
		row->sent = record_number(f);
	else if (f->id == DELIVERY_VERSION)
		row->version = record_number(f);
}

static void read_delivery(
    struct list *l, const struct db_bytes *rest, const struct db_bytes *b, struct store *s)
{
	struct store_delivery *row = list_add(l);
	row->snippet = arena_strndup(l->arena, rest->bytes, rest->size);
	store_fields(s, "delivery", b, take_delivery, row);
}

struct store_delivery *store_deliveries(
    struct store *s, struct arena *a, const char *sn, size_t *count)
{
	return read_rows(
	    s, a, DB_DELIVERY, sn, sizeof(struct store_delivery), read_delivery, count);
}

static void take_message(void *context, const struct record_field *f)
{
	struct reading *r = context;
	struct store_message *row = r->row;
	if (f->id == MESSAGE_TEXT)
		row->text = arena_strndup(r->arena, f->bytes, f->size);
}

static void read_message(
    struct list *l, const struct db_bytes *rest, const struct db_bytes *b, struct store *s)
{
	struct store_message *row = list_add(l);
	struct reading r = {l->arena, row};
	row->text = "";
	row->time = rest->size >= KEY_TIME ? (int64_t)key_number(rest->bytes, KEY_TIME) : 0;
	store_fields(s, "message", b, take_message, &r);
}

struct store_message *store_messages(
    struct store *s, struct arena *a, const char *sn, int64_t from, size_t *count)
{
	struct store_message *all =
	    read_rows(s, a, DB_MESSAGE, sn, sizeof(struct store_message), read_message, count);
	size_t old = 0;
	while (old < *count && all[old].time < from)
		old++;
	*count -= old;
	return *count ? all + old : NULL;
}

/* ---- all devices ---- */

/* A key behind `sn` and before any other: no SN has a NUL in it. */
static void key_after(struct key *k, const char *sn)
{
	key_device(k, sn, strlen(sn));
	k->bytes[k->size++] = '\0';
}

void store_each(struct store *s, struct arena *a, const char *after,
    bool (*take)(void *context, const struct device *d), void *context)
{
	struct key from;
	struct db_cursor c;
	struct device d;
	char sn[LIMIT_SN + 1];
	key_after(&from, after);
	bool more = db_seek(&c, s->db, DB_DEVICE, from.bytes, *after ? from.size : 0);
	for (; more; more = db_next(&c)) {
		if (c.key.size > LIMIT_SN) {
			db_fail(s->db, "a key in its table \"device\" is damaged");
			break;
		}
		memcpy(sn, c.key.bytes, c.key.size);
		sn[c.key.size] = '\0';
		if (!decode_device(s, a, arena_strdup(a, sn), &c.value, &d) || !take(context, &d))
			break;
	}
	db_cursor_close(&c);
}

const char **store_idle(struct store *s, struct arena *a, int64_t time, size_t max, size_t *count)
{
	const char **list = arena_calloc(a, max ? max : 1, sizeof *list);
	struct db_cursor c;
	struct device d;
	uint32_t last = key_hour(time);
	*count = 0;
	bool more = db_seek(&c, s->db, DB_IDLE, NULL, 0);
	for (; more && *count < max && c.key.size > KEY_HOUR; more = db_next(&c)) {
		if (key_number(c.key.bytes, KEY_HOUR) > last)
			break;
		const char *sn = arena_strndup(a, c.key.bytes + KEY_HOUR, c.key.size - KEY_HOUR);
		/* In the last hour some are older than `time`, some are not. */
		if (store_device(s, a, sn, &d) && device_is_missing(&d, time, 0))
			list[(*count)++] = sn;
	}
	db_cursor_close(&c);
	return list;
}

const char **store_stale_messages(
    struct store *s, struct arena *a, const char *after, int64_t time, size_t max, size_t *count)
{
	const char **list = arena_calloc(a, max ? max : 1, sizeof *list);
	struct db_cursor c;
	struct key from;
	key_after(&from, after);
	if (*after) /* behind all messages of that one */
		from.bytes[from.size - 1] = 1;
	*count = 0;
	bool more = db_seek(&c, s->db, DB_MESSAGE, from.bytes, *after ? from.size : 0);
	while (more && *count < max) {
		size_t size = strnlen(c.key.bytes, c.key.size);
		const char *sn = arena_strndup(a, c.key.bytes, size);
		bool timed = c.key.size >= size + 1 + KEY_TIME;
		if (timed && (int64_t)key_number(c.key.bytes + size + 1, KEY_TIME) < time)
			list[(*count)++] = sn;
		/* The oldest of each tells; on to the next device. */
		key_prefix(&from, sn, size);
		from.bytes[from.size - 1] = 1;
		db_cursor_close(&c);
		more = db_seek(&c, s->db, DB_MESSAGE, from.bytes, from.size);
	}
	db_cursor_close(&c);
	return list;
}
