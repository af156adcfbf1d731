/* SPDX-License-Identifier: ISC */
/* How the command line asks the signer of the running server (fcgi/signer.h). */
#ifndef ROLLCALL_SIGNING_H
#define ROLLCALL_SIGNING_H

#include "base/buf.h"
#include "base/err.h"
#include "core/conf.h"
#include "core/order.h"
#include "home/home.h"

#include <stdbool.h>

/* Is there somebody to ask: a CA of our own, and a server that runs? Says on stderr what is missing. */
bool signing_possible(const struct home *h, const struct config *c);
/*
 * Asks, and waits until it is done; false: e says why it was not. Fills in `who`. `said`: NULL, or what the
 * signer tells of it is added there.
 */
bool signing_ask(const struct home *h, struct order *order, struct buf *said, struct err *e);

#endif
