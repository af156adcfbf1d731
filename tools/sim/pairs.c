/* SPDX-License-Identifier: ISC */
/* Names and values, one allocation an entry; see pairs.h. Touches nothing but memory. */
#include "tools/sim/pairs.h"

#include "base/mem.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

void pairs_free(struct pairs *p)
{
	for (unsigned i = 0; i < p->count; i++)
		free(p->items[i]);
	free(p->items);
	*p = (struct pairs){0};
}

/* Where the name is, p->count when it is not. */
static unsigned find(const struct pairs *p, const char *name)
{
	unsigned i = 0;
	while (i < p->count && strcmp(p->items[i], name) != 0)
		i++;
	return i;
}

const char *pairs_name(const struct pairs *p, unsigned i)
{
	return p->items[i];
}

const char *pairs_value(const struct pairs *p, unsigned i)
{
	return p->items[i] + strlen(p->items[i]) + 1;
}

const char *pairs_get(const struct pairs *p, const char *name)
{
	unsigned i = find(p, name);
	return i < p->count ? pairs_value(p, i) : NULL;
}

/* FNV-1a over a text and its NUL. */
static uint64_t hash(uint64_t h, const char *text)
{
	do
		h = (h ^ (unsigned char)*text) * 0x100000001b3U;
	while (*text++);
	return h;
}

static uint64_t item_sum(const char *item)
{
	return hash(hash(0xcbf29ce484222325U, item), item + strlen(item) + 1);
}

static char *item_new(const char *name, const char *value)
{
	size_t n = strlen(name) + 1, v = strlen(value) + 1;
	char *item = mem_alloc(n + v);
	memcpy(item, name, n);
	memcpy(item + n, value, v);
	return item;
}

bool pairs_set(struct pairs *p, const char *name, const char *value)
{
	unsigned i = find(p, name);
	if (i == PAIRS_MAX)
		return false;
	/* Made first: `value` may point into what it replaces. */
	char *item = item_new(name, value);
	p->sum += item_sum(item);
	if (i < p->count) {
		p->sum -= item_sum(p->items[i]);
		free(p->items[i]);
		p->items[i] = item;
		return true;
	}
	if (p->count == p->room) {
		p->room = p->room ? p->room * 2 : 8;
		p->items = mem_realloc(p->items, p->room * sizeof *p->items);
	}
	p->items[p->count++] = item;
	return true;
}

static void drop(struct pairs *p, unsigned i)
{
	p->sum -= item_sum(p->items[i]);
	free(p->items[i]);
	p->count--;
	memmove(p->items + i, p->items + i + 1, (p->count - i) * sizeof *p->items);
}

void pairs_del(struct pairs *p, const char *name)
{
	unsigned i = find(p, name);
	if (i < p->count)
		drop(p, i);
}

void pairs_del_below(struct pairs *p, const char *start)
{
	for (unsigned i = p->count; i-- > 0;)
		if (text_starts(p->items[i], start))
			drop(p, i);
}

uint64_t pairs_sum(const struct pairs *p)
{
	return p->sum;
}
