/* SPDX-License-Identifier: ISC */
/* What check_run() looks at besides the files (check_files.h), each part in a file of its own. */
#ifndef DESK_CHECK_PARTS_H
#define DESK_CHECK_PARTS_H

#include "core/conf.h"
#include "core/findings.h"
#include "desk/check_web.h"
#include "home/home.h"
#include "store/store.h"

#include <time.h>

/*
 * The folder for backups: one that cannot be used becomes an error. By access(2), so it is the user who
 * runs this that matters.
 */
void check_backup_folder(
    struct arena *a, const struct home *h, const struct config *c, struct findings *f);
/*
 * Known devices whose environments are not configured any more; without a store nothing is said. `s`: NULL, or
 * the store, when it is open already. `fleet` (all 0 before): how many there are, and where they ask for us.
 */
void check_known_devices(const struct home *h, const struct config *c, struct store *s,
    struct check_web_fleet *fleet, struct findings *f);
/*
 * CA files, our own CA, what lies in customcerts/@dir; nothing without that. `pki`: the folder with the keys of
 * the web server; NULL: that of the home.
 */
void check_certs(
    const struct home *h, const struct config *c, const char *pki, time_t now, struct findings *f);

/* Where alarms are passed on to: programs that are not there. */
void check_forwards(struct arena *a, const struct config *c, struct findings *f);

#endif
