/* SPDX-License-Identifier: ISC */
/*
 * Warnings that requests cause, rate-limited: a flood of bad requests must not become a flood of log
 * lines. After QUIET_LINES in a second the rest are counted, and their number is said in one line, with
 * the next warning or by quiet_flush().
 */
#ifndef FCGI_QUIET_H
#define FCGI_QUIET_H

#include <stdbool.h>
#include <stdint.h>

#define QUIET_LINES 20

/* One per process; initialise with {0}. */
struct quiet {
	int64_t second;
	unsigned said, unsaid;
};

void quiet_warn(struct quiet *q, const char *subject, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* How many were left out in a second that is over; `now`: in the present one, too, because we leave. */
void quiet_flush(struct quiet *q, bool now);

#endif
