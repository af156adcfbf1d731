/* SPDX-License-Identifier: ISC */
/* Text for JSON (RFC 8259). */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/buf.h"

/*
 * Adds a string with its quotes; NULL becomes null. What comes out is always well-formed
 * UTF-8: control characters are escaped, and a byte that belongs to no UTF-8 sequence becomes
 * U+FFFD.
 */
void json_string(struct buf *out, const char *text);
/* Adds `before`, and a member of an object: a name of ours that needs no escapes, and a string. */
void json_pair(struct buf *out, const char *before, const char *name, const char *value);

#endif
