/* SPDX-License-Identifier: ISC */
/*
 * Signing requests (PKCS #10), from devices, that is: from the network (PITFALLS §4.6).
 */
#ifndef GUARD_CSR_H
#define GUARD_CSR_H

#include "base/arena.h"
#include "base/err.h"
#include "base/limits.h"
#include "core/cert.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CSR_MOST LIMIT_CSR /* bytes */

struct csr {
	const char *subject;   /* the whole name, for people */
	const char *cn;        /* "" unless there is exactly one that is clean */
	const char *key;       /* "RSA 2048" */
	const char *signature; /* "sha256WithRSAEncryption" */
	const char *san;       /* "DNS:…, IP:…"; "" */
	char digest[65];       /* SHA-256 of the DER, lower-case hexadecimal */
	/* The same of the public key (SubjectPublicKeyInfo), however the request writes it; "" when it is
	   none that is understood. */
	char key_digest[65];
	/* NULL, or why our own CA would never sign it: key other than RSA 2048 to 4096, P-256, P-384;
	   signature not with SHA-2, or wrong; not one clean common name; CA:TRUE. */
	const char *weak;
};

/*
 * Reads DER or PEM. Texts live in the arena. False: it is no request (damaged, longer than CSR_MOST, two,
 * bytes behind it), e says why.
 */
bool csr_read(struct arena *a, const void *bytes, size_t size, struct csr *out, struct err *e);

/*
 * Is this (PEM or DER, what may follow is the chain) a certificate for the very key of that request?
 * `out` are the facts of the certificate. False: e says why: no certificate; it is for another key (and
 * of whom); the request cannot be read. Does not look at the issuer or the dates.
 */
bool csr_answered(struct arena *a, const void *request, size_t request_size, const void *cert,
    size_t cert_size, struct cert *out, struct err *e);

#endif
