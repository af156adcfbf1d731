/* SPDX-License-Identifier: ISC */
/* Of CLOCK_MONOTONIC, which no change of the time of day disturbs. */
#ifndef PROC_CLOCK_H
#define PROC_CLOCK_H

#include <stdint.h>

int64_t clock_now_ms(void); /* milliseconds */
int64_t clock_now_us(void); /* microseconds */

#endif
