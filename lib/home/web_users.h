/* SPDX-License-Identifier: ISC */
/*
 * Users of the web server (HOME/config/web.htdigest) and of its files (webdav.htdigest): who may see what is
 * not public. Not those of the administrator's pages, which have accounts of their own.
 *
 * The form is that of htdigest: NAME:REALM:HASH a line, HASH the MD5 sum of "NAME:REALM:PASSWORD". It is as good as
 * the password for whoever reads it, so nobody else may. lighttpd looks into the file at each request.
 */
#ifndef HOME_WEB_USERS_H
#define HOME_WEB_USERS_H

#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

#define WEB_USERS_REALM "Rollcall"
#define WEB_USERS_NAME 64 /* bytes of a name */

/* The names in our realm, in the order of the file; without a file none. In the arena. */
bool web_users_list(
    struct arena *a, const char *path, const char *const **names, size_t *count, struct err *e);
/* Is it a name that a browser can send? False: e says what is wrong. */
bool web_users_is_name(const char *name, struct err *e);
/*
 * Makes a user or sets his password; *known: he was there. Other lines of the file stay. What is made can be read
 * by its owner and group.
 */
bool web_users_set(
    const char *path, const char *name, const char *password, bool *known, struct err *e);
/* Removes him; with the last line the file goes, too. False also when he is not there. */
bool web_users_drop(const char *path, const char *name, struct err *e);

#endif
