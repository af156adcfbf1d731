/* SPDX-License-Identifier: ISC */
/*
 * What our CA has signed, as the signer holds it in memory: those that are valid still, and all that were
 * revoked. Read from the store once, and again after it was forgotten; only the signer changes that table.
 */
#ifndef FCGI_SIGNER_KNOWN_H
#define FCGI_SIGNER_KNOWN_H

#include "base/arena.h"
#include "base/err.h"
#include "core/issued.h"
#include "fcgi/memory.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Initialise with {0}. */
struct signer_known {
	struct issued *list; /* of each: serial, sn, cn, issuer, digest, key, until, revoked */
	size_t count, room;
	bool read;
	struct arena arena;
};

void signer_known_forget(struct signer_known *k);
/* Reads it, unless it is read. False: e says why, and nothing is known. */
bool signer_known_read(struct signer_known *k, struct memory *m, int64_t now, struct err *e);
/* One that was signed after it was read. */
void signer_known_add(struct signer_known *k, const struct issued *one);

#endif
