/* SPDX-License-Identifier: ISC */
/*
 * The end of post.h that takes requests: connections of many, of which none can hold the others up by
 * being slow or silent. It only waits and reads; whoever calls it decides in which order what has come
 * is done.
 */
#ifndef PROC_POST_SERVER_H
#define PROC_POST_SERVER_H

#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "proc/post.h"

#include <stdbool.h>
#include <stddef.h>

#define POST_CLIENTS (LIMIT_WORKERS + 64) /* nobody needs more at once; those beyond are closed */

/* Somebody who sends requests. */
struct post_client {
	int fd;     /* -1: none */
	bool waits; /* for the receipt of `request` */
	struct buf request;
};

struct post_server {
	int listen_fd, epoll;
	size_t most; /* bytes of one request; of a longer one there are most + 1 */
	struct post_client clients[POST_CLIENTS];
};

/* `listen_fd` does not block, and stays the caller's. False: e says why. */
bool post_server_open(struct post_server *s, int listen_fd, size_t most, struct err *e);
/* Closes all connections. */
void post_server_close(struct post_server *s);

/* Another descriptor that is waited for, until it is readable. False: errno says why. */
bool post_server_watch(struct post_server *s, int fd);
/* Does not wait for it (`on`: waits again) until told otherwise. */
void post_server_heed(struct post_server *s, int fd, bool on);

/*
 * Waits until something has come, at most `wait_ms`. Accepts and reads, at most one request per client:
 * each that waits must have got its receipt before this is called again. `readable` is told of
 * other descriptors.
 */
void post_server_wait(
    struct post_server *s, int wait_ms, void (*readable)(void *context, int fd), void *context);
/* The next of those that wait for a receipt, behind `after` (NULL: the first one). NULL: none. */
struct post_client *post_server_next(struct post_server *s, struct post_client *after);
/* What is longer than POST_TEXT is cut. The request is gone after it. */
void post_receipt(struct post_client *c, enum post_receipt receipt, const char *text);

/*
 * Before leaving: nothing that was sent may be lost. Nobody can send on a connection that was shut down
 * (post_send() turns to the successor then); what had been sent before is read, and waits for its
 * receipt.
 */
void post_server_drain(struct post_server *s);

#endif
