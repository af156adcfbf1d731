/* SPDX-License-Identifier: ISC */
/* The configuration of lighttpd as text: lighttpd/lighttpd.conf with what is wanted of this server (web.h). */
#ifndef ROLLCALL_WEB_FILL_H
#define ROLLCALL_WEB_FILL_H

#include "base/buf.h"
#include "base/err.h"
#include "tools/rollcall/web.h"

#include <stdbool.h>

#define WEB_FDS_A_CONNECTION 4 /* client, worker, file, spare */

/* How many connections lighttpd can be given; not more than --connections. */
long web_connections(const struct web *w);
/* The files of TLS have that suffix. False: a path cannot stand in it, and `e` says which. */
bool web_fill(const struct web *w, const char *suffix, struct buf *out, struct err *e);

#endif
