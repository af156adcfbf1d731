/* SPDX-License-Identifier: ISC */
#include "store/keys.h"

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

void key_device(struct key *k, const char *sn, size_t size)
{
	k->size = 0;
	add(k, sn, size);
}

void key_prefix(struct key *k, const char *sn, size_t size)
{
	key_device(k, sn, size);
	add(k, "", 1);
}

void key_named(struct key *k, const char *sn, size_t size, const char *name, size_t name_size)
{
	key_prefix(k, sn, size);
	add(k, name, name_size);
}

void key_message(struct key *k, const char *sn, size_t size, int64_t time, unsigned n)
{
	key_prefix(k, sn, size);
	add_number(k, time > 0 ? (uint64_t)time : 0, KEY_TIME);
	add_number(k, n, 2);
}

void key_idle(struct key *k, uint32_t hour, const char *sn, size_t size)
{
	k->size = 0;
	add_number(k, hour, KEY_HOUR);
	add(k, sn, size);
}

bool key_has_prefix(const struct key *prefix, const char *bytes, size_t size)
{
	return size >= prefix->size && memcmp(bytes, prefix->bytes, prefix->size) == 0;
}

uint32_t key_hour(int64_t time)
{
	if (time < 0)
		return 0;
	return time / 3600 > UINT32_MAX ? UINT32_MAX : (uint32_t)(time / 3600);
}

uint64_t key_number(const char *bytes, size_t size)
{
	uint64_t number = 0;
	for (size_t i = 0; i < size; i++)
		number = number << 8 | (unsigned char)bytes[i];
	return number;
}
