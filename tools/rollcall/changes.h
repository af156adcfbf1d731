/* SPDX-License-Identifier: ISC */
/*
 * How the command line reads and changes the store: changes go through the writer of the server that
 * runs with this home; when none runs, right into the store, which is locked meanwhile.
 */
#ifndef ROLLCALL_CHANGES_H
#define ROLLCALL_CHANGES_H

#include "base/buf.h"
#include "base/err.h"
#include "home/home.h"
#include "store/store.h"

#include <stdbool.h>

/* The store of a home, for reading. NULL: `e` says why, and what to do. Close with store_close(). */
struct store *changes_open(const struct home *h, struct err *e);
/* Applies a list (core/change.h). After true it is on disk; after false it may not be (post.h). */
bool changes_apply(const struct home *h, const struct buf *list, struct err *e);

#endif
