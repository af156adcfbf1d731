/* SPDX-License-Identifier: ISC */
/*
 * The keys of the store, and the fields of its own records (store.h has the table of them). Private to
 * lib/store.
 */
#ifndef STORE_KEYS_H
#define STORE_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Fixed for ever (core/record.h). */
enum meta_field { META_FORMAT = 1, META_MADE };
enum seen_field { SEEN_LAST = 1, SEEN_POLLS, SEEN_HOUR };
enum answer_field { ANSWER_RECEIVED = 1, ANSWER_XML };
enum delivery_field { DELIVERY_SENT = 1, DELIVERY_VERSION };
enum message_field { MESSAGE_TEXT = 1 };

#define META_KEY "format"
#define KEY_HOUR 4 /* bytes of the hour in a key of `idle` */
#define KEY_TIME 8 /* bytes of the time in a key of `message` */

struct key {
	char bytes[320];
	size_t size;
};

/* SN */
void key_device(struct key *k, const char *sn, size_t size);
/* SN · 0: what all keys of a device begin with that are about several things */
void key_prefix(struct key *k, const char *sn, size_t size);
/* SN · 0 · name; a name that does not fit is cut, but none is that long (core/change.c) */
void key_named(struct key *k, const char *sn, size_t size, const char *name, size_t name_size);
/* SN · 0 · time · n */
void key_message(struct key *k, const char *sn, size_t size, int64_t time, unsigned n);
/* hour · SN */
void key_idle(struct key *k, uint32_t hour, const char *sn, size_t size);

bool key_has_prefix(const struct key *prefix, const char *bytes, size_t size);
/* The hour that a time is in; 0 for times before 1970, and the last one for those that are too far off. */
uint32_t key_hour(int64_t time);
/* A big-endian number of `size` bytes. */
uint64_t key_number(const char *bytes, size_t size);

#endif
