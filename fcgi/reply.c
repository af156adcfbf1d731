/* SPDX-License-Identifier: ISC */
#include "fcgi/reply.h"

#include <stdarg.h>

static const struct {
	int status;
	const char *text;
} names[] = {
    {200, "OK"},
    {400, "Bad Request"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {413, "Content Too Large"},
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
	buf_adds(&r->head, "Content-Type: text/plain; charset=utf-8\r\n"
			   "Cache-Control: no-store\r\n"
			   "X-Content-Type-Options: nosniff\r\n");
	buf_adds(&r->head, buf_text(&r->headers));
	buf_adds(&r->head, "\r\n");
}

static void put(const struct buf *b, FCGX_Stream *out)
{
	FCGX_PutStr(buf_text(b), (int)b->size, out);
}

void reply_send(struct reply *r, bool head, FCGX_Stream *out)
{
	make_head(r);
	put(&r->head, out);
	if (!head)
		put(&r->body, out);
}
