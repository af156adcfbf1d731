/* SPDX-License-Identifier: ISC */
/* A socket in the file system that workers accept connections from. */
#ifndef PROC_LISTEN_H
#define PROC_LISTEN_H

#include "base/err.h"

/*
 * Listens at `path` (mode 0660: whoever may write to it can speak FastCGI, so its folder's group
 * should be the web server's alone) with LIMIT_BACKLOG. Non-blocking, closed on exec. What lies
 * there is replaced in one step, so there is a socket at every moment; but it is left alone when
 * somebody listens on it, or when it is no socket. Returns the descriptor; -1: errno is EADDRINUSE
 * in the first case, and e says why.
 */
int listen_unix(const char *path, struct err *e);

#endif
