/* SPDX-License-Identifier: ISC */
/*
 * lighttpd as Rollcall runs it: which program, which configuration (lighttpd/lighttpd.conf, filled in),
 * what it left behind.
 */
#ifndef ROLLCALL_WEB_H
#define ROLLCALL_WEB_H

#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "home/home.h"
#include "tools/rollcall/cli.h"
#include "tools/rollcall/listener.h"
#include "tools/rollcall/web_modules.h"
#include "tools/rollcall/web_tls.h"

#include <stdbool.h>
#include <stddef.h>

#define WEB_GRACE 8 /* seconds that lighttpd has to finish requests when it stops */

enum { WEB_HTTP, WEB_HTTPS, WEB_MTLS, WEB_LISTENERS };

struct web {
	const struct home *home;
	const char *bases[LIMIT_BASES]; /* "/update"; "" for the root */
	size_t nbases;
	const char *pki;               /* a folder */
	const struct options *options; /* what is asked for: paths, passwords, proxies, limits */
	struct listener listeners[WEB_LISTENERS];
	char *program; /* absolute */

	/* Set by web_write(). */
	struct web_tls tls;
	struct web_modules modules;
	bool users, webdav_users; /* files of them are there … */
	bool asks, asks_webdav;   /* … and lighttpd can ask for their passwords */
	bool closed;              /* nobody sees what is not public */
	bool locks, no_locks; /* files below /webdav/ can be locked, or cannot; once it is known */
};

/* The longest queue that a listening socket gets here: LIMIT_BACKLOG, or what the kernel allows. */
int web_backlog(void);
/* Adds a base path as it may be given (home/base_path.h). */
bool web_add_base(struct web *w, const char *base, struct err *e);
/*
 * Writes the configuration to HOME/run/lighttpd.conf, and the files of TLS beside it (web_tls.h), after
 * lighttpd has checked them; its complaints go to stderr. False: what was there before stays. The names
 * of files of TLS that became others are added to `changed`.
 */
bool web_write(struct web *w, struct buf *changed, struct err *e);
/*
 * Is what was asked for possible, and does it go together? False: wrong use. The listeners and bases are there. What is
 * less than asked for, or no good idea, is logged.
 */
bool web_check(const struct web *w, struct err *e);
/* Files of users came or went: what was written does not hold any more. */
bool web_is_stale(const struct web *w);
/* Are there files of TLS at all? */
bool web_has_tls(const struct web *w);
/* Removes bodies that were being received when a lighttpd was killed. */
void web_clean(const struct web *w);
/* Asks for a page that needs no worker; the answer arrives on the descriptor. -1: errno says why. */
int web_probe(const struct web *w);
/* The end of lighttpd's log that was written since it had `from` bytes, on stderr. */
void web_show_log(const struct web *w, long from);
long web_log_size(const struct web *w);

#endif
