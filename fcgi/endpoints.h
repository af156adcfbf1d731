/* SPDX-License-Identifier: ISC */
/*
 * What the endpoints of the update pool work with. A file per endpoint: ep_poll.c, ep_put.c, …
 */
#ifndef FCGI_ENDPOINTS_H
#define FCGI_ENDPOINTS_H

#include "base/arena.h"
#include "base/md5.h"
#include "core/req.h"
#include "fcgi/identity.h"
#include "fcgi/memory.h"
#include "fcgi/quiet.h"
#include "fcgi/reply.h"
#include "fcgi/server.h"
#include "home/traces.h"

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
	struct memory memory;
	struct identity identity;
	struct post signer;       /* see enrol.h */
	int64_t signer_failed_ms; /* when it last did not answer, or failed; 0: it does its work */
	struct buf changes;       /* of this request */
	struct quiet quiet;
	int64_t refused_now_ms; /* when it was last logged that something cannot be kept */
	unsigned refused_now;   /* how often it was refused since */
	struct traces traces;
};

/* GET and HEAD update.php: a device polls. */
void ep_poll(struct exchange *x);
/* One more poll, and what became of it. */
void ep_poll_count(const struct exchange *x, enum board_poll result);
/* PUT update.php: a device sends something; by `mode` it goes to one of those below. */
void ep_put(struct exchange *x);
/* GET /healthz: is the server well? For those who watch it, and for load balancers. */
void ep_health(struct exchange *x);
/* GET /status.php, …: addresses that lead to pages. */
void ep_moved(struct exchange *x);
/* The body is there as a whole. */
void ep_backup(struct exchange *x, const struct buf *body);
void ep_query(struct exchange *x, const struct buf *body);
void ep_vardump(struct exchange *x, const struct buf *body);

/* Is anything remembered of devices (status/@dir)? */
bool exchange_tracks(const struct exchange *x);

/* May this device be remembered? A new one not, when there is hardly room for those that are known. */
bool exchange_has_room(const struct exchange *x, const struct device *known, struct err *e);

/*
 * Does the client certificate name another device than the request, where that matters (forced trust)? Then
 * `*why` says so.
 */
bool exchange_is_foreign(struct exchange *x, const char **why);

/* The device that sent this, as it is known, and as it will be. */
struct exchange_device {
	struct device was, now;
	int64_t time;
};
/* Looks it up; one that is not known yet is made. Needs request.sn. False: `e` says why not now. */
bool exchange_device(struct exchange *x, struct exchange_device *d, struct err *e);
/* Adds what differs to x->changes. */
void exchange_change(struct exchange *x, const struct exchange_device *d);
/*
 * The answer when something cannot be remembered now: 503, when to come again, a comment, no command.
 * `what` is "its poll", "its answer", for the log; `e` says why.
 */
void exchange_refuse_now(struct exchange *x, const char *what, const struct err *e);

#endif
