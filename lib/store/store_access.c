/* SPDX-License-Identifier: ISC */
/*
 * Accounts and sessions: how they change, and how they are read. What is merged into one that is gone
 * meanwhile changes nothing, so that nobody who was signed out comes back by a last sign of life.
 */
#include "store/store.h"

#include "core/change.h"
#include "core/record.h"
#include "store/db.h"
#include "store/internal.h"

#include <string.h>

/* Fixed for ever (core/account.c): what only a whole record has. */
enum { ACCOUNT_MADE = 3, SESSION_USER = 1, SESSION_MADE = 3, SESSION_USED };

/* ---- changing ---- */

static bool has_field(const char *bytes, size_t size, unsigned id)
{
	struct record_cursor c;
	struct record_field f;
	bool has = false;
	record_open(&c, bytes, size);
	while (record_next(&c, &f))
		has = has || f.id == id;
	return has;
}

/* `whole`: a field that one that is new must have. False: nothing was done, as it has not. */
static bool merge(
    struct store *s, enum db_table t, const struct change *c, unsigned whole, bool *is_new)
{
	struct db_bytes old = {"", 0};
	*is_new = !db_get(s->db, t, c->name, c->name_size, &old);
	if (*is_new && !has_field(c->bytes, c->size, whole))
		return false;
	buf_reset(&s->work);
	if (record_merge(&s->work, old.bytes, old.size, c->bytes, c->size))
		db_put(s->db, t, c->name, c->name_size, buf_text(&s->work), s->work.size);
	else
		db_fail(s->db,
		    "a record in its table \"%s\" is damaged; rollcall repair says what can be done",
		    db_table_name(t));
	return true;
}

void apply_account(struct store *s, const struct change *c)
{
	bool is_new;
	merge(s, DB_ACCOUNT, c, ACCOUNT_MADE, &is_new);
}

/* What a session is judged by when some of them go. */
struct facts {
	const char *user;
	size_t user_size;
	int64_t used;
};

static void take_fact(void *context, const struct record_field *f)
{
	struct facts *out = context;
	if (f->id == SESSION_USER) {
		out->user = f->bytes;
		out->user_size = f->size;
	}
	if ((f->id == SESSION_MADE || f->id == SESSION_USED) && record_number(f) > out->used)
		out->used = record_number(f);
}

/* Ends the sessions that `fits` says yes to: first they are found, as deleting ends the walk. */
static void end_those(struct store *s, const struct change *c,
    bool (*fits)(const struct facts *facts, const struct change *c))
{
	struct db_cursor cursor;
	buf_reset(&s->work);
	bool more = db_seek(&cursor, s->db, DB_SESSION, NULL, 0);
	for (; more; more = db_next(&cursor)) {
		struct facts facts = {.user = ""};
		if (cursor.key.size == SESSION_ID &&
		    store_fields(s, "session", &cursor.value, take_fact, &facts) && fits(&facts, c))
			buf_add(&s->work, cursor.key.bytes, SESSION_ID);
	}
	db_cursor_close(&cursor);
	for (size_t at = 0; at < s->work.size; at += SESSION_ID)
		db_delete(s->db, DB_SESSION, s->work.data + at, SESSION_ID);
}

/* The one that was not used for longest. */
static void end_oldest(struct store *s)
{
	struct db_cursor c;
	char oldest[SESSION_ID];
	int64_t used = INT64_MAX;
	bool more = db_seek(&c, s->db, DB_SESSION, NULL, 0);
	for (; more; more = db_next(&c)) {
		struct facts facts = {.user = ""};
		if (c.key.size != SESSION_ID ||
		    !store_fields(s, "session", &c.value, take_fact, &facts) || facts.used >= used)
			continue;
		used = facts.used;
		memcpy(oldest, c.key.bytes, SESSION_ID);
	}
	db_cursor_close(&c);
	if (used < INT64_MAX)
		db_delete(s->db, DB_SESSION, oldest, SESSION_ID);
}

void apply_session(struct store *s, const struct change *c)
{
	bool is_new;
	bool made = merge(s, DB_SESSION, c, SESSION_USER, &is_new) && is_new;
	/* Of far too many (the limit was lowered) each new one takes two away. */
	for (int i = 0; made && i < 2 && db_count(s->db, DB_SESSION) > s->session_most; i++)
		end_oldest(s);
}

void apply_session_end(struct store *s, const struct change *c)
{
	db_delete(s->db, DB_SESSION, c->name, c->name_size);
}

static bool is_of_user(const struct facts *facts, const struct change *c)
{
	return facts->user_size == c->name_size && memcmp(facts->user, c->name, c->name_size) == 0;
}

void apply_sessions_end(struct store *s, const struct change *c)
{
	end_those(s, c, is_of_user);
}

void apply_account_drop(struct store *s, const struct change *c)
{
	db_delete(s->db, DB_ACCOUNT, c->name, c->name_size);
	end_those(s, c, is_of_user);
}

static bool is_unused(const struct facts *facts, const struct change *c)
{
	return facts->used < c->time;
}

void apply_sessions_trim(struct store *s, const struct change *c)
{
	end_those(s, c, is_unused);
}

/* ---- reading ---- */

static bool decode_account(struct store *s, struct arena *a, const struct db_bytes *key,
    const struct db_bytes *b, struct account *out)
{
	const char *name = arena_strndup(a, key->bytes, key->size);
	if (account_decode(a, name, b->bytes, b->size, out))
		return true;
	db_fail(
	    s->db, "the record of user %s is damaged; rollcall repair says what can be done", name);
	return false;
}

bool store_account(struct store *s, struct arena *a, const char *name, struct account *out)
{
	const struct db_bytes key = {name, strlen(name)};
	struct db_bytes b;
	account_decode(a, name, "", 0, out); /* nothing is known */
	return account_is_name(name, key.size) && db_get(s->db, DB_ACCOUNT, name, key.size, &b) &&
	       decode_account(s, a, &key, &b, out);
}

static bool decode_session(struct store *s, struct arena *a, const struct db_bytes *key,
    const struct db_bytes *b, struct session *out)
{
	if (session_decode(a, arena_strndup(a, key->bytes, key->size), b->bytes, b->size, out))
		return true;
	db_fail(s->db,
	    "a record in its table \"session\" is damaged; rollcall repair says what can be done");
	return false;
}

bool store_session(struct store *s, struct arena *a, const char *id, struct session *out)
{
	const struct db_bytes key = {id, strlen(id)};
	struct db_bytes b;
	session_decode(a, id, "", 0, out);
	return session_is_id(id, key.size) && db_get(s->db, DB_SESSION, id, key.size, &b) &&
	       decode_session(s, a, &key, &b, out);
}

struct account *store_accounts(struct store *s, struct arena *a, size_t *count)
{
	struct store_list l = {.arena = a, .size = sizeof(struct account)};
	struct db_cursor c;
	bool more = db_seek(&c, s->db, DB_ACCOUNT, NULL, 0);
	while (more && decode_account(s, a, &c.key, &c.value, store_list_add(&l)))
		more = db_next(&c);
	db_cursor_close(&c);
	*count = l.count;
	return (struct account *)(void *)l.items;
}

struct session *store_sessions(struct store *s, struct arena *a, size_t *count)
{
	struct store_list l = {.arena = a, .size = sizeof(struct session)};
	struct db_cursor c;
	bool more = db_seek(&c, s->db, DB_SESSION, NULL, 0);
	while (more && decode_session(s, a, &c.key, &c.value, store_list_add(&l)))
		more = db_next(&c);
	db_cursor_close(&c);
	*count = l.count;
	return (struct session *)(void *)l.items;
}
