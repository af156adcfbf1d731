/* SPDX-License-Identifier: ISC */
/*
 * An answer: built whole, then written with its length, so that the web server can tell a worker that
 * died half-way from an answer that ended (PITFALLS §0.3).
 */
#ifndef FCGI_REPLY_H
#define FCGI_REPLY_H

#include "base/buf.h"

#include <fcgiapp.h>
#include <stdbool.h>

struct reply {
	int status;
	struct buf headers; /* more of them, each with CRLF */
	struct buf body;    /* text */
	struct buf head;    /* working memory of reply_send() */
};

/* Empty, status 200; keeps the memory. */
void reply_reset(struct reply *r);
void reply_free(struct reply *r);
/* A short answer in plain text that says what is wrong. */
void reply_refuse(struct reply *r, int status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* `head`: the answer to a HEAD request, without a body. */
void reply_send(struct reply *r, bool head, FCGX_Stream *out);

#endif
