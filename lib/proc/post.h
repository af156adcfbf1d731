/* SPDX-License-Identifier: ISC */
/*
 * Messages to the writer and its receipts, over a Unix socket that keeps them apart (SOCK_SEQPACKET).
 *
 *   request  the bytes of one list of changes (core/change.h), at most LIMIT_POST
 *   receipt  one byte, enum post_receipt, then a text for people
 *
 * One request at a time per connection. The supervisor holds the listening socket: while there is no
 * writer, requests wait for the next one, at most as long as their sender wants to.
 */
#ifndef PROC_POST_H
#define PROC_POST_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

enum post_receipt {
	POST_DONE = 0,    /* all of it is on disk */
	POST_FAILED = 1,  /* nothing of it is: the disk is full, … */
	POST_REFUSED = 2, /* it was no list of changes */
};

/* The sender's end. Initialise with {.path = …, .fd = -1}. */
struct post {
	const char *path;
	int fd;
	int wait_ms; /* what the socket was told */
};

/*
 * Sends a list and waits for the receipt, at most `wait_ms` each. True: it is on disk. False: it may not be
 * (no writer, no receipt in time, refused): nothing may be promised, and `e` says why.
 */
bool post_send(struct post *p, const void *bytes, size_t size, int wait_ms, struct err *e);
void post_close(struct post *p);

#endif
