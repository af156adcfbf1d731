/* SPDX-License-Identifier: ISC */
/*
 * Failed sign-ins are counted in memory that the processes share, and so is who computes a hash at the
 * moment: nobody can guess passwords quickly, or keep the processors busy with it. No locks: a process
 * that dies leaves nothing behind.
 *
 * An address is an IPv4 address, or the first 64 bits of an IPv6 one, as one household has 2^64 of them.
 * Three things are counted:
 *
 *   a user from an address   THROTTLE_FREE failures are free, then one waits
 *   an address               whatever the users were: THROTTLE_SPRAY are free, then it waits
 *   a user                   wherever it came from: above THROTTLE_USER failures nothing is free any more, that
 *                            is, an address waits after its first failure with this user
 *
 * So the count of a user never delays an address that has not failed itself: nobody can lock somebody else
 * out from elsewhere. Who has many addresses gets one try from each of them. Who shares the address
 * of an attacker waits with him, THROTTLE_MOST seconds at most.
 *
 * What has to wait is not tried and not counted. Only one hash is computed at a time, and each
 * failure took one, so in THROTTLE_MOST seconds there cannot be more than some tens of thousands; the table has
 * room for them all. Should it be full all the same, what has failed least and longest ago is forgotten, so
 * nobody is let off by failures under other names. Where something stands in the table is a secret.
 */
#ifndef GUARD_THROTTLE_H
#define GUARD_THROTTLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define THROTTLE_FREE 5   /* failures of a user from an address after which one has to wait */
#define THROTTLE_SPRAY 20 /* the same of an address with all users */
#define THROTTLE_USER 50  /* failures of a user from everywhere after which no failure is free */
#define THROTTLE_FIRST 2  /* seconds, the first time; doubled with each failure … */
#define THROTTLE_MOST 900 /* … up to this; after as long without a failure all is forgotten */

#define THROTTLE_QUEUE 2      /* so many wait for their turn; others are sent away at once */
#define THROTTLE_HOLD_MS 3000 /* who computes a hash, or waits, for so long is dead */

struct throttle;

/* Shared memory, for before fork. NULL: there is none (errno). Lives as long as the process. */
struct throttle *throttle_new(void);
void throttle_free(struct throttle *t);
/*
 * May somebody from this address try to sign in as this user? 0: yes; else in how many seconds again.
 * `now` is a steady clock, seconds.
 */
int64_t throttle_wait(struct throttle *t, const char *address, const char *user, int64_t now);
void throttle_failed(struct throttle *t, const char *address, const char *user, int64_t now);
/* The right password was given: what was counted of the user from that address is forgotten. */
void throttle_passed(struct throttle *t, const char *address, const char *user, int64_t now);

/*
 * One hash at a time: false when somebody computes one. It is given back, or taken when its holder is dead.
 * The time in milliseconds, of a steady clock.
 */
bool throttle_begin(struct throttle *t, int64_t now_ms);
void throttle_end(struct throttle *t);
/* A place in the queue for throttle_begin(). False: it is full. */
bool throttle_queue(struct throttle *t, int64_t now_ms);
void throttle_leave(struct throttle *t);

#endif
