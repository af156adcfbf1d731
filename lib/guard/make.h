/* SPDX-License-Identifier: ISC */
/* Making keys and certificates: what pki.c and ca.c share. */
#ifndef GUARD_MAKE_H
#define GUARD_MAKE_H

#include "base/buf.h"
#include "base/err.h"

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#define MAKE_DAY 86400L
#define MAKE_SKEW 3600     /* a device whose clock is slow must not find us "not yet valid" */
#define MAKE_NAME_MOST 64  /* bytes of a common name (X.520 ub-common-name) */
#define MAKE_DNS_MOST 253  /* bytes of a DNS name … */
#define MAKE_LABEL_MOST 63 /* … and of what stands between its dots */

struct make_name {
	int nid;
	const char *value; /* UTF-8; "": is left out */
};

struct make_extension {
	int nid;
	const char *value; /* as openssl.cnf has it; NULL: is left out */
};

struct make_recipe {
	const struct make_name *subject;
	size_t nsubject;
	time_t from, until;
	const struct make_extension *extensions;
	size_t nextensions;
	EVP_PKEY *key;        /* whose certificate it is; the public half is enough */
	X509 *issuer;         /* NULL: it signs itself, with `key` */
	EVP_PKEY *issuer_key; /* with `issuer` */
};

/* A new key: P-256, P-384, RSA-2048, RSA-3072, RSA-4096. NULL: e says why. */
EVP_PKEY *make_key(const char *algorithm, struct err *e);
/* With a random serial number of 16 bytes. NULL: e says why. */
X509 *make_cert(const struct make_recipe *r, struct err *e);
/* The digest that goes with a key: SHA-384 for P-384, otherwise SHA-256. */
const EVP_MD *make_digest(const EVP_PKEY *key);
/* Adds PEM. The key is wiped from everything but `out`. */
bool make_cert_pem(X509 *cert, struct buf *out, struct err *e);
bool make_key_pem(EVP_PKEY *key, struct buf *out, struct err *e);
/* "…: OpenSSL says …". Returns false. */
bool make_failed(struct err *e, const char *what);

/*
 * "DNS:localhost,IP:127.0.0.1" of names that are DNS names or addresses; repeated ones are put in once.
 * Each name is checked: a comma in one would add another extension. False: e names the bad one.
 */
bool make_alternatives(const char *const *names, size_t count, struct buf *out, struct err *e);
bool make_is_address(const char *name);

#endif
