/* SPDX-License-Identifier: ISC */
/* Numbers from text: all of the text, or nothing. */
#ifndef BASE_NUM_H
#define BASE_NUM_H

#include <stdbool.h>
#include <stddef.h>

/* Decimal digits only (no sign, no blanks), between `min` and `max`. False leaves *out alone. */
bool num_parse(const char *text, long min, long max, long *out);
/* "45 s", "4.1 min", "3.0 h", "12.5 days": how old or how long, for people. Returns `out`. */
const char *num_age(long seconds, char *out, size_t size);

#endif
