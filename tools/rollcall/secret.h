/* SPDX-License-Identifier: ISC */
/* A password from whoever sits at the terminal, not shown there; or from a script that writes one line. */
#ifndef ROLLCALL_SECRET_H
#define ROLLCALL_SECRET_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Into `out`, with a NUL. At a terminal it is asked for twice, as "New password for WHOM"; else stdin is read up to
 * the end of its first line. False: none was given, they differ, it is too long, or somebody pressed Ctrl-C; `e`
 * says so.
 */
bool secret_read(const char *whom, char *out, size_t size, struct err *e);

#endif
