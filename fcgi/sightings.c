/* SPDX-License-Identifier: ISC */
#include "fcgi/sightings.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MOST 100000
#define BLOCK 512 /* sightings that are read at once */

static void add(struct sightings *s, const struct sighting *one)
{
	if (s->count == s->room) {
		s->room = s->room ? 2 * s->room : 1024;
		s->devices = mem_realloc(s->devices, s->room * sizeof *s->devices);
	}
	struct seen_device *d = &s->devices[s->count++];
	memcpy(d->sn, one->sn, sizeof d->sn);
	d->sn[sizeof d->sn - 1] = '\0';
	d->time = one->time;
	d->polls = 1;
	s->polls++;
}

/* By SN, and those of one device in the order in which they came: qsort() alone does not promise that. */
static int by_sn(const void *a, const void *b)
{
	const struct seen_device *x = a, *y = b;
	int order = strcmp(x->sn, y->sn);
	return order ? order : (x->time > y->time) - (x->time < y->time);
}

/* One entry per device: the last time, all polls. */
static void merge(struct sightings *s)
{
	size_t kept = 0;
	if (!s->count)
		return;
	qsort(s->devices, s->count, sizeof *s->devices, by_sn);
	for (size_t i = 1; i < s->count; i++) {
		struct seen_device *to = &s->devices[kept], *from = &s->devices[i];
		if (strcmp(to->sn, from->sn) == 0) {
			to->time = from->time;
			to->polls += from->polls;
		} else {
			s->devices[++kept] = *from;
		}
	}
	s->count = kept + 1;
}

void sightings_read(struct sightings *s, int fd)
{
	struct sighting block[BLOCK];
	ssize_t n;
	size_t before = s->count;
	/* What is written has the size of one, so what is read is a multiple of it. */
	while (s->count < MOST && (n = read(fd, block, sizeof block)) > 0)
		for (size_t i = 0; i < (size_t)n / sizeof *block; i++)
			add(s, &block[i]);
	if (s->count != before)
		merge(s);
}

void sightings_clear(struct sightings *s)
{
	s->count = 0;
	s->polls = 0;
}

void sightings_free(struct sightings *s)
{
	free(s->devices);
	*s = (struct sightings){0};
}
