/* SPDX-License-Identifier: ISC */
/* The processes that serve the administrator's pages (lib/pages). */
#ifndef FCGI_ADMIN_H
#define FCGI_ADMIN_H

#include "proc/super.h"

/* `context` is a struct server. Returns the exit status. */
int admin_main(const struct proc_self *self, void *context);

#endif
