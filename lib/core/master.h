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

#define MASTER_BUILD 32

struct master {
	char firmware[MASTER_BUILD]; /* "125678"; "" when no answer was ever had */
	char bootcode[MASTER_BUILD]; /* may be "" although firmware is known: not every device has
					any */
	time_t answered_at;          /* of that answer; 0: never */
	time_t asked_at;             /* last try; 0: never */
	char problem[256];           /* why the last try failed; "" when it did not */
};

/*
 * Reads `<info><sys version="LABEL[FW], Bootcode[BOOT], HW[…]"/></info>` and sets firmware and
 * bootcode. False leaves *m alone. Hostile documents (a DOCTYPE, too large, too deep) are refused.
 */
bool master_parse(const char *bytes, size_t size, struct master *m, struct err *e);

#endif
