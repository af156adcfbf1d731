/* SPDX-License-Identifier: ISC */
/*
 * Alarms, the news that they make, and how far those are passed on (core/alarm.h, core/forward.h). News are made in
 * the transaction that makes them true, so what a restart finds is never one without the other.
 */
#include "store/store.h"

#include "base/limits.h"
#include "core/change.h"
#include "core/record.h"
#include "store/db.h"
#include "store/internal.h"
#include "store/keys.h"

#include <stdio.h>
#include <string.h>

#define DAMAGED "a record in its table \"%s\" is damaged; rollcall repair says what can be done"

/* ---- news ---- */

static int64_t last_news(struct store *s)
{
	struct db_cursor c;
	int64_t number = 0;
	if (db_seek_back(&c, s->db, DB_NEWS, NULL, 0) && c.key.size == KEY_TIME)
		number = (int64_t)key_number(c.key.bytes, KEY_TIME);
	db_cursor_close(&c);
	return number;
}

static bool delete_first_news(struct store *s, int64_t upto)
{
	struct db_cursor c;
	struct key k = {.size = 0};
	if (db_seek(&c, s->db, DB_NEWS, NULL, 0) && c.key.size == KEY_TIME &&
	    (int64_t)key_number(c.key.bytes, KEY_TIME) <= upto) {
		memcpy(k.bytes, c.key.bytes, c.key.size); /* it is deleted under the cursor */
		k.size = c.key.size;
	}
	db_cursor_close(&c);
	if (k.size)
		db_delete(s->db, DB_NEWS, k.bytes, k.size);
	return k.size != 0;
}

/* Numbers are never used again, also when all news were taken: a target would take new ones for old. */
static int64_t next_news(struct store *s)
{
	struct db_cursor c;
	struct forward_state state;
	int64_t number = last_news(s);
	bool more = db_seek(&c, s->db, DB_FORWARD, NULL, 0);
	for (; more; more = db_next(&c)) {
		if (forward_decode(&s->arena, "", c.value.bytes, c.value.size, &state) &&
		    state.taken > number)
			number = state.taken;
	}
	db_cursor_close(&c);
	return number + 1;
}

static void add_news(struct store *s, const struct alarm_report *r, const struct alarm *alarm)
{
	struct key k;
	int64_t number = next_news(s);
	struct news news = {.report = *r, .count = alarm->count};
	/* Who is told that it was cleared wants to know what it was. */
	news.report.source = alarm->source;
	news.report.text = alarm->text;
	news.report.severity = alarm->severity;
	buf_reset(&s->work);
	news_encode(&s->work, &news);
	key_time(&k, number);
	db_put(s->db, DB_NEWS, k.bytes, k.size, s->work.data, s->work.size);
	for (int i = 0; i < 2 && db_count(s->db, DB_NEWS) > s->news_most; i++)
		delete_first_news(s, INT64_MAX);
}

void apply_news_trim(struct store *s, const struct change *c)
{
	while (delete_first_news(s, c->number))
		;
}

void apply_forward(struct store *s, const struct change *c)
{
	struct db_bytes old = {"", 0};
	db_get(s->db, DB_FORWARD, c->name, c->name_size, &old);
	buf_reset(&s->work);
	if (record_merge(&s->work, old.bytes, old.size, c->bytes, c->size))
		db_put(s->db, DB_FORWARD, c->name, c->name_size, buf_text(&s->work), s->work.size);
	else
		db_fail(s->db, DAMAGED, db_table_name(DB_FORWARD));
}

/* ---- alarms ---- */

/* What it was; false: there was none, `out` is an empty one. */
static bool get_alarm(
    struct store *s, const struct change *c, struct db_bytes *old, struct alarm *out)
{
	*old = (struct db_bytes){"", 0};
	bool had = db_get(s->db, DB_ALARM, c->name, c->name_size, old);
	if (!alarm_decode(&s->arena, c->name, c->name_size, old->bytes, old->size, out))
		db_fail(s->db, DAMAGED, db_table_name(DB_ALARM));
	return had;
}

static void put_alarm(
    struct store *s, const struct change *c, const struct db_bytes *old, const struct buf *patch)
{
	buf_reset(&s->work);
	if (record_merge(&s->work, old->bytes, old->size, buf_text(patch), patch->size))
		db_put(s->db, DB_ALARM, c->name, c->name_size, buf_text(&s->work), s->work.size);
	else
		db_fail(s->db, DAMAGED, db_table_name(DB_ALARM));
}

/* "FROM\t": what all alarms of one begin with. */
static size_t prefix_size(const struct change *c)
{
	return (size_t)((const char *)memchr(c->name, '\t', c->name_size) - c->name) + 1;
}

