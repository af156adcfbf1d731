/* SPDX-License-Identifier: ISC */
#include "core/record.h"

#include <string.h>

#define NUMBER_SIZE 8

/* ---- writing ---- */

static void put_number(unsigned char *to, uint64_t number, int bytes)
{
	for (int i = bytes - 1; i >= 0; i--) {
		to[i] = (unsigned char)number;
		number >>= 8;
	}
}

void record_add(struct buf *b, unsigned id, const void *bytes, size_t n)
{
	unsigned char *to = (unsigned char *)buf_want(b, RECORD_HEAD + n);
	put_number(to, id, 2);
	put_number(to + 2, n, 4);
	if (n)
		memcpy(to + RECORD_HEAD, bytes, n);
	buf_took(b, RECORD_HEAD + n);
}

void record_add_text(struct buf *b, unsigned id, const char *text)
{
	record_add(b, id, text, strlen(text));
}

void record_add_number(struct buf *b, unsigned id, int64_t number)
{
	unsigned char bytes[NUMBER_SIZE];
	put_number(bytes, (uint64_t)number, NUMBER_SIZE);
	record_add(b, id, bytes, sizeof bytes);
}

/* ---- reading ---- */

static uint64_t get_number(const char *from, int bytes)
{
	uint64_t number = 0;
	for (int i = 0; i < bytes; i++)
		number = number << 8 | (unsigned char)from[i];
	return number;
}

void record_open(struct record_cursor *c, const void *bytes, size_t n)
{
	*c = (struct record_cursor){bytes, n ? (const char *)bytes + n : bytes, false};
}

bool record_next(struct record_cursor *c, struct record_field *f)
{
	size_t left = (size_t)(c->end - c->at);
	if (c->broken || left == 0)
		return false;
	size_t size = left < RECORD_HEAD ? left : get_number(c->at + 2, 4);
	c->broken = left < RECORD_HEAD || size > left - RECORD_HEAD;
	if (c->broken)
		return false;
	*f = (struct record_field){(unsigned)get_number(c->at, 2), c->at + RECORD_HEAD, size};
	c->at += RECORD_HEAD + size;
	return true;
}

int64_t record_number(const struct record_field *f)
{
	return f->size == NUMBER_SIZE ? (int64_t)get_number(f->bytes, NUMBER_SIZE) : 0;
}

bool record_is_whole(const void *bytes, size_t n)
{
	struct record_cursor c;
	struct record_field f;
	record_open(&c, bytes, n);
	while (record_next(&c, &f))
		;
	return !c.broken;
}

/* ---- merging ---- */

/* The last field of an id, as a later one counts. */
static bool find(const void *bytes, size_t size, unsigned id, struct record_field *out)
{
	struct record_cursor c;
	struct record_field f;
	bool found = false;
	record_open(&c, bytes, size);
	while (record_next(&c, &f)) {
		if (f.id != id)
			continue;
		*out = f;
		found = true;
	}
	return found;
}

/* The fields of `bytes`: those that `other` has too, in its version (`take`), or not at all. */
static void add_fields(struct buf *out, const void *bytes, size_t size, const void *other,
    size_t other_size, bool take)
{
	struct record_cursor c;
	struct record_field f;
	record_open(&c, bytes, size);
	while (record_next(&c, &f)) {
		struct record_field theirs;
		bool both = find(other, other_size, f.id, &theirs);
		if (both && !take)
			continue;
		const struct record_field *one = both ? &theirs : &f;
		record_add(out, one->id, one->bytes, one->size);
	}
}

bool record_merge(
    struct buf *out, const void *old, size_t old_size, const void *patch, size_t patch_size)
{
	if (!record_is_whole(old, old_size) || !record_is_whole(patch, patch_size))
		return false;
	add_fields(out, old, old_size, patch, patch_size, true);
	add_fields(out, patch, patch_size, old, old_size, false);
	return true;
}
