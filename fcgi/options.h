/* SPDX-License-Identifier: ISC */
/* The command line of rollcalld. */
#ifndef FCGI_OPTIONS_H
#define FCGI_OPTIONS_H

#include "base/err.h"
#include "base/limits.h"
#include "base/opt.h"

#include <stdbool.h>
#include <stddef.h>

struct options {
	const char *home; /* NULL: home_open() knows where */
	const char *pki;  /* NULL: HOME/pki */
	const char *keys; /* NULL: the same */
	struct opt_list base;
	const char *bases[LIMIT_BASES]; /* the same, checked: "/update"; "" for the root */
	size_t nbases;                  /* at least one */
	long workers;
	long watchdog;   /* seconds */
	const char *log; /* NULL: stderr alone */
	long ready_fd;   /* -1: nobody waits */
	bool help, version;
};

extern const struct opt_table options_table;

/* False: wrong use, e says what would be right. Texts point into argv. options_free() in any case. */
bool options_parse(struct options *o, int argc, char **argv, struct err *e);
void options_free(struct options *o);

#endif
