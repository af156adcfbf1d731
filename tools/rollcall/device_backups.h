/* SPDX-License-Identifier: ISC */
/* The configuration backups of one device, for the commands that show them. */
#ifndef ROLLCALL_DEVICE_BACKUPS_H
#define ROLLCALL_DEVICE_BACKUPS_H

#include "base/arena.h"
#include "home/backups.h"
#include "home/home.h"

#include <stdbool.h>
#include <stddef.h>

struct device_backups {
	struct arena arena;              /* all of it; arena_free() it in any case */
	const char *hwid, *dir, *folder; /* folder: of this device, DIR/HWID */
	struct backups_file *files;      /* by number; at least one */
	size_t count;
};

/*
 * Those of the device that somebody means (device_find()); of one that is not known, its hardware id
 * tells, too. False: why was said on stderr.
 */
bool device_backups(const struct home *h, const char *text, struct device_backups *out);

#endif
