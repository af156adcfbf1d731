/* SPDX-License-Identifier: ISC */
/*
 * Reading revocation lists back: what the list of a CA said before, so that the next one says no less
 * (ca.h makes them). Pure.
 */
#ifndef GUARD_CRL_H
#define GUARD_CRL_H

#include "base/arena.h"
#include "base/err.h"
#include "core/issued.h"

#include <stdbool.h>
#include <stddef.h>

#define CRL_MOST (16 << 20) /* bytes of a file of lists: some 300 000 entries */

struct crl {
	const char *issuer; /* the common name of the CA */
	const char *pem;    /* the list alone; NULL: there is none */
	size_t size;
	long number;            /* 0: it has none */
	struct issued *revoked; /* of each: serial, issuer, revoked */
	size_t count;
	size_t lists; /* how many of this CA are there */
};

/*
 * The list of a CA (its certificate, PEM) in a file that may hold those of several: the last one that
 * its key has signed. Texts live in the arena. False: the certificate cannot be read, e says why.
 */
bool crl_find(struct arena *a, const void *lists, size_t size, const void *ca, size_t ca_size,
    struct crl *out, struct err *e);
/* How many lists are in it. False: something between PEM lines is none; of nothing at all there are 0. */
bool crl_count(const void *lists, size_t size, size_t *count);

#endif
