/* SPDX-License-Identifier: ISC */
/*
 * Which devices a snippet file is for, by its name alone (spec §5: PHASE-CLASS-ENVIRONMENT.txt). For
 * `rollcall check`, which points out the files that no device will ever get. Pure.
 */
#ifndef ROLLCALL_NAMES_H
#define ROLLCALL_NAMES_H

#include "base/arena.h"
#include "core/conf.h"

#include <stdbool.h>

struct name_use {
	bool used;
	const char *
	    text; /* "phase update, class phone, every environment", or what is wrong and would be right */
};

/* Texts live in the arena. */
struct name_use names_judge(struct arena *a, const struct config *c, const char *file);

#endif
