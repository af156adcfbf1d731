/* SPDX-License-Identifier: ISC */
/* The files of a CA of our own: HOME/ca/ca.pem, and those of former ones, ca-SERIAL.pem. */
#ifndef DESK_CA_FILES_H
#define DESK_CA_FILES_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "core/cert.h"
#include "home/home.h"

#include <stdbool.h>
#include <stddef.h>

struct ca_file {
	const char *path;
	bool former;
	struct cert cert;    /* of it … */
	const char *problem; /* … unless this says why it has no facts; NULL: it has */
};

/* The present one first, then the former ones by name; arena. None: there is no CA. */
struct ca_file *ca_files(struct arena *a, const struct home *h, size_t *count);
/* The facts of the first certificate of a file, and how its bytes are. */
bool ca_file_read(
    struct arena *a, const char *path, struct buf *bytes, struct cert *out, struct err *e);

/* The same without them: a key that stands in the file, too, does not stay in memory. */
bool ca_file_cert(struct arena *a, const char *path, struct cert *out, struct err *e);

#define CA_CLIENTS_MOST (1 << 20) /* bytes of client-ca.pem */

/* The folder of --pki DIR; DIR/client-ca.pem in the arena. */
const char *ca_clients(struct arena *a, const struct home *h, const char *pki);
/* Is the first certificate of `cert` one of those in `file`? Of a file that cannot be read: no. */
bool ca_is_in(const struct buf *cert, const struct buf *file);

#endif
