/* SPDX-License-Identifier: ISC */
/* Until when the certificates are valid that a server works with: its own, that of the CA of devices, those of our own CA. */
#ifndef DESK_EXPIRY_H
#define DESK_EXPIRY_H

#include "base/arena.h"
#include "home/home.h"

#include <stddef.h>
#include <stdint.h>

struct expiry {
	const char *name;    /* of the file: "server.pem" */
	int64_t until;       /* seconds since 1970; 0: it cannot be read … */
	const char *problem; /* … and this says why; NULL: it can */
};

/* Those that are there; arena. `pki`: the folder of the server's. */
struct expiry *expiry_read(struct arena *a, const struct home *h, const char *pki, size_t *count);

#endif
