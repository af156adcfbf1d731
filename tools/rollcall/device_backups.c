/* SPDX-License-Identifier: ISC */
#include "tools/rollcall/device_backups.h"

#include "base/text.h"
#include "core/filter.h"
#include "desk/cells.h"
#include "tools/rollcall/cli.h"
#include "tools/rollcall/device_data.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define NAMED 10 /* folders that a message names */

/* ---- of a device that is not known ---- */

/*
 * A hardware id ends as the serial number does: IP232-30-00-af of 00-90-33-30-00-af. Other texts must stand
 * in it.
 */
static const char *part_of_hwid(struct arena *a, const char *text)
{
	const char *serial = filter_serial(a, text);
	bool is_mac = strlen(serial) == sizeof "00-90-33-30-00-af" - 1 && serial[2] == '-' &&
		      serial[8] == '-';
	return is_mac ? serial + sizeof "00-90-33" - 1 : serial;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The first few folders that fit, by name. */
static size_t find_folders(
    struct arena *a, const char *dir, const char *part, const char *out[NAMED])
{
	size_t count = 0;
	DIR *folder = *part ? opendir(dir) : NULL;
	for (struct dirent *one; folder && count < NAMED && (one = readdir(folder));) {
		if (*one->d_name != '.' && strstr(arena_lower(a, one->d_name), part))
			out[count++] = arena_strdup(a, one->d_name);
	}
	if (folder)
		closedir(folder);
	qsort(out, count, sizeof *out, by_name);
	return count;
}

static void suggest_folders(struct arena *a, const char *dir, const char *text)
{
	const char *names[NAMED];
	struct buf all = {0};
	size_t count = find_folders(a, dir, part_of_hwid(a, text), names);
	for (size_t i = 0; i < count; i++) {
		buf_adds(&all, i ? ", " : ": these may be its backups: ");
		cell_add(&all, names[i]);
	}
	cli_fail("the backups of a device that was forgotten stay; say its hardware id%s",
	    buf_text(&all));
	buf_free(&all);
}

/* ---- which device ---- */

/* The hardware id, from the store. */
static const char *ask_store(
    const struct home *h, const char *dir, const char *text, struct arena *a)
{
	struct device_data d;
	const char *hwid = "";
	if (device_open(&d, h)) {
		const struct device *found = device_find(&d, text);
		if (found)
			hwid = arena_strdup(a, found->hwid);
		if (found && !*hwid)
			cli_fail("%s: its hardware id is not known", found->sn);
		if (!found && !d.meant)
			suggest_folders(a, dir, text);
	}
	device_close(&d);
	return *hwid ? hwid : NULL;
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
	b->dir = arena_strdup(&b->arena, dir);
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
	out->hwid = is_hwid(&out->arena, dir, text) && !device_is_serial(h, text)
			? text
			: ask_store(h, dir, text, &out->arena);
	bool ok = out->hwid && list(out, dir);
	free(dir);
	return ok;
}
