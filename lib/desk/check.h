/* SPDX-License-Identifier: ISC */
/*
 * What `rollcall check` finds, and what the page of the configuration shows on top: everything that is wrong or
 * doubtful in a configuration and in what will be served with it.
 */
#ifndef DESK_CHECK_H
#define DESK_CHECK_H

#include "desk/check_files.h"
#include "desk/check_web.h"
#include "desk/desk.h"

#include <time.h>

struct check {
	const struct home *home;
	const char *pki; /* the folder with the keys of the web server; NULL: that of the home */
	time_t now;
	struct store *store; /* NULL, or that of the home, when it is open already */
	const struct check_web
	    *web;      /* what the web server is told to do; NULL: that is not known */
	bool thorough; /* look at each file that is published, and ask the server that runs */
	/* Filled by check_run(): */
	struct findings findings;
	struct config *config;           /* NULL: it has errors */
	const char *folder;              /* of the snippets */
	struct check_files files;        /* what lies in it, and who gets it */
	const char *firmware, *bootcode; /* the folders they come from; NULL: not known */
	struct snipdir *dir;             /* for the texts of files */
	struct arena arena;
};

/* Reads the configuration of the home as it stands there now and looks at everything. check_free() after it. */
void check_run(struct check *k);
void check_free(struct check *k);

#endif
