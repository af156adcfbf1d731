/* SPDX-License-Identifier: ISC */
/* What is read in a snapshot: keys and records of the store become plain structs in an arena. */
#include "store/store.h"

#include "base/limits.h"
#include "core/record.h"
#include "store/db.h"
#include "store/internal.h"
#include "store/keys.h"

#include <stdio.h>
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
	else if (f->id == SEEN_STAMP)
		seen->stamp = (uint64_t)record_number(f);
	else
		seen->more = true;
}

/*
 * As put_seen() writes it: a record that is read a hundred thousand times for a page. False: it looks
 * otherwise.
 */
static bool decode_usual(const struct db_bytes *b, struct seen *out)
{
	static const char heads[3][RECORD_HEAD] = {
	    {0, SEEN_LAST, 0, 0, 0, 8}, {0, SEEN_POLLS, 0, 0, 0, 8}, {0, SEEN_STAMP, 0, 0, 0, 8}};
	enum { FIELD = RECORD_HEAD + 8 };
	uint64_t numbers[3];
	if (b->size != sizeof numbers / sizeof *numbers * FIELD)
		return false;
	for (size_t i = 0; i < 3; i++) {
		if (memcmp(b->bytes + i * FIELD, heads[i], RECORD_HEAD) != 0)
			return false;
		numbers[i] = key_number(b->bytes + i * FIELD + RECORD_HEAD, 8);
	}
	*out = (struct seen){(int64_t)numbers[0], (int64_t)numbers[1], numbers[2], false};
	return true;
}

void seen_decode(struct store *s, const struct db_bytes *b, struct seen *out)
{
	const struct seen never = {0};
	if (decode_usual(b, out))
		return;
	*out = never;
	if (!store_fields(s, "seen", b, take_seen, out))
		*out = never;
}

void store_seen(struct store *s, struct device *d)
{
	struct db_bytes b;
	struct seen seen;
	if (!db_get(s->db, DB_SEEN, d->sn, strlen(d->sn), &b))
		return;
	seen_decode(s, &b, &seen);
	d->seen = seen.last;
	d->polls = seen.polls;
}

static bool decode_device(
    struct store *s, struct arena *a, const char *sn, const struct db_bytes *b, struct device *out)
{
	if (device_decode(a, sn, b->bytes, b->size, out))
		return true;
	db_fail(
	    s->db, "the record of device %s is damaged; rollcall repair says what can be done", sn);
	return false;
}

bool store_device(struct store *s, struct arena *a, const char *sn, struct device *out)
{
	struct db_bytes b;
	struct key k;
	size_t size = strlen(sn);
	device_init(out, sn);
	if (!size || size > LIMIT_SN)
		return false;
	key_kind(&k, sn, size, KEY_DEVICE);
	return db_get(s->db, DB_DEVICE, k.bytes, k.size, &b) && decode_device(s, a, sn, &b, out);
}

/* ---- lists of one device ---- */

void *store_list_add(struct store_list *l)
{
	l->items = arena_room(l->arena, l->items, l->count, &l->room, l->size, 8);
	return l->items + l->count++ * l->size;
}

/* What stands in a row of a list, from its key (behind the prefix) and its record. */
typedef void (*row_reader)(
    struct store_list *l, const struct db_bytes *rest, const struct db_bytes *b, struct store *s);

static void *read_rows(struct store *s, struct arena *a, enum key_kind kind, const char *sn,
    size_t item, row_reader read, size_t *count)
{
	struct store_list l = {.arena = a, .size = item};
	struct key prefix;
	struct db_cursor c;
	key_kind(&prefix, sn, strlen(sn), kind);
	bool more = db_seek(&c, s->db, DB_DEVICE, prefix.bytes, prefix.size);
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
    struct store_list *l, const struct db_bytes *rest, const struct db_bytes *b, struct store *s)
{
	struct store_answer *row = store_list_add(l);
	row->query = arena_strndup(l->arena, rest->bytes, rest->size);
	decode_answer(s, l->arena, b, row);
}

struct store_answer *store_answers(struct store *s, struct arena *a, const char *sn, size_t *count)
{
	return read_rows(s, a, KEY_ANSWER, sn, sizeof(struct store_answer), read_answer, count);
}

bool store_answer(
    struct store *s, struct arena *a, const char *sn, const char *query, struct store_answer *out)
{
	struct key k;
	struct db_bytes b;
	*out = (struct store_answer){.query = query, .xml = ""};
	key_named(&k, sn, strlen(sn), KEY_ANSWER, query, strlen(query));
	if (!db_get(s->db, DB_DEVICE, k.bytes, k.size, &b))
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
    struct store_list *l, const struct db_bytes *rest, const struct db_bytes *b, struct store *s)
{
	struct store_delivery *row = store_list_add(l);
	row->snippet = arena_strndup(l->arena, rest->bytes, rest->size);
	store_fields(s, "delivery", b, take_delivery, row);
}

