/* SPDX-License-Identifier: ISC */
/* The update workers: what they set up, and how a request finds its endpoint. */
#ifndef FCGI_UPDATE_H
#define FCGI_UPDATE_H

#include "proc/super.h"

/* The main of a process of the kind "update"; `context` is a struct server. */
int update_main(const struct proc_self *self, void *context);

#endif
