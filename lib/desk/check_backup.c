/* SPDX-License-Identifier: ISC */
/* Can backups be put where they are to be put, and is nothing else there? */
#include "base/file.h"
#include "base/text.h"
#include "desk/check_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A path without "//", "/." and a slash at its end. */
static const char *tidy(struct arena *a, const char *path)
{
	char *out = arena_alloc(a, strlen(path) + 1), *end = out;
	for (size_t n; *path; path += n) {
		path += strspn(path, "/");
		n = strcspn(path, "/");
		if (n == 0 || (n == 1 && *path == '.'))
			continue;
		*end++ = '/';
		memcpy(end, path, n);
		end += n;
	}
	*end = '\0';
	return out;
}

static bool is_same(struct arena *a, const char *one, const char *two)
{
	return file_is_same(one, two) || strcmp(tidy(a, one), tidy(a, two)) == 0;
}

static const char *at_home(struct arena *a, const struct home *h, const char *name)
{
	char *path = home_path(h, name);
	const char *copy = arena_strdup(a, path);
	free(path);
	return copy;
}

/* What else is that folder? NULL: nothing. */
static const char *taken_for(
    struct arena *a, const struct home *h, const struct config *c, const char *full)
{
	const struct {
		const char *folder, *what;
	} others[] = {
	    {".", "the home itself"},
	    {c->times_dir, "that of the snippets (times/@dir)"},
	    {*c->customcerts_dir ? c->customcerts_dir : "certs", "that of the certificates"},
	    {"config", "that of the configuration"},
	    {"data", "Rollcall's own"},
	    {"data/store", "the store of devices"},
	    {"data/store-copy", "the copy of the store"},
	    {"run", "that of the running server"},
	    {"log", "that of the logs"},
	    {"fw", "that of the firmware, which is published"},
	    {"webdav", "that of uploads, which is published"},
	    {"pki", "that of the keys"},
	};
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		if (is_same(a, full, at_home(a, h, others[i].folder)))
			return others[i].what;
	}
	return NULL;
}

/* The nearest that exists of a path and what is above it. */
static const char *existing(struct arena *a, const char *full)
{
	struct stat st;
	char *path = arena_strdup(a, full);
	for (char *slash; lstat(path, &st) != 0 && (errno == ENOENT || errno == ENOTDIR);
	     *slash = '\0') {
		slash = strrchr(path, '/');
		if (!slash || slash == path)
			return "/";
	}
	return path;
}

static const char *why_unusable(struct arena *a, const char *full)
{
	const char *there = existing(a, full);
	bool missing = strcmp(there, full) != 0;
	struct stat st;
	if (stat(there, &st) != 0)
		return arena_printf(a, "%s cannot be examined: %s", there, strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return arena_printf(
		    a, "%s is no folder: move what lies there away", missing ? there : "it");
	if (access(there, W_OK | X_OK) == 0)
		return NULL;
	return missing
		   ? arena_printf(a,
			 "it does not exist, and cannot be made in %s by the user who runs "
			 "this (uid %ld): %s",
			 there, (long)geteuid(), strerror(errno))
		   : arena_printf(a, "it cannot be written by the user who runs this (uid %ld): %s",
			 (long)geteuid(), strerror(errno));
}

void check_backup_folder(
    struct arena *a, const struct home *h, const struct config *c, struct findings *f)
{
	if (!*c->backup_dir)
		return;
	const char *full = tidy(a, at_home(a, h, c->backup_dir));
	const char *other = taken_for(a, h, c, full), *why = why_unusable(a, full);
	if (other)
		findings_add(f, FINDING_ERROR, full, 0,
		    "backup/@dir is \"%.*s\", but this folder is %s: give backups one of their own, "
		    "e.g. backup",
		    findings_shown(c->backup_dir), c->backup_dir, other);
	else if (why)
		findings_add(f, FINDING_ERROR, full, 0,
		    "no backup can be kept in it (backup/@dir): %s", why);
}
