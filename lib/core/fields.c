/* SPDX-License-Identifier: ISC */
#include "core/fields.h"

#include "base/text.h"
#include "core/record.h"

#include <string.h>

static const char *text_of(const void *from, const struct fields_row *row)
{
	const char *text = NULL;
	if (from)
		memcpy(&text, (const char *)from + row->offset, sizeof text);
	return text ? text : "";
}

static int64_t number_of(const void *from, const struct fields_row *row)
{
	int64_t number = 0;
	if (from)
		memcpy(&number, (const char *)from + row->offset, sizeof number);
	return number;
}

static void encode_one(
    struct buf *out, const struct fields_row *row, const void *was, const void *now)
{
	if (row->most == FIELDS_NUMBER) {
		if (number_of(was, row) != number_of(now, row))
			record_add_number(out, row->id, number_of(now, row));
		return;
	}
	const char *text = text_of(now, row);
	if (strcmp(text_of(was, row), text) != 0)
		record_add(out, row->id, text, text_cut(text, row->most));
}

void fields_encode(
    struct buf *out, const struct fields_row *rows, size_t count, const void *was, const void *now)
{
	for (size_t i = 0; i < count; i++)
		encode_one(out, &rows[i], was, now);
}

static void set_text(void *out, const struct fields_row *row, const char *text)
{
	memcpy((char *)out + row->offset, &text, sizeof text);
}

static void set_number(void *out, const struct fields_row *row, int64_t number)
{
	memcpy((char *)out + row->offset, &number, sizeof number);
}

/* Nothing is known of any member. */
static void clear(const struct fields_row *rows, size_t count, void *out)
{
	for (size_t i = 0; i < count; i++) {
		if (rows[i].most == FIELDS_NUMBER)
			set_number(out, &rows[i], 0);
		else
			set_text(out, &rows[i], "");
	}
}

static void take(
    struct arena *a, const struct fields_row *row, const struct record_field *f, void *out)
{
	if (row->most == FIELDS_NUMBER)
		set_number(out, row, record_number(f));
	else
		set_text(out, row, arena_strndup(a, f->bytes, f->size));
}

bool fields_decode(struct arena *a, const struct fields_row *rows, size_t count, const void *bytes,
    size_t size, void *out)
{
	struct record_cursor c;
	struct record_field f;
	clear(rows, count, out);
	record_open(&c, bytes, size);
	while (record_next(&c, &f)) {
		for (size_t i = 0; i < count; i++) {
			if (rows[i].id == f.id)
				take(a, &rows[i], &f, out);
		}
	}
	return !c.broken;
}
