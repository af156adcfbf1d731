/* SPDX-License-Identifier: ISC */
/*
 * Client certificates: is what a client showed genuine? (spec §8 "Forced trust", PITFALLS §0.1, §0.2, §1.1)
 *
 * The web server's word that it verified one is a condition, never enough: chain, validity, purpose and
 * revocation are checked here for every request, from the certificate itself, because a connection or a
 * session may be older than what has changed since.
 */
#ifndef GUARD_CLIENT_H
#define GUARD_CLIENT_H

#include "base/arena.h"
#include "base/err.h"
#include "core/cert.h"

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

/* The CAs whose devices are let in, and what was revoked. */
struct client_trust;

/*
 * From a PEM file of CA certificates, and PEM files of revocation lists; of these, one that is missing
 * counts as empty, `crls` (at most 4) ends with NULL. A list counts only when it is signed by a CA of
 * the file, and then for ever: one that is out of date forgets nothing and locks nobody out; one that
 * names a CA of the file, but is not signed by it, is an error. Certificates in the file that are not
 * those of CAs do not count. NULL: e says why, with the file.
 */
struct client_trust *client_trust_load(const char *cas, const char *const *crls, struct err *e);
void client_trust_free(struct client_trust *t);
/*
 * Loads the files again when one of them changed, looked at no more than once a second. What cannot be
 * loaded leaves in force what was: false then, once for each change, and e says why.
 */
bool client_trust_refresh(struct client_trust *t, long long now_ms, struct err *e);

/*
 * Verifies a certificate as the web server exports it (PEM, at most X509_MOST bytes), and takes its
 * facts. False: e says why not, for the log and the reply: it is none, its subject is not clean
 * (x509_facts()), expired, not valid yet, revoked, for another purpose, signed with what is too weak
 * (SHA-1, RSA below 2048), or no chain leads from it to a CA of the file: it alone is there, so whoever
 * issued it must be in the file, be it an intermediate CA. Texts live in the arena.
 *
 * Which certificates were good is remembered until the files are loaded again; for how long they and
 * their CA are valid is looked at each time.
 */
bool client_verify(struct client_trust *t, struct arena *a, const char *pem, time_t now,
    struct cert *out, struct err *e);

/* A CA of the file, for lists: how many there are, and the facts of one; its name may be odd. */
size_t client_trust_count(const struct client_trust *t);
void client_trust_ca(const struct client_trust *t, struct arena *a, size_t i, struct cert *out);

#endif
