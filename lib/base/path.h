/* SPDX-License-Identifier: ISC */
/* Relative paths as text; no file is ever looked at. */
#ifndef BASE_PATH_H
#define BASE_PATH_H

#include <stdbool.h>

/*
 * The same path without ".", ".." and what is empty: "" for the folder that it starts at. `out` has room for as
 * much as `path`. False: it leads out of that folder.
 */
bool path_normal(char *out, const char *path);
/* Of two normal paths: is it that folder, or something below? Everything is below "". */
bool path_is_in(const char *path, const char *folder);

#endif
