/* SPDX-License-Identifier: ISC */
/* core/errand: what is taken of a command file stays within its limits; what is remembered is read back. */
#include "core/errand.h"

#include "base/limits.h"
#include "base/text.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void one(struct arena *a, struct errand_memory *m, const struct errand *e)
{
	static const struct errand_place place = {
	    "192.0.2.9", "00-90-33-30-00-af", "20260301-121500"};
	long number = errand_number(e, errand_find(m, e));
	assert(text_starts(e->name, "save") && strlen(e->url) <= LIMIT_SETTING);
	assert(number >= 0 && number < 100000);
	const char *url = errand_url(a, e->url, &place, number);
	assert(text_is_plain(url, strlen(url)) && !strchr(url, ' '));
	errand_note(a, m, e, 4711, number);
	assert(errand_find(m, e)->number == number);
}

static void there_and_back(
    struct arena *a, const struct errand_memory *m, const struct errands *all)
{
	struct buf text = {0}, again = {0};
	struct errand_memory read;
	errand_memory_print(&text, m, all);
	errand_memory_read(a, text.data, text.size, &read);
	errand_memory_print(&again, &read, all);
	assert(text.size == again.size && memcmp(text.data, again.data, text.size) == 0);
	buf_free(&text);
	buf_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = {0};
	struct errands all;
	struct errand_memory m;
	const char *bytes = size ? (const char *)data : "";
	errand_parse(&a, bytes, size, &all);
	assert(all.count <= LIMIT_ERRANDS && all.nsaid <= LIMIT_ERRANDS);
	for (size_t i = 0; i < all.nsaid; i++)
		assert(!text_has_control(all.said[i], strlen(all.said[i])));
	errand_memory_read(&a, bytes, size, &m);
	for (size_t i = 0; i < all.count; i++)
		one(&a, &m, &all.list[i]);
	there_and_back(&a, &m, &all);
	arena_free(&a);
	return 0;
}
