/* SPDX-License-Identifier: ISC */
/*
 * What the web server in front of us is given: can it be used? A web server that finds a damaged file
 * ends, so files are looked at here first. Pure: bytes in, bytes out.
 */
#ifndef GUARD_FRONT_H
#define GUARD_FRONT_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#define FRONT_MARGIN 60 /* seconds: a list that runs out sooner is as good as out of date */

/* A certificate, perhaps those above it, and the key of the first, without a pass phrase. False: e says why. */
bool front_check_server(const void *bytes, size_t size, struct err *e);
/* Is its first certificate for this DNS name or address? */
bool front_is_for(const void *bytes, size_t size, const char *host);
/*
 * The web server refuses each chain with a CA in it that has no list in force. So it can be given lists only
 * when each CA of the file has one: otherwise it would lock out devices that nobody revoked. (A chain
 * with a CA in it that is not in the file leads to nothing in any case, see client.h.)
 *
 * `cas` and `lists` are PEM; all lists stand in one text. True: the lists to give are added to `out` as PEM, and
 * `*until` is when the first of them runs out (0: never). False: none may be given, `why` says the reason.
 */
bool front_lists(const void *cas, size_t cas_size, const void *lists, size_t lists_size, time_t now,
    struct buf *out, time_t *until, struct err *why);

#endif
