/* SPDX-License-Identifier: ISC */
/* What the files of lib/store share: the open store, and how its own records are read. */
#ifndef STORE_INTERNAL_H
#define STORE_INTERNAL_H

#include "base/arena.h"
#include "base/buf.h"
#include "core/change.h"
#include "store/db.h"
#include "store/store.h"

#include <stdbool.h>

#define WRONG_CLOCK 86400 /* seconds: what is so far ahead was noted by a clock that was wrong */

struct store {
	struct db *db;
	char *dir;
	int lock;                               /* of the process that writes; -1 */
	size_t audit_most;                      /* entries: LIMIT_AUDIT, and less in a test */
	size_t session_most;                    /* LIMIT_SESSIONS, likewise */
	size_t news_most;                       /* LIMIT_OUTBOX … */
	size_t alarms_most, alarms_most_of_one; /* … LIMIT_ALARMS, LIMIT_ALARMS_DEVICE, likewise */
	struct arena arena;                     /* for what is read while a change is applied */
	struct buf work, patch;                 /* for records that are being made */
};

struct seen {
	int64_t last, polls;
	uint64_t stamp;
	bool more; /* there are fields of a newer version */
};
/* Of bytes that are no record, all is 0 and the failure is latched. */
void seen_decode(struct store *s, const struct db_bytes *b, struct seen *out);

/* Goes through the fields of a record; a broken one is latched as damage in `table`. */
struct record_field;
bool store_fields(struct store *s, const char *table, const struct db_bytes *b,
    void (*take)(void *context, const struct record_field *f), void *context);

/* A growing array in an arena: what it outgrew stays there until that is reset. */
struct store_list {
	struct arena *arena;
	char *items;
	size_t count, room, size;
};
void *store_list_add(struct store_list *l);

void store_damaged_key(struct store *s, const char *table);

/* Appliers of what is about no device (store_apply.c has the table of all). */
void apply_account(struct store *s, const struct change *c);
void apply_account_drop(struct store *s, const struct change *c);
void apply_session(struct store *s, const struct change *c);
void apply_session_end(struct store *s, const struct change *c);
void apply_sessions_end(struct store *s, const struct change *c);
void apply_sessions_trim(struct store *s, const struct change *c);
void apply_tally(struct store *s, const struct change *c);
void apply_alarm(struct store *s, const struct change *c);
void apply_alarm_ack(struct store *s, const struct change *c);
void apply_alarms_trim(struct store *s, const struct change *c);
void apply_forward(struct store *s, const struct change *c);
void apply_news_trim(struct store *s, const struct change *c);

#endif
