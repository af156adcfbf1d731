/* SPDX-License-Identifier: ISC */
/*
 * core/record, core/device: any bytes are a record or none; what is merged is one, loses nothing, and
 * changes no more when it is merged again.
 *
 * The input is two records; its first byte says how many 1/256 of the rest are the first one.
 */
#include "core/device.h"
#include "core/record.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The last field of an id, which is the one that counts. */
static bool find(const void *bytes, size_t size, unsigned id, struct record_field *out)
{
	struct record_cursor c;
	struct record_field f;
	bool found = false;
	record_open(&c, bytes, size);
	while (record_next(&c, &f)) {
		if (f.id == id) {
			*out = f;
			found = true;
		}
	}
	return found;
}

static bool same(const struct record_field *a, const struct record_field *b)
{
	return a->size == b->size && (!a->size || memcmp(a->bytes, b->bytes, a->size) == 0);
}

/* Fields lie within the bytes, one behind the other, and are all of them when it is whole. */
static void check_fields(const char *bytes, size_t size)
{
	struct record_cursor c;
	struct record_field f;
	const char *at = bytes;
	record_open(&c, bytes, size);
	while (record_next(&c, &f)) {
		assert(f.id <= 0xffff && f.bytes == at + RECORD_HEAD);
		assert(f.size <= (size_t)(bytes + size - f.bytes));
		assert(f.size == 8 || record_number(&f) == 0);
		at = f.bytes + f.size;
	}
	assert(c.broken == (at != bytes + size));
	assert(record_is_whole(bytes, size) == !c.broken);
	assert(!record_next(&c, &f));
}

static void check_merged(
    const struct buf *out, const char *old, size_t old_size, const char *patch, size_t patch_size)
{
	struct record_cursor c;
	struct record_field f, other;
	assert(record_is_whole(out->data, out->size));
	/* Everything comes from one of both, the patch first. */
	record_open(&c, out->data, out->size);
	while (record_next(&c, &f)) {
		if (!find(patch, patch_size, f.id, &other))
			assert(find(old, old_size, f.id, &other));
	}
	/* And everything of both is there, known or not. */
	record_open(&c, patch, patch_size);
	while (record_next(&c, &f)) {
		find(patch, patch_size, f.id, &f);
		assert(find(out->data, out->size, f.id, &other) && same(&f, &other));
	}
	record_open(&c, old, old_size);
	while (record_next(&c, &f)) {
		bool theirs = find(patch, patch_size, f.id, &other);
		if (!theirs) {
			find(old, old_size, f.id, &f);
			assert(find(out->data, out->size, f.id, &other) && same(&f, &other));
		}
	}
}

/* The same bytes, unless an id is in there more than once: then the one that counts is in each place. */
static void check_again(const struct buf *out, const char *patch, size_t patch_size)
{
	struct buf again = {0}, third = {0};
	assert(record_merge(&again, out->data, out->size, patch, patch_size));
	check_merged(&again, out->data, out->size, patch, patch_size);
	assert(record_merge(&third, again.data, again.size, patch, patch_size));
	assert(third.size == again.size);
	assert(!third.size || memcmp(again.data, third.data, third.size) == 0);
	buf_free(&again);
	buf_free(&third);
}

static void check_merge(const char *old, size_t old_size, const char *patch, size_t patch_size)
{
	struct buf out = {0};
	bool whole = record_is_whole(old, old_size) && record_is_whole(patch, patch_size);
	assert(record_merge(&out, old, old_size, patch, patch_size) == whole);
	if (whole) {
		check_merged(&out, old, old_size, patch, patch_size);
		check_again(&out, patch, patch_size);
	} else {
		assert(out.size == 0);
	}
	buf_free(&out);
}

/* What is read of a device is written as the same device, and a difference to itself is none. */
static void check_device(const char *bytes, size_t size)
{
	struct arena a = {0};
	struct buf first = {0}, second = {0};
	struct device d, again;
	bool ok = device_decode(&a, "sn", bytes, size, &d);
	assert(ok == record_is_whole(bytes, size));
	device_encode(&first, NULL, &d);
	assert(ok || first.size == 0);
	assert(device_decode(&a, "sn", first.data, first.size, &again));
	device_encode(&second, NULL, &again);
	assert(first.size == second.size);
	assert(!first.size || memcmp(first.data, second.data, first.size) == 0);
	size_t before = second.size;
	device_encode(&second, &d, &again);
	assert(second.size == before);
	buf_free(&first);
	buf_free(&second);
	arena_free(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	const char *bytes = (const char *)data + 1;
	size_t rest = size - 1, split = rest * data[0] / 255;
	check_fields(bytes, rest);
	check_device(bytes, rest);
	check_fields(bytes, split);
	check_merge(bytes, split, bytes + split, rest - split);
	check_merge(bytes, rest, bytes, rest);
	return 0;
}
