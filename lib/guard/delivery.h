/* SPDX-License-Identifier: ISC */
/*
 * What a device is sent when its request was signed (spec §8): the bytes of files become the hexadecimal
 * DER of commands. What an administrator put there is sent as it is, but for a private key, and for
 * what is no certificate for the device's own key: both would do harm that nobody could undo. Of the
 * files of CAs those are left out that have nothing to do with its certificate (former CAs, others'); when
 * one file is not understood, or its issuer is in none, all are sent.
 */
#ifndef GUARD_DELIVERY_H
#define GUARD_DELIVERY_H

#include "base/arena.h"
#include "core/certs.h"
#include "core/plan.h"

#include <stddef.h>

/*
 * Fills `hex` and `count` of `out`, or `problem`. `files`: the signed certificate, then those of CAs;
 * `request` is what it must fit to; NULL: that is not known. Texts live in the arena.
 */
void delivery_make(struct arena *a, const struct certs_bytes *request,
    const struct certs_bytes *files, size_t count, struct plan_certs *out);

#endif
