/* SPDX-License-Identifier: ISC */
/*
 * PUT update.php: what a device sends, by `mode`. The body is either here as a whole, or nothing is
 * done with it.
 */
#include "fcgi/endpoints.h"

#include "base/limits.h"

#include <stdbool.h>
#include <string.h>

static const struct upload {
	const char *mode;
	int body;         /* the longest, bytes */
	const char *what; /* until it can be stored */
} uploads[] = {
    {"backup", LIMIT_BODY, "Backups of configurations"},
    {"query", LIMIT_BODY_ANSWER, "Answers to queries"},
    {"vardump", LIMIT_BODY_ANSWER, "Variables for certificates"},
};

static const struct upload *find(const char *mode)
{
	for (size_t i = 0; mode && i < sizeof uploads / sizeof *uploads; i++)
		if (strcmp(uploads[i].mode, mode) == 0)
			return &uploads[i];
	return NULL;
}

/* False: not all of the body came, so nothing of it may be used. */
static bool read_body(struct exchange *x, struct buf *body)
{
	size_t want = (size_t)x->request.content_length;
	char *to = buf_want(body, want + 1);
	int got = FCGX_GetStr(to, (int)want + 1, x->fcgi->in);
	if (got < 0 || (size_t)got != want || FCGX_GetError(x->fcgi->in) != 0)
		return false;
	buf_took(body, want);
	return true;
}

static void refuse(struct exchange *x, int status, const char *why)
{
	quiet_warn(&x->quiet, req_subject(&x->request), "PUT refused: %s", why);
	reply_refuse(&x->reply, status, "%s.", why);
}

void ep_put(struct exchange *x)
{
	const struct request *r = &x->request;
	struct buf body = {0};
	const struct upload *upload = find(r->mode);
	if (r->refused)
		refuse(x, r->status == 200 ? 400 : r->status, r->refused);
	else if (!upload)
		refuse(x, 400, "PUT needs mode=backup, mode=query or mode=vardump");
	else if (r->content_length > upload->body)
		refuse(x, 413, "the body is larger than is allowed for this mode");
	else if (!read_body(x, &body))
		refuse(x, 400, "the body broke off; nothing was stored");
	else
		reply_refuse(&x->reply, 501,
		    "%s cannot be stored yet; this comes with the next version.", upload->what);
	buf_free(&body);
}
