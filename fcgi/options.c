/* SPDX-License-Identifier: ISC */
/* The table of rollcalld's options, and what no table can check. */
#include "fcgi/options.h"

#include "home/base_path.h"

#include <fcntl.h>
#include <unistd.h>

#define FD_MAX (1 << 20)
/* A worker that waits for the disk costs nothing, and those that wait together share one commit. */
#define WORKERS_PER_CORE 4
#define WORKERS_LEAST 8

#define AT(field) offsetof(struct options, field)
static const struct opt rows[] = {
    {"home", OPT_TEXT, AT(home), "DIR", .help = "the home directory",
	.otherwise = "$ROLLCALL_HOME, else /var/lib/rollcall"},
    {"workers", OPT_NUMBER, AT(workers), "N", .min = 1, .max = LIMIT_WORKERS,
	.help = "processes that answer devices", .otherwise = "four per core, at least 8"},
    {"base", OPT_LIST, AT(base), "PATH", .max = LIMIT_BASES, .normal = BASE_PATH,
	.help = "path that URLs begin with, repeatable"},
    {"pki", OPT_TEXT, AT(pki), "DIR", .help = "the folder with client-ca.pem, the CAs of devices",
	.otherwise = "HOME/pki"},
    {"keys", OPT_TEXT, AT(keys), "DIR",
	.help = "where keys and certificates are backed up from, when --pki is a copy",
	.otherwise = "the same folder"},
    {"watchdog", OPT_NUMBER, AT(watchdog), "SECONDS", .min = 1, .max = LIMIT_WATCHDOG,
	.normal = OPT_STRING(LIMIT_REQUEST_SECONDS),
	.help = "a worker that is longer at one request is replaced"},
    {"log", OPT_TEXT, AT(log), "FILE", .help = "log to this file as well as to stderr"},
    {"ready-fd", OPT_NUMBER, AT(ready_fd), "N", .min = 1, .max = FD_MAX,
	.help = "write \"ready\" there when requests can be answered"},
    {"help", OPT_FLAG, AT(help), .help = "print this"},
    {"version", OPT_FLAG, AT(version), .help = "print the version"},
};
#define ROWS (sizeof rows / sizeof *rows)
_Static_assert(ROWS <= OPT_ROWS, "struct opt_line has a mark for each");

const struct opt_table options_table = {rows, ROWS, 0};

static long default_workers(void)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	long workers = cores < 2 ? WORKERS_LEAST : cores * WORKERS_PER_CORE;
	return workers < LIMIT_WORKERS ? workers : LIMIT_WORKERS;
}

static bool check_bases(struct options *o, struct err *e)
{
	for (size_t i = 0; i < o->base.count; i++) {
		const char *path = base_path_parse(o->base.items[i], e);
		if (!path)
			return false;
		o->bases[o->nbases++] = path;
	}
	return true;
}

static bool check_ready_fd(const struct options *o, struct err *e)
{
	return o->ready_fd < 0 || fcntl((int)o->ready_fd, F_GETFD) >= 0 ||
	       err_set(
		   e, "--ready-fd must be the number of an open descriptor, not %ld", o->ready_fd);
}

bool options_parse(struct options *o, int argc, char **argv, struct err *e)
{
	struct opt_line line;
	*o = (struct options){.workers = default_workers(), .ready_fd = -1};
	return opt_parse(&options_table, argc, argv, o, &line, e) && check_bases(o, e) &&
	       check_ready_fd(o, e);
}

void options_free(struct options *o)
{
	opt_free(&options_table, o);
}
