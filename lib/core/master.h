/* SPDX-License-Identifier: ISC */
/*
 * What the master device runs (spec §7): the document it answers, and what is known of it.
 */
#ifndef CORE_MASTER_H
#define CORE_MASTER_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

struct config;

#define MASTER_BUILD 32

struct master {
	char firmware[MASTER_BUILD]; /* "125678"; "" when no answer was ever had */
	char bootcode[MASTER_BUILD]; /* the same; "" also when that device has none */
	time_t answered_at;          /* of that answer; 0: never */
	time_t asked_at;             /* last try; 0: never */
	char problem[256];           /* why the last try failed; "" when it did not */
};

/* Is a master device asked at all: is there one, and does any build come from it? */
bool master_is_asked(const struct config *c);
/*
 * "off": no build is sent to anybody; "fixed": the builds stand in the configuration; "unknown": it has never
 * answered; "current"; "stale": its answer should have been followed by another one, or it could not be asked.
 */
const char *master_state(const struct config *c, const struct master *m, time_t now);
/*
 * Reads `<info><sys version="LABEL[FW], Bootcode[BOOT], HW[…]"/></info>` and sets firmware and
 * bootcode. False leaves *m alone. Hostile documents (a DOCTYPE, too large, too deep) are refused.
 */
bool master_parse(const char *bytes, size_t size, struct master *m, struct err *e);

#endif
