/* SPDX-License-Identifier: ISC */
/* Who a command acts as when root runs it on another user's home. */
#ifndef ROLLCALL_OWNER_H
#define ROLLCALL_OWNER_H

#include "base/err.h"
#include "home/home.h"

#include <stdbool.h>

/*
 * Root becomes the user that the home belongs to, for good: files that are made belong to the one that
 * the server runs as, and a link that this one has put there leads nowhere that he may not go himself.
 * Anybody else stays who he is. False: that cannot be done.
 */
bool owner_become(const struct home *h, struct err *e);

#endif
