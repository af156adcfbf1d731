/* SPDX-License-Identifier: ISC */
/*
 * A device's own certificate: enrolment as spec §8 has it.
 *
 * The variables X509/REQUEST, X509/REQUESTRESPONSE/… and X509/CERTIFICATE are all the state there
 * is. The signing requests are real, but all devices of a process share one RSA key: thousands of
 * keys would take minutes. What is enrolled here is not used for TLS (see --mtls). Needs libcrypto.
 */
#ifndef SIM_CERTIFICATE_H
#define SIM_CERTIFICATE_H

#include "base/buf.h"
#include "tools/sim/device.h"
#include "tools/sim/words.h"

#include <stdbool.h>

/* `mod cmd X509 servercert-create`: makes X509/REQUEST. False: the words make no request. */
bool certificate_request(struct device *d, const struct words *w);
/*
 * Takes what was put into X509/REQUESTRESPONSE/00000 as the device's certificate. When it is none,
 * there is an X509/REQUESTERROR afterwards.
 */
void certificate_install(struct device *d);
/* Adds the output of `mod cmd X509 xml-info`. */
void certificate_info(const struct device *d, struct buf *out);
/* Gives the key back, at the end of the process. */
void certificate_end(void);

#endif
