/* SPDX-License-Identifier: ISC */
/*
 * The path that every URL of a server begins with, as it is given to --base.
 *
 * The web server and the workers must agree on it, so there is one rule: it begins with a slash and
 * ends without one, and stands in lighttpd's configuration as it is. "/" alone is the root.
 */
#ifndef HOME_BASE_PATH_H
#define HOME_BASE_PATH_H

#include "base/err.h"

#define BASE_PATH "/update" /* when none is given */

/* What URLs begin with: the text itself, "" for "/". NULL: it is none, and `e` says why. */
const char *base_path_parse(const char *text, struct err *e);

#endif
