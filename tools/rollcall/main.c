/* SPDX-License-Identifier: ISC */
/*
 * rollcall: the administrator's command line. This file has the table of commands, finds the one that
 * is meant and opens the home directory for it.
 */
#include "tools/rollcall/cli.h"

#include "base/file.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/text.h"
#include "home/swap.h"
#include "tools/rollcall/command.h"
#include "tools/rollcall/owner.h"
#include "tools/rollcall/server_conf.h"
#include "tools/rollcall/who.h"

#include <stdlib.h>
#include <string.h>

static const struct command commands[] = {
    {"serve", CMD_SERVE, MAKE_HOME, 0, 0, cmd_serve, "serve [--http ADDR:PORT] [OPTION]...",
	.help =
	    "Runs everything in the foreground from a home directory, which is made when it is "
	    "missing:\n"
	    "rollcalld and a lighttpd in front of it. One line is printed when it is ready. Ctrl-C "
	    "stops it.\nWhat is not given is read from HOME/config/server.conf (rollcall setup)."},
    {"status", CMD_STATUS, OPEN_HOME, 0, 0, cmd_status, "status [--json]",
	.help =
	    "Says how the server of a home directory is: its processes, the configuration in force, "
	    "the\n"
	    "master device. Status 1 when it does not run or its configuration is not good."},
    {"check", CMD_CHECK, OPEN_HOME, 0, 0, cmd_check, "check [--pki DIR] [--json]",
	.help =
	    "Checks the configuration: prints all that is wrong or doubtful with file and line, and "
	    "what\n"
	    "will be served. Status 1 when it cannot be used."},
    {"config", CMD_CONFIG, OPEN_HOME, 0, 0, cmd_config, "config [--json]",
	.help =
	    "Prints the configuration with the defaults in it, and where each value came from."},
    {"plan", CMD_PLAN, OPEN_HOME, 0, 1, cmd_plan,
	"plan SN|--url URL [--at TIME] [--peer ADDR] [--cert FILE] [--json]",
	.help =
	    "Prints what a device would get if it polled now, or be answered that asks this URL, and why.\n"
	    "No server is needed. SN: as for device."},
    {"csr", .bit = CMD_CSR, .home = OPEN_HOME, .usage = "csr VERB [SN]...",
	.help = "The signing requests that devices sent (customcerts), and what becomes of them.",
	.verbs = csr_verbs, .nverbs = CSR_VERBS},
    {"ca", .bit = CMD_CA, .home = OPEN_HOME, .usage = "ca VERB",
	.help = "A CA of our own, which signs these requests (customcerts/@CAtype=\"internal\").",
	.verbs = ca_verbs, .nverbs = CA_VERBS},
    {"certs", CMD_CERTS, OPEN_HOME, 0, 0, cmd_certs,
	"certs [--without NAME] [--enforced] [--pki DIR] [--json]",
	.help =
	    "Says who issued the certificates of devices and until when they are valid, and who would be\n"
	    "locked out if trust were enforced now, or a CA dropped. Status 1 when anyone would be: if trust\n"
	    "were enforced; with --without, by dropping that CA."},
    {"audit", CMD_AUDIT, OPEN_HOME, 0, 0, cmd_audit, "audit [--most N] [--json]",
	.help =
	    "Says who did what and when: what was signed, imported, revoked, forgotten; the newest first."},
    {"passwd", CMD_PASSWD, OPEN_HOME, 0, 1, cmd_passwd,
	"passwd [NAME [--role ROLE|--drop]|--hash] [--json]",
	.help =
	    "Makes an account for the administrator's pages or sets its password, which is asked for, or\n"
	    "read from stdin; with --role and an account that is there, only its role is set. Without NAME,\n"
	    "lists the accounts. With --hash, prints the hash of a password for user-config.xml."},
    {"import", CMD_IMPORT, MAKE_HOME, 0, 0, cmd_import, "import --from DIR [--json]",
	.help =
	    "Takes over the data of a PHP update server, DIR is its folder: configuration, snippets,\n"
	    "certificates, backups, devices. Nothing in the home is replaced, so it can be repeated.\n"
	    "Status 1 when something was left out."},
    {"devices", CMD_DEVICES, OPEN_HOME, 0, LIMIT_FILTER_WORDS, cmd_devices,
	"devices [FILTER]... [--sort FIELD] [--reverse] [--json|--csv [--show]]",
	.help =
	    "Lists the devices that are known. FILTER: words that must all be found in a device's address,\n"
	    "serial number, hardware id, name, type, phase, classes, environments or builds, each as a\n"
	    "whole word (\"16\" finds 172.16.0.20, not 192.168.0.1); * and ? stand for letters. A network,\n"
	    "172.16.7.0/24, finds both addresses; present and missing look at when it was last seen,\n"
	    "settled and unsettled at whether anything is left to do. !WORD: those that WORD does not find."},
    {"device", CMD_DEVICE, OPEN_HOME, 1, 1, cmd_device,
	"device SN [--json|--xml] [--forget|--touch]",
	.help =
	    "Says all that is known of a device. SN: its serial number, in any spelling of a MAC address\n"
	    "when only one device has it; its hardware id, name or address, when only one device has it."},
    {"answers", CMD_ANSWERS, OPEN_HOME, 1, 2, cmd_answers, "answers SN [QUERY] [--json]",
	.help =
	    "Prints what a device answered to queries, or to one of them, and what queries/query/show\n"
	    "makes of it. SN: as for device. QUERY: its id or its title."},
    {"backups", CMD_BACKUPS, OPEN_HOME, 1, 1, cmd_backups, "backups SN [--json]",
	.help =
	    "Lists the configuration backups of a device, and where they are. SN: as for device; of one\n"
	    "that was forgotten, its hardware id."},
    {"diff", CMD_DIFF, OPEN_HOME, 1, 3, cmd_diff, "diff SN [N [M]]",
	.help =
	    "Prints what is different between two backups of a device: the newest two, N and the newest,\n"
	    "or N and M. SN: as for backups."},
    {"copy", CMD_COPY, OPEN_HOME, 1, 1, cmd_copy, "copy DIR",
	.help =
	    "Copies the store of devices into a folder, also while the server runs. Once a day the server\n"
	    "does so itself, into HOME/data/store-copy."},
    {"repair", CMD_REPAIR, OPEN_HOME, 0, 0, cmd_repair, "repair [--from DIR|--start-over]",
	.help =
	    "Says whether the store of devices is whole, and what can be done when it is not: a copy is put\n"
	    "in its place, or it is begun anew. Nothing is removed: what was there is kept aside."},
    {"alarms", CMD_ALARMS, OPEN_HOME, 0, LIMIT_FILTER_WORDS, cmd_alarms,
	"alarms [FILTER]... [--all] [--ack [--note TEXT]] [--json|--csv]",
	.help =
	    "Lists the alarms that are active: those of devices, and the server's own. With --all, also those\n"
	    "that are over, and events. FILTER: words that must all be found in whose it is, its code, source\n"
	    "or text; with --ack, those that are found are marked as noted. Status 1 when one is active that\n"
	    "nobody has noted."},
    {"logs", CMD_LOGS, OPEN_HOME, 0, LIMIT_FILTER_WORDS, cmd_logs,
	"logs [FILTER]... [-f|--follow] [--alarms] [--since TIME] [--until TIME] [--most N] [--json|--csv]",
	.help =
	    "Prints what devices logged, or with --alarms reported: the newest N entries in which all words\n"
	    "of FILTER are found. With --follow, and what comes from now on, until Ctrl-C."},
    {"backup", CMD_BACKUP, OPEN_HOME, 1, 1, cmd_backup,
	"backup FILE [--keys] [--passwords] [--logs] [--pki DIR]",
	.help =
	    "Puts all that makes this server into a file (tar.gz), also while it runs: configuration,\n"
	    "snippets, certificates, backups of devices, and a copy of what is known of devices. Private keys,\n"
	    "files with passwords, and logs only when asked for. FILE \"-\": standard output."},
    {"restore", CMD_RESTORE, MAKE_HOME, 1, 1, cmd_restore, "restore FILE [--check]",
	.help =
	    "Puts back what `rollcall backup` saved, into an empty home or one that is in use, also while it is\n"
	    "served: all of it, or nothing. What was there is kept aside. With --check, only says what is in the\n"
	    "file and whether it could be put back. FILE \"-\": standard input."},
    {"stats", CMD_STATS, OPEN_HOME, 0, 0, cmd_stats,
	"stats [--month YYYY-MM] [--devices] [--comma]",
	.help =
	    "Prints statistics as CSV: of the server by quarters of an hour, or with --devices of each device\n"
	    "by days; of this month, or another one that is kept."},
    {"trace", CMD_TRACE, OPEN_HOME, 0, 1, cmd_trace, "trace [SN [--minutes N|--off]]",
	.help =
	    "Has every poll and upload of a device, and what it was answered, written to\n"
	    "HOME/log/trace-SN.log for some time; nothing is started again for that. Without SN, lists which\n"
	    "devices are traced. SN: as for device, or the serial number of one that was never seen."},
    {"setup", CMD_SETUP, MAKE_HOME, 0, 0, cmd_setup,
	"setup [OPTION]... [--unset NAME]... [--web-user NAME|--webdav-user NAME [--drop]] [--check]",
	.help =
	    "Says how `rollcall serve` is to run here (addresses, ports, what is public, who may see the rest):\n"
	    "asks at a terminal, or takes it as options, says what changes, and writes HOME/config/server.conf.\n"
	    "Options of serve go over what stands there. Without a terminal, prints what is set."},
    {"help", CMD_HELP, NO_HOME, 0, 2, NULL, "help [COMMAND [VERB]]", .help = "Explains a command."},
};
#define COMMANDS (sizeof commands / sizeof *commands)

