/* SPDX-License-Identifier: ISC */
/*
 * Who asks: from the cookie to the account. A session is a random token in a cookie of which the store knows the
 * digest; it ends when it is not used for master/@idle minutes, SESSION_MOST seconds after it began, when it is
 * signed out, and by itself when the password or the role of its account changes (account_credential()). With the
 * default password there are sessions on this machine only.
 */
#ifndef PAGES_SESSION_H
#define PAGES_SESSION_H

#include "pages/page.h"

#define SESSION_NOTED 60 /* that it was used is written down at most so often */

/* The cookie's name: over TLS one that browsers give to nobody else (__Host-). */
const char *session_cookie(bool https);
/* Fills account, session, role and csrf of the request. False: the store cannot be read, page_fail() was called. */
bool session_recall(struct page *p);
/*
 * Begins one for an account, with its cookie, and ends the one that there was; from then on the request is of
 * this account. `what`: for the audit ("sign in"); NULL: no entry. False: page_fail() was called.
 */
bool session_begin(struct page *p, const struct account *account, const char *what);
/* Ends the present one, or all of its user; removes the cookie. False: page_fail() was called. */
bool session_end(struct page *p, bool everywhere);
/*
 * Is this the right password of that user? Takes the same time whether there is such a user or not; counts what fails
 * (guard/throttle.h), and lets one hash be computed at a time.
 */
enum session_answer {
	SESSION_RIGHT,
	SESSION_WRONG,
	SESSION_WAIT, /* not tried: in `*wait` seconds again */
	SESSION_ERROR /* page_fail() was called */
};
/* `*account`: of that name, in the arena; NULL: there is none. Not set when it was not tried. */
enum session_answer session_check(struct page *p, const char *user, const char *password,
    const struct account **account, int64_t *wait);
/* The account of that name: of the configuration first, then of the store, in a snapshot. Arena. NULL: none. */
const struct account *session_account(struct page *p, struct store *s, const char *name);

#endif
