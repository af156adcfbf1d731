/* SPDX-License-Identifier: ISC */
/*
 * Reverse DNS for {rdns} (spec §8): never inside a poll. A worker puts a device and its address into a pipe
 * that the supervisor holds, and does not wait; the process `lookup` asks the system's resolver, one
 * after the other, and has the answer remembered (device.rdns, device.rdns_of). DNS is slow and what
 * comes back is hostile, so it has a process of its own; the next poll uses the name.
 */
#ifndef FCGI_LOOKUP_H
#define FCGI_LOOKUP_H

#include "base/err.h"
#include "base/limits.h"
#include "fcgi/server.h"
#include "proc/super.h"

#include <stdbool.h>

/* The resolver may ask several servers, several times; nobody waits for it. */
#define LOOKUP_JOB_MS 120000L

struct lookup {
	char sn[LIMIT_SN + 1], address[LIMIT_IP + 1]; /* end with NULs */
};

/* [0] is the end of the process. Neither end blocks. */
bool lookup_pipe(int fds[2], struct err *e);
/* Asks for it; what does not fit into the pipe is asked for again by a later poll. */
void lookup_want(const struct server *s, const char *sn, const char *address);
/* Is this a DNS name that may become a part of a certificate? What the resolver says is hostile. */
bool lookup_is_name(const char *name);
/* The process; context is the struct server. */
int lookup_main(const struct proc_self *self, void *context);

#endif
