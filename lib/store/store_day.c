/* SPDX-License-Identifier: ISC */
/* What a device did on a day, as far as its answers and deliveries tell: nothing of them is copied. */
#include "store/store.h"

#include "core/record.h"
#include "store/db.h"
#include "store/internal.h"
#include "store/keys.h"

#include <string.h>

struct moment {
	unsigned field;
	int64_t time;
};

static void take_moment(void *context, const struct record_field *f)
{
	struct moment *m = context;
	if (f->id == m->field)
		m->time = record_number(f);
}

static size_t count_kind(struct store *s, const char *sn, enum key_kind kind, unsigned field,
    const struct store_span *span)
{
	struct key prefix;
	struct db_cursor c;
	size_t count = 0;
	key_kind(&prefix, sn, strlen(sn), kind);
	bool more = db_seek(&c, s->db, DB_DEVICE, prefix.bytes, prefix.size);
	for (; more && key_has_prefix(&prefix, c.key.bytes, c.key.size); more = db_next(&c)) {
		struct moment m = {.field = field, .time = -1};
		store_fields(
		    s, kind == KEY_ANSWER ? "answer" : "delivery", &c.value, take_moment, &m);
		count += m.time >= span->from && m.time < span->until;
	}
	db_cursor_close(&c);
	return count;
}

size_t store_answered(struct store *s, const char *sn, const struct store_span *span)
{
	return count_kind(s, sn, KEY_ANSWER, ANSWER_RECEIVED, span);
}

size_t store_delivered(struct store *s, const char *sn, const struct store_span *span)
{
	return count_kind(s, sn, KEY_DELIVERY, DELIVERY_SENT, span);
}
