/* SPDX-License-Identifier: ISC */
/*
 * The questions of `rollcall setup` at a terminal: one a line, with what holds now, or what is suggested, in
 * brackets. Enter takes that, "-" leaves the setting as it is without server.conf. Ctrl-D ends it all.
 */
#ifndef ROLLCALL_SETUP_ASK_H
#define ROLLCALL_SETUP_ASK_H

#include "base/err.h"
#include "tools/rollcall/cli.h"

#include <stdbool.h>

/*
 * Asks for settings. `answers` has what the file says now, marked as given, and has all answers afterwards; its
 * `unset` those that shall go. False: it was broken off.
 */
bool setup_ask(const struct home *h, struct options *answers, struct err *e);
/*
 * Who shall be let in: *name in the arena of `answers`, or NULL. `what`: a sentence what it is about; `users`: those
 * that are there. False: as above.
 */
bool setup_ask_user(
    struct options *answers, const char *what, const char *users, const char **name, struct err *e);
/* Yes or no. False: no, or as above. */
bool setup_confirm(const char *question);

#endif
