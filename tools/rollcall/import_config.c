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
#define ASIDE "user-config.imported.xml" /* as home.h has it */
#define ASIDE_NUMBERED "user-config.imported.%d.xml"
#define ASIDE_MOST 99
#define SOURCE "config/" NAME
#define SCRIPTING "config/scripting.class.php"

/* What lay there is called user-config.imported.N.xml from now on. */
static const char *replace_imported(
    struct import *im, const struct buf *bytes, struct timespec mtime, struct err *e)
{
	struct arena *a = &im->report.arena;
	char *folder_path = home_path(im->home, "config");
	int folder = import_target(folder_path, e);
	const char *aside = NULL;
	bool done = false;
	for (int n = 1; folder >= 0 && !done && !*e->text && n <= ASIDE_MOST; n++) {
		aside = arena_printf(a, ASIDE_NUMBERED, n);
		done = import_replace(folder, ASIDE, aside, bytes, mtime, e);
	}
	if (!done && !*e->text)
		err_set(e, "there are %d older ones", ASIDE_MOST);
	if (folder >= 0)
		close(folder);
	free(folder_path);
	return done ? aside : NULL;
}

/* Beside the home's own; a sentence about that. */
static const char *put_imported(struct import *im, const struct buf *bytes, struct timespec mtime)
{
	struct arena *a = &im->report.arena;
	struct err e = {""};
	struct stat st;
	char *path = im->home->imported_config;
	enum import_outcome outcome = import_put_at(path, bytes, mtime, &e);
	bool ours = outcome == IMPORT_KEPT && lstat(path, &st) == 0 && S_ISREG(st.st_mode);
	const char *aside = ours ? replace_imported(im, bytes, mtime, &e) : NULL;
	if (outcome == IMPORT_TAKEN || outcome == IMPORT_THERE)
		return "this one lies beside it as " ASIDE;
	if (aside)
		return arena_concat(a, "this one lies beside it as ", ASIDE,
		    ", in place of an earlier one, which is ", aside, " now");
	return arena_concat(a, "it could not be put beside it as ", ASIDE, ": ",
	    *e.text ? e.text : "what has that name is no file");
}

/* What is to be done with a configuration that was not taken; NULL: it is not there either. */
static const char *next_step(struct import *im, bool wrong)
{
	struct arena *a = &im->report.arena;
	const struct home *h = im->home;
	if (access(h->imported_config, F_OK) != 0)
		return NULL;
	if (!wrong)
		return arena_concat(a, "compare ", h->imported_config, " with ", h->user_config,
		    ", which stays in force, and take from it what is missing there.");
	bool replaces = access(h->user_config, F_OK) == 0;
	return arena_concat(a, "correct ", h->imported_config, " and name it ", NAME,
	    replaces ? " in place of the one that is there" : "", "; rollcall check --home ",
	    h->dir, " says what is wrong.");
}

static void take(struct import *im, const struct buf *bytes, struct timespec mtime)
{
	struct import_report *r = &im->report;
	struct err e = {""};
	const char *why = NULL;
	enum import_outcome outcome = IMPORT_LEFT_OUT;
	if (im->source)
		outcome = import_put_at(im->home->user_config, bytes, mtime, &e);
	if (!im->source)
		why = arena_concat(&r->arena, "it has errors (see above) and is not used; ",
		    put_imported(im, bytes, mtime));
	else if (outcome == IMPORT_KEPT)
		why = arena_concat(&r->arena, "this home has a configuration of its own; ",
		    put_imported(im, bytes, mtime));
	else if (*e.text)
		why = e.text;
	import_add(r, IMPORT_CONFIG, outcome, SOURCE, why);
	if (!im->source || outcome == IMPORT_KEPT)
		r->next = next_step(im, !im->source);
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
