/* SPDX-License-Identifier: ISC */
/* Bytes as hexadecimal digits, lower case. */
#ifndef BASE_HEX_H
#define BASE_HEX_H

#include <stddef.h>

#define HEX_SHA256 64 /* digits of a SHA-256 */

/* `text` has room for 2 * size + 1 bytes and ends with a NUL. */
void hex_encode(char *text, const void *bytes, size_t size);

#endif
