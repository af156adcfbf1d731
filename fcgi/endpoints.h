/* SPDX-License-Identifier: ISC */
/*
 * What the endpoints of the update pool work with. A file per endpoint: ep_poll.c, ep_put.c, …
 */
#ifndef FCGI_ENDPOINTS_H
#define FCGI_ENDPOINTS_H

#include "base/arena.h"
#include "base/md5.h"
#include "core/req.h"
#include "fcgi/quiet.h"
#include "fcgi/reply.h"
#include "fcgi/server.h"

#include <fcgiapp.h>
#include <stdbool.h>

/* A request, and the answer that is being made. One per worker, used again for each request. */
struct exchange {
	const struct server *server;
	FCGX_Request *fcgi;
	struct arena arena; /* reset before each request */
	struct request request;
	struct reply reply;
	struct snipdir *snippets;
	bool says_snippets; /* this worker looks at them when it is idle, and logs what is wrong */
	struct md5 *md5;
	struct quiet quiet;
};

/* GET and HEAD update.php: a device polls. */
void ep_poll(struct exchange *x);
/* PUT update.php: a device sends something; by `mode` it goes to one of those below. */
void ep_put(struct exchange *x);
/* The body is there as a whole. */
void ep_backup(struct exchange *x, const struct buf *body);

#endif
