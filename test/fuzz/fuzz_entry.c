/* SPDX-License-Identifier: ISC */
/* core/entry: whatever is taken is one line, and is read back as what it was; a line is read or refused. */
#include "core/alarm.h"
#include "core/entry.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void same(const struct entry *a, const struct entry *b)
{
	assert(a->received == b->received && a->time == b->time && a->nmore == b->nmore);
	assert(strcmp(a->from, b->from) == 0 && strcmp(a->event, b->event) == 0);
	assert(strcmp(a->text, b->text) == 0 && strcmp(a->address, b->address) == 0);
	for (size_t i = 0; i < a->nmore; i++) {
		assert(strcmp(a->more[i].name, b->more[i].name) == 0);
		assert(strcmp(a->more[i].value, b->more[i].value) == 0);
	}
}

static void there_and_back(struct arena *a, struct entry *entry)
{
	struct buf line = {0};
	struct entry again;
	entry_print(&line, entry);
	assert(line.data[line.size - 1] == '\n' && !memchr(line.data, '\n', line.size - 1));
	assert(!memchr(line.data, '\r', line.size) && strlen(line.data) == line.size);
	assert(entry_read(a, line.data, line.size - 1, &again));
	same(entry, &again);
	buf_free(&line);
}

static void report(struct arena *a, const struct entry *entry)
{
	struct alarm_report r;
	alarm_report_of(a, entry, &r);
	const char *id = alarm_id(a, r.from, r.code);
	assert(alarm_is_id(id, strlen(id)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = {0};
	struct entry entry;
	struct err e = {""};
	const char *bytes = (const char *)data;
	if (entry_parse(&a, bytes, size, &entry, &e)) {
		entry.received = 1700000000;
		entry.address = "192.0.2.7";
		there_and_back(&a, &entry);
		report(&a, &entry);
	} else {
		assert(*e.text);
	}
	if (entry_read(&a, bytes, size, &entry))
		there_and_back(&a, &entry);
	arena_free(&a);
	return 0;
}
