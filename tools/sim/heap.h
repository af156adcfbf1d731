/* SPDX-License-Identifier: ISC */
/* Who is due next: a binary heap of moments. A device stands in it at most once. Pure. */
#ifndef SIM_HEAP_H
#define SIM_HEAP_H

#include <stddef.h>
#include <stdint.h>

struct heap_entry {
	int64_t due; /* ms, on whatever clock the caller uses */
	uint32_t who;
};

struct heap {
	struct heap_entry *entries;
	size_t count, room;
};

/* Initialise with {0}. */
void heap_free(struct heap *h);
void heap_push(struct heap *h, int64_t due, uint32_t who);
/* The earliest; NULL when nobody waits. Valid until the next change. */
const struct heap_entry *heap_first(const struct heap *h);
/* Takes the earliest out; there must be one. */
void heap_pop(struct heap *h);

#endif
