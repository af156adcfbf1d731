/* SPDX-License-Identifier: ISC */
/*
 * The files of our own CA in HOME/ca, as the signer alone opens them: the present CA (ca.pem, ca.key), former
 * ones (ca-SERIAL.pem, .key), and the revocation lists of all of them (crl.pem, one list behind the other).
 */
#ifndef FCGI_SIGNER_CA_H
#define FCGI_SIGNER_CA_H

#include "base/arena.h"
#include "base/err.h"
#include "base/stamp.h"
#include "core/cert.h"
#include "core/issued.h"
#include "guard/ca.h"
#include "home/home.h"

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

/* By which the files are known to be the same as before. */
struct signer_files {
	struct stamp folder, cert, key, crl;
};

/* Initialise with {.home = …}. */
struct signer_ca {
	const struct home *home;
	struct ca *ca;              /* the present one; NULL: not loaded */
	struct signer_files loaded; /* what it was loaded from */
};

void signer_ca_close(struct signer_ca *s);
/*
 * The present CA, loaded when it is needed for the first time, and again when its files changed. NULL: e
 * says why: there is none, somebody else can read its key, …
 */
struct ca *signer_ca_present(struct signer_ca *s, struct err *e);

void signer_ca_look(const struct signer_ca *s, struct signer_files *out);
bool signer_ca_same(const struct signer_files *a, const struct signer_files *b);

/*
 * Sees to it that crl.pem holds a list of every CA of the folder, and each of `known` that is revoked in
 * that of its issuer. What holds already stays as it is, and no key is opened for it; what stood in a list
 * before stays there, whatever the store says by now. Of a file that is damaged a copy stays as
 * crl.pem.damaged; while a list that is lost in it cannot be made anew, it stays as it is. False: e says
 * what could not be done; otherwise the other lists are up to date all the same.
 */
bool signer_ca_lists(
    const struct signer_ca *s, const struct issued *known, size_t count, time_t now, struct err *e);
/* Is a CA of this name in the folder? */
bool signer_ca_has(const struct signer_ca *s, const char *issuer);

/* The facts of a certificate, PEM or DER. */
bool signer_ca_facts(
    struct arena *a, const void *bytes, size_t size, struct cert *out, struct err *e);

#endif
