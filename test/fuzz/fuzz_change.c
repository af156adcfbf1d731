/* SPDX-License-Identifier: ISC */
/*
 * core/change: any bytes are a list of changes or none. What is given can be a key and a value of the
 * store without another look at it, and makes the same change when it is written again.
 */
#include "core/change.h"

#include "base/limits.h"
#include "core/record.h"
#include "core/req.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_name(const char *name, size_t size, size_t most)
{
	assert(name && size && size <= most && !memchr(name, '\0', size));
}

static bool is_about_nobody(const struct change *c)
{
	return c->sn_size == 1 && *c->sn == '-';
}

static void check_about(const struct change *c)
{
	char sn[LIMIT_SN + 1];
	check_name(c->sn, c->sn_size, LIMIT_SN);
	memcpy(sn, c->sn, c->sn_size);
	sn[c->sn_size] = '\0';
	if (c->kind >= CHANGE_ACCOUNT)
		assert(is_about_nobody(c));
	else
		assert(req_is_serial(sn) || (c->kind == CHANGE_AUDIT && is_about_nobody(c)));
}

/* What becomes a key beside that of a device. */
static void check_key(const struct change *c)
{
	switch (c->kind) {
	case CHANGE_ANSWER:
	case CHANGE_DELIVERY:
		check_name(c->name, c->name_size, 255);
		break;
	case CHANGE_AUDIT:
		check_name(c->name, c->name_size, AUDIT_WHAT);
		assert(c->time > 0);
		break;
	case CHANGE_ISSUED:
		assert(issued_is_serial(c->name, c->name_size));
		break;
	case CHANGE_ACCOUNT:
	case CHANGE_ACCOUNT_DROP:
		assert(account_is_name(c->name, c->name_size));
		break;
	case CHANGE_SESSION:
	case CHANGE_SESSION_END:
		assert(session_is_id(c->name, c->name_size));
		break;
	case CHANGE_SESSIONS_END:
		check_name(c->name, c->name_size, ACCOUNT_NAME);
		break;
	case CHANGE_TALLY:
		check_name(c->name, c->name_size, 32);
		assert(c->time > 0 && c->number > 0);
		break;
	default:
		break;
	}
}

static bool has_record(enum change_kind kind)
{
	return kind == CHANGE_DEVICE || kind == CHANGE_AUDIT || kind == CHANGE_ISSUED ||
	       kind == CHANGE_ACCOUNT || kind == CHANGE_SESSION;
}

static void check_one(const struct change *c)
{
	assert(c->kind >= CHANGE_DEVICE && c->kind <= CHANGE_TALLY);
	check_about(c);
	check_key(c);
	assert(c->size == 0 || c->bytes);
	assert(c->size <= LIMIT_POST);
	assert(c->kind != CHANGE_MESSAGE || c->size <= LIMIT_MESSAGE);
	assert(!has_record(c->kind) || record_is_whole(c->bytes, c->size));
}

/* Written again; false: there is no function for it (records are made of structs). */
static bool write_again(struct buf *list, const struct change *c)
{
	struct arena a = {0};
	const char *sn = arena_strndup(&a, c->sn, c->sn_size);
	const char *name = c->name ? arena_strndup(&a, c->name, c->name_size) : "";
	bool written = true;
	switch (c->kind) {
	case CHANGE_SEEN:
		change_seen(list, sn, c->time);
		break;
	case CHANGE_ANSWER:
		change_answer(list, sn, name, c->time, c->bytes, c->size);
		break;
	case CHANGE_DELIVERY:
		change_delivery(list, sn, name, c->time, c->number);
		break;
	case CHANGE_FORGET:
		change_forget(list, sn, c->time);
		break;
	case CHANGE_TRIM:
		change_trim(list, sn, c->time);
		break;
	case CHANGE_TOUCH:
		change_touch(list, sn, c->time);
		break;
	case CHANGE_ACCOUNT_DROP:
		change_account_drop(list, name);
		break;
	case CHANGE_SESSION_END:
		change_session_end(list, name);
		break;
	case CHANGE_SESSIONS_END:
		change_sessions_end(list, name);
		break;
	case CHANGE_SESSIONS_TRIM:
		change_sessions_trim(list, c->time);
		break;
	case CHANGE_TALLY:
		change_tally(list, name, c->time, c->number);
		break;
	case CHANGE_DEVICE:
	case CHANGE_MESSAGE:
	case CHANGE_AUDIT:
	case CHANGE_ISSUED:
	case CHANGE_ACCOUNT:
	case CHANGE_SESSION:
		written = false;
	}
	arena_free(&a);
	return written;
}

static void check_again(const struct change *c)
{
	struct buf list = {0};
	struct change_cursor cursor;
	struct change again;
	if (write_again(&list, c)) {
		change_open(&cursor, list.data, list.size);
		assert(change_next(&cursor, &again));
		assert(again.kind == c->kind && again.time == c->time);
		assert(again.sn_size == c->sn_size && !memcmp(again.sn, c->sn, c->sn_size));
		if (c->kind == CHANGE_ANSWER)
			assert(again.size == c->size);
		if (c->kind == CHANGE_DELIVERY || c->kind == CHANGE_TALLY)
			assert(again.number == c->number);
		assert(!change_next(&cursor, &again) && !cursor.broken);
	}
	buf_free(&list);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct change_cursor c;
	struct change one;
	const char *bytes = (const char *)data;
	change_open(&c, bytes, size);
	while (change_next(&c, &one)) {
		assert(c.at > bytes && c.at <= bytes + size);
		check_one(&one);
		check_again(&one);
	}
	assert(c.broken || c.at == bytes + size);
	assert(change_is_whole(bytes, size) == !c.broken);
	assert(!change_next(&c, &one));
	return 0;
}