/* A table of commands, or of the verbs of one. */
struct choice {
	const struct command *list;
	size_t count;
	const char *what; /* they are called */
	const char *help; /* what to ask for help */
};

static const struct choice all_commands = {commands, COMMANDS, "command", "rollcall help"};

static struct choice verbs_of(const struct command *c)
{
	return (struct choice){c->verbs, c->nverbs, "verb",
	    c->bit == CMD_CSR ? "rollcall help csr" : "rollcall help ca"};
}

static const struct command *find(const struct choice *from, const char *name)
{
	for (size_t i = 0; i < from->count; i++) {
		if (strcmp(from->list[i].name, name) == 0)
			return &from->list[i];
	}
	return NULL;
}

static int unknown(const struct choice *from, const char *name)
{
	const char *names[COMMANDS];
	size_t n = 0;
	while (n < from->count && n < COMMANDS) {
		names[n] = from->list[n].name;
		n++;
	}
	const char *meant = text_nearest(name, names, n);
	if (meant)
		return cli_misuse(
		    "there is no %s \"%s\"; did you mean %s?", from->what, name, meant);
	return cli_misuse("there is no %s \"%s\"; see %s", from->what, name, from->help);
}

static void usage(const struct command *c, struct buf *out)
{
	if (!c->verbs)
		buf_addf(out, "  rollcall %s\n", c->usage);
	for (size_t i = 0; c->verbs && i < c->nverbs; i++)
		buf_addf(out, "  rollcall %s\n", c->verbs[i].usage);
}

