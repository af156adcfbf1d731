/* SPDX-License-Identifier: ISC */
/* Fetches a document by HTTP, or sends a file there, within limits, and lets itself be interrupted. */
#ifndef FCGI_KEEPER_FETCH_H
#define FCGI_KEEPER_FETCH_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>

enum fetched { FETCHED, FETCH_FAILED, FETCH_LEFT };

struct fetch {
	const char *url;             /* http or https; a user name and password may stand in it */
	const char *user, *password; /* NULL or "": none besides */
	const char *file;            /* NULL; or its bytes are sent, with PUT */
	long redirects;              /* at most so many are followed; 0: it stays with the URL */
	long seconds;                /* it may take */
	size_t most;                 /* bytes of the answer */
	long *status;                /* NULL; or what the server answered, 0: it did not */
	int leave_fd;
	char *local; /* NULL, or FETCH_LOCAL bytes: our own address when it was fetched */
};
#define FETCH_LOCAL 64
#define FETCH_REDIRECTS 3 /* of who only reads */

/*
 * Appends what the server answers to `out`. Proxies of the environment (http_proxy, …) are
 * not used: those we speak to are neighbours, and a service should not depend on who started it. The certificate
 * of an https URL must be one the system trusts. FETCH_LEFT: `leave_fd` became readable meanwhile.
 */
enum fetched fetch(const struct fetch *how, struct buf *out, struct err *e);

/*
 * `url` with arguments added to those that it has, and with `path` when it has none. Arena; NULL: it is no URL.
 */
const char *fetch_url(struct arena *a, const char *url, const char *path, const char *arguments);

/* Do both URLs lead to one host and port, over the same protocol? Who gets a password may get it for both then. */
bool fetch_is_same_host(const char *url, const char *other);

#endif
