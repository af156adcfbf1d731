/* SPDX-License-Identifier: ISC */
/*
 * The keys of the store, and the fields of its own records (store.h has the table of them). Private to
 * lib/store.
 */
#ifndef STORE_KEYS_H
#define STORE_KEYS_H

#include "base/limits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Fixed for ever (core/record.h). */
enum meta_field { META_FORMAT = 1, META_MADE };
enum seen_field { SEEN_LAST = 1, SEEN_POLLS, SEEN_STAMP };
enum answer_field { ANSWER_RECEIVED = 1, ANSWER_XML };
enum delivery_field { DELIVERY_SENT = 1, DELIVERY_VERSION };
enum message_field { MESSAGE_TEXT = 1 };
enum tally_field { TALLY_COUNT = 1 };

#define META_KEY "format"
#define KEY_TIME 8   /* bytes of the time in a key of a message, of the audit, and of a tally */
#define KEY_AUDIT 12 /* bytes of a key of the audit */

/* What a key of the table `device` is about: behind SN · 0. */
enum key_kind { KEY_DEVICE = 1, KEY_ANSWER, KEY_DELIVERY, KEY_MESSAGE };

struct key {
	char bytes[LIMIT_SN + 2 + LIMIT_FILE_NAME]; /* what a message needs is less */
	size_t size;
};

/* SN · 0: what all keys of a device begin with */
void key_all(struct key *k, const char *sn, size_t size);
/* SN · 0 · kind */
void key_kind(struct key *k, const char *sn, size_t size, enum key_kind kind);
/* SN · 0 · kind · name; a name that does not fit is cut, but none is that long (core/change.c) */
void key_named(struct key *k, const char *sn, size_t size, enum key_kind kind, const char *name,
    size_t name_size);
/* SN · 0 · kind · time · n */
void key_message(struct key *k, const char *sn, size_t size, int64_t time, unsigned n);
/* time · n: an entry of the audit */
void key_audit(struct key *k, int64_t time, uint32_t n);
/* what · 0: what all tallies of one thing begin with */
void key_tallies(struct key *k, const char *what, size_t size);
/* what · 0 · time */
void key_tally(struct key *k, const char *what, size_t size, int64_t time);
/* A number: of news */
void key_time(struct key *k, int64_t number);
/* Behind all keys of a device and before those of the next: no SN has such a byte in it. */
void key_behind(struct key *k, const char *sn, size_t size);

bool key_has_prefix(const struct key *prefix, const char *bytes, size_t size);
/* A big-endian number of `size` bytes. */
uint64_t key_number(const char *bytes, size_t size);

#endif