static int help_overview(void)
{
	struct buf out = {0};
	buf_adds(&out, "usage: rollcall COMMAND [OPTION]...\n\n");
	for (size_t i = 0; i < COMMANDS; i++)
		usage(&commands[i], &out);
	buf_adds(&out, "\nEvery command but help takes --home DIR; else $ROLLCALL_HOME, else\n"
		       "/var/lib/rollcall. Exit status: 0 fine, 1 a finding, 2 wrong use.\n"
		       "rollcall help COMMAND explains one.\n");
	return cli_print(&out, CLI_FINE);
}

static int help_on(const struct command *c)
{
	struct buf out = {0};
	buf_addf(&out, "usage: rollcall %s\n\n%s\n\n", c->usage, c->help);
	for (size_t i = 0; c->verbs && i < c->nverbs; i++)
		buf_addf(&out, "rollcall %s\n%s\n\n", c->verbs[i].usage, c->verbs[i].help);
	opt_help(&options_table, c->bit, &out);
	return cli_print(&out, CLI_FINE);
}

static int help(const char *name, const char *verb)
{
	if (!name)
		return help_overview();
	const struct command *c = find(&all_commands, name);
	if (!c)
		return unknown(&all_commands, name);
	if (!c->verbs || !verb)
		return help_on(c);
	struct choice verbs = verbs_of(c);
	const struct command *v = find(&verbs, verb);
	return v ? help_on(v) : unknown(&verbs, verb);
}

