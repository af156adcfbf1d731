/* SPDX-License-Identifier: ISC */
/* Work in a process of its own: a store that is damaged inside may end the one that reads it. */
#ifndef DESK_APART_H
#define DESK_APART_H

#include "base/err.h"

#include <stdbool.h>

typedef bool apart_work(const void *context, struct err *e);
/* What `work` returned and said; or how its process ended. What it changed in memory is gone. */
bool apart(apart_work *work, const void *context, struct err *e);

/* Is the store in the folder `dir`, a text, whole? */
apart_work apart_verify;

#endif
