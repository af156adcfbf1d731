/* SPDX-License-Identifier: ISC */
/* What `rollcall check` says of what a server will remember: state of devices, backups, answers. */
#ifndef ROLLCALL_CHECK_KEPT_H
#define ROLLCALL_CHECK_KEPT_H

#include "base/buf.h"
#include "core/conf.h"
#include "core/findings.h"
#include "home/home.h"

void check_kept_text(const struct config *c, struct buf *out);
/* The same as members of a JSON object, each with a comma before it. */
void check_kept_json(const struct config *c, struct buf *out);

/*
 * The folder for backups: one that cannot be used becomes an error. By access(2), so it is the user who
 * runs this that matters.
 */
void check_backup_folder(
    struct arena *a, const struct home *h, const struct config *c, struct findings *f);
/* Known devices whose environments are not configured any more; without a store nothing is said. */
void check_known_devices(const struct home *h, const struct config *c, struct findings *f);

#endif
