/* SPDX-License-Identifier: ISC */
/*
 * Which devices a snippet file is for, by what is known of them (spec §5): the same rule as plan_files.c has for
 * a device that calls, for the list of devices behind a snippet and for their number.
 *
 * Classes are those that the configuration gives the type of a device now; its environments are those of its
 * last poll, for only its URL names them.
 */
#ifndef CORE_SNIP_FOR_H
#define CORE_SNIP_FOR_H

#include "base/arena.h"
#include "base/limits.h"
#include "core/conf.h"
#include "core/device.h"
#include "core/snip_name.h"

#include <stdbool.h>

/* Is it for this device, in whatever phase? `n` is of this configuration. Allocates nothing. */
bool snip_is_for(const struct config *c, const struct snip_name *n, const struct device *d);
/* ... and in the phase that the device is in? A device that is in none has not polled. */
bool snip_is_for_phase(const struct config *c, const struct snip_name *n, const char *phase);

/*
 * The other way round: the words that may stand in the second and in the third part of the names of files for
 * this device, in lower case, each once; without its serial number, which is snip_serial(). Arena.
 */
struct snip_words {
	struct conf_list classes, environments;
};
struct snip_words snip_words_of(struct arena *a, const struct config *c, const struct device *d);
/* The serial number as the third part of a name: lower case, _ for -. "": it is too long to be one. */
const char *snip_serial(const char *sn, char text[LIMIT_SN + 1]);

#endif
