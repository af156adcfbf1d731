/* SPDX-License-Identifier: ISC */
/*
 * Who may see what without a password (platform.md, "The web server"): the paths of --public, --webdav-public
 * and --webdav-writable as patterns for lighttpd's configuration.
 *
 *   /x/   the folder and all that is below it
 *   /x    the folder and its files, no folder in it
 *   /     everything
 *
 * Paths are decoded there, and their letters count as they are.
 */
#ifndef ROLLCALL_WEB_ACCESS_H
#define ROLLCALL_WEB_ACCESS_H

#include "base/arena.h"
#include "base/err.h"
#include "tools/rollcall/cli.h"

#include <stdbool.h>
#include <stddef.h>

#define WEB_ACCESS_WEBDAV "/webdav" /* where files are, for those who may */
#define WEB_ACCESS_AP "/ap"         /* where devices send logs and alarms */

/* A base path must not be where something else is. `base`: "/update", "" for the root. */
bool web_access_base(const char *base, struct err *e);

/*
 * What needs no password: the public paths, or each base and /ap/ when none is given, and what has a sign-in of
 * its own: BASE/admin, BASE/web, /healthz. /webdav is not decided here.
 */
const char *web_access_open(
    struct arena *a, const struct opt_list *paths, const char *const *bases, size_t nbases);

/* Which of the paths. */
enum web_access_kind { WEB_ACCESS_TREES, WEB_ACCESS_FOLDERS };

/* Is there one? */
bool web_access_has(const struct opt_list *paths, enum web_access_kind kind);
/*
 * The URLs in /webdav of those paths in one or two lists (the second may be NULL), but what has a name that begins
 * with a point; `after` is a pattern for what follows the name of a folder.
 */
const char *web_access_webdav(struct arena *a, const struct opt_list *one,
    const struct opt_list *other, enum web_access_kind kind, const char *after);
/*
 * A Destination (of COPY and MOVE, percent-encoded) in /webdav that means what it seems to; with `paths`, below one
 * of its trees. mod_webdav itself would put a file anywhere in the home: a Destination of /config/user-config.xml is
 * beside /webdav/ for it, and passwords are asked for by the URL alone.
 */
const char *web_access_destination(struct arena *a, const struct opt_list *paths);

#endif
