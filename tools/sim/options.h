/* SPDX-License-Identifier: ISC */
/* The command line of rollcall-sim. */
#ifndef SIM_OPTIONS_H
#define SIM_OPTIONS_H

#include "base/err.h"
#include "base/opt.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct options {
	const char *url;
	long logs;                                        /* entries between two polls */
	long devices, first, parallel, polls, clock_hour; /* polls 0, clock_hour -1: not given */
	double speed, spread, duration;                   /* seconds; duration 0: not given */
	double config_change;                             /* a fraction of polls */
	struct opt_list types, envs, resolve, sources;
	const char *mtls, *client_cert, *client_key, *cacert, *trace, *record;
	uint32_t traced; /* the number of the device `trace` names */
	bool alarms, until_settled, insecure, keep, progress, json, quiet, help, version;
};

extern const struct opt_table options_table;

/*
 * Reads the command line, which must stay, and checks it. False: `e` says what would be right.
 * With help or version nothing else was checked. options_free() in any case.
 */
bool options_parse(struct options *o, int argc, char **argv, struct err *e);
void options_free(struct options *o);
#endif
