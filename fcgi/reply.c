/* SPDX-License-Identifier: ISC */
#include "fcgi/reply.h"

#include <stdarg.h>

static const struct {
	int status;
	const char *text;
} names[] = {
    {200, "OK"},
    {400, "Bad Request"},
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

void reply_refuse(struct reply *r, int status, const char *format, ...)
{
	va_list args;
	r->status = status;
	buf_reset(&r->body);
	va_start(args, format);
	buf_addv(&r->body, format, args);
	va_end(args);
	buf_adds(&r->body, "\r\n");
}

void reply_head(const struct reply *r, struct buf *out)
{
	buf_addf(out,
	    "Status: %d %s\r\n"
	    "Content-Type: text/plain; charset=utf-8\r\n"
	    "Content-Length: %zu\r\n"
	    "Cache-Control: no-store\r\n"
	    "X-Content-Type-Options: nosniff\r\n"
	    "%s\r\n",
	    r->status, name_of(r->status), r->body.size, buf_text(&r->headers));
}

static void put(const struct buf *b, FCGX_Stream *out)
{
	FCGX_PutStr(buf_text(b), (int)b->size, out);
}

void reply_send(const struct reply *r, bool head, FCGX_Stream *out)
{
	struct buf lines = {0};
	reply_head(r, &lines);
	put(&lines, out);
	if (!head)
		put(&r->body, out);
	buf_free(&lines);
}
