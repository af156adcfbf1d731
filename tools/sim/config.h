/* SPDX-License-Identifier: ISC */
/*
 * The configuration of a device: how it was set up when it was installed, what scripts have changed
 * since, and what an administrator changes now and then.
 *
 * A setting has a name, "MODULE /option", and a value. All follows from the number of the device and
 * from what was done to it, so that a fleet is the same in every run. Pure.
 */
#ifndef SIM_CONFIG_H
#define SIM_CONFIG_H

#include "base/buf.h"
#include "tools/sim/device.h"

#include <stdbool.h>

/* False: the device has no room for more. */
bool config_set(struct device *d, const char *name, const char *value);
void config_remove(struct device *d, const char *name);
/* Removes all settings of a module. */
void config_clear(struct device *d, const char *module);
/* A change by an administrator; the configuration differs from before. */
void config_edit(struct device *d);
/*
 * Adds it as a device saves it: a script that would restore it, lines of CRLF. Some of them change by
 * themselves from poll to poll: TLS tickets, and the list of calls (spec §9).
 */
void config_print(const struct device *d, struct buf *out);

#endif