struct store_delivery *store_deliveries(
    struct store *s, struct arena *a, const char *sn, size_t *count)
{
	return read_rows(
	    s, a, KEY_DELIVERY, sn, sizeof(struct store_delivery), read_delivery, count);
}

static void take_message(void *context, const struct record_field *f)
{
	struct reading *r = context;
	struct store_message *row = r->row;
	if (f->id == MESSAGE_TEXT)
		row->text = arena_strndup(r->arena, f->bytes, f->size);
}

static void read_message(
    struct store_list *l, const struct db_bytes *rest, const struct db_bytes *b, struct store *s)
{
	struct store_message *row = store_list_add(l);
	struct reading r = {l->arena, row};
	row->text = "";
	row->time = rest->size >= KEY_TIME ? (int64_t)key_number(rest->bytes, KEY_TIME) : 0;
	store_fields(s, "message", b, take_message, &r);
}

struct store_message *store_messages(
    struct store *s, struct arena *a, const char *sn, int64_t from, size_t *count)
{
	struct store_message *all =
	    read_rows(s, a, KEY_MESSAGE, sn, sizeof(struct store_message), read_message, count);
	size_t old = 0;
	while (old < *count && all[old].time < from)
		old++;
	*count -= old;
	return *count ? all + old : NULL;
}

/* ---- all devices ---- */

void store_damaged_key(struct store *s, const char *table)
{
	db_fail(s->db,
	    "a key in its table \"%s\" is damaged; rollcall repair says what can be done", table);
}

/* The serial number that a key of the table `device` begins with; NULL: it is none of ours. */
static const char *serial_of(struct store *s, struct arena *a, const struct db_bytes *key)
{
	size_t size = strnlen(key->bytes, key->size);
	if (size && size <= LIMIT_SN && size + 1 < key->size)
		return arena_strndup(a, key->bytes, size);
	store_damaged_key(s, "device");
	return NULL;
}

/* The first key of the next device. */
static bool seek_device(struct db_cursor *c, struct store *s, const char *after)
{
	struct key k;
	key_behind(&k, after, strlen(after));
	return db_seek(c, s->db, DB_DEVICE, k.bytes, *after ? k.size : 0);
}

void store_each(struct store *s, struct arena *a, const char *after,
    bool (*take)(void *context, const struct device *d), void *context)
{
	char last[LIMIT_SN + 1];
	struct db_cursor c;
	struct device d;
	bool more = seek_device(&c, s, after);
	while (more) {
		const char *sn = serial_of(s, a, &c.key);
		if (!sn || !decode_device(s, a, sn, &c.value, &d))
			break;
		snprintf(last, sizeof last, "%s", sn); /* `take` may reset the arena */
		store_seen(s, &d);
		if (!take(context, &d))
			break;
		db_cursor_close(&c);
		more = seek_device(&c, s, last);
	}
	db_cursor_close(&c);
}

/* Was it last heard of before `time`? */
static bool is_idle(
    struct store *s, struct arena *a, const char *sn, const struct db_bytes *b, int64_t time)
{
	struct seen seen;
	struct device d;
	if (!record_is_whole(b->bytes, b->size))
		return false; /* one that is damaged keeps nobody else here; repair finds it */
	seen_decode(s, b, &seen);
	if (!seen.last && store_device(s, a, sn, &d))
		seen.last = d.created;
	return seen.last < time;
}

/* Its oldest message tells. */
static bool has_stale(
    struct store *s, struct arena *a, const char *sn, const struct db_bytes *b, int64_t time)
{
	struct db_cursor c;
	struct key k;
	(void)a, (void)b;
	key_kind(&k, sn, strlen(sn), KEY_MESSAGE);
	bool stale = db_seek(&c, s->db, DB_DEVICE, k.bytes, k.size) &&
		     key_has_prefix(&k, c.key.bytes, c.key.size) &&
		     c.key.size >= k.size + KEY_TIME &&
		     (int64_t)key_number(c.key.bytes + k.size, KEY_TIME) < time;
	db_cursor_close(&c);
	return stale;
}

/* A part of a walk: the devices that `fits` says yes to. */
struct walk {
	const char *after;
	int64_t time;
	bool (*fits)(struct store *s, struct arena *a, const char *sn, const struct db_bytes *seen,
	    int64_t time);
};

static const char **walk(
    struct store *s, struct arena *a, const struct walk *w, size_t *count, const char **next)
{
	struct store_list l = {.arena = a, .size = sizeof(const char *)};
	struct db_cursor c;
	char sn[LIMIT_SN + 1] = "";
	size_t looked = 0;
	bool more = db_seek(&c, s->db, DB_SEEN, w->after, strlen(w->after));
	for (; more && looked < STORE_PART; more = db_next(&c)) {
		if (c.key.size > LIMIT_SN) {
			store_damaged_key(s, "seen");
			more = false;
			break;
		}
		memcpy(sn, c.key.bytes, c.key.size);
		sn[c.key.size] = '\0';
		if (strcmp(sn, w->after) == 0)
			continue;
		looked++;
		if (w->fits(s, a, sn, &c.value, w->time))
			*(const char **)store_list_add(&l) = arena_strdup(a, sn);
	}
	db_cursor_close(&c);
	*next = more ? arena_strdup(a, sn) : NULL;
	*count = l.count;
	return (const char **)(void *)l.items;
}

