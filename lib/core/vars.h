/* SPDX-License-Identifier: ISC */
/*
 * The output of `vars read` on a device: what mode=vardump brings (spec §8), from the network.
 *
 *   NAME FLAGS VALUE CR LF        flags: p permanent, b binary (the value is hexadecimal), c, x
 *
 * Nothing, or white space alone, is a variable that is not set. White space around the line and blank lines
 * do not count, nor does a missing CR.
 */
#ifndef CORE_VARS_H
#define CORE_VARS_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

enum vars_result { VARS_SET, VARS_UNSET, VARS_WRONG };

/*
 * The value of variable `name` (case-sensitive) is added to `out`, a binary one decoded (it is never
 * empty). VARS_WRONG: it is not the output for this variable alone, `binary` was wanted and it is not, it
 * is encrypted (flags c, x), the digits are no bytes, a text has a control character in it, or it is longer
 * than `most` bytes; e says which, and `out` is as it was.
 */
enum vars_result vars_read(const char *bytes, size_t size, const char *name, bool binary,
    size_t most, struct buf *out, struct err *e);

#endif
