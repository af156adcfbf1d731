/* SPDX-License-Identifier: ISC */
/* Percent-encoding (RFC 3986) and form decoding. */
#ifndef BASE_PCT_H
#define BASE_PCT_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

/* Adds `n` bytes, all but the unreserved characters of RFC 3986 §2.3 as %XX (upper case). */
void pct_encode(struct buf *out, const char *s, size_t n);
/*
 * Decodes as forms are: + is a blank, %XX a byte; a % that no two hexadecimal digits follow stands
 * for itself. `out` has room for n bytes (decoding never makes text longer) and is not terminated.
 * Returns the decoded length.
 */
size_t pct_decode_form(char *out, const char *s, size_t n);
/* Decodes %XX only, strictly: false when a % is not followed by two hexadecimal digits. */
bool pct_decode(char *out, const char *s, size_t n, size_t *size);

/* The byte that two hexadecimal digits stand for; -1: they are none. */
int pct_byte(const char digits[2]);

#endif
