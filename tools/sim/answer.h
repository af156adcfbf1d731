/* SPDX-License-Identifier: ISC */
/* What a device sends when it is asked: its configuration, or the output of a command. Pure. */
#ifndef SIM_ANSWER_H
#define SIM_ANSWER_H

#include "base/buf.h"
#include "tools/sim/device.h"

#include <stdbool.h>

/* Adds the configuration as a script that would restore it. */
void answer_config(const struct device *d, struct buf *out);
/*
 * Adds the output of a percent-encoded command: real for those the server asks, "<info/>" for any
 * other. False: not percent-encoded properly.
 */
bool answer(const struct device *d, const char *encoded, struct buf *out);

#endif
