/* SPDX-License-Identifier: ISC */
/* What is counted over time: how it is added to, and how it is read. */
#include "store/store.h"

#include "core/change.h"
#include "core/record.h"
#include "store/db.h"
#include "store/internal.h"
#include "store/keys.h"

#include <string.h>

static void take_count(void *context, const struct record_field *f)
{
	int64_t *count = context;
	if (f->id == TALLY_COUNT)
		*count = record_number(f);
}

static int64_t count_in(struct store *s, const struct db_bytes *b)
{
	int64_t count = 0;
	store_fields(s, "tally", b, take_count, &count);
	return count > 0 ? count : 0;
}

/* ---- adding ---- */

/* The first from `from` on; with so many of them in `count`. */
static bool first_of(struct store *s, const struct key *prefix, const struct key *from,
    struct key *first, size_t *count)
{
	struct db_cursor c;
	*count = 0;
	bool more = db_seek(&c, s->db, DB_TALLY, from->bytes, from->size);
	for (; more && key_has_prefix(prefix, c.key.bytes, c.key.size); more = db_next(&c)) {
		if (++*count > 1)
			continue;
		first->size = c.key.size < sizeof first->bytes ? c.key.size : sizeof first->bytes;
		memcpy(first->bytes, c.key.bytes, first->size);
	}
	db_cursor_close(&c);
	return *count > 0;
}

static void drop_spare(struct store *s, const struct change *c)
{
	struct key prefix, ahead, first;
	size_t count;
	key_tallies(&prefix, c->name, c->name_size);
	key_tally(&ahead, c->name, c->name_size, c->time + WRONG_CLOCK);
	while (first_of(s, &prefix, &ahead, &first, &count))
		db_delete(s->db, DB_TALLY, first.bytes, first.size);
	while (first_of(s, &prefix, &prefix, &first, &count) && count > STORE_TALLIES)
		db_delete(s->db, DB_TALLY, first.bytes, first.size);
}

void apply_tally(struct store *s, const struct change *c)
{
	struct db_bytes old;
	struct key k;
	key_tally(&k, c->name, c->name_size, c->time - c->time % STORE_TALLY);
	bool had = db_get(s->db, DB_TALLY, k.bytes, k.size, &old);
	int64_t count = had ? count_in(s, &old) : 0;
	count += c->number < INT64_MAX - count ? c->number : INT64_MAX - count;
	buf_reset(&s->work);
	record_add_number(&s->work, TALLY_COUNT, count);
	db_put(s->db, DB_TALLY, k.bytes, k.size, s->work.data, s->work.size);
	if (!had)
		drop_spare(s, c);
}

/* ---- reading ---- */

struct store_tally *store_tallies(
    struct store *s, struct arena *a, const char *what, int64_t from, size_t *count)
{
	struct store_list l = {.arena = a, .size = sizeof(struct store_tally)};
	struct key prefix, first;
	struct db_cursor c;
	key_tallies(&prefix, what, strlen(what));
	key_tally(&first, what, strlen(what), from);
	bool more = db_seek(&c, s->db, DB_TALLY, first.bytes, first.size);
	for (; more && key_has_prefix(&prefix, c.key.bytes, c.key.size); more = db_next(&c)) {
		if (c.key.size != prefix.size + KEY_TIME) {
			store_damaged_key(s, "tally");
			break;
		}
		struct store_tally *one = store_list_add(&l);
		one->time = (int64_t)key_number(c.key.bytes + prefix.size, KEY_TIME);
		one->count = count_in(s, &c.value);
	}
	db_cursor_close(&c);
	*count = l.count;
	return (struct store_tally *)(void *)l.items;
}
