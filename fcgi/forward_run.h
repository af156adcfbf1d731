/* SPDX-License-Identifier: ISC */
/* Runs a program of the system (a command of the administrator's, sendmail), within limits. */
#ifndef FCGI_FORWARD_RUN_H
#define FCGI_FORWARD_RUN_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

struct forward_run {
	const char *const *args; /* the first is its absolute path; NULL at the end */
	const char *const *env;  /* "NAME=VALUE", besides PATH; NULL at the end */
	const char *input;       /* on its standard input */
	size_t size;
	long seconds; /* one that is longer at it is killed */
	int leave_fd;
};

/*
 * True: it ended with status 0. False: e says how it ended, with the end of what it said on stderr. What it prints is
 * thrown away. Nothing of ours is open in it.
 */
bool forward_run(const struct forward_run *r, struct err *e);

#endif
