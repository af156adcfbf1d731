/* SPDX-License-Identifier: ISC */
/* rollcall copy: a consistent copy of the store, while the server runs. */
#include "desk/desk.h"
#include "tools/rollcall/cli.h"

#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Absolute, so that the hint can be used anywhere; the last part need not exist yet. Free it. */
static char *absolute(const char *to)
{
	char *name = mem_strdup(to), *path = NULL;
	size_t size = strlen(name);
	while (size > 1 && name[size - 1] == '/')
		name[--size] = '\0';
	char *slash = strrchr(name, '/');
	const char *last = slash ? slash + 1 : name;
	if (slash)
		*slash = '\0';
	char *parent = realpath(slash ? (slash == name ? "/" : name) : ".", NULL);
	if (parent && asprintf(&path, "%s/%s", strcmp(parent, "/") == 0 ? "" : parent, last) < 0)
		path = NULL;
	free(parent);
	free(name);
	return path;
}

/* A folder of the home has its own use, also while it is empty; a copy may lie there. */
static bool is_reserved(const struct home *h, const char *to)
{
	size_t size = strlen(h->dir);
	bool inside = strncmp(to, h->dir, size) == 0 && (to[size] == '/' || to[size] == '\0');
	return inside && access(to, F_OK) == 0 && !store_copied_at(to);
}

int cmd_copy(const struct home *h, const struct options *o)
{
	struct err e = {""};
	struct buf out = {0};
	char *to = absolute(o->line.words[1]);
	if (!to)
		return cli_fail("the folder that %s is to be in does not exist", o->line.words[1]);
	struct store *s = NULL;
	bool ok = !is_reserved(h, to) ||
		  err_set(&e, "%s is a part of the home: name a folder that is new", to);
	ok = ok && (s = desk_store(h, &e)) && store_copy(s, to, &e);
	store_close(s);
	if (ok)
		buf_addf(
		    &out, "copied to %s; rollcall repair --from %s puts it in place\n", to, to);
	free(to);
	return ok ? cli_print(&out, CLI_FINE) : cli_fail("%s", e.text);
}
