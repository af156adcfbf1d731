/* SPDX-License-Identifier: ISC */
/* The server's own alarms about what it does for others (keeper_alarms.c has the others). */
#ifndef FCGI_FORWARD_ALARM_H
#define FCGI_FORWARD_ALARM_H

#include "fcgi/keeper_jobs.h"

#define FORWARD_ALARM_BACKUP "backup" /* a command of commands/@url could not be carried out */
#define FORWARD_ALARM_STATISTICS "statistics" /* they cannot be copied or mailed */

/* Raises it, or clears it (`format` NULL); nothing when it is so already. */
void forward_alarm(struct keeper *k, const char *code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
