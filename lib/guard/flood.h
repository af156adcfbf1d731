/* SPDX-License-Identifier: ISC */
/*
 * How much one sender may say (PITFALLS G7): buckets of tokens in memory that the processes share, without locks, so a
 * process that dies leaves nothing behind. Who a sender is, is a digest with a key that is made anew with each
 * table; when two fall on one bucket of a full table, they share it.
 *
 * A bucket fills with `rate` tokens a second up to FLOOD_BURST seconds' worth; what is said takes one.
 */
#ifndef GUARD_FLOOD_H
#define GUARD_FLOOD_H

#include <stdbool.h>
#include <stdint.h>

#define FLOOD_BURST 10 /* seconds */

struct flood;

/* Shared memory, for before fork. NULL: there is none (errno). Lives as long as the process. */
struct flood *flood_new(void);
void flood_free(struct flood *f);
/*
 * Takes a token. `who` is any text; `rate` per second, the same for all calls with that `who`; `now_ms` is a steady
 * clock. 0: there was one; else in how many seconds there is one again.
 */
int64_t flood_take(struct flood *f, const char *who, long rate, int64_t now_ms);

#endif
