/* SPDX-License-Identifier: ISC */
/*
 * A certificate that our own CA has signed (customcerts/@CAtype="internal"), and an entry of the audit.
 * Records of the store (record.h): ids are fixed for ever.
 */
#ifndef CORE_ISSUED_H
#define CORE_ISSUED_H

#include "base/arena.h"
#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of texts in records and messages; what is longer is cut. */
#define ISSUED_SERIAL 40
#define AUDIT_WHAT 32
#define AUDIT_WHO 128
#define AUDIT_TEXT 2048
#define ISSUED_PEM 16384

/* Is this a serial number as cert.h writes it, of at most ISSUED_SERIAL digits? */
bool issued_is_serial(const char *text, size_t size);

struct issued {
	const char *serial; /* hexadecimal, as in cert.h; the key */
	const char *sn;     /* the device it is for */
	const char *cn;     /* the common name */
	const char *issuer; /* the common name of the CA */
	int64_t from, until;
	int64_t at;         /* when it was signed */
	const char *who;    /* who approved it */
	const char *digest; /* SHA-256 of the request */
	int64_t revoked;    /* when; 0: it is not */
	const char *revoked_by, *reason;
	const char *pem; /* the certificate; "" in entries of before it was kept */
	const char *key; /* SHA-256 of its public key, as csr.h has it; "" likewise */
};

/* Adds the fields in which `now` differs from `was`; `was` NULL: all that are not empty. */
void issued_encode(struct buf *out, const struct issued *was, const struct issued *now);
/* Texts are copied into the arena; never NULL. False: the bytes are no record. */
bool issued_decode(
    struct arena *a, const char *serial, const void *bytes, size_t size, struct issued *out);

/* Who did what, when. */
struct audit {
	int64_t time;
	const char *what; /* "csr approve", "csr import", "ca revoke", … */
	const char *who;  /* "root on the command line", "the server" */
	const char *sn;   /* the device it was done to; "": none */
	const char *text; /* one sentence: what exactly, and why */
};

void audit_encode(struct buf *out, const struct audit *a);
bool audit_decode(struct arena *a, int64_t time, const void *bytes, size_t size, struct audit *out);

#endif
