/* SPDX-License-Identifier: ISC */
#include "core/device.h"

#include "base/text.h"
#include "core/record.h"

#include <string.h>

#define ROW(id, type, name, shown, help)                                              \
	{                                                                             \
		id, DEVICE_##type, #name, #shown, help, offsetof(struct device, name) \
	}
#define TABLE_ROW(id, type, name, shown, help) ROW(id, type, name, shown, help),
const struct device_field device_fields[] = {DEVICE_FIELDS(TABLE_ROW)};
const size_t device_nfields = sizeof device_fields / sizeof *device_fields;
const struct device_field device_sn = ROW(0, TEXT, sn, sn, "serial number, as it writes it");
const struct device_field device_seen = ROW(0, NUMBER, seen, seen, "its last poll");
const struct device_field device_polls = ROW(0, NUMBER, polls, polls, "polls since it is known");
#undef TABLE_ROW
#undef ROW

/* ---- a field ---- */

static const void *at(const struct device *d, const struct device_field *f)
{
	return (const char *)d + f->offset;
}

const char *device_text(const struct device *d, const struct device_field *f)
{
	return *(const char *const *)at(d, f);
}

int64_t device_number(const struct device *d, const struct device_field *f)
{
	return *(const int64_t *)at(d, f);
}

void device_set_text(struct device *d, const struct device_field *f, const char *text)
{
	memcpy((char *)d + f->offset, &text, sizeof text);
}

void device_set_number(struct device *d, const struct device_field *f, int64_t number)
{
	memcpy((char *)d + f->offset, &number, sizeof number);
}

bool device_has(const struct device *d, const struct device_field *f)
{
	return f->type == DEVICE_TEXT ? *device_text(d, f) != '\0' : device_number(d, f) != 0;
}

static int compare_values(
    const struct device *a, const struct device *b, const struct device_field *f)
{
	if (f->type == DEVICE_TEXT)
		return text_collate(device_text(a, f), device_text(b, f));
	int64_t x = device_number(a, f), y = device_number(b, f);
	return (x > y) - (x < y);
}

int device_compare(
    const struct device *a, const struct device *b, const struct device_field *f, bool reverse)
{
	if (!f)
		return reverse ? strcmp(b->sn, a->sn) : strcmp(a->sn, b->sn);
	int known = device_has(b, f) - device_has(a, f);
	if (known)
		return known;
	int order = reverse ? compare_values(b, a, f) : compare_values(a, b, f);
	return order ? order : strcmp(a->sn, b->sn);
}

/* ---- records ---- */

#define EMPTY_TEXT ""
#define EMPTY_NUMBER 0
#define EMPTY(id, type, name, shown, help) .name = EMPTY_##type,
static const struct device empty = {DEVICE_FIELDS(EMPTY)};
#undef EMPTY

void device_init(struct device *d, const char *sn)
{
	*d = empty;
	d->sn = sn;
}

static const struct device_field *field_of(unsigned id)
{
	/* The table stands in the order of ids, without a gap so far: usually the first look hits. */
	if (id >= 1 && id <= device_nfields && device_fields[id - 1].id == id)
		return &device_fields[id - 1];
	for (size_t i = 0; i < device_nfields; i++) {
		if (device_fields[i].id == id)
			return &device_fields[i];
	}
	return NULL;
}

bool device_decode(
    struct arena *a, const char *sn, const void *bytes, size_t size, struct device *d)
{
	struct record_cursor c;
	struct record_field f;
	device_init(d, sn);
	record_open(&c, bytes, size);
	while (record_next(&c, &f)) {
		const struct device_field *field = field_of(f.id);
		if (field && field->type == DEVICE_TEXT)
			device_set_text(d, field, arena_strndup(a, f.bytes, f.size));
		else if (field)
			device_set_number(d, field, record_number(&f));
	}
	if (c.broken)
		device_init(d, sn);
	return !c.broken;
}

static void encode_text(struct buf *out, unsigned id, const char *was, const char *now)
{
	/* Most were copied with the device, and are the same text. */
	if (was != now && strcmp(was, now) != 0)
		record_add_text(out, id, now);
}

static void encode_number(struct buf *out, unsigned id, int64_t was, int64_t now)
{
	if (was != now)
		record_add_number(out, id, now);
}

void device_encode(struct buf *out, const struct device *was, const struct device *now)
{
	if (!was)
		was = &empty;
	for (size_t i = 0; i < device_nfields; i++) {
		const struct device_field *f = &device_fields[i];
		if (f->type == DEVICE_TEXT)
			encode_text(out, f->id, device_text(was, f), device_text(now, f));
		else
			encode_number(out, f->id, device_number(was, f), device_number(now, f));
	}
}

bool device_is_missing(const struct device *d, int64_t now, int64_t limit)
{
	int64_t last = d->seen ? d->seen : d->created;
	return limit >= 0 && now - last > limit;
}
