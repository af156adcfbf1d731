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
	int body; /* the longest, bytes */
	void (*handle)(struct exchange *x, const struct buf *body);
} uploads[] = {
    {"backup", LIMIT_BODY, ep_backup},
    {"query", LIMIT_BODY_ANSWER, ep_query},
    {"vardump", LIMIT_BODY_ANSWER, ep_vardump},
};

static const struct upload *find(const char *mode)
{
	for (size_t i = 0; mode && i < sizeof uploads / sizeof *uploads; i++)
		if (strcmp(uploads[i].mode, mode) == 0)
			return &uploads[i];
	return NULL;
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
	const char *why;
	if (r->refused)
		refuse(x, r->status == 200 ? 400 : r->status, r->refused);
	else if (exchange_is_foreign(x, &why))
		refuse(x, 403, why);
	else if (!upload)
		refuse(x, 400, "PUT needs mode=backup, mode=query or mode=vardump");
	else if (r->content_length > upload->body)
		refuse(x, 413, "the body is larger than is allowed for this mode");
	else if (!reply_read_body(x->fcgi->in, (size_t)r->content_length, &body))
		refuse(x, 400, "the body broke off; nothing was stored");
	else
		upload->handle(x, &body);
	buf_free(&body);
}
