/* SPDX-License-Identifier: ISC */
/*
 * The command line. One table row an option: its name, its range, its default and its help are
 * written there and nowhere else (but the manual page).
 */
#ifndef SIM_OPTIONS_H
#define SIM_OPTIONS_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A list of texts, NULL at the end. */
struct list {
	char **items;
	size_t count;
};

struct options {
	const char *url;
	long devices, first, parallel, polls, clock_hour; /* polls 0, clock_hour -1: not given */
	double speed, spread, duration;                   /* seconds; duration 0: not given */
	struct list types, envs, resolve;
	const char *mtls, *cacert, *trace;
	uint32_t traced; /* the number of the device `trace` names */
	bool until_settled, insecure, progress, json, quiet, help, version;
};

/*
 * Reads the command line, which must stay, and checks it. False: `e` says what would be right.
 * With help or version nothing else was checked. options_free() in any case.
 */
bool options_parse(struct options *o, int argc, char **argv, struct err *e);
void options_free(struct options *o);
/* The help, on stdout. */
void options_help(void);

#endif
