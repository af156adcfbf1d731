/* SPDX-License-Identifier: ISC */
/* The configuration of DIR → HOME, and which configuration counts from now on. */
#include "base/limits.h"
#include "tools/rollcall/import_work.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME "user-config.xml"
#define ASIDE "user-config.imported.xml"
#define SOURCE "config/" NAME
#define SCRIPTING "config/scripting.class.php"

/* Puts it into HOME/config under one of both names. */
static enum import_outcome put(const struct import *im, const char *name, const struct buf *bytes,
    struct timespec mtime, struct err *e)
{
	enum import_outcome outcome = IMPORT_LEFT_OUT;
	char *path = home_path(im->home, "config");
	int folder = import_target(path, e);
	if (folder >= 0) {
		outcome = import_put(folder, name, bytes, mtime, e);
		if (!import_sync(folder, e))
			outcome = IMPORT_LEFT_OUT;
		close(folder);
	}
	free(path);
	return outcome;
}

static const char *put_aside(
    const struct import *im, const struct buf *bytes, struct timespec mtime)
{
	struct err e = {""};
	enum import_outcome outcome = put(im, ASIDE, bytes, mtime, &e);
	if (outcome == IMPORT_TAKEN || outcome == IMPORT_THERE)
		return "this one lies beside it as " ASIDE;
	if (outcome == IMPORT_KEPT)
		return "there is another " ASIDE " beside it, which stays";
	return "it could not be put beside it";
}

static void take(struct import *im, const struct buf *bytes, struct timespec mtime)
{
	struct import_report *r = &im->report;
	struct err e = {""};
	if (!im->source) {
		err_set(&e, "it has errors (see above) and is not used; %s",
		    put_aside(im, bytes, mtime));
		import_add(r, IMPORT_CONFIG, IMPORT_LEFT_OUT, SOURCE, e.text);
		return;
	}
	enum import_outcome outcome = put(im, NAME, bytes, mtime, &e);
	if (outcome == IMPORT_KEPT)
		err_set(&e, "this home has a configuration of its own; %s",
		    put_aside(im, bytes, mtime));
	import_add(r, IMPORT_CONFIG, outcome, SOURCE, *e.text ? e.text : NULL);
}

/* Reads and compiles the one of DIR. */
static void import_source(struct import *im, int folder)
{
	struct buf bytes = {0}, name = {0};
	struct timespec mtime;
	struct stat st;
	struct err e = {""};
	buf_addf(&name, "%s/" SOURCE, im->from);
	if (fstatat(folder, NAME, &st, AT_SYMLINK_NOFOLLOW) != 0) {
		/* then all names are the usual ones */
	} else if (import_read(folder, NAME, LIMIT_CONFIG, &bytes, &mtime, &e)) {
		im->source = home_compile(name.data, &bytes, &im->report.findings);
		take(im, &bytes, mtime);
	} else {
		import_add(&im->report, IMPORT_CONFIG, IMPORT_LEFT_OUT, SOURCE, e.text);
	}
	if (fstatat(folder, strrchr(SCRIPTING, '/') + 1, &st, AT_SYMLINK_NOFOLLOW) == 0)
		import_add(&im->report, IMPORT_CONFIG, IMPORT_LEFT_OUT, SCRIPTING,
		    "scripts in PHP are not run here: write snippets instead");
	buf_free(&bytes);
	buf_free(&name);
}

static struct config *compile(const char *path)
{
	struct buf bytes = {0};
	struct findings findings = {0};
	struct config *c = NULL;
	if (home_read_config(path, &bytes, NULL))
		c = home_compile(path, &bytes, &findings);
	findings_free(&findings);
	buf_free(&bytes);
	return c;
}

static struct config *defaults(void)
{
	struct buf bytes = {0};
	struct findings findings = {0};
	buf_adds(&bytes, "<config/>");
	struct config *c = home_compile("defaults", &bytes, &findings);
	findings_free(&findings);
	buf_free(&bytes);
	return c;
}

bool import_config(struct import *im, struct err *e)
{
	int folder = import_open(im, "config", O_DIRECTORY, e);
	if (folder >= 0) {
		import_source(im, folder);
		close(folder);
	} else if (*e->text) {
		import_add(&im->report, IMPORT_CONFIG, IMPORT_LEFT_OUT, "config", e->text);
	}
	/* What HOME serves with, or will. */
	im->target = compile(im->home->user_config);
	if (!im->target)
		im->target = compile(im->home->good_config);
	if (!im->target)
		im->target = defaults();
	return im->target || err_set(e, "the shipped configuration cannot be used");
}
