/* SPDX-License-Identifier: ISC */
/* The command line of rollcalld. */
#ifndef FCGI_OPTIONS_H
#define FCGI_OPTIONS_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

#define OPTIONS_BASES 8

struct options {
	const char *home;                 /* NULL: home_open() knows where */
	const char *bases[OPTIONS_BASES]; /* "/update"; "" for the root; at least one */
	size_t nbases;
	long workers;
	long watchdog;   /* seconds */
	const char *log; /* NULL: stderr alone */
	int ready_fd;    /* -1: nobody waits */
	bool help, version;
};

/* False: wrong use, e says what would be right. Texts point into argv. */
bool options_parse(struct options *o, int argc, char **argv, struct err *e);
/* The table of options as text. */
void options_help(struct buf *out);

#endif
