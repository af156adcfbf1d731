/* SPDX-License-Identifier: ISC */
#include "base/arena.h"

#include "base/mem.h"
#include "base/text.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK 16384

struct arena_chunk {
	struct arena_chunk *next;
	size_t size, used;
	alignas(max_align_t) unsigned char bytes[];
};

static void free_from(struct arena_chunk *c)
{
	while (c) {
		struct arena_chunk *next = c->next;
		free(c);
		c = next;
	}
}

void arena_reset(struct arena *a)
{
	a->total = 0;
	if (!a->first)
		return;
	free_from(a->first->next);
	a->first->next = NULL;
	a->first->used = 0;
	a->now = a->first;
}

void arena_free(struct arena *a)
{
	free_from(a->first);
	*a = (struct arena){0};
}

static struct arena_chunk *chunk_new(size_t least)
{
	size_t size = least > CHUNK ? least : CHUNK;
	if (size > SIZE_MAX - sizeof(struct arena_chunk))
		mem_die(size);
	struct arena_chunk *c = malloc(sizeof *c + size);
	if (!c)
		mem_die(size);
	c->next = NULL;
	c->size = size;
	c->used = 0;
	return c;
}

void *arena_alloc(struct arena *a, size_t size)
{
	const size_t align = alignof(max_align_t);
	if (size > SIZE_MAX - align)
		mem_die(size);
	size = (size + align - 1) / align * align;
	if (!a->now || a->now->size - a->now->used < size) {
		struct arena_chunk *c = chunk_new(size);
		if (a->now)
			a->now->next = c;
		else
			a->first = c;
		a->now = c;
	}
	void *p = a->now->bytes + a->now->used;
	a->now->used += size;
	a->total += size;
	return memset(p, 0, size);
}

void *arena_calloc(struct arena *a, size_t count, size_t size)
{
	if (size && count > SIZE_MAX / size)
		mem_die(SIZE_MAX);
	return arena_alloc(a, count * size);
}

char *arena_strndup(struct arena *a, const char *s, size_t n)
{
	char *copy = arena_alloc(a, n + 1);
	if (n)
		memcpy(copy, s, n);
	return copy;
}

void *arena_room(struct arena *a, void *list, size_t count, size_t *room, size_t size, size_t first)
{
	if (count < *room)
		return list;
	*room = *room ? 2 * *room : first;
	void *more = arena_calloc(a, *room, size);
	if (count)
		memcpy(more, list, count * size);
	return more;
}

char *arena_strdup(struct arena *a, const char *s)
{
	return arena_strndup(a, s, strlen(s));
}

char *arena_lower(struct arena *a, const char *s)
{
	char *copy = arena_strdup(a, s);
	text_lower_all(copy);
	return copy;
}

char *arena_concat_list(struct arena *a, const char *const *texts)
{
	size_t size = 1;
	for (const char *const *p = texts; *p; p++)
		size += strlen(*p);
	char *text = arena_alloc(a, size), *to = text;
	for (const char *const *p = texts; *p; p++)
		to = stpcpy(to, *p);
	return text;
}

char *arena_vprintf(struct arena *a, const char *format, va_list args)
{
	char small[256];
	va_list again;
	va_copy(again, args);
	int n = vsnprintf(small, sizeof small, format, args);
	char *text;
	if (n < 0) {
		text = arena_alloc(a, 1);
	} else if ((size_t)n < sizeof small) {
		text = arena_strndup(a, small, (size_t)n);
	} else {
		text = arena_alloc(a, (size_t)n + 1);
		vsnprintf(text, (size_t)n + 1, format, again);
	}
	va_end(again);
	return text;
}

char *arena_printf(struct arena *a, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	char *text = arena_vprintf(a, format, args);
	va_end(args);
	return text;
}