/* Those whose keys stand in `work`, each after its size. */
static void delete_found(struct store *s)
{
	for (size_t at = 0; at < s->work.size; at += 1 + (unsigned char)s->work.data[at])
		db_delete(s->db, DB_ALARM, s->work.data + at + 1, (unsigned char)s->work.data[at]);
}

struct quietest {
	struct key key;
	int64_t last;
	bool active;
	size_t count;
};

/* Of the alarms of one, how many there are, and which was quiet for longest: an active one last of all. */
static void find_quietest(struct store *s, const struct change *c, struct quietest *q)
{
	struct db_cursor cursor;
	struct alarm one;
	size_t size = prefix_size(c);
	*q = (struct quietest){.last = INT64_MAX, .active = true};
	bool more = db_seek(&cursor, s->db, DB_ALARM, c->name, size);
	for (; more && cursor.key.size > size && memcmp(cursor.key.bytes, c->name, size) == 0;
	     more = db_next(&cursor)) {
		q->count++;
		if (!alarm_decode(&s->arena, cursor.key.bytes, cursor.key.size, cursor.value.bytes,
			cursor.value.size, &one))
			continue;
		bool active = one.raised != 0;
		if (active > q->active || (active == q->active && one.last >= q->last))
			continue;
		q->active = active;
		q->last = one.last;
		q->key.size = cursor.key.size;
		memcpy(q->key.bytes, cursor.key.bytes, cursor.key.size);
	}
	db_cursor_close(&cursor);
}

/* ---- when devices have filled all places ---- */

#define ADDRESSES 1024 /* counters; addresses that share one are taken for one */
#define SHARE_GONE 100 /* one of so many alarms goes at a time, so looking at all of them is rare */

static unsigned counter_of(const char *address)
{
	uint32_t hash = 2166136261U; /* FNV-1a */
	for (; *address; address++)
		hash = (hash ^ (unsigned char)*address) * 16777619U;
	return hash % ADDRESSES;
}

static bool is_own(const char *id, size_t size)
{
	static const char prefix[] = ALARM_SERVER "\t";
	return size >= sizeof prefix - 1 && memcmp(id, prefix, sizeof prefix - 1) == 0;
}

/* The counter of the one at the cursor, and whether it may go at all. */
static bool may_go(struct arena *a, const struct db_cursor *c, unsigned *counter)
{
	struct alarm one;
	arena_reset(a);
	if (is_own(c->key.bytes, c->key.size) ||
	    !alarm_decode(a, c->key.bytes, c->key.size, c->value.bytes, c->value.size, &one))
		return false;
	*counter = counter_of(one.address ? one.address : "");
	return true;
}

static unsigned busiest(struct store *s, struct arena *a)
{
	size_t counts[ADDRESSES] = {0};
	struct db_cursor c;
	unsigned counter, most = 0;
	for (bool more = db_seek(&c, s->db, DB_ALARM, NULL, 0); more; more = db_next(&c)) {
		if (may_go(a, &c, &counter) && ++counts[counter] > counts[most])
			most = counter;
	}
	db_cursor_close(&c);
	return most;
}

/*
 * Whoever makes up names by the thousand shall not keep those out that have one: of the address that most alarms
 * came from, some go. First they are found, as deleting ends the walk.
 */
static void thin_out(struct store *s)
{
	struct arena a = {0};
	struct db_cursor c;
	unsigned counter, most = busiest(s, &a);
	size_t left = s->alarms_most / SHARE_GONE + 1;
	buf_reset(&s->work);
	for (bool more = db_seek(&c, s->db, DB_ALARM, NULL, 0); more && left; more = db_next(&c)) {
		if (!may_go(&a, &c, &counter) || counter != most)
			continue;
		buf_addc(&s->work, (char)c.key.size);
		buf_add(&s->work, c.key.bytes, c.key.size);
		left--;
	}
	db_cursor_close(&c);
	arena_free(&a);
	delete_found(s);
}

/* The server's own are few, and have a place besides. */
static void make_room(struct store *s, const struct change *c)
{
	struct quietest q;
	find_quietest(s, c, &q);
	if (q.count >= s->alarms_most_of_one && q.key.size)
		db_delete(s->db, DB_ALARM, q.key.bytes, q.key.size);
	else if (!is_own(c->name, c->name_size) && db_count(s->db, DB_ALARM) >= s->alarms_most)
		thin_out(s);
}

