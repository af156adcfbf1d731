/* SPDX-License-Identifier: ISC */
/*
 * Certificates as bytes: reading PEM and DER, names, dates, keys. What the other files of this room and
 * their callers share; the only ones that know OpenSSL's X.509 are in this room and tools/sim.
 *
 * Nothing here asks for a pass phrase, whatever a file says (PITFALLS §4.6).
 */
#ifndef GUARD_X509_H
#define GUARD_X509_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "core/cert.h"

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <stddef.h>

#define X509_MOST (64 << 10) /* bytes of one file or variable; what is longer is not looked at */
#define X509_CHAIN 16        /* certificates in one file */

/*
 * All certificates of a file, PEM (other text between the blocks does not count) or one in DER, in
 * order. Returns how many, at most X509_CHAIN; each is the caller's to free. 0: e says why: none in it, too
 * long, one is damaged.
 */
size_t x509_read(const void *bytes, size_t size, X509 *out[X509_CHAIN], struct err *e);
/* The first one. NULL: e says why. */
X509 *x509_read_one(const void *bytes, size_t size, struct err *e);
/*
 * The signing request, PEM or DER, at most LIMIT_CSR bytes. `digest`: NULL, or x509_digest() of its DER as
 * it came. NULL: e says why: there is none, two, bytes behind it.
 */
X509_REQ *x509_read_request(const void *bytes, size_t size, char digest[65], struct err *e);
/* A private key in PEM. NULL: e says why. */
EVP_PKEY *x509_read_key(const void *bytes, size_t size, struct err *e);

/*
 * The facts. False: e says why it has no clean ones: not exactly one common name, NUL or control
 * characters in it, not in a plain form of text (PrintableString, UTF8String, IA5String, T61String that
 * is ASCII), longer than LIMIT_CERT_NAME, a date that is none. Texts live in the arena.
 */
bool x509_facts(struct arena *a, const X509 *cert, struct cert *out, struct err *e);
/* The common name of a name, as clean as that; messages call the name `whose` ("subject"). */
bool x509_cn(
    struct arena *a, const X509_NAME *name, const char *whose, const char **out, struct err *e);
/* The facts of one that may be anything, for showing: odd names made visible, 0 for a date that is none. */
void x509_show_facts(struct arena *a, const X509 *cert, struct cert *out);
/* The common name of a name, with everything odd made visible; "" without one. For showing only. */
const char *x509_show_cn(struct arena *a, const X509_NAME *name);
/* The whole name for people: "CN=…, O=…"; nothing in it is a control character. */
const char *x509_show_name(struct arena *a, const X509_NAME *name);
/* "RSA 2048", "P-256", … */
const char *x509_show_key(struct arena *a, const EVP_PKEY *key);
/* DNS names and addresses, "DNS:a.example.com, IP:192.0.2.1"; "" without any. */
const char *x509_show_san(struct arena *a, const STACK_OF(X509_EXTENSION) * extensions);
/* Seconds since 1970. False: it is no date, and *out is 0. */
bool x509_time(const ASN1_TIME *time, int64_t *out);
/* Lower-case hexadecimal SHA-256 of bytes, 64 digits and a NUL. */
void x509_digest(const void *bytes, size_t size, char out[65]);

/* Base64 between PEM lines, 64 characters a line: `what` is "CERTIFICATE REQUEST", … */
void x509_armour(struct buf *out, const char *what, const void *der, size_t size);
/*
 * The DER of everything between PEM lines, block by block into `take`; bytes without such lines are one
 * block as they are. Does not look inside: what an administrator puts there is sent to devices as
 * it is (spec §8). False: base64 that is none, or longer than X509_MOST.
 */
bool x509_blocks(const void *bytes, size_t size, void (*take)(void *, const void *, size_t),
    void *context, struct err *e);

#endif
