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
#include "tools/rollcall/owner.h"

#include <stdlib.h>
#include <string.h>

enum home_use { NO_HOME, OPEN_HOME, MAKE_HOME };

static const struct command {
	const char *name;
	enum command_bit bit;
	enum home_use home;
	size_t least, most; /* words behind it */
	int (*run)(const struct home *h, const struct options *o);
	const char *usage, *help;
} commands[] = {
    {"serve", CMD_SERVE, MAKE_HOME, 0, 0, cmd_serve, "serve --http ADDR:PORT [OPTION]...",
	"Runs everything in the foreground from a home directory, which is made when it is "
	"missing:\n"
	"rollcalld and a lighttpd in front of it. One line is printed when it is ready. Ctrl-C "
	"stops it."},
    {"status", CMD_STATUS, OPEN_HOME, 0, 0, cmd_status, "status [--json]",
	"Says how the server of a home directory is: its processes, the configuration in force, "
	"the\n"
	"master device. Status 1 when it does not run or its configuration is not good."},
    {"check", CMD_CHECK, OPEN_HOME, 0, 0, cmd_check, "check [--json]",
	"Checks the configuration: prints all that is wrong or doubtful with file and line, and "
	"what\n"
	"will be served. Status 1 when it cannot be used."},
    {"config", CMD_CONFIG, OPEN_HOME, 0, 0, cmd_config, "config [--json]",
	"Prints the configuration with the defaults in it, and where each value came from."},
    {"plan", CMD_PLAN, OPEN_HOME, 0, 0, cmd_plan,
	"plan --url URL [--at TIME] [--peer ADDR] [--json]",
	"Prints what a device would be answered that asks this URL, and why. No server is needed."},
    {"import", CMD_IMPORT, MAKE_HOME, 0, 0, cmd_import, "import --from DIR [--json]",
	"Takes over the data of a PHP update server, DIR is its folder: configuration, snippets,\n"
	"certificates, backups, devices. Nothing in the home is replaced, so it can be repeated.\n"
	"Status 1 when something was left out."},
    {"devices", CMD_DEVICES, OPEN_HOME, 0, LIMIT_FILTER_WORDS, cmd_devices,
	"devices [FILTER]... [--sort FIELD] [--reverse] [--json|--csv [--show]]",
	"Lists the devices that are known. FILTER: words that must all be found in a device's address,\n"
	"serial number, hardware id, name, type, phase, classes, environments or builds, each as a\n"
	"whole word (\"16\" finds 172.16.0.20, not 192.168.0.1); * and ? stand for letters. A network,\n"
	"172.16.7.0/24, finds both addresses; present and missing look at when it was last seen,\n"
	"settled and unsettled at whether anything is left to do. !WORD: those that WORD does not find."},
    {"device", CMD_DEVICE, OPEN_HOME, 1, 1, cmd_device,
	"device SN [--json|--xml] [--forget|--touch]",
	"Says all that is known of a device. SN: its serial number, in any spelling of a MAC address\n"
	"when only one device has it; its hardware id, name or address, when only one device has it."},
    {"answers", CMD_ANSWERS, OPEN_HOME, 1, 2, cmd_answers, "answers SN [QUERY] [--json]",
	"Prints what a device answered to queries, or to one of them, and what queries/query/show\n"
	"makes of it. SN: as for device. QUERY: its id or its title."},
    {"backups", CMD_BACKUPS, OPEN_HOME, 1, 1, cmd_backups, "backups SN [--json]",
	"Lists the configuration backups of a device, and where they are. SN: as for device; of one\n"
	"that was forgotten, its hardware id."},
    {"diff", CMD_DIFF, OPEN_HOME, 1, 3, cmd_diff, "diff SN [N [M]]",
	"Prints what is different between two backups of a device: the newest two, N and the newest,\n"
	"or N and M. SN: as for backups."},
    {"copy", CMD_COPY, OPEN_HOME, 1, 1, cmd_copy, "copy DIR",
	"Copies the store of devices into a folder, also while the server runs. Once a day the server\n"
	"does so itself, into HOME/data/store-copy."},
    {"repair", CMD_REPAIR, OPEN_HOME, 0, 0, cmd_repair, "repair [--from DIR|--start-over]",
	"Says whether the store of devices is whole, and what can be done when it is not: a copy is put\n"
	"in its place, or it is begun anew. Nothing is removed: what was there is kept aside."},
    {"help", CMD_HELP, NO_HOME, 0, 1, NULL, "help [COMMAND]", "Explains a command."},
};
#define COMMANDS (sizeof commands / sizeof *commands)

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < COMMANDS; i++) {
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	}
	return NULL;
}

