/* SPDX-License-Identifier: ISC */
/*
 * MD5, for the check sum that devices compare (spec §5, "Check"): it tells versions apart, it
 * protects nothing. The sum of parts fed one after the other is that of their concatenation.
 */
#ifndef BASE_MD5_H
#define BASE_MD5_H

#include <stddef.h>

#define MD5_HEX 33 /* 32 hexadecimal digits and a NUL */

struct md5;

struct md5 *md5_new(void) __attribute__((returns_nonnull));
void md5_free(struct md5 *m);
/* Starts over. */
void md5_reset(struct md5 *m);
void md5_add(struct md5 *m, const void *bytes, size_t n);
/* Lower case; afterwards only md5_reset() and md5_free() make sense. */
void md5_hex(struct md5 *m, char out[MD5_HEX]);

#endif
