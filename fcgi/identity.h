/* SPDX-License-Identifier: ISC */
/*
 * Who a client is: the certificate that it showed to the web server, verified for every request
 * (guard/client.h). A worker loads the CAs when the first certificate comes.
 */
#ifndef FCGI_IDENTITY_H
#define FCGI_IDENTITY_H

#include "base/arena.h"
#include "base/err.h"
#include "core/cert.h"
#include "fcgi/server.h"
#include "guard/client.h"

#include <stdbool.h>
#include <stdint.h>

#define IDENTITY_CAS "client-ca.pem"  /* in the folder with the keys (--pki) */
#define IDENTITY_CRL "client-crl.pem" /* likewise; it need not be there */

struct identity {
	char *cas, *crl; /* paths */
	const char *crls[3];
	struct client_trust *trust; /* NULL: not loaded (yet) */
	struct err problem;         /* why not, as it was logged; "": nothing was */
	int64_t tried_ms;           /* when it was last tried; 0: never */
};

void identity_init(struct identity *i, const struct server *server);
void identity_free(struct identity *i);
/*
 * What a certificate says, when it is genuine; in the arena. NULL: `e` says why not, for the reply and the
 * log.
 */
struct cert *identity_verify(struct identity *i, struct arena *a, const char *pem, struct err *e);

#endif
