/* SPDX-License-Identifier: ISC */
/* What the signer may be asked for (fcgi/signer.h): a record, checked when it is read. */
#ifndef CORE_ORDER_H
#define CORE_ORDER_H

#include "base/arena.h"
#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

#define ORDER_MOST 2048           /* bytes */
#define ORDER_SERVER "the server" /* `who` of orders for which no administrator was asked */

enum order_verb {
	ORDER_SIGN = 1,   /* sn, digest, who, why */
	ORDER_REVOKE = 2, /* serial, who, why */
};

struct order {
	enum order_verb verb;
	const char *sn; /* the device */
	const char
	    *digest; /* SHA-256 of the request that was approved: another one is not signed */
	const char *serial; /* of a certificate */
	const char *who;    /* "root on the command line", "the server" */
	const char *why;    /* "" or a sentence */
};

void order_encode(struct buf *out, const struct order *o);
/* False: it is no order: a field is missing, too long, or not what it should be. Arena. */
bool order_decode(struct arena *a, const void *bytes, size_t size, struct order *out);

#endif
