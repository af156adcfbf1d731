/* SPDX-License-Identifier: ISC */
/*
 * The commands a device understands, one table row each. Pure, but for their effect on the device
 * and the script they belong to.
 */
#ifndef SIM_COMMAND_H
#define SIM_COMMAND_H

#include "tools/sim/script.h"
#include "tools/sim/words.h"

#include <stddef.h>

/* What follows a command: the next one, a transfer, the end; or it was not understood. */
enum command_then { COMMAND_NEXT, COMMAND_GET, COMMAND_PUT, COMMAND_STOP, COMMAND_BAD };

/* Executes and counts one command. */
enum command_then command_run(struct script *s, const struct words *line);
/* The name of counter `i` of script_counts.commands, NULL behind the last. */
const char *command_name(size_t i);

#endif
