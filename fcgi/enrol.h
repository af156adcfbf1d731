/* SPDX-License-Identifier: ISC */
/*
 * A device on its way to a certificate (spec §8): what the endpoints do with its files in
 * customcerts/@dir, and with the signer. What is to be done with a device is decided elsewhere
 * (core/certs.h).
 */
#ifndef FCGI_ENROL_H
#define FCGI_ENROL_H

#include "fcgi/endpoints.h"

#include "core/device.h"
#include "core/plan.h"

#include <stdbool.h>

/* Is anything done about certificates (customcerts/@dir and status/@dir)? */
bool enrol_is_on(const struct exchange *x);

/* Removes the files of a device. What cannot be removed is logged, and stays. */
void enrol_drop(struct exchange *x, const char *sn);

/* Has our own CA signed a certificate for it that is good now? Also when nobody can tell. */
bool enrol_has_one(struct exchange *x, const char *sn, int64_t now);
/*
 * Has the signer sign its request, and waits at most `wait_ms`. Needs d->cert_digest, and
 * d->cert_auto, why that may be. What goes wrong is logged; a later poll asks again.
 */
void enrol_sign(struct exchange *x, const struct device *d, int wait_ms);

#endif
