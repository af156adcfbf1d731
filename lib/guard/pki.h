/* SPDX-License-Identifier: ISC */
/*
 * Certificates of our own, for a server that was given none.
 *
 * What `rollcall serve` needs to offer HTTPS and mutual TLS at once: a server certificate that
 * signs itself, and a CA whose device certificates the mutual TLS port trusts. EC P-256, SHA-256,
 * X.509 v3; everything comes out as PEM text, nothing is read or written. The time is an argument.
 * What comes out is the caller's to free with buf_free(); it holds private keys.
 */
#ifndef GUARD_PKI_H
#define GUARD_PKI_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#define PKI_SERVER_DAYS 825 /* the longest that browsers of all makers ever agreed on */
#define PKI_CA_DAYS 3650
#define PKI_NAMES 16 /* names of one server */

/*
 * A server certificate with its key after it, valid from an hour before `now`. `names` are DNS
 * names and IP addresses, the first is the common name; repeated ones are put in once. False when
 * there is no name, too many of them, or one is neither a DNS name nor an address.
 */
bool pki_make_server(
    const char *const *names, size_t count, time_t now, struct buf *pem, struct err *e);
/* A CA's certificate, and its key apart. */
bool pki_make_ca(const char *name, time_t now, struct buf *cert, struct buf *key, struct err *e);

#endif
