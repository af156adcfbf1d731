/* SPDX-License-Identifier: ISC */
/*
 * Addresses that people and programs know from elsewhere, and the pages where the same is now. Who may see those is
 * theirs to decide.
 */
#include "fcgi/endpoints.h"

#include <string.h>

static const struct {
	const char *from, *to;
} moved[] = {
    {"/status", "status"},
    {"/status.php", "status.xml"}, /* it was XML */
    {"/status.xml", "status.xml"},
    {"/metrics", "metrics"},
};

void ep_moved(struct exchange *x)
{
	for (size_t i = 0; i < sizeof moved / sizeof *moved; i++) {
		if (strcmp(x->request.path, moved[i].from) != 0)
			continue;
		x->reply.status = 303;
		buf_addf(&x->reply.headers, "Location: %s/admin/%s\r\n",
		    x->server->options.bases[0], moved[i].to);
		buf_addf(&x->reply.body, "See %s/admin/%s\r\n", x->server->options.bases[0],
		    moved[i].to);
	}
}
