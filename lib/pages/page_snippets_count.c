/* SPDX-License-Identifier: ISC */
/*
 * A fleet has many devices but few kinds of them: those of one type, with the same environments, in the same phase
 * are looked up together. A file for one device is looked up by each device's serial number.
 */
#include "pages/page_snippets.h"

#include "base/mem.h"
#include "core/snip_for.h"

#include <stdlib.h>
#include <string.h>

/* Devices that get the same but for files of their own. */
struct kind {
	const struct device *like; /* one of them; NULL: the place is free */
	uint64_t hash;
	size_t devices;
};
struct kinds {
	struct kind *list;
	size_t size, used; /* size: a power of two */
};

struct counting {
	const struct config *config;
	struct kinds kinds;
	struct snippet_use **uses; /* that somebody may get, by environment and class */
	size_t count;
	struct arena scratch;
};

/* ---- kinds ---- */

/* FNV-1a, with the end of the text. */
static uint64_t hash_text(uint64_t hash, const char *text)
{
	do
		hash = (hash ^ (unsigned char)*text) * 0x100000001b3;
	while (*text++);
	return hash;
}

static uint64_t hash_of(const struct device *d)
{
	uint64_t hash = hash_text(0xcbf29ce484222325, d->type);
	return hash_text(hash_text(hash, d->environments), d->phase);
}

static bool is_alike(const struct device *a, const struct device *b)
{
	return strcmp(a->type, b->type) == 0 && strcmp(a->environments, b->environments) == 0 &&
	       strcmp(a->phase, b->phase) == 0;
}

static struct kind *place_of(struct kinds *k, const struct device *d, uint64_t hash)
{
	size_t at = hash & (k->size - 1);
	while (k->list[at].like && (k->list[at].hash != hash || !is_alike(k->list[at].like, d)))
		at = (at + 1) & (k->size - 1);
	return &k->list[at];
}

static void grow(struct kinds *k)
{
	struct kinds more = {.size = k->size ? 2 * k->size : 256, .used = k->used};
	more.list = mem_calloc(more.size, sizeof *more.list);
	for (size_t i = 0; i < k->size; i++) {
		if (k->list[i].like)
			*place_of(&more, k->list[i].like, k->list[i].hash) = k->list[i];
	}
	free(k->list);
	*k = more;
}

static void add_device(struct kinds *k, const struct device *d)
{
	if (2 * k->used >= k->size)
		grow(k);
	uint64_t hash = hash_of(d);
	struct kind *kind = place_of(k, d, hash);
	if (!kind->like) {
		*kind = (struct kind){.like = d, .hash = hash};
		k->used++;
	}
	kind->devices++;
}

/* ---- files ---- */

static int by_parts(const void *a, const void *b)
{
	const char *const *one = (*(struct snippet_use *const *)a)->name.parts;
	const char *const *other = (*(struct snippet_use *const *)b)->name.parts;
	int order = strcmp(one[SNIP_ENVIRONMENT], other[SNIP_ENVIRONMENT]);
	return order ? order : strcmp(one[SNIP_CLASS], other[SNIP_CLASS]);
}

static void collect(struct counting *k, struct snippet_use *list, size_t count)
{
	k->uses = arena_calloc(&k->scratch, count + 1, sizeof(void *));
	for (size_t i = 0; i < count; i++) {
		list[i].devices = list[i].now = 0;
		if (list[i].name.use != SNIP_UNUSED)
			k->uses[k->count++] = &list[i];
	}
	if (k->count)
		qsort(k->uses, k->count, sizeof(void *), by_parts);
}

/* The first that does not come before `environment` (and `class`, unless that is NULL). */
static size_t first_of(const struct counting *k, const char *environment, const char *class)
{
	size_t low = 0, high = k->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const char *const *parts = k->uses[middle]->name.parts;
		int order = strcmp(parts[SNIP_ENVIRONMENT], environment);
		if (order == 0 && class)
			order = strcmp(parts[SNIP_CLASS], class);
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool has_parts(const struct snippet_use *u, const char *environment, const char *class)
{
	return strcmp(u->name.parts[SNIP_ENVIRONMENT], environment) == 0 &&
	       (!class || strcmp(u->name.parts[SNIP_CLASS], class) == 0);
}

static void count_use(
    const struct counting *k, struct snippet_use *u, const struct device *d, size_t devices)
{
	u->devices += devices;
	if (snip_is_for_phase(k->config, &u->name, d->phase))
		u->now += devices;
}

/* ---- both ---- */

static void count_kind(struct counting *k, struct arena *a, const struct kind *kind)
{
	struct snip_words words = snip_words_of(a, k->config, kind->like);
	for (size_t e = 0; e < words.environments.count; e++) {
		const char *environment = words.environments.items[e];
		for (size_t c = 0; c < words.classes.count; c++) {
			const char *class = words.classes.items[c];
			size_t i = first_of(k, environment, class);
			for (; i < k->count && has_parts(k->uses[i], environment, class); i++)
				count_use(k, k->uses[i], kind->like, kind->devices);
		}
	}
}

/* By its serial number, unless it is counted by an environment of that name. */
static void count_own(const struct counting *k, const struct device *d)
{
	char serial[LIMIT_SN + 1];
	struct device nameless = *d;
	nameless.sn = "";
	snip_serial(d->sn, serial);
	for (size_t i = first_of(k, serial, NULL); i < k->count; i++) {
		struct snippet_use *u = k->uses[i];
		if (!has_parts(u, serial, NULL))
			return;
		if (snip_is_for(k->config, &u->name, d) &&
		    !snip_is_for(k->config, &u->name, &nameless))
			count_use(k, u, d, 1);
	}
}

void snippets_count(struct arena *a, const struct config *c, const struct roster *r,
    struct snippet_use *list, size_t count)
{
	struct counting k = {.config = c};
	size_t devices = roster_count(r);
	collect(&k, list, count);
	for (size_t i = 0; i < devices; i++) {
		const struct device *d = &roster_at(r, i)->device;
		add_device(&k.kinds, d);
		count_own(&k, d);
	}
	for (size_t i = 0; i < k.kinds.size; i++) {
		if (k.kinds.list[i].like)
			count_kind(&k, a, &k.kinds.list[i]);
	}
	free(k.kinds.list);
	arena_free(&k.scratch);
}
