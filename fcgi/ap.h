/* SPDX-License-Identifier: ISC */
/*
 * The processes that take what devices log and report (platform.md, "Logs and alarms"), on a socket of their own: a
 * storm of log lines keeps no device waiting for its update, and no page.
 *
 * GET or POST /ap/log.fcgi: an entry becomes a line of logs/@dir. /ap/alarm.fcgi: a line of logs/@alarmdir, and what
 * it does to the alarms is in the store when it is acknowledged. 200 with an empty body: it is written. 400, 413:
 * it is no entry. 429: this device says too much (logs/@rate). 503: it cannot be written now; the device keeps it.
 * Whether a password is needed is the web server's business.
 */
#ifndef FCGI_AP_H
#define FCGI_AP_H

#include "proc/super.h"

#define AP_ALL_RATE \
	2000 /* entries a second of one address, whatever names it uses: a trusted proxy has many */

/* The main of a process of the kind "ap"; `context` is a struct server. */
int ap_main(const struct proc_self *self, void *context);

#endif
