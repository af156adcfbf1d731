/* SPDX-License-Identifier: ISC */
/* What `rollcall check` says of what a server will remember: state of devices, backups, answers; and whom it trusts. */
#ifndef ROLLCALL_CHECK_KEPT_H
#define ROLLCALL_CHECK_KEPT_H

#include "base/buf.h"
#include "core/conf.h"

void check_kept_text(const struct config *c, struct buf *out);
/* The same as members of a JSON object, each with a comma before it. */
void check_kept_json(const struct config *c, struct buf *out);

/* Who looks after the certificates of devices, and whom we trust. */
void check_certs_text(const struct config *c, struct buf *out);
/* The same as a member of a JSON object, with a comma before it. */
void check_certs_json(const struct config *c, struct buf *out);

#endif
