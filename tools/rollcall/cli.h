/* SPDX-License-Identifier: ISC */
/*
 * What the commands of `rollcall` share: the words and options they were given, how they print, and
 * with which status they end.
 */
#ifndef ROLLCALL_CLI_H
#define ROLLCALL_CLI_H

#include "base/buf.h"
#include "home/home.h"

#include <stdbool.h>
#include <stddef.h>

/* How a command ends. */
enum { CLI_FINE = 0, CLI_FINDING = 1, CLI_WRONG_USE = 2 };

#define CLI_BASES 8
#define CLI_WORDS 4

/* The commands, as bits: an option says which ones it is for. */
enum command_bit {
	CMD_SERVE = 1,
	CMD_STATUS = 2,
	CMD_CHECK = 4,
	CMD_CONFIG = 8,
	CMD_PLAN = 16,
	CMD_HELP = 32,
};

/* Texts point into argv. What was not given is NULL, 0 or false. */
struct options {
	const char *home, *http, *https, *mtls, *pki, *lighttpd, *url, *at, *peer;
	const char *bases[CLI_BASES];
	size_t nbases;
	long workers, watchdog;
	bool json, access_log, help, version;
	const char *words[CLI_WORDS]; /* what is no option, the command first */
	size_t nwords;
	unsigned given; /* which options: a bit for each row of their table */
};

/* CLI_FINE, or CLI_WRONG_USE after having said what would be right. */
int options_parse(int argc, char *const *argv, struct options *o);
/* The name of an option that was given and that the command does not know; NULL: it knows all. */
const char *options_misplaced(const struct options *o, enum command_bit command);
/* The options of one command, a line each, for `rollcall help COMMAND`. */
void options_help(enum command_bit command, struct buf *out);

/* "rollcall: TEXT" on stderr; they return CLI_FINDING and CLI_WRONG_USE. */
int cli_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
int cli_misuse(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The text on stdout, and frees it. Returns `status`, or CLI_FINDING when it could not be written. */
int cli_print(struct buf *text, int status);
/* Of `n` words the one that may have been meant: NULL when none is near. */
const char *cli_nearest(const char *word, const char *const *words, size_t n);

/*
 * The configuration of a home, or NULL after its findings were printed on stderr. `path` is the user's
 * file or the last good one.
 */
struct config *cli_config(const char *path);

int cmd_serve(const struct home *h, const struct options *o);
int cmd_status(const struct home *h, const struct options *o);
int cmd_check(const struct home *h, const struct options *o);
int cmd_config(const struct home *h, const struct options *o);
int cmd_plan(const struct home *h, const struct options *o);

#endif
