/* SPDX-License-Identifier: ISC */
/*
 * Signing requests from the words of `mod cmd X509 servercert-create` (spec §8). Values are
 * percent-encoded; an empty one is just not there, and options that mean nothing here are passed over.
 *
 *   /key          1024-bit … 4096-bit (RSA), P-256, P-384; 2048-bit when absent
 *   /signature    SH1, SH256, SH384, SH512; SH256 when absent
 *   /dn-*         the subject, /san-dns and /san-ip (repeatable) other names
 */
#ifndef SIM_SIGNING_REQUEST_H
#define SIM_SIGNING_REQUEST_H

#include "tools/sim/words.h"

#include <openssl/evp.h>
#include <openssl/x509.h>

/* What a device was told to create. */
struct signing_request {
	X509_REQ *request; /* without key and signature; NULL: nothing was wanted */
	int bits;          /* RSA, or 0: */
	const char *curve; /* its name */
	const char *digest;
};

/* False: the words make no request; nothing is to be freed then. */
bool signing_request_parse(const struct words *w, struct signing_request *out);
void signing_request_free(struct signing_request *r);
/* The key that is wanted. NULL: libcrypto cannot. */
EVP_PKEY *signing_request_key(const struct signing_request *r);
bool signing_request_sign(struct signing_request *r, EVP_PKEY *key);

#endif