#define AS_CALLER (CMD_SERVE | CMD_BACKUP | CMD_RESTORE)

/* They look at the keys of the web server. */
#define KEYS (CMD_PLAN | CMD_CERTS | CMD_CA_INIT | CMD_BACKUP)

static int run(const struct command *c, const struct options *o)
{
	struct home h;
	struct err e = {""};
	const char *dir = o->home ? o->home : getenv("ROLLCALL_HOME");
	if (o->hash)
		return c->run(NULL, o);
	if (c->home == MAKE_HOME && dir && *dir && !file_mkdirs(dir, 0750, &e))
		return cli_fail("%s", e.text);
	if (!home_open(&h, o->home, &e))
		return cli_fail("%s", e.text);
	/* `serve` refuses a home of another user's instead (home_make()); these two become him when it is time. */
	bool ok = (c->bit & AS_CALLER) || (owner_become(&h, &e) && swap_finish(&h, &e));
	ok = ok && (!(c->bit & KEYS) || server_conf_pki(&h, &e));
	int status = ok ? c->run(&h, o) : cli_fail("%s", e.text);
	home_close(&h);
	return status;
}

static int print_version(void)
{
	struct buf out = {0};
	opt_version("rollcall", &out);
	return cli_print(&out, CLI_FINE);
}

/* "help [COMMAND [VERB]]"; "[COMMAND [VERB]…] --help" */
static int wants_help(const struct opt_line *line, bool named)
{
	size_t at = named ? 1 : 0;
	const struct command *c = line->nwords > at ? find(&all_commands, line->words[at]) : NULL;
	size_t most = at + (c && c->verbs ? 2 : 1);
	if (line->nwords > most && (named || !c || !c->verbs))
		return cli_misuse(
		    "\"%s\" is one word too many; see rollcall help", line->words[most]);
	return help(line->nwords > at ? line->words[at] : NULL,
	    line->nwords > at + 1 ? line->words[at + 1] : NULL);
}

/* With the right number of words, behind `named` ones that say which command it is? */
static int start_command(const struct command *c, size_t named, const struct options *o)
{
	const struct opt_line *line = &o->line;
	if (line->nwords - named > c->most)
		return cli_misuse("\"%s\" is one word too many: rollcall %s",
		    line->words[named + c->most], c->usage);
	if (line->nwords - named < c->least)
		return cli_misuse("it needs to know more: rollcall %s", c->usage);
	const char *misplaced = opt_misplaced(&options_table, line, c->bit);
	if (misplaced)
		return cli_misuse(
		    "rollcall %s knows no --%s: rollcall %s", c->name, misplaced, c->usage);
	return run(c, o);
}

static int start_verb(const struct command *c, const struct options *o)
{
	struct choice verbs = verbs_of(c);
	if (o->line.nwords < CLI_VERB_WORDS)
		return cli_misuse(
		    "rollcall %s needs to know what to do; see %s", c->name, verbs.help);
	const struct command *v = find(&verbs, o->line.words[1]);
	return v ? start_command(v, CLI_VERB_WORDS, o) : unknown(&verbs, o->line.words[1]);
}

static int start(const struct options *o)
{
	const struct opt_line *line = &o->line;
	bool named = line->nwords && strcmp(line->words[0], "help") == 0;
	if (o->version)
		return print_version();
	if (o->help || named)
		return wants_help(line, named);
	if (line->nwords == 0)
		return cli_misuse("which command? see rollcall help");
	const struct command *c = find(&all_commands, line->words[0]);
	if (!c)
		return unknown(&all_commands, line->words[0]);
	return c->verbs ? start_verb(c, o) : start_command(c, 1, o);
}

int main(int argc, char **argv)
{
	struct options o;
	struct err e;
	log_init("rollcall");
	who_name();
	int status = options_parse(&o, argc, argv, &e) ? start(&o) : cli_misuse("%s", e.text);
	options_free(&o);
	return status;
}
