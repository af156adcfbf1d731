/* SPDX-License-Identifier: ISC */
/*
 * Passwords: hashed with yescrypt (crypt(5)), compared in constant time; and the random tokens of sessions.
 * PITFALLS §5 has the costs.
 */
#ifndef GUARD_PASSWORD_H
#define GUARD_PASSWORD_H

#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

#define PASSWORD_LEAST 8  /* characters of a new one */
#define PASSWORD_MOST 256 /* bytes of any */

/* NULL: too short, too long, or not to be hashed; `e` says what would be right. Arena. */
const char *password_hash(struct arena *a, const char *password, struct err *e);
/* Is this a hash that crypt(3) understands and that is good enough to be used? */
bool password_is_hash(const char *text);
/*
 * Is `password` the one that `hash` was made of? `hash` NULL or of no use: the same work is done, and
 * the answer is no, so that nobody learns from the time which users there are.
 */
bool password_matches(const char *hash, const char *password);
/* The same for a password that stands in the configuration as it is (`secret`): same work, too. */
bool password_is(const char *secret, const char *password);

/* Are these the same? For tokens that are long enough not to be guessed; its time depends on their lengths alone. */
bool token_same(const char *right, const char *sent);

#define TOKEN_TEXT 43 /* letters of a token: 256 bits, base64url */
/* A new token. False: there is no randomness. */
bool token_make(char out[TOKEN_TEXT + 1]);
bool token_is(const char *text);
/* What the store keeps of it: SHA-256, 64 hexadecimal digits (account.h, SESSION_ID). */
void token_digest(const char *token, char out[65]);
/* What forms carry against requests from elsewhere: made of the session's token, useless without it. */
void token_csrf(const char *token, char out[65]);
bool token_csrf_is(const char *token, const char *sent);

#endif
