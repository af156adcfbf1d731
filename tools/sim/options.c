/* SPDX-License-Identifier: ISC */
/*
 * The table of options, and what reads it; see options.h. Writes to stdout (--help); only looks at
 * whether files are there and stderr is a terminal.
 */
#include "tools/sim/options.h"

#include "base/limits.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/text.h"
#include "tools/sim/device.h"
#include "tools/sim/sim.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum kind { FLAG, NUMBER, DECIMAL, TEXT, COMMAS, SEMICOLONS, REPEATED };

static const struct row {
	const char *name;
	enum kind kind;
	size_t offset;
	double min, max; /* of numbers */
	const char *normal;
	const char *value, *help;
} table[] = {
#define AT(field) offsetof(struct options, field)
    {"url", TEXT, AT(url), 0, 0, NULL, "URL", "the first command file URL of every device"},
    {"devices", NUMBER, AT(devices), 1, 1e6, "25", "N", "how many"},
    {"first", NUMBER, AT(first), 0, DEVICE_NUMBERS - 1, "0", "N", "number of the first device"},
    {"types", COMMAS, AT(types), 0, 0, "IP232,IP112,IP222,IP110,IP6010,IP811,IP29-4,mypbxa", "LIST",
	"models, devices take them in turn"},
    {"env", SEMICOLONS, AT(envs), 0, 0, NULL, "LIST",
	"appended to the URL as env=LIST; several LIST;LIST are taken in turn"},
    {"parallel", NUMBER, AT(parallel), 1, 10000, "64", "N", "transfers at once"},
    {"speed", DECIMAL, AT(speed), 0.001, 1e6, "1", "F", "the time of devices runs F times faster"},
    {"spread", DECIMAL, AT(spread), 0, 1e6, "0", "SECONDS", "first polls are spread over this"},
    {"polls", NUMBER, AT(polls), 1, 1e9, NULL, "N", "a device stops after N polls"},
    {"duration", DECIMAL, AT(duration), 0.001, 1e9, NULL, "SECONDS", "end after this"},
    {"until-settled", FLAG, AT(until_settled), 0, 0, NULL, NULL, "end when all are settled"},
    {"mtls", TEXT, AT(mtls), 0, 0, NULL, "DIR", "client certificates, HWID.pem or device.pem"},
    {"cacert", TEXT, AT(cacert), 0, 0, NULL, "FILE",
	"who may have signed the server's certificate"},
    {"insecure", FLAG, AT(insecure), 0, 0, NULL, NULL, "do not check the server's certificate"},
    {"resolve", REPEATED, AT(resolve), 0, 0, NULL, "HOST:PORT:ADDR", "where HOST is"},
    {"clock-hour", NUMBER, AT(clock_hour), 0, 23, NULL, "N", "what devices think the hour is"},
    {"trace", TEXT, AT(trace), 0, 0, NULL, "SN", "everything that device does, on stderr"},
    {"progress", FLAG, AT(progress), 0, 0, NULL, NULL, "a line each second, on stderr"},
    {"json", FLAG, AT(json), 0, 0, NULL, NULL, "the summary as JSON"},
    {"quiet", FLAG, AT(quiet), 0, 0, NULL, NULL, "no summary, no progress"},
    {"help", FLAG, AT(help), 0, 0, NULL, NULL, "this"},
    {"version", FLAG, AT(version), 0, 0, NULL, NULL, "the version"},
#undef AT
};
#define ROWS (sizeof table / sizeof table[0])

void options_help(void)
{
	puts("usage: " SIM_NAME " --url URL [options]\n\n"
	     "A fleet of simulated devices that polls an update server.\n");
	for (size_t i = 0; i < ROWS; i++) {
		char name[40];
		snprintf(name, sizeof name, "--%s %s", table[i].name,
		    table[i].value ? table[i].value : "");
		printf("  %-24s %s", name, table[i].help);
		if (table[i].normal)
			printf(" (%s)", table[i].normal);
		putchar('\n');
	}
}

static void list_add(struct list *l, const char *text, size_t n)
{
	l->items = mem_realloc(l->items, (l->count + 2) * sizeof *l->items);
	char *item = mem_alloc(n + 1);
	memcpy(item, text, n);
	l->items[l->count++] = item;
	l->items[l->count] = NULL;
}

static void list_free(struct list *l)
{
	for (size_t i = 0; i < l->count; i++)
		free(l->items[i]);
	free(l->items);
	*l = (struct list){0};
}

/* Replaces the list by the parts of `text`. */
static bool list_split(struct list *l, const char *text, char between)
{
	list_free(l);
	for (;;) {
		const char *end = strchrnul(text, between);
		if (end == text)
			return false;
		list_add(l, text, (size_t)(end - text));
		if (!*end)
			return true;
		text = end + 1;
	}
}

void options_free(struct options *o)
{
	list_free(&o->types);
	list_free(&o->envs);
	list_free(&o->resolve);
}

static bool decimal_parse(const char *text, double *out)
{
	char *end;
	if (text[strspn(text, "0123456789.")])
		return false;
	*out = strtod(text, &end);
	return end != text && !*end && isfinite(*out);
}

static bool range_error(const struct row *row, const char *text, struct err *e)
{
	return err_set(e, "--%s %s: must be a%s number from %.10g to %.10g", row->name, text,
	    row->kind == NUMBER ? " whole" : "", row->min, row->max);
}

