/* SPDX-License-Identifier: ISC */
/*
 * Messages to a process of rollcalld (the writer, the signer) and its receipts, over a Unix socket that
 * keeps them apart (SOCK_SEQPACKET). post_server.h is the other end.
 *
 *   request  to the writer: a list of changes (core/change.h); to the signer: an order (core/order.h)
 *   receipt  one byte, enum post_receipt, then a text for people, at most POST_TEXT bytes
 *
 * One request at a time per connection. The supervisor holds the listening socket: while there is no
 * such process, requests wait for the next one, at most as long as their sender wants to.
 */
#ifndef PROC_POST_H
#define PROC_POST_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

#define POST_TEXT 480

enum post_receipt {
	POST_DONE = 0,   /* all of it is on disk */
	POST_FAILED = 1, /* it could not be done: the disk is full, … A later one may be */
	POST_REFUSED =
	    2, /* it will not be done: it is no list of changes, no order for that request, … */
};

/* The sender's end. Initialise with {.path = …, .fd = -1}. */
struct post {
	const char *path;
	const char *whom; /* for messages; NULL: "the writer" */
	size_t most;      /* bytes of one request; 0: LIMIT_POST */
	int fd;
	int wait_ms;               /* what the socket was told */
	char said[POST_TEXT + 1];  /* the text of the last receipt; "": none came, or it has none */
	enum post_receipt receipt; /* with `said` */
};

/*
 * Sends a request and waits for the receipt, at most `wait_ms` each. True: it is done, on disk, and
 * p->said may tell more. False: it may not be (nobody there, no receipt in time, refused): nothing may be
 * promised, and `e` says why; p->said is "" unless that is what the receipt said.
 */
bool post_send(struct post *p, const void *bytes, size_t size, int wait_ms, struct err *e);
void post_close(struct post *p);

#endif
