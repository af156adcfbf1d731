/* SPDX-License-Identifier: ISC */
/*
 * What the commands of `rollcall` share: the words and options they were given, how they print, and
 * with which status they end.
 */
#ifndef ROLLCALL_CLI_H
#define ROLLCALL_CLI_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/opt.h"
#include "home/home.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How a command ends. */
enum { CLI_FINE = 0, CLI_FINDING = 1, CLI_WRONG_USE = 2 };

/* The commands, as bits: an option says which ones it is for. */
#define CMD_BIT(n) (UINT64_C(1) << (n))
#define CMD_SERVE CMD_BIT(0)
#define CMD_STATUS CMD_BIT(1)
#define CMD_CHECK CMD_BIT(2)
#define CMD_CONFIG CMD_BIT(3)
#define CMD_PLAN CMD_BIT(4)
#define CMD_HELP CMD_BIT(5)
#define CMD_DEVICE CMD_BIT(6)
#define CMD_DEVICES CMD_BIT(7)
#define CMD_ANSWERS CMD_BIT(8)
#define CMD_BACKUPS CMD_BIT(9)
#define CMD_DIFF CMD_BIT(10)
#define CMD_IMPORT CMD_BIT(11)
#define CMD_REPAIR CMD_BIT(12)
#define CMD_COPY CMD_BIT(13)
#define CMD_AUDIT CMD_BIT(14)
#define CMD_CERTS CMD_BIT(15)
#define CMD_CSR_LIST CMD_BIT(16)
#define CMD_CSR_SHOW CMD_BIT(17)
#define CMD_CSR_EXPORT CMD_BIT(18)
#define CMD_CSR_IMPORT CMD_BIT(19)
#define CMD_CSR_APPROVE CMD_BIT(20)
#define CMD_CSR_DROP CMD_BIT(21)
#define CMD_CA_INIT CMD_BIT(22)
#define CMD_CA_LIST CMD_BIT(23)
#define CMD_CA_REVOKE CMD_BIT(24)
#define CMD_PASSWD CMD_BIT(25)
#define CMD_SETUP CMD_BIT(26)
#define CMD_ALARMS CMD_BIT(27)
#define CMD_LOGS CMD_BIT(28)
#define CMD_BACKUP CMD_BIT(29)
#define CMD_RESTORE CMD_BIT(30)
#define CMD_STATS CMD_BIT(31)
#define CMD_TRACE CMD_BIT(32)
/* Of commands that have verbs: any of these. */
#define CMD_CSR                                                                            \
	(CMD_CSR_LIST | CMD_CSR_SHOW | CMD_CSR_EXPORT | CMD_CSR_IMPORT | CMD_CSR_APPROVE | \
	    CMD_CSR_DROP)
#define CMD_CA (CMD_CA_INIT | CMD_CA_LIST | CMD_CA_REVOKE)

/* Texts point into argv. What was not given and has no default is NULL, 0 or false. */
struct options {
	const char *from, *home, *http, *https, *mtls, *pki, *lighttpd, *url, *at, *peer, *sort;
	const char *name, *algorithm, *why, *without, *cert, *digest, *role;
	const char *auth, *web_user, *webdav_user;
	struct opt_list base, public, webdav_public, webdav_writable, trust_proxy, unset;
	long workers, watchdog, most, connections;
	bool json, xml, csv, forget, touch, reverse, show, start_over, access_log, help, version;
	bool der, replace, enforced, drop, hash;
	bool force_https;
	bool all, ack, follow, alarms, keys, passwords, logs, check, devices, comma, off;
	const char *note, *since, *until, *month;
	long minutes;
	struct arena texts;   /* of what came from elsewhere (server_conf.h) */
	struct opt_line line; /* its words: the command, its verb if it has some, what follows */
};

extern const struct opt_table options_table;

/* False: wrong use, and `e` says what would be right. options_free() in any case. */
bool options_parse(struct options *o, int argc, char **argv, struct err *e);
/* Options of its own to `to`, the same as those of `from`, whose argv must stay; options_free() them, too. */
void options_copy(struct options *to, const struct options *from);
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
int cmd_setup(const struct home *h, const struct options *o);
int cmd_alarms(const struct home *h, const struct options *o);
int cmd_logs(const struct home *h, const struct options *o);
int cmd_backup(const struct home *h, const struct options *o);
int cmd_restore(const struct home *h, const struct options *o);
int cmd_stats(const struct home *h, const struct options *o);
int cmd_trace(const struct home *h, const struct options *o);
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
