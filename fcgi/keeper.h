/* SPDX-License-Identifier: ISC */
/*
 * The keeper: what must not happen inside a poll. It asks the master device which builds it runs (spec
 * §7), forgets devices and messages that are old, and copies the store once a day (keeper_jobs.h).
 */
#ifndef FCGI_KEEPER_H
#define FCGI_KEEPER_H

#include "base/limits.h"
#include "proc/super.h"

#define KEEPER_JOB_MS ((LIMIT_MASTER_SECONDS + 5) * 1000L)

/*
 * The main of a process of the kind "keeper"; `context` is a struct server. It is ready when it has
 * asked the master device once, or need not ask any.
 */
int keeper_main(const struct proc_self *self, void *context);

#endif
