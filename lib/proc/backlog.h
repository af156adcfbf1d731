/* SPDX-License-Identifier: ISC */
/* How many connections wait at a socket in the file system for somebody to accept them. */
#ifndef PROC_BACKLOG_H
#define PROC_BACKLOG_H

#include <stddef.h>

struct backlog {
	const char *path; /* of the socket */
	long waiting;     /* is filled in; -1: nobody listens there, or the kernel does not tell */
};

void backlog_read(struct backlog *list, size_t count);

#endif
