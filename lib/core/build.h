/* SPDX-License-Identifier: ISC */
/*
 * Which build of firmware and boot code is wanted of whom (spec §7). Pure. The decision (plan_firmware.c) and
 * the numbers of a fleet (fleet.h) ask the same function.
 */
#ifndef CORE_BUILD_H
#define CORE_BUILD_H

#include "core/conf.h"
#include "core/master.h"

#include <stdbool.h>

enum build_kind { BUILD_FIRMWARE, BUILD_BOOTCODE };

enum build_verdict {
	BUILD_WANTED,
	/* Of neither kind: */
	BUILD_OFF,     /* master/@info is empty */
	BUILD_UNKNOWN, /* one is that of the master device, which never answered */
	BUILD_UNMET,   /* a condition of master/applies does not hold */
	/* Of this kind: */
	BUILD_NONE,     /* none is wanted, or the master device has none */
	BUILD_NOT_TYPE, /* devices of its type get none */
};

/* A device, as far as it matters here. */
struct build_who {
	const char *type; /* as it says it */
	bool (*applies)(const void *context, const struct conf_applies *one);
	const void *context;
};

struct build {
	enum build_verdict verdict;
	const char *number; /* "125678"; "" unless it is wanted. In the configuration, or in `m` */
	const struct conf_applies *unmet; /* the condition */
};

/* `m` NULL: nothing is known of the master device. */
struct build build_for(const struct config *c, const struct master *m, const struct build_who *who,
    enum build_kind kind);

#endif