void apply_alarm(struct store *s, const struct change *c)
{
	struct db_bytes old;
	struct alarm was, now;
	struct alarm_report r;
	arena_reset(&s->arena);
	if (!alarm_report_decode(&s->arena, c->bytes, c->size, &r))
		return;
	bool had = get_alarm(s, c, &old, &was);
	now = was;
	if (!had && r.act == ALARM_CLEAR)
		return;
	if (!had)
		make_room(s, c);
	enum alarm_news news = alarm_take(&now, &r);
	buf_reset(&s->patch);
	alarm_encode(&s->patch, &was, &now);
	if (s->patch.size) {
		/* `old` is gone when room was made. */
		if (had)
			db_get(s->db, DB_ALARM, c->name, c->name_size, &old);
		put_alarm(s, c, &old, &s->patch);
	}
	if (news == ALARM_NEWS)
		add_news(s, &r, &now);
}

void apply_alarm_ack(struct store *s, const struct change *c)
{
	struct db_bytes old;
	if (!db_get(s->db, DB_ALARM, c->name, c->name_size, &old))
		return;
	const struct buf patch = {.data = (char *)c->bytes, .size = c->size};
	put_alarm(s, c, &old, &patch);
}

/* First they are found, as deleting ends the walk. */
void apply_alarms_trim(struct store *s, const struct change *c)
{
	struct db_cursor cursor;
	struct alarm one;
	arena_reset(&s->arena);
	buf_reset(&s->work);
	bool more = db_seek(&cursor, s->db, DB_ALARM, NULL, 0);
	for (; more; more = db_next(&cursor)) {
		bool old = alarm_decode(&s->arena, cursor.key.bytes, cursor.key.size,
			       cursor.value.bytes, cursor.value.size, &one) &&
			   !one.raised && one.last < c->time && one.cleared < c->time;
		if (old) {
			buf_addc(&s->work, (char)cursor.key.size);
			buf_add(&s->work, cursor.key.bytes, cursor.key.size);
		}
		arena_reset(&s->arena);
	}
	db_cursor_close(&cursor);
	delete_found(s);
}

/* ---- reading ---- */

bool store_alarm(
    struct store *s, struct arena *a, const char *from, const char *code, struct alarm *out)
{
	struct db_bytes b;
	const char *id = alarm_id(a, from, code);
	if (!db_get(s->db, DB_ALARM, id, strlen(id), &b))
		return false;
	if (alarm_decode(a, id, strlen(id), b.bytes, b.size, out))
		return true;
	db_fail(s->db, DAMAGED, db_table_name(DB_ALARM));
	return false;
}

void store_alarms_each(struct store *s, struct arena *a, const char *from,
    bool (*take)(void *context, const struct alarm *alarm), void *context)
{
	struct db_cursor c;
	struct alarm one;
	char prefix[ALARM_FROM + 2];
	size_t size = 0;
	if (from)
		size = (size_t)snprintf(prefix, sizeof prefix, "%s\t", from);
	if (size >= sizeof prefix) /* nobody is called so */
		return;
	bool more = db_seek(&c, s->db, DB_ALARM, prefix, size);
	for (; more && (!size || (c.key.size > size && memcmp(c.key.bytes, prefix, size) == 0));
	     more = db_next(&c)) {
		if (!alarm_decode(a, c.key.bytes, c.key.size, c.value.bytes, c.value.size, &one)) {
			store_damaged_key(s, "alarm");
			break;
		}
		if (!take(context, &one))
			break;
	}
	db_cursor_close(&c);
}

struct news *store_news(struct store *s, struct arena *a, int64_t after, size_t most, size_t *count)
{
	struct store_list l = {.arena = a, .size = sizeof(struct news)};
	struct db_cursor c;
	struct key first;
	key_time(&first, after + 1);
	bool more = db_seek(&c, s->db, DB_NEWS, first.bytes, first.size);
	for (; more && l.count < most; more = db_next(&c)) {
		struct news *one = store_list_add(&l);
		if (c.key.size == KEY_TIME &&
		    news_decode(a, (int64_t)key_number(c.key.bytes, KEY_TIME), c.value.bytes,
			c.value.size, one))
			continue;
		store_damaged_key(s, "news");
		break;
	}
	db_cursor_close(&c);
	*count = l.count;
	return (struct news *)(void *)l.items;
}

int64_t store_news_last(struct store *s)
{
	return last_news(s);
}

struct forward_state *store_forwards(struct store *s, struct arena *a, size_t *count)
{
	struct store_list l = {.arena = a, .size = sizeof(struct forward_state)};
	struct db_cursor c;
	bool more = db_seek(&c, s->db, DB_FORWARD, NULL, 0);
	for (; more; more = db_next(&c)) {
		const char *id = arena_strndup(a, c.key.bytes, c.key.size);
		if (!forward_decode(a, id, c.value.bytes, c.value.size, store_list_add(&l)))
			store_damaged_key(s, "forward");
	}
	db_cursor_close(&c);
	*count = l.count;
	return (struct forward_state *)(void *)l.items;
}
