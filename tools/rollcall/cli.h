/* SPDX-License-Identifier: ISC */
/*
 * What the commands of `rollcall` share: the words and options they were given, how they print, and
 * with which status they end.
 */
#ifndef ROLLCALL_CLI_H
#define ROLLCALL_CLI_H

#include "base/buf.h"
#include "base/err.h"
#include "base/opt.h"
#include "home/home.h"

#include <stdbool.h>
#include <stddef.h>

/* How a command ends. */
enum { CLI_FINE = 0, CLI_FINDING = 1, CLI_WRONG_USE = 2 };

/* The commands, as bits: an option says which ones it is for. */
enum command_bit {
	CMD_SERVE = 1,
	CMD_STATUS = 2,
	CMD_CHECK = 4,
	CMD_CONFIG = 8,
	CMD_PLAN = 16,
	CMD_HELP = 32,
	CMD_DEVICE = 64,
	CMD_DEVICES = 128,
	CMD_ANSWERS = 256,
	CMD_BACKUPS = 512,
	CMD_DIFF = 1024,
	CMD_IMPORT = 2048,
	CMD_REPAIR = 4096,
	CMD_COPY = 8192,
	CMD_AUDIT = 1 << 14,
	CMD_CERTS = 1 << 15,
	CMD_CSR_LIST = 1 << 16,
	CMD_CSR_SHOW = 1 << 17,
	CMD_CSR_EXPORT = 1 << 18,
	CMD_CSR_IMPORT = 1 << 19,
	CMD_CSR_APPROVE = 1 << 20,
	CMD_CSR_DROP = 1 << 21,
	CMD_CA_INIT = 1 << 22,
	CMD_CA_LIST = 1 << 23,
	CMD_CA_REVOKE = 1 << 24,
	CMD_PASSWD = 1 << 25,
	/* Of commands that have verbs: any of these. */
	CMD_CSR = CMD_CSR_LIST | CMD_CSR_SHOW | CMD_CSR_EXPORT | CMD_CSR_IMPORT | CMD_CSR_APPROVE |
		  CMD_CSR_DROP,
	CMD_CA = CMD_CA_INIT | CMD_CA_LIST | CMD_CA_REVOKE,
};

/* Texts point into argv. What was not given and has no default is NULL, 0 or false. */
struct options {
	const char *from, *home, *http, *https, *mtls, *pki, *lighttpd, *url, *at, *peer, *sort;
	const char *name, *algorithm, *why, *without, *cert, *digest, *role;
	struct opt_list base;
	long workers, watchdog, most;
	bool json, xml, csv, forget, touch, reverse, show, start_over, access_log, help, version;
	bool der, replace, enforced, drop, hash;
	struct opt_line line; /* its words: the command, its verb if it has some, what follows */
};

extern const struct opt_table options_table;

/* False: wrong use, and `e` says what would be right. options_free() in any case. */
bool options_parse(struct options *o, int argc, char **argv, struct err *e);
void options_free(struct options *o);

/* "rollcall: TEXT" on stderr; they return CLI_FINDING and CLI_WRONG_USE. */
int cli_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
int cli_misuse(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The text on stdout, and frees it. Returns `status`, or CLI_FINDING when it could not be written. */
int cli_print(struct buf *text, int status);

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
int cmd_devices(const struct home *h, const struct options *o);
int cmd_device(const struct home *h, const struct options *o);
int cmd_answers(const struct home *h, const struct options *o);
int cmd_backups(const struct home *h, const struct options *o);
int cmd_diff(const struct home *h, const struct options *o);
int cmd_import(const struct home *h, const struct options *o);
int cmd_copy(const struct home *h, const struct options *o);
int cmd_repair(const struct home *h, const struct options *o);
int cmd_audit(const struct home *h, const struct options *o);
int cmd_certs(const struct home *h, const struct options *o);
/* With --hash it needs no home: `h` may be NULL. */
int cmd_passwd(const struct home *h, const struct options *o);
/* With a verb: line.words[1] is the verb, what is behind it begins at [CLI_VERB_WORDS]. */
#define CLI_VERB_WORDS 2
int csr_list(const struct home *h, const struct options *o);
int csr_show(const struct home *h, const struct options *o);
int csr_export(const struct home *h, const struct options *o);
int csr_import(const struct home *h, const struct options *o);
int csr_approve(const struct home *h, const struct options *o);
int csr_drop(const struct home *h, const struct options *o);
int ca_init(const struct home *h, const struct options *o);
int ca_list(const struct home *h, const struct options *o);
int ca_revoke(const struct home *h, const struct options *o);

#endif
