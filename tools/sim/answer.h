/* SPDX-License-Identifier: ISC */
/* What a device answers when it is asked for the output of a command. Pure. */
#ifndef SIM_ANSWER_H
#define SIM_ANSWER_H

#include "base/buf.h"
#include "tools/sim/device.h"

#include <stdbool.h>

/*
 * Adds the output of a percent-encoded command: real for those the server asks, "<info/>" for any
 * other. False: not percent-encoded properly.
 */
bool answer(struct device *d, const char *encoded, struct buf *out);

#endif
