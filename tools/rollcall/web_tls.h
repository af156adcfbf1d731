/* SPDX-License-Identifier: ISC */
/*
 * The files of TLS that lighttpd and the workers are given. They are copies in HOME/run/pki of what
 * administrators keep elsewhere, made when that is whole and right: neither half a file nor a broken one ever
 * reaches them, not even when one of them has to be started again meanwhile.
 */
#ifndef ROLLCALL_WEB_TLS_H
#define ROLLCALL_WEB_TLS_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/stamp.h"
#include "home/home.h"

#include <stdbool.h>
#include <time.h>

#define WEB_TLS_NEW ".new" /* what is behind the name while lighttpd tries them */

/* The last one is for lighttpd: of the lists before it and that of our own CA, those that it may have. */
enum web_tls_copy {
	WEB_TLS_SERVER,
	WEB_TLS_CAS,
	WEB_TLS_LISTS,
	WEB_TLS_GIVEN,
	WEB_TLS_COPIES,
};

/* Where they come from. */
enum {
	WEB_TLS_FROM_SERVER,
	WEB_TLS_FROM_CAS,
	WEB_TLS_FROM_LISTS,
	WEB_TLS_FROM_OWN,
	WEB_TLS_SOURCES,
};

struct web_tls {
	const struct home *home;
	const char *pki;     /* a folder */
	bool server, cas;    /* what is needed: for HTTPS or mutual TLS, for mutual TLS */
	bool lists;          /* there is a file of them in `pki` */
	bool given;          /* lighttpd is given revocation lists (guard/front.h) */
	time_t until;        /* when one of them runs out; 0: never */
	struct err unlisted; /* why it is not; "": there are none */
	struct stamp seen[WEB_TLS_SOURCES]; /* of what was read last, right or wrong */
};

/* The path of a copy. `suffix`: "" or WEB_TLS_NEW. */
const char *web_tls_path(
    struct arena *a, const struct web_tls *t, enum web_tls_copy copy, const char *suffix);
/* Notes the stamps, reads and checks, writes the copies beside those in force. False: e says which file, and why. */
bool web_tls_stage(struct web_tls *t, struct err *e);
/* Puts them in force. The names of those that became others for lighttpd are added to `changed`. */
bool web_tls_take(const struct web_tls *t, struct buf *changed, struct err *e);
/* Removes what was staged. */
void web_tls_drop(const struct web_tls *t);
/* Removes the copy of the key; for the end. */
void web_tls_forget(const struct web_tls *t);
/* The folder of the copies, for the workers. */
const char *web_tls_folder(struct arena *a, const struct home *h);
/* Stamps of the sources as they are now. */
void web_tls_look(const struct web_tls *t, struct stamp now[WEB_TLS_SOURCES]);

#endif
