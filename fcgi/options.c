/* SPDX-License-Identifier: ISC */
#include "fcgi/options.h"

#include "base/limits.h"
#include "base/num.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define WATCHDOG_MAX 3600

static bool set_home(struct options *o, const char *value, struct err *e)
{
	o->home = value;
	return *value || err_set(e, "--home wants a directory");
}

static bool set_log(struct options *o, const char *value, struct err *e)
{
	o->log = value;
	return *value || err_set(e, "--log wants a file");
}

static bool set_workers(struct options *o, const char *value, struct err *e)
{
	return num_parse(value, 1, LIMIT_WORKERS, &o->workers) ||
	       err_set(
		   e, "--workers wants a number from 1 to %d, not \"%s\"", LIMIT_WORKERS, value);
}

static bool set_watchdog(struct options *o, const char *value, struct err *e)
{
	return num_parse(value, 1, WATCHDOG_MAX, &o->watchdog) ||
	       err_set(e, "--watchdog wants seconds from 1 to %d, not \"%s\"", WATCHDOG_MAX, value);
}

static bool set_ready_fd(struct options *o, const char *value, struct err *e)
{
	long fd;
	if (!num_parse(value, 1, 1 << 20, &fd) || fcntl((int)fd, F_GETFD) < 0)
		return err_set(
		    e, "--ready-fd wants the number of an open descriptor, not \"%s\"", value);
	o->ready_fd = (int)fd;
	return true;
}

static bool set_base(struct options *o, const char *value, struct err *e)
{
	size_t n = strlen(value);
	if (*value != '/' || (n > 1 && value[n - 1] == '/'))
		return err_set(
		    e, "--base wants a path like /update (no slash at its end), not \"%s\"", value);
	if (o->nbases == OPTIONS_BASES)
		return err_set(e, "--base can be given %d times", OPTIONS_BASES);
	o->bases[o->nbases++] = n == 1 ? "" : value;
	return true;
}

static bool set_help(struct options *o, const char *value, struct err *e)
{
	(void)value, (void)e;
	return o->help = true;
}

static bool set_version(struct options *o, const char *value, struct err *e)
{
	(void)value, (void)e;
	return o->version = true;
}

static const struct option {
	const char *name, *value; /* value NULL: takes none */
	bool (*set)(struct options *o, const char *value, struct err *e);
	const char *help;
} table[] = {
    {"--home", "DIR", set_home, "home directory (else $ROLLCALL_HOME, else /var/lib/rollcall)"},
    {"--workers", "N", set_workers, "update workers (one per core, at least 2)"},
    {"--base", "PATH", set_base, "path that URLs begin with (/update); may be repeated"},
    {"--watchdog", "SECONDS", set_watchdog, "a worker busy for longer is replaced (10)"},
    {"--log", "FILE", set_log, "log to this file as well as to stderr"},
    {"--ready-fd", "N", set_ready_fd, "write \"ready\" there when requests can be answered"},
    {"--help", NULL, set_help, "print this"},
    {"--version", NULL, set_version, "print the version"},
};
#define NOPTIONS (sizeof table / sizeof *table)

/* "--home" and "--home=DIR"; *value is what follows the sign, NULL without one. */
static const struct option *find(const char *word, const char **value)
{
	const char *equals = strchr(word, '=');
	size_t n = equals ? (size_t)(equals - word) : strlen(word);
	*value = equals ? equals + 1 : NULL;
	for (size_t i = 0; i < NOPTIONS; i++)
		if (strlen(table[i].name) == n && strncmp(table[i].name, word, n) == 0)
			return &table[i];
	return NULL;
}

static long default_workers(void)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	long workers = cores < 2 ? 2 : cores;
	return workers < LIMIT_WORKERS ? workers : LIMIT_WORKERS;
}

/* One option with its value. Returns the number of words it took, 0 when it is wrong. */
static int take(struct options *o, int argc, char **argv, struct err *e)
{
	const char *value;
	const struct option *option = find(argv[0], &value);
	if (!option)
		return err_set(e, "\"%s\" is not an option; --help prints all", argv[0]);
	if (!option->value && value)
		return err_set(e, "%s takes no value", option->name);
	if (!option->value || value)
		return option->set(o, value, e);
	if (argc < 2)
		return err_set(e, "%s wants a value: %s", option->name, option->value);
	return option->set(o, argv[1], e) ? 2 : 0;
}

bool options_parse(struct options *o, int argc, char **argv, struct err *e)
{
	*o = (struct options){
	    .workers = default_workers(), .watchdog = LIMIT_REQUEST_SECONDS, .ready_fd = -1};
	for (int i = 1; i < argc;) {
		int took = take(o, argc - i, argv + i, e);
		if (!took)
			return false;
		i += took;
	}
	if (!o->nbases)
		o->bases[o->nbases++] = "/update";
	return true;
}

void options_help(struct buf *out)
{
	buf_adds(out,
	    "usage: rollcalld [OPTION]...\n\n"
	    "Answers the update polls of devices, behind a web server that speaks FastCGI "
	    "on HOME/run/update.sock.\n\n");
	for (size_t i = 0; i < NOPTIONS; i++)
		buf_addf(out, "  %-11s %-8s %s\n", table[i].name,
		    table[i].value ? table[i].value : "", table[i].help);
}
