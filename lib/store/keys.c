/* SPDX-License-Identifier: ISC */
#include "store/keys.h"

#include <endian.h>
#include <string.h>

static void add(struct key *k, const void *bytes, size_t n)
{
	size_t room = sizeof k->bytes - k->size;
	if (n > room)
		n = room;
	if (n)
		memcpy(k->bytes + k->size, bytes, n);
	k->size += n;
}

static void add_number(struct key *k, uint64_t number, size_t size)
{
	unsigned char bytes[8];
	for (size_t i = size; i-- > 0; number >>= 8)
		bytes[i] = (unsigned char)number;
	add(k, bytes, size);
}

void key_all(struct key *k, const char *sn, size_t size)
{
	k->size = 0;
	add(k, sn, size);
	add_number(k, 0, 1);
}

void key_kind(struct key *k, const char *sn, size_t size, enum key_kind kind)
{
	key_all(k, sn, size);
	add_number(k, kind, 1);
}

void key_named(struct key *k, const char *sn, size_t size, enum key_kind kind, const char *name,
    size_t name_size)
{
	key_kind(k, sn, size, kind);
	add(k, name, name_size);
}

static void add_time(struct key *k, int64_t time)
{
	add_number(k, time > 0 ? (uint64_t)time : 0, KEY_TIME);
}

void key_message(struct key *k, const char *sn, size_t size, int64_t time, unsigned n)
{
	key_kind(k, sn, size, KEY_MESSAGE);
	add_time(k, time);
	add_number(k, n, 2);
}

void key_audit(struct key *k, int64_t time, uint32_t n)
{
	k->size = 0;
	add_time(k, time);
	add_number(k, n, KEY_AUDIT - KEY_TIME);
}

void key_tallies(struct key *k, const char *what, size_t size)
{
	key_all(k, what, size);
}

void key_tally(struct key *k, const char *what, size_t size, int64_t time)
{
	key_tallies(k, what, size);
	add_time(k, time);
}

void key_time(struct key *k, int64_t number)
{
	k->size = 0;
	add_time(k, number);
}

void key_behind(struct key *k, const char *sn, size_t size)
{
	k->size = 0;
	add(k, sn, size);
	add_number(k, 1, 1);
}

bool key_has_prefix(const struct key *prefix, const char *bytes, size_t size)
{
	return size >= prefix->size && memcmp(bytes, prefix->bytes, prefix->size) == 0;
}

uint64_t key_number(const char *bytes, size_t size)
{
	uint64_t number = 0;
	if (size == sizeof number) {
		memcpy(&number, bytes, size);
		return be64toh(number);
	}
	for (size_t i = 0; i < size; i++)
		number = number << 8 | (unsigned char)bytes[i];
	return number;
}
