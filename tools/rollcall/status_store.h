/* SPDX-License-Identifier: ISC */
/* The part of `rollcall status` that is about the store: what is in it, and how its writer is. */
#ifndef ROLLCALL_STATUS_STORE_H
#define ROLLCALL_STATUS_STORE_H

#include "base/buf.h"
#include "desk/status.h"

/* A line of the object, with its comma. */
void status_store_json(const struct status_store *s, struct buf *out);
void status_store_text(const struct status_store *s, struct buf *out);

#endif
