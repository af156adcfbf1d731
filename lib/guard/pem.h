/* SPDX-License-Identifier: ISC */
/*
 * The blocks of a file: what stands between PEM lines one after the other, or, without such lines, the
 * file itself. Nothing looks inside, and nothing asks for a pass phrase.
 *
 * Bytes that begin like DER are DER, whatever text is in them: a request that has PEM lines in its
 * subject is still the one request.
 */
#ifndef GUARD_PEM_H
#define GUARD_PEM_H

#include "base/buf.h"
#include "base/err.h"

#include <openssl/bio.h>
#include <stdbool.h>
#include <stddef.h>

struct pem_block {
	const char *name; /* "CERTIFICATE"; NULL: the file has no PEM lines */
	const unsigned char *der;
	size_t size;
	bool encrypted; /* Proc-Type: 4,ENCRYPTED; `der` is of no use then */
};

/* False ends the reading, with e. */
typedef bool pem_take(void *context, const struct pem_block *block, struct err *e);

/*
 * Hands out all blocks in order; they are gone afterwards, private ones wiped. False: e says why: base64
 * that is none, a block without an end, longer than `most`, empty; or what `take` said.
 */
bool pem_each(
    const void *bytes, size_t size, size_t most, pem_take *take, void *context, struct err *e);

/* A callback for OpenSSL's readers: there is no pass phrase. */
int pem_no_phrase(char *out, int room, int writing, void *context);

/* Adds what was written to a BIO of memory. False: nothing was. */
bool pem_add(BIO *bio, struct buf *out);

#endif
