/* SPDX-License-Identifier: ISC */
/*
 * A CA of our own (customcerts/@CAtype="internal"): its certificate and key, what it signs, its
 * revocation list. Pure but for random numbers: bytes in, bytes out; the time is an argument.
 *
 * A certificate is made of the configuration and of what is known of the device; of the request only the
 * key is taken, after it was proved that the device holds it.
 */
#ifndef GUARD_CA_H
#define GUARD_CA_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "core/certs.h"
#include "core/issued.h"

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#define CA_DAYS 3650    /* how long a CA is valid */
#define CA_NAME_MOST 64 /* bytes of its name (X.520 ub-common-name) */

/*
 * A new CA. `algorithm`: one of the words of customcerts/@CAalgorithm. Its key is added to `key` as PEM: the
 * caller's to keep secret, and to wipe. False: e says why.
 */
bool ca_make(const char *name, const char *algorithm, time_t now, struct buf *cert, struct buf *key,
    struct err *e);

struct ca;
/* From PEM. NULL: e says why: no CA's certificate, no key, the one does not belong to the other. */
struct ca *ca_open(
    const void *cert, size_t cert_size, const void *key, size_t key_size, struct err *e);
void ca_close(struct ca *ca);
/* The facts of its certificate. */
bool ca_facts(const struct ca *ca, struct arena *a, struct cert *out, struct err *e);

/* What a certificate is to be. */
struct ca_order {
	const struct config *config;         /* CAdays, CAusage */
	const struct certs_subject *subject; /* as the configuration wants it for this device */
	const char *sn, *hwid; /* its common name must be one of them (core/trust.h) */
};
/*
 * Signs a request (DER or PEM). The certificate is added to `pem`; `out` gets serial, cn, issuer, from,
 * until, at, digest, key (arena); the rest is the caller's. It is never valid for longer than the CA. False: e says
 * why: the request is refused (csr.h: what is weak; its common name is not the device's, or it is
 * customcerts/@CAwildcard: one certificate for all), the CA has expired.
 */
bool ca_sign(struct ca *ca, struct arena *a, const struct ca_order *order, const void *request,
    size_t size, time_t now, struct buf *pem, struct issued *out, struct err *e);

/*
 * A revocation list as PEM of those that are `revoked` and of this CA (`issuer`). It does not go out of
 * date before the CA does: a server that was off for a month must not lock a fleet out. `number` grows
 * with each list.
 */
bool ca_crl(struct ca *ca, const struct issued *list, size_t count, long number, time_t now,
    struct buf *pem, struct err *e);

#endif
