/* SPDX-License-Identifier: ISC */
#include "tools/rollcall/device_backups.h"

#include "base/text.h"
#include "tools/rollcall/cli.h"
#include "tools/rollcall/device_data.h"

#include <stdlib.h>
#include <sys/stat.h>

/* The hardware id, from the store. */
static const char *ask_store(const struct home *h, const char *text, struct arena *a)
{
	struct device_data d;
	struct state s;
	const char *hwid = NULL;
	if (device_open(&d, h)) {
		const char *sn = device_find(&d, text);
		if (sn && device_state(&d, sn, &s)) {
			hwid = arena_strdup(a, s.device.hwid);
			if (!*hwid)
				cli_fail("%s: its hardware id is not known", sn);
		}
	}
	device_close(&d);
	return hwid && *hwid ? hwid : NULL;
}

/* It is the name of a folder there. */
static bool is_hwid(struct arena *a, const char *dir, const char *text)
{
	struct stat st;
	return text_is_word(text, "-_.") && *text != '.' &&
	       lstat(arena_concat(a, dir, "/", text), &st) == 0 && S_ISDIR(st.st_mode);
}

static bool list(struct device_backups *b, const char *dir)
{
	struct err e = {""};
	b->folder = arena_concat(&b->arena, dir, "/", b->hwid);
	if (!backups_list(&b->arena, dir, b->hwid, &b->files, &b->count, &e))
		cli_fail("%s", e.text);
	else if (!b->count)
		cli_fail("%s: there is no backup of %s", dir, b->hwid);
	return b->count;
}

static char *backup_dir(const struct home *h)
{
	struct config *c = device_config(h);
	char *dir = NULL;
	if (c && *c->backup_dir)
		dir = home_path(h, c->backup_dir);
	else if (c)
		cli_fail("backup/@dir is not set: no backups are kept");
	if (c)
		conf_free(c);
	return dir;
}

bool device_backups(const struct home *h, const char *text, struct device_backups *out)
{
	*out = (struct device_backups){0};
	char *dir = backup_dir(h);
	if (!dir)
		return false;
	out->hwid = is_hwid(&out->arena, dir, text) ? text : ask_store(h, text, &out->arena);
	bool ok = out->hwid && list(out, dir);
	free(dir);
	return ok;
}
