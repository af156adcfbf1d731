/* SPDX-License-Identifier: ISC */
/*
 * rollcall import: takes over the data of a PHP update server.
 *
 * Nothing in the home is ever replaced, so it can be repeated, and one that was interrupted is repeated
 * to its end. It works beside a running server.
 */
#include "tools/rollcall/cli.h"

#include "base/mem.h"
#include "base/text.h"
#include "tools/rollcall/import_work.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static bool has(const struct import *im, const char *name)
{
	struct stat st;
	return fstatat(im->dir, name, &st, 0) == 0;
}

static bool is_inside(const char *path, const char *folder)
{
	size_t n = strlen(folder);
	return strncmp(path, folder, n) == 0 && (path[n] == '/' || path[n] == '\0');
}

/* Is it what an update server lies in, and not our own home? */
static bool is_installation(const struct import *im, struct err *e)
{
	const char *home = im->home->dir;
	if (is_inside(im->from, home))
		return err_set(e,
		    "--from %s is the home itself or lies in it; name the folder of the other "
		    "update server, the one with its update.php",
		    im->from);
	if (has(im, "update.php") || has(im, "config") || has(im, "status"))
		return true;
	return err_set(e,
	    "--from %s is not the folder of an update server: update.php, config/ or status/ would "
	    "be in it",
	    im->from);
}

static bool open_source(struct import *im, const char *path, struct err *e)
{
	im->from = realpath(path, NULL);
	if (im->from)
		im->dir = open(im->from, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (im->dir < 0)
		return err_sys(e, "--from %s cannot be read", path);
	return is_installation(im, e);
}

/* Two at once would be in each other's way. The lock ends with the process. */
static int lock(const struct home *h, struct err *e)
{
	int fd = open(h->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	err_sys(e, "%s cannot be locked (does another import run?)", h->dir);
	if (fd >= 0)
		close(fd);
	return -1;
}

static void import_all(struct import *im)
{
	struct err *stopped = &im->report.stopped;
	if (!import_config(im, stopped))
		return;
	stopped->text[0] = '\0';
	import_files(im);
	import_devices(im);
}

static void note_firmware(struct import *im, struct buf *path)
{
	struct stat st;
	if (fstatat(im->dir, "fw", &st, 0) != 0 || !S_ISDIR(st.st_mode))
		return;
	buf_addf(path, "%s/fw", im->from);
	im->report.firmware = path->data;
}

static int print(struct import *im, bool json)
{
	struct buf out = {0}, firmware = {0};
	const struct import_ends ends = {im->from, im->home->dir};
	note_firmware(im, &firmware);
	if (json)
		import_print_json(&im->report, &ends, &out);
	else
		import_print(&im->report, &ends, &out);
	int status = cli_print(&out, import_is_partial(&im->report) ? CLI_FINDING : CLI_FINE);
	buf_free(&firmware);
	return status;
}

static int run(struct import *im, const struct options *o)
{
	struct err e = {""};
	if (!open_source(im, o->from, &e))
		return cli_misuse("%s", e.text);
	int locked = -1;
	if (!home_make(im->home, &e) || (locked = lock(im->home, &e)) < 0)
		return cli_fail("%s", e.text);
	import_all(im);
	int status = print(im, o->json);
	close(locked);
	return status;
}

int cmd_import(const struct home *h, const struct options *o)
{
	struct import *im = mem_alloc(sizeof *im); /* the lines of its report are many */
	im->home = h;
	im->dir = -1;
	im->progress = isatty(STDERR_FILENO) == 1;
	int status =
	    o->from ? run(im, o) : cli_misuse("which update server? rollcall import --from DIR");
	if (im->dir >= 0)
		close(im->dir);
	conf_free(im->source);
	conf_free(im->target);
	import_report_free(&im->report);
	free((char *)im->from);
	free(im);
	return status;
}
