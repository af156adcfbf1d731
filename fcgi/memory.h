/* SPDX-License-Identifier: ISC */
/*
 * What a process of rollcalld remembers of devices, and how it has something remembered: it reads the
 * store itself, and sends changes to the writer.
 *
 * Two ways lead there. What a reply promises goes over a socket and is waited for (post.h). That a
 * device was seen goes into a pipe that the supervisor holds, and nobody waits: what a writer that died
 * had not read yet is read by the next one. The pipe carries blocks of one size, each written at once,
 * so that no reader ever finds half of one.
 */
#ifndef FCGI_MEMORY_H
#define FCGI_MEMORY_H

#include "base/buf.h"
#include "base/limits.h"
#include "fcgi/server.h"
#include "proc/post.h"
#include "store/store.h"

#include <stdbool.h>
#include <stdint.h>

struct sighting {
	int64_t time;
	char sn[LIMIT_SN + 8]; /* ends with NULs */
};

/* The pipe: [0] is the writer's end. Neither end blocks. */
bool memory_pipe(int fds[2], struct err *e);

struct memory {
	const struct server *server;
	struct store *store; /* NULL: not open (yet) */
	struct post post;
};

void memory_init(struct memory *m, const struct server *server);
void memory_close(struct memory *m);
/* The store, opened now if it was not before. NULL: e says why. */
struct store *memory_store(struct memory *m, struct err *e);
/* The device with this SN, as it is known; one that is not known has `created` 0. Arena. */
bool memory_device(
    struct memory *m, struct arena *a, const char *sn, struct device *out, struct err *e);
/* Its answer to a query, in the arena. False: there is none, or it cannot be read now. */
bool memory_answer(
    struct memory *m, struct arena *a, const char *sn, const char *query, struct store_answer *out);
/* Has a list of changes kept (core/change.h). After true it is on disk. An empty one is. */
bool memory_keep(struct memory *m, const struct buf *list, struct err *e);
/* Notes that a device was seen, within a second. */
void memory_sighted(struct memory *m, const char *sn, int64_t time);

#endif
