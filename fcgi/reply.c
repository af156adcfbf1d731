/* SPDX-License-Identifier: ISC */
#include "fcgi/reply.h"

#include <stdarg.h>

static const struct {
	int status;
	const char *text;
} names[] = {
    {200, "OK"},
    {204, "No Content"},
    {301, "Moved Permanently"},
    {303, "See Other"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {409, "Conflict"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {429, "Too Many Requests"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {503, "Service Unavailable"},
};

static const char *name_of(int status)
{
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (names[i].status == status)
			return names[i].text;
	return "Error";
}

void reply_reset(struct reply *r)
{
	r->status = 200;
	r->type = "text/plain; charset=utf-8";
	r->bare = false;
	buf_reset(&r->headers);
	buf_reset(&r->body);
}

void reply_free(struct reply *r)
{
	buf_free(&r->headers);
	buf_free(&r->body);
	buf_free(&r->head);
}

void reply_refuse(struct reply *r, int status, const char *format, ...)
{
	va_list args;
	r->status = status;
	buf_reset(&r->body);
	va_start(args, format);
	buf_adds(&r->body, "# "); /* should a device ever execute it */
	buf_addv(&r->body, format, args);
	va_end(args);
	buf_adds(&r->body, "\r\n");
}

static void make_head(struct reply *r)
{
	buf_reset(&r->head);
	buf_addf(&r->head, "Status: %d %s\r\nContent-Length: %zu\r\n", r->status,
	    name_of(r->status), r->body.size);
	buf_addf(&r->head, "Content-Type: %s\r\n", r->type);
	if (!r->bare)
		buf_adds(&r->head, "Cache-Control: no-store\r\n"
				   "X-Content-Type-Options: nosniff\r\n");
	buf_adds(&r->head, buf_text(&r->headers));
	buf_adds(&r->head, "\r\n");
}

static void put(const struct buf *b, FCGX_Stream *out)
{
	FCGX_PutStr(buf_text(b), (int)b->size, out);
}

bool reply_read_body(FCGX_Stream *in, size_t size, struct buf *body)
{
	char *to = buf_want(body, size + 1);
	int got = FCGX_GetStr(to, (int)size + 1, in);
	if (got < 0 || (size_t)got != size || FCGX_GetError(in) != 0)
		return false;
	buf_took(body, size);
	return true;
}

void reply_send(struct reply *r, bool head, FCGX_Stream *out)
{
	make_head(r);
	put(&r->head, out);
	if (!head)
		put(&r->body, out);
}
