/* SPDX-License-Identifier: ISC */
/* Fetches a document by HTTP, within limits, and lets itself be interrupted. */
#ifndef FCGI_KEEPER_FETCH_H
#define FCGI_KEEPER_FETCH_H

#include "base/buf.h"
#include "base/err.h"

enum fetched { FETCHED, FETCH_FAILED, FETCH_LEFT };

/*
 * Appends what `url` (http or https only) yields to `out`: at most LIMIT_MASTER_INFO bytes, within
 * LIMIT_MASTER_SECONDS, at most 3 redirects. Proxies of the environment (http_proxy, …) are not used:
 * the master device is a neighbour, and a service should not depend on who started it. The certificate
 * of an https URL must be one the system trusts. A user name and password may stand in the URL.
 * FETCH_LEFT: `leave_fd` became readable meanwhile.
 */
enum fetched fetch(const char *url, int leave_fd, struct buf *out, struct err *e);

#endif
