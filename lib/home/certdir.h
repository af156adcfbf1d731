/* SPDX-License-Identifier: ISC */
/*
 * The folder of certificates (customcerts/@dir): CA files and the files of requests, where the
 * administrator of today looks for them (spec §8; core/certs.h has the names).
 */
#ifndef HOME_CERTDIR_H
#define HOME_CERTDIR_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "core/certs.h"
#include "core/conf.h"
#include "home/home.h"

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

/*
 * The names of the CA files (customcerts/@CAkeys, a pattern as of a shell), sorted. Arena. The files of
 * devices are none, however wide the pattern is.
 */
const char **certdir_cas(
    struct arena *a, const struct home *h, const struct config *c, size_t *count);

/* Is there such a file, and when was it changed? 0: there is none, or it is a link or a folder. */
time_t certdir_has(
    const struct home *h, const struct config *c, enum certs_file which, const char *sn);
/*
 * Adds its bytes, at most LIMIT_CERT_FILE. False: it cannot be read (links are not followed), e says why.
 */
bool certdir_read(const struct home *h, const struct config *c, enum certs_file which,
    const char *sn, struct buf *out, struct err *e);
/* The same for another file of the folder. */
bool certdir_read_name(
    const struct home *h, const struct config *c, const char *name, struct buf *out, struct err *e);
/*
 * What is delivered to a device, in order: its signed certificate, then all CA files. Arena; NULL: one cannot
 * be read, e says why.
 */
struct certs_bytes *certdir_chain(struct arena *a, const struct home *h, const struct config *c,
    const char *sn, size_t *count, struct err *e);
/* The request of a device, DER; arena. NULL: there is none that can be read. */
const struct certs_bytes *certdir_request(
    struct arena *a, const struct home *h, const struct config *c, const char *sn);
/* Writes it in one step; on disk after true. */
bool certdir_write(const struct home *h, const struct config *c, enum certs_file which,
    const char *sn, const void *bytes, size_t size, struct err *e);
/* Removes all files of a device; those that are not there are no failure. */
bool certdir_remove(const struct home *h, const struct config *c, const char *sn, struct err *e);
bool certdir_remove_one(const struct home *h, const struct config *c, enum certs_file which,
    const char *sn, struct err *e);

/*
 * Until the descriptor is closed nobody else who asks for the same holds it: for who looks at the files of
 * a device and then changes them. -1: e says why; somebody has held it for two seconds.
 */
int certdir_lock(const struct home *h, const char *sn, struct err *e);

/*
 * The devices that have files there, sorted by SN, each once. Arena. False: the folder cannot be read; one
 * that is not there has none.
 */
bool certdir_list(struct arena *a, const struct home *h, const struct config *c, const char ***sns,
    size_t *count, struct err *e);

#endif
