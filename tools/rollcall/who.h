/* SPDX-License-Identifier: ISC */
/* Who runs a command: for the audit. */
#ifndef ROLLCALL_WHO_H
#define ROLLCALL_WHO_H

#include "base/err.h"
#include "home/home.h"

#include <stdbool.h>

/*
 * "root on the command line": the user who called us. It is found at the first call, which main() makes
 * before root becomes the owner of the home (owner.h). Never NULL.
 */
const char *who_name(void);

/*
 * An entry for the audit of something that was done and concerns device `sn` ("": none). When it cannot be
 * kept, that is said on stderr, and false comes back.
 */
bool who_did(const struct home *h, const char *sn, const char *what, const char *text);

#endif
