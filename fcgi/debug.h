/* SPDX-License-Identifier: ISC */
/*
 * Debug logs that the configuration asks for (debugmerge, debugscript, debugcerts): files in HOME/log.
 * Each line or block is written at once, so several workers can write to one file. A file grows to
 * DEBUG_MAX at most; the log then says that it is full, once per process.
 */
#ifndef FCGI_DEBUG_H
#define FCGI_DEBUG_H

#include "base/buf.h"
#include "core/conf.h"
#include "home/home.h"

#define DEBUG_MAX (64L * 1024 * 1024)

/* debug-merge.txt: the merged configuration, in place of the one before. */
void debug_merge(const struct home *h, const struct config *c);
/* debug-script.txt: a whole reply, and whose it is. */
void debug_script(const struct home *h, const char *subject, const struct buf *reply);
/* debug-certs.txt: the TLS variables of a request. `env` is that of FastCGI: NAME=VALUE, NULL at the end. */
void debug_certs(const struct home *h, const char *subject, char *const *env);

#endif
