/* SPDX-License-Identifier: ISC */
#include "core/device.h"

#include "core/record.h"

#include <string.h>

#define ROW(id, type, name, help) {id, DEVICE_##type, #name, help, offsetof(struct device, name)},
const struct device_field device_fields[] = {DEVICE_FIELDS(ROW)};
#undef ROW
const size_t device_nfields = sizeof device_fields / sizeof *device_fields;

static const char **text_at(const struct device *d, const struct device_field *f)
{
	return (const char **)(void *)((char *)d + f->offset);
}

static int64_t *number_at(const struct device *d, const struct device_field *f)
{
	return (int64_t *)(void *)((char *)d + f->offset);
}

void device_init(struct device *d, const char *sn)
{
	*d = (struct device){.sn = sn};
	for (size_t i = 0; i < device_nfields; i++) {
		if (device_fields[i].type == DEVICE_TEXT)
			*text_at(d, &device_fields[i]) = "";
	}
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
			*text_at(d, field) = arena_strndup(a, f.bytes, f.size);
		else if (field)
			*number_at(d, field) = record_number(&f);
	}
	if (c.broken)
		device_init(d, sn);
	return !c.broken;
}

static void encode_text(struct buf *out, unsigned id, const char *was, const char *now)
{
	if (strcmp(was, now) != 0)
		record_add_text(out, id, now);
}

static void encode_number(struct buf *out, unsigned id, int64_t was, int64_t now)
{
	if (was != now)
		record_add_number(out, id, now);
}

void device_encode(struct buf *out, const struct device *was, const struct device *now)
{
	struct device nothing;
	if (!was) {
		device_init(&nothing, now->sn);
		was = &nothing;
	}
	for (size_t i = 0; i < device_nfields; i++) {
		const struct device_field *f = &device_fields[i];
		if (f->type == DEVICE_TEXT)
			encode_text(out, f->id, *text_at(was, f), *text_at(now, f));
		else
			encode_number(out, f->id, *number_at(was, f), *number_at(now, f));
	}
}

bool device_is_missing(const struct device *d, int64_t now, int64_t limit)
{
	int64_t last = d->seen ? d->seen : d->created;
	return limit >= 0 && now - last > limit;
}