static int unknown_command(const char *name)
{
	const char *names[COMMANDS];
	for (size_t i = 0; i < COMMANDS; i++)
		names[i] = commands[i].name;
	const char *meant = text_nearest(name, names, COMMANDS);
	if (meant)
		return cli_misuse("there is no command \"%s\"; did you mean %s?", name, meant);
	return cli_misuse("there is no command \"%s\"; see rollcall help", name);
}

static void help_overview(struct buf *out)
{
	buf_adds(out, "usage: rollcall COMMAND [OPTION]...\n\n");
	for (size_t i = 0; i < COMMANDS; i++)
		buf_addf(out, "  rollcall %s\n", commands[i].usage);
	buf_adds(out, "\nEvery command but help takes --home DIR; else $ROLLCALL_HOME, else\n"
		      "/var/lib/rollcall. Exit status: 0 fine, 1 a finding, 2 wrong use.\n"
		      "rollcall help COMMAND explains one.\n");
}

static int help(const char *name)
{
	struct buf out = {0};
	const struct command *c = name ? find_command(name) : NULL;
	if (name && !c)
		return unknown_command(name);
	if (!c) {
		help_overview(&out);
		return cli_print(&out, CLI_FINE);
	}
	buf_addf(&out, "usage: rollcall %s\n\n%s\n\n", c->usage, c->help);
	opt_help(&options_table, c->bit, &out);
	return cli_print(&out, CLI_FINE);
}

static int run(const struct command *c, const struct options *o)
{
	struct home h;
	struct err e = {""};
	const char *dir = o->home ? o->home : getenv("ROLLCALL_HOME");
	if (c->home == MAKE_HOME && dir && *dir && !file_mkdirs(dir, 0750, &e))
		return cli_fail("%s", e.text);
	if (!home_open(&h, o->home, &e))
		return cli_fail("%s", e.text);
	/* `serve` refuses a home of another user's instead (home_make()). */
	bool ok = c->bit == CMD_SERVE || owner_become(&h, &e);
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

/* "help [COMMAND]", "[COMMAND] --help" */
static int wants_help(const struct opt_line *line, bool named)
{
	size_t at = named ? 1 : 0;
	if (line->nwords > at + 1)
		return cli_misuse(
		    "\"%s\" is one word too many; see rollcall help", line->words[at + 1]);
	return help(line->nwords > at ? line->words[at] : NULL);
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
	const struct command *c = find_command(line->words[0]);
	if (!c)
		return unknown_command(line->words[0]);
	if (line->nwords - 1 > c->most)
		return cli_misuse(
		    "\"%s\" is one word too many: rollcall %s", line->words[c->most + 1], c->usage);
	if (line->nwords - 1 < c->least)
		return cli_misuse("it needs to know more: rollcall %s", c->usage);
	const char *misplaced = opt_misplaced(&options_table, line, c->bit);
	if (misplaced)
		return cli_misuse(
		    "rollcall %s knows no --%s: rollcall %s", c->name, misplaced, c->usage);
	return run(c, o);
}

int main(int argc, char **argv)
{
	struct options o;
	struct err e;
	log_init("rollcall");
	int status = options_parse(&o, argc, argv, &e) ? start(&o) : cli_misuse("%s", e.text);
	options_free(&o);
	return status;
}
