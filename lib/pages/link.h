/* SPDX-License-Identifier: ISC */
/* Links that lead to devices themselves. */
#ifndef PAGES_LINK_H
#define PAGES_LINK_H

#include "base/arena.h"
#include "core/conf.h"

/*
 * "https://[2001:db8::7]/" for what a device says its address is; arena. It may say anything: only an address
 * that a browser elsewhere can use becomes a link, NULL for others.
 */
const char *link_to_device(struct arena *a, const struct config *c, const char *address);

#endif
