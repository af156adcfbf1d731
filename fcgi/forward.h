/* SPDX-License-Identifier: ISC */
/*
 * The process that speaks to others, so that no device and no page ever waits for them: passes on news of alarms
 * (alarms/forward), and carries out the commands of a command file (commands/@url).
 */
#ifndef FCGI_FORWARD_H
#define FCGI_FORWARD_H

#include "proc/super.h"

/* The main of a process of the kind "forward"; `context` is a struct server. */
int forward_main(const struct proc_self *self, void *context);

#endif
