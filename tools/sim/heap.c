/* SPDX-License-Identifier: ISC */
/* A binary heap, the earliest on top; see heap.h. Touches nothing but memory. */
#include "tools/sim/heap.h"

#include "base/mem.h"

#include <stdlib.h>

void heap_free(struct heap *h)
{
	free(h->entries);
	*h = (struct heap){0};
}

void heap_push(struct heap *h, int64_t due, uint32_t who)
{
	if (h->count == h->room) {
		h->room = h->room ? h->room * 2 : 64;
		h->entries = mem_realloc(h->entries, h->room * sizeof *h->entries);
	}
	size_t i = h->count++;
	for (; i > 0 && h->entries[(i - 1) / 2].due > due; i = (i - 1) / 2)
		h->entries[i] = h->entries[(i - 1) / 2];
	h->entries[i] = (struct heap_entry){.due = due, .who = who};
}

const struct heap_entry *heap_first(const struct heap *h)
{
	return h->count > 0 ? h->entries : NULL;
}

void heap_pop(struct heap *h)
{
	struct heap_entry last = h->entries[--h->count];
	size_t i = 0;
	for (;;) {
		size_t child = 2 * i + 1;
		if (child >= h->count)
			break;
		if (child + 1 < h->count && h->entries[child + 1].due < h->entries[child].due)
			child++;
		if (h->entries[child].due >= last.due)
			break;
		h->entries[i] = h->entries[child];
		i = child;
	}
	h->entries[i] = last;
}
