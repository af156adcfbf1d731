/* SPDX-License-Identifier: ISC */
/*
 * The options of `rollcall`: one table, from which they are read, refused and explained.
 *
 * `--name value` and `--name=value` are the same; options and words may stand in any order, and after
 * `--` there are only words.
 */
#include "tools/rollcall/cli.h"

#include "base/limits.h"
#include "base/num.h"
#include "base/text.h"

#include <string.h>

enum kind { FLAG, TEXT, NUMBER, LIST };

#define ANY (CMD_SERVE | CMD_STATUS | CMD_CHECK | CMD_CONFIG | CMD_PLAN | CMD_HELP)
#define SHOWS (CMD_STATUS | CMD_CHECK | CMD_CONFIG | CMD_PLAN)
#define AT(field) offsetof(struct options, field)

static const struct option {
	const char *name;
	enum kind kind;
	size_t field;
	unsigned commands;
	const char *value; /* what it is followed by */
	const char *help;
	long min, max; /* of a NUMBER */
} table[] = {
    {"home", TEXT, AT(home), ANY & ~CMD_HELP, "DIR",
	"the home directory; else $ROLLCALL_HOME, else /var/lib/rollcall", 0, 0},
    {"json", FLAG, AT(json), SHOWS, NULL, "print JSON", 0, 0},
    {"http", TEXT, AT(http), CMD_SERVE, "ADDR:PORT", "where HTTP is served; port 0: a free one", 0,
	0},
    {"https", TEXT, AT(https), CMD_SERVE, "ADDR:PORT", "where HTTPS is served", 0, 0},
    {"mtls", TEXT, AT(mtls), CMD_SERVE, "ADDR:PORT",
	"where HTTPS is served to clients with a certificate", 0, 0},
    {"pki", TEXT, AT(pki), CMD_SERVE, "DIR",
	"server.pem and client-ca.pem, made when missing; else HOME/pki", 0, 0},
    {"workers", NUMBER, AT(workers), CMD_SERVE, "N", "processes that answer devices", 1,
	LIMIT_WORKERS},
    {"base", LIST, AT(bases), CMD_SERVE, "PATH", "base path, repeatable; else /update", 0, 0},
    {"watchdog", NUMBER, AT(watchdog), CMD_SERVE, "SECONDS",
	"a worker that is longer at one request is replaced", 1, 3600},
    {"lighttpd", TEXT, AT(lighttpd), CMD_SERVE, "FILE", "the lighttpd to run", 0, 0},
    {"access-log", FLAG, AT(access_log), CMD_SERVE, NULL,
	"log every request to HOME/log/lighttpd-access.log", 0, 0},
    {"url", TEXT, AT(url), CMD_PLAN, "URL", "what a device would ask", 0, 0},
    {"at", TEXT, AT(at), CMD_PLAN, "TIME",
	"as if it were then: 2026-03-01T12:00:00Z, or seconds since 1970", 0, 0},
    {"peer", TEXT, AT(peer), CMD_PLAN, "ADDR", "the address it comes from; else 127.0.0.1", 0, 0},
    {"help", FLAG, AT(help), ANY, NULL, "explain the command", 0, 0},
    {"version", FLAG, AT(version), ANY, NULL, "print the version", 0, 0},
};
#define OPTIONS (sizeof table / sizeof *table)
_Static_assert(OPTIONS <= 32, "struct options has a bit for each");

/* The row that `word` ("--name" or "--name=value") is about, and the value in it or NULL. */
static const struct option *find(const char *word, const char **value)
{
	const char *equals = strchr(word, '=');
	size_t size = equals ? (size_t)(equals - word) : strlen(word);
	*value = equals ? equals + 1 : NULL;
	for (size_t i = 0; i < OPTIONS; i++) {
		if (strlen(table[i].name) + 2 == size &&
		    strncmp(word + 2, table[i].name, size - 2) == 0)
			return &table[i];
	}
	return NULL;
}

static int unknown(const char *word)
{
	const char *names[OPTIONS];
	for (size_t i = 0; i < OPTIONS; i++)
		names[i] = table[i].name;
	const char *meant = cli_nearest(word + strspn(word, "-"), names, OPTIONS);
	if (meant)
		return cli_misuse("there is no option %s; did you mean --%s?", word, meant);
	return cli_misuse("there is no option %s; see rollcall help", word);
}

static int add_base(struct options *o, const char *base)
{
	if (o->nbases == CLI_BASES)
		return cli_misuse("--base may be given %d times", CLI_BASES);
	o->bases[o->nbases++] = base;
	return CLI_FINE;
}

static int set(struct options *o, const struct option *row, const char *value)
{
	void *field = (char *)o + row->field;
	if (!*value)
		return cli_misuse("--%s needs a value: --%s %s", row->name, row->name, row->value);
	if (row->kind == LIST)
		return add_base(o, value);
	if (row->kind == NUMBER && !num_parse(value, row->min, row->max, field))
		return cli_misuse("--%s must be a number from %ld to %ld, not \"%s\"", row->name,
		    row->min, row->max, value);
	if (row->kind == TEXT)
		*(const char **)field = value;
	return CLI_FINE;
}

static int set_flag(struct options *o, const struct option *row, const char *value)
{
	if (value)
		return cli_misuse("--%s takes no value", row->name);
	*(bool *)((char *)o + row->field) = true;
	return CLI_FINE;
}

static int add_word(struct options *o, const char *word)
{
	if (o->nwords == CLI_WORDS)
		return cli_misuse("\"%s\" is one word too many; see rollcall help", word);
	o->words[o->nwords++] = word;
	return CLI_FINE;
}

static bool is_option(const char *word)
{
	return word[0] == '-' && word[1] != '\0';
}

/* The option at argv[*i]; *i moves to the value when that is a word of its own. */
static int parse_option(int argc, char *const *argv, int *i, struct options *o)
{
	const char *value;
	const struct option *row = text_starts(argv[*i], "--") ? find(argv[*i], &value) : NULL;
	if (!row)
		return unknown(argv[*i]);
	o->given |= 1U << (row - table);
	if (row->kind == FLAG)
		return set_flag(o, row, value);
	if (!value && *i + 1 == argc)
		return cli_misuse("--%s needs a value: --%s %s", row->name, row->name, row->value);
	return set(o, row, value ? value : argv[++*i]);
}

int options_parse(int argc, char *const *argv, struct options *o)
{
	int status = CLI_FINE;
	bool words_only = false;
	*o = (struct options){0};
	for (int i = 1; i < argc && status == CLI_FINE; i++) {
		if (!words_only && strcmp(argv[i], "--") == 0)
			words_only = true;
		else if (!words_only && is_option(argv[i]))
			status = parse_option(argc, argv, &i, o);
		else
			status = add_word(o, argv[i]);
	}
	return status;
}

const char *options_misplaced(const struct options *o, enum command_bit command)
{
	for (size_t i = 0; i < OPTIONS; i++) {
		if (o->given & 1U << i && !(table[i].commands & command))
			return table[i].name;
	}
	return NULL;
}

void options_help(enum command_bit command, struct buf *out)
{
	for (size_t i = 0; i < OPTIONS; i++) {
		const struct option *row = &table[i];
		if (!(row->commands & command))
			continue;
		struct buf left = {0};
		buf_addf(&left, "--%s %s", row->name, row->value ? row->value : "");
		buf_addf(out, "  %-20s  %s\n", buf_text(&left), row->help);
		buf_free(&left);
	}
}
