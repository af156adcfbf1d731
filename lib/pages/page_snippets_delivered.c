/* SPDX-License-Identifier: ISC */
#include "pages/page_snippets.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

/* Also of files that are gone: somebody puts one back now and then. */
#define NAMES_MOST (4UL * LIMIT_SNIPPETS)
/* Devices of one snapshot. */
#define SNAPSHOT 5000

struct last {
	char *file;
	int64_t sent;
};

struct delivered {
	struct last *list; /* by name */
	size_t count, room;
	bool whole;     /* every device was looked at once */
	uint64_t since; /* ... and what changed up to this stamp */
	/* A look that is under way: from the device behind `at` on, at what changed up to `until`. */
	uint64_t until;
	char *at; /* NULL: none is under way */
	struct arena arena;
};

struct delivered *delivered_new(void)
{
	return mem_alloc(sizeof(struct delivered));
}

static void forget(struct delivered *d)
{
	for (size_t i = 0; i < d->count; i++)
		free(d->list[i].file);
	d->count = 0;
	d->whole = false;
	d->since = 0;
	free(d->at);
	d->at = NULL;
}

void delivered_free(struct delivered *d)
{
	if (!d)
		return;
	forget(d);
	free(d->list);
	arena_free(&d->arena);
	free(d);
}

/* ---- files ---- */

static size_t place_of(const struct delivered *d, const char *file, bool *there)
{
	size_t low = 0, high = d->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (strcmp(d->list[middle].file, file) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*there = low < d->count && strcmp(d->list[low].file, file) == 0;
	return low;
}

static void note(struct delivered *d, const char *file, int64_t sent)
{
	bool there;
	size_t at = place_of(d, file, &there);
	if (there) {
		if (d->list[at].sent < sent)
			d->list[at].sent = sent;
		return;
	}
	if (d->count >= NAMES_MOST)
		return;
	if (d->count == d->room) {
		d->room = d->room ? 2 * d->room : 64;
		d->list = mem_realloc(d->list, d->room * sizeof *d->list);
	}
	memmove(d->list + at + 1, d->list + at, (d->count - at) * sizeof *d->list);
	d->list[at] = (struct last){mem_strdup(file), sent};
	d->count++;
}

int64_t delivered_last(const struct delivered *d, const char *file)
{
	bool there;
	size_t at = place_of(d, file, &there);
	return there ? d->list[at].sent : 0;
}

bool delivered_is_whole(const struct delivered *d)
{
	return d->whole;
}

/* ---- devices ---- */

static void look_at(struct delivered *d, struct store *s, const char *sn)
{
	size_t count;
	const struct store_delivery *all = store_deliveries(s, &d->arena, sn, &count);
	for (size_t i = 0; i < count; i++)
		note(d, all[i].snippet, all[i].sent);
	arena_reset(&d->arena);
}

/* The first device behind the one that was looked at last. */
static size_t go_on_at(const struct delivered *d, const struct roster *r)
{
	size_t low = 0, high = roster_count(r);
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (strcmp(roster_at(r, middle)->device.sn, d->at) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Looks at most at `most` devices that changed, beginning with the one at *at. In one snapshot. */
static size_t look_at_some(
    struct delivered *d, struct store *s, const struct roster *r, size_t *at, size_t most)
{
	size_t looked = 0;
	for (; *at < roster_count(r) && looked < most; (*at)++) {
		const struct roster_row *row = roster_at(r, *at);
		if (row->changed <= d->since)
			continue;
		look_at(d, s, row->device.sn);
		looked++;
	}
	return looked;
}

static void begin(struct delivered *d, const struct roster *r)
{
	/* Another store: what was known is of the one before. */
	if (roster_stamp(r) < d->since)
		forget(d);
	if (d->at)
		return;
	d->at = mem_strdup("");
	d->until = roster_stamp(r);
}

/* Where it stands now; at the end all is known up to where it began. */
static void settle(struct delivered *d, const struct roster *r, size_t at)
{
	free(d->at);
	d->at = NULL;
	if (at < roster_count(r)) {
		d->at = mem_strdup(roster_at(r, at - 1)->device.sn);
		return;
	}
	d->since = d->until;
	d->whole = true;
}

bool delivered_refresh(struct delivered *d, struct store *s, const struct roster *r, struct err *e)
{
	begin(d, r);
	size_t looked = 0, at = go_on_at(d, r);
	for (bool more = true; more && looked < DELIVERED_PART;) {
		if (!store_begin(s, e))
			return false;
		size_t n = look_at_some(d, s, r, &at, SNAPSHOT);
		if (!store_end(s, e)) {
			forget(d);
			return false;
		}
		looked += n;
		more = n == SNAPSHOT;
	}
	settle(d, r, at);
	return true;
}
