/* SPDX-License-Identifier: ISC */
/* A row of the tables of commands; those that have verbs (`rollcall csr list`) have a table of these. */
#ifndef ROLLCALL_COMMAND_H
#define ROLLCALL_COMMAND_H

#include "tools/rollcall/cli.h"

enum home_use { NO_HOME, OPEN_HOME, MAKE_HOME };

struct command {
	const char *name;
	uint64_t bit;
	enum home_use home;
	size_t least, most; /* words behind it */
	int (*run)(const struct home *h, const struct options *o);
	const char *usage, *help;
	const struct command *verbs; /* NULL: none; else `run`, `least` and `most` are theirs */
	size_t nverbs;
};

#define CSR_VERBS 6
extern const struct command csr_verbs[CSR_VERBS];
#define CA_VERBS 3
extern const struct command ca_verbs[CA_VERBS];

#endif
