/* SPDX-License-Identifier: ISC */
/*
 * Passwords in URLs, http://USER:PASSWORD@HOST/…, which an administrator may write into his configuration: they are
 * neither for those who look at it nor for logs.
 */
#ifndef BASE_HIDE_H
#define BASE_HIDE_H

#include "base/buf.h"

/* Adds a text with "(hidden)" in the place of each. */
void hide_passwords(struct buf *out, const char *text);

#endif
