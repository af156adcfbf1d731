/* SPDX-License-Identifier: ISC */
/* The folder of `--pki`: what is there is used, what is missing is made (guard/pki.h) and said so. */
#ifndef ROLLCALL_KEYS_H
#define ROLLCALL_KEYS_H

#include "base/err.h"
#include "tools/rollcall/listener.h"

#include <stdbool.h>

/*
 * DIR/server.pem for the names of `https` and `mtls` (those that are wanted) and of this host. When mutual TLS is
 * wanted, DIR/client-ca.pem: the certificate of our own CA when there is one in the file `own_ca`, else that of
 * a new one for tests, with its key in DIR/client-ca.key. Readable by their owner alone.
 */
bool keys_make(const char *dir, const char *own_ca, const struct listener *https,
    const struct listener *mtls, struct err *e);

#endif
