/* SPDX-License-Identifier: ISC */
#include "pages/link.h"

#include "base/address.h"

#include <string.h>

const char *link_to_device(struct arena *a, const struct config *c, const char *address)
{
	const char *scheme = c->status_usehttpsdevlinks ? "https://" : "http://";
	struct in6_addr parsed;
	if (strchr(address, '%') || !address_parse(address, strlen(address), &parsed))
		return NULL;
	if (strchr(address, ':'))
		return arena_concat(a, scheme, "[", address, "]/");
	return arena_concat(a, scheme, address, "/");
}
