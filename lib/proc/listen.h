/* SPDX-License-Identifier: ISC */
/* Sockets in the file system that processes accept connections from. */
#ifndef PROC_LISTEN_H
#define PROC_LISTEN_H

#include "base/err.h"

/*
 * Listens at `path` with LIMIT_BACKLOG, for connections of `type` (SOCK_STREAM, SOCK_SEQPACKET). `mode`
 * says who may connect: with 0660 everybody in the group of the folder. Non-blocking, closed on exec. What lies
 * there is replaced in one step, so there is a socket at every moment; but it is left alone when
 * somebody listens on it, or when it is no socket. Returns the descriptor; -1: errno is EADDRINUSE
 * in the first case, and e says why.
 */
int listen_unix(const char *path, int type, unsigned mode, struct err *e);

#endif