const char **store_idle(struct store *s, struct arena *a, const char *after, int64_t time,
    size_t *count, const char **next)
{
	return walk(s, a, &(struct walk){after, time, is_idle}, count, next);
}

const char **store_stale_messages(struct store *s, struct arena *a, const char *after, int64_t time,
    size_t *count, const char **next)
{
	return walk(s, a, &(struct walk){after, time, has_stale}, count, next);
}

/* ---- what changed ---- */

uint64_t store_stamp(struct store *s)
{
	return db_stamp(s->db);
}

/* Every device has a record in `seen` from when it is made. */
void store_stamps_each(
    struct store *s, bool (*take)(void *context, const struct store_stamp *one), void *context)
{
	struct db_cursor c;
	struct seen seen;
	bool more = db_seek(&c, s->db, DB_SEEN, NULL, 0);
	while (more) {
		if (!c.key.size || c.key.size > LIMIT_SN) {
			store_damaged_key(s, "seen");
			break;
		}
		seen_decode(s, &c.value, &seen);
		const struct store_stamp one = {
		    .sn = c.key.bytes,
		    .sn_size = c.key.size,
		    .seen = seen.last,
		    .polls = seen.polls,
		    .stamp = seen.stamp,
		};
		more = take(context, &one) && db_next(&c);
	}
	db_cursor_close(&c);
}

/* ---- certificates, and what was done ---- */

static bool decode_issued(struct store *s, struct arena *a, const char *serial,
    const struct db_bytes *b, struct issued *out)
{
	if (issued_decode(a, serial, b->bytes, b->size, out))
		return true;
	db_fail(s->db,
	    "the record of certificate %s is damaged; rollcall repair says what can be done",
	    serial);
	return false;
}

bool store_issued(struct store *s, struct arena *a, const char *serial, struct issued *out)
{
	struct db_bytes b;
	issued_decode(a, serial, "", 0, out); /* nothing is known */
	return issued_is_serial(serial, strlen(serial)) &&
	       db_get(s->db, DB_ISSUED, serial, strlen(serial), &b) &&
	       decode_issued(s, a, serial, &b, out);
}

void store_issued_each(struct store *s, struct arena *a,
    bool (*take)(void *context, const struct issued *i), void *context)
{
	struct db_cursor c;
	struct issued one;
	bool more = db_seek(&c, s->db, DB_ISSUED, NULL, 0);
	for (; more; more = db_next(&c)) {
		if (!issued_is_serial(c.key.bytes, c.key.size)) {
			store_damaged_key(s, "issued");
			break;
		}
		const char *serial = arena_strndup(a, c.key.bytes, c.key.size);
		if (!decode_issued(s, a, serial, &c.value, &one) || !take(context, &one))
			break;
	}
	db_cursor_close(&c);
}

static bool read_audit(
    struct store *s, struct arena *a, const struct db_cursor *c, struct audit *out)
{
	if (c->key.size != KEY_AUDIT) {
		store_damaged_key(s, "audit");
		return false;
	}
	int64_t time = (int64_t)key_number(c->key.bytes, KEY_TIME);
	if (audit_decode(a, time, c->value.bytes, c->value.size, out))
		return true;
	db_fail(s->db,
	    "a record in its table \"audit\" is damaged; rollcall repair says what can be done");
	return false;
}

void store_audit_each(struct store *s, struct arena *a, int64_t before,
    bool (*take)(void *context, const struct audit *entry), void *context)
{
	struct db_cursor c;
	struct key k;
	struct audit one;
	key_audit(&k, before, 0);
	bool more = db_seek_back(&c, s->db, DB_AUDIT, k.bytes, k.size);
	while (more && read_audit(s, a, &c, &one) && take(context, &one))
		more = db_previous(&c);
	db_cursor_close(&c);
}

struct newest {
	struct store_list list;
	size_t most;
};

static bool take_newest(void *context, const struct audit *entry)
{
	struct newest *n = context;
	*(struct audit *)store_list_add(&n->list) = *entry;
	return n->list.count < n->most;
}

struct audit *store_audit(struct store *s, struct arena *a, size_t most, size_t *count)
{
	struct newest n = {{.arena = a, .size = sizeof(struct audit)}, most};
	if (most)
		store_audit_each(s, a, INT64_MAX, take_newest, &n);
	*count = n.list.count;
	return (struct audit *)(void *)n.list.items;
}
