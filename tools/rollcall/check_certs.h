/* SPDX-License-Identifier: ISC */
/* What `rollcall check` says of certificates: CA files, our own CA, what lies in customcerts/@dir. */
#ifndef ROLLCALL_CHECK_CERTS_H
#define ROLLCALL_CHECK_CERTS_H

#include "base/buf.h"
#include "core/conf.h"
#include "core/findings.h"
#include "home/home.h"

#include <time.h>

/* Who looks after the certificates of devices, and whom we trust. */
void check_certs_text(const struct config *c, struct buf *out);
/* The same as a member of a JSON object, with a comma before it. */
void check_certs_json(const struct config *c, struct buf *out);

/* `pki`: of --pki; NULL: that of the home. Nothing without customcerts/@dir. */
void check_certs(
    const struct home *h, const struct config *c, const char *pki, time_t now, struct findings *f);

#endif
