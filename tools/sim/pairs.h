/* SPDX-License-Identifier: ISC */
/*
 * A small table of names and values: what one device keeps, its configuration and its variables.
 *
 * There are thousands of devices with a handful of entries each, so an entry is one allocation
 * ("name\0value\0") and a search is linear. Order is the order of creation. Initialise with {0}.
 * Pure: knows nothing of devices.
 */
#ifndef SIM_PAIRS_H
#define SIM_PAIRS_H

#include <stdbool.h>
#include <stdint.h>

#define PAIRS_MAX 4096 /* entries of one table: far more than a script has lines for */

struct pairs {
	char **items;
	unsigned count, room;
	uint64_t sum; /* kept with every change: a fleet asks for it at every poll */
};

void pairs_free(struct pairs *p);
/* The value, NULL when there is none; valid until the entry changes. */
const char *pairs_get(const struct pairs *p, const char *name);
/* Creates or replaces. False: the table is full. */
bool pairs_set(struct pairs *p, const char *name, const char *value);
void pairs_del(struct pairs *p, const char *name);
/* Every entry whose name starts so. */
void pairs_del_below(struct pairs *p, const char *start);
const char *pairs_name(const struct pairs *p, unsigned i);
const char *pairs_value(const struct pairs *p, unsigned i);
/* Equal content, whatever its order, has the same sum. */
uint64_t pairs_sum(const struct pairs *p);

#endif
