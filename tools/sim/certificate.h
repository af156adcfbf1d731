/* SPDX-License-Identifier: ISC */
/*
 * A device's own certificates: enrolment as spec §8 has it, and what is shown in TLS.
 *
 * Each device has keys of its own. The one it was made with is P-256 and has a self-signed certificate,
 * CN = its hardware id; --mtls gives it another one. Both are made when they are first needed, so that
 * a fleet that is never asked costs nothing. The key of a signing request is what the request's /key
 * asks for: an RSA key takes a tenth of a second, so it is not made inside the reply. The device is
 * busy, as a real one is: certificate_info() says <busy/> once at least, and until the fleet found the
 * time for certificate_make().
 *
 * In the variables stand X509/REQUEST, X509/REQUESTKEY (not the key, a word in its place: a backup
 * shows it), X509/REQUESTERROR, X509/REQUESTRESPONSE/… and X509/CERTIFICATE. Needs libcrypto.
 */
#ifndef SIM_CERTIFICATE_H
#define SIM_CERTIFICATE_H

#include "base/buf.h"
#include "base/err.h"
#include "tools/sim/device.h"
#include "tools/sim/words.h"

#include <stdbool.h>

/* What is shown in TLS, as PEM: the certificate with its chain, and the key. Borrowed. */
struct identity {
	const struct buf *certificate, *key;
};

/* `mod cmd X509 servercert-create`: the device is busy from now on. False: the words make no request. */
bool certificate_request(struct device *d, const struct words *w);
/* Is a key to be made now? (It has said that it is busy.) */
bool certificate_is_due(const struct device *d);
/* Makes the key, and X509/REQUEST. */
void certificate_make(struct device *d);
/*
 * At the end of a reply: takes what was put into X509/REQUESTRESPONSE/00000 as the device's
 * certificate and what is in the others as its chain; the request is gone then. When it is not for the key of the
 * request, or does not fit together, there is an X509/REQUESTERROR afterwards, and all else is
 * as it was. Without a request variable its key is forgotten. True: it has a new certificate.
 */
bool certificate_install(struct device *d);
/* Adds the output of `mod cmd X509 xml-info`. How dates are written depends on the device. */
void certificate_info(struct device *d, struct buf *out);

/* A certificate with its chain, and its key, from PEM files (or one), to begin with. False: `e` says why. */
bool certificate_load(struct device *d, const char *certificate, const char *key, struct err *e);
/* Writes all of it into one such file. */
bool certificate_save(struct device *d, const char *path, struct err *e);
/* Valid until the next certificate. */
struct identity certificate_identity(struct device *d);
void certificate_free(struct device *d);

#endif
