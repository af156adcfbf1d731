/* SPDX-License-Identifier: ISC */
/*
 * lighttpd's own logs do not grow for ever: one that is longer than LIMIT_WEB_LOG is rotated (NAME.1 is the newest,
 * LIMIT_WEB_LOG_KEEP are kept). lighttpd writes into the renamed file until it is told to open its logs anew, so
 * no line is lost.
 */
#ifndef ROLLCALL_WEB_LOGS_H
#define ROLLCALL_WEB_LOGS_H

#include "base/err.h"
#include "home/home.h"

#include <stdbool.h>

/* True: one was rotated, and lighttpd is to open its logs anew. What cannot be rotated is said in *said, once logged. */
bool web_logs_rotate(const struct home *h, struct err *said);

#endif