static bool set(struct options *o, const struct row *row, const char *text, struct err *e)
{
	void *at = (char *)o + row->offset;
	double decimal;
	switch (row->kind) {
	case FLAG:
		*(bool *)at = true;
		return true;
	case NUMBER:
		return num_parse(text, (long)row->min, (long)row->max, at) ||
		       range_error(row, text, e);
	case DECIMAL:
		if (!decimal_parse(text, &decimal) || decimal < row->min || decimal > row->max)
			return range_error(row, text, e);
		*(double *)at = decimal;
		return true;
	case TEXT:
		*(const char **)at = text;
		return *text || err_set(e, "--%s wants a %s, not nothing", row->name, row->value);
	case COMMAS:
	case SEMICOLONS:
		return list_split(at, text, row->kind == COMMAS ? ',' : ';') ||
		       err_set(e, "--%s %s: there is an empty name in it", row->name, text);
	case REPEATED:
		list_add(at, text, strlen(text));
		return true;
	}
	return false;
}

/* "--name", "--name=value" → the row; NULL when there is none. `n` is the length of the name. */
static const struct row *find(const char *name, size_t n)
{
	for (size_t i = 0; i < ROWS; i++)
		if (strlen(table[i].name) == n && !strncmp(table[i].name, name, n))
			return &table[i];
	return NULL;
}

static bool unknown(const char *word, const char *name, size_t n, struct err *e)
{
	char wrong[32];
	size_t best = 0;
	snprintf(wrong, sizeof wrong, "%.*s", (int)n, name);
	for (size_t i = 1; i < ROWS; i++)
		if (text_distance(wrong, table[i].name) < text_distance(wrong, table[best].name))
			best = i;
	if (text_distance(wrong, table[best].name) <= 2)
		return err_set(
		    e, "%s is not an option; did you mean --%s?", word, table[best].name);
	return err_set(e, "%s is not an option; --help lists them", word);
}

/* Reads the option at argv[*i] and moves behind its value. */
static bool read_option(struct options *o, char **argv, int *i, struct err *e)
{
	const char *word = argv[*i];
	if (!text_starts(word, "--"))
		return err_set(e, "\"%s\": options start with --; --help lists them", word);
	const char *name = word + 2, *value = strchr(name, '=');
	size_t n = value ? (size_t)(value - name) : strlen(name);
	const struct row *row = find(name, n);
	if (!row)
		return unknown(word, name, n, e);
	if (row->kind == FLAG && value)
		return err_set(e, "--%s takes no value", row->name);
	if (row->kind != FLAG && !value && !argv[*i + 1])
		return err_set(e, "--%s wants a value: --%s %s", row->name, row->name, row->value);
	if (value)
		value++;
	else if (row->kind != FLAG)
		value = argv[++*i];
	return set(o, row, value, e);
}

static bool check_types(const struct options *o, struct err *e)
{
	for (size_t i = 0; i < o->types.count; i++)
		if (!text_is_word(o->types.items[i], "-_.") ||
		    strlen(o->types.items[i]) > LIMIT_TYPE)
			return err_set(e,
			    "--types: \"%s\" is no model; letters, digits, - _ . are allowed, "
			    "at most %d of them",
			    o->types.items[i], LIMIT_TYPE);
	return true;
}

static bool check_resolve(const struct options *o, struct err *e)
{
	for (size_t i = 0; i < o->resolve.count; i++) {
		const char *host = o->resolve.items[i], *port = strchr(host, ':');
		size_t digits = port ? strspn(port + 1, "0123456789") : 0;
		if (!port || port == host || digits == 0 || port[1 + digits] != ':' ||
		    !port[2 + digits])
			return err_set(e, "--resolve %s: must be HOST:PORT:ADDR, like %s", host,
			    "update.example:443:127.0.0.1");
	}
	return true;
}

static bool check_files(const struct options *o, struct err *e)
{
	if (o->mtls && access(o->mtls, R_OK | X_OK) != 0)
		return err_sys(e, "--mtls %s: must be a folder with device.pem", o->mtls);
	if (o->cacert && access(o->cacert, R_OK) != 0)
		return err_sys(e, "--cacert %s: must be a file", o->cacert);
	return true;
}

static bool check_trace(struct options *o, struct err *e)
{
	if (!o->trace)
		return true;
	if (!device_number(o->trace, &o->traced))
		return err_set(
		    e, "--trace %s: must be a serial number like 00-90-33-00-00-07", o->trace);
	if (o->traced < o->first || o->traced >= o->first + o->devices)
		return err_set(
		    e, "--trace %s: no device of this fleet; see --first and --devices", o->trace);
	return true;
}

static bool check(struct options *o, struct err *e)
{
	if (!o->url)
		return err_set(e, "--url is missing: --url http://HOST/update/update.php");
	if (!text_starts(o->url, "http://") && !text_starts(o->url, "https://"))
		return err_set(e, "--url %s: must start with http:// or https://", o->url);
	if (o->first + o->devices > DEVICE_NUMBERS)
		return err_set(e, "--first %ld --devices %ld: numbers must stay below %d", o->first,
		    o->devices, DEVICE_NUMBERS);
	return check_types(o, e) && check_resolve(o, e) && check_files(o, e) && check_trace(o, e);
}

bool options_parse(struct options *o, int argc, char **argv, struct err *e)
{
	*o = (struct options){.clock_hour = -1};
	for (size_t i = 0; i < ROWS; i++)
		if (table[i].normal && !set(o, &table[i], table[i].normal, e))
			return false;
	for (int i = 1; i < argc; i++)
		if (!read_option(o, argv, &i, e))
			return false;
	if (isatty(STDERR_FILENO) && !o->quiet)
		o->progress = true;
	return o->help || o->version || check(o, e);
}
