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
	const char *type;   /* Content-Type */
	bool bare;          /* `headers` say whether it may be kept, and all else */
	struct buf headers; /* more of them, each with CRLF */
	struct buf body;
	struct buf head; /* working memory of reply_send() */
};

/* Empty plain text, status 200, not to be kept by anybody; the memory is used again. */
void reply_reset(struct reply *r);
void reply_free(struct reply *r);
/* A short answer in plain text that says what is wrong. */
void reply_refuse(struct reply *r, int status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/*
 * Reads a body of `size` bytes, a length that was checked. False: not all of it came, so nothing of it may
 * be used.
 */
bool reply_read_body(FCGX_Stream *in, size_t size, struct buf *body);
/* `head`: the answer to a HEAD request, without a body. */
void reply_send(struct reply *r, bool head, FCGX_Stream *out);

#endif
