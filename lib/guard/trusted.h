/* SPDX-License-Identifier: ISC */
/*
 * The CAs whose devices are let in, and what they revoked: what client.c loads from its files. Never
 * changed after it was loaded.
 */
#ifndef GUARD_TRUSTED_H
#define GUARD_TRUSTED_H

#include "base/err.h"

#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <stddef.h>

#define TRUSTED_CAS 256 /* CAs in the file */
#define TRUSTED_CRLS 64 /* lists in all files */

struct trusted {
	X509_STORE *store; /* set up for verifying client certificates */
	X509 *cas[TRUSTED_CAS];
	size_t ncas;
	X509_CRL *crls[TRUSTED_CRLS]; /* signed by one of the CAs, each */
	size_t ncrls;
};

/*
 * What is no CA's certificate in the file of CAs does not count; `crls` ends with NULL. A list of a CA that
 * is not in the file does not count either; one that only says it is of such a CA is an error. NULL:
 * e says why, with the file.
 */
struct trusted *trusted_load(const char *cas, char *const *crls, struct err *e);
void trusted_free(struct trusted *t);
/*
 * The entry in a list of the certificate's issuer, or NULL. Lists that are out of date count like others:
 * what is revoked stays so.
 */
const X509_REVOKED *trusted_revoked(const struct trusted *t, X509 *cert);

#endif
