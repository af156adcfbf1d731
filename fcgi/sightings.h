/* SPDX-License-Identifier: ISC */
/*
 * Sightings on their way through the writer: what came through the pipe, one entry per device. Knows no
 * store.
 */
#ifndef FCGI_SIGHTINGS_H
#define FCGI_SIGHTINGS_H

#include "fcgi/memory.h"

#include <stddef.h>
#include <stdint.h>

struct seen_device {
	char sn[LIMIT_SN + 8];
	int64_t time; /* of the last poll */
	int64_t polls;
};

/* Initialise with {0}. */
struct sightings {
	struct seen_device *devices; /* by SN */
	size_t count, room;
	uint64_t polls; /* of all */
};

/*
 * Adds what is in the pipe, and sorts: neighbours in the store are written together. At most some
 * 100 000 devices are held; what comes when there are as many stays in the pipe.
 */
void sightings_read(struct sightings *s, int fd);
void sightings_clear(struct sightings *s);
void sightings_free(struct sightings *s);

#endif
