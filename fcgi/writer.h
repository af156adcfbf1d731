/* SPDX-License-Identifier: ISC */
/*
 * The writer: the only process that changes the store (DESIGN, "What runs").
 *
 * Takes lists of changes from all that send some, applies what has come in one transaction, commits
 * it durably, and then gives each its receipt: so the cost of a commit is shared by all that wait
 * for it. Sightings are collected for a moment and written along.
 */
#ifndef FCGI_WRITER_H
#define FCGI_WRITER_H

#include "proc/super.h"

/* The main of the process; `context` is the struct server. */
int writer_main(const struct proc_self *self, void *context);

#endif
