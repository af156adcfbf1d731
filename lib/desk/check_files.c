/* SPDX-License-Identifier: ISC */
#include "desk/check_files.h"

#include "base/num.h"
#include "base/text.h"
#include "core/snip_name.h"

#include <dirent.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SUFFIX ".txt"

/* ---- who gets a snippet ---- */

static const char *const part_names[SNIP_PARTS] = {"phase", "class", "environment"};
static const char *const every[SNIP_PARTS] = {"every phase", "every class", "every environment"};

static const char *hint(struct arena *a, const struct snip_name *name)
{
	return name->nearest ? arena_printf(a, "; did you mean %s?", name->nearest) : "";
}

static const char *describe_part(struct arena *a, const struct snip_name *name, int i)
{
	const char *part = name->parts[i];
	if (i == SNIP_ENVIRONMENT && name->serial)
		return arena_printf(a, "the device %s (no environment is called so)", part);
	if (i == SNIP_CLASS && name->use == SNIP_USED_TYPE)
		return arena_printf(a, "devices of type %s, which no class lists", part);
	if (strcmp(part, SNIP_NAME_ALL) == 0)
		return every[i];
	return arena_printf(a, "%s %s", part_names[i], part);
}

static const char *describe_use(struct arena *a, const struct snip_name *name)
{
	return arena_printf(a, "%s, %s, %s%s", describe_part(a, name, SNIP_PHASE),
	    describe_part(a, name, SNIP_CLASS), describe_part(a, name, SNIP_ENVIRONMENT),
	    hint(a, name));
}

static const char *describe_mistake(struct arena *a, const struct snip_name *name, const char *file)
{
	if (name->nearest && strcmp(name->nearest, arena_lower(a, file)) == 0)
		return arena_printf(a, "names are in lower case: %s", name->nearest);
	if (name->unknown == SNIP_PARTS)
		return arena_printf(a,
		    "no snippet's name: it must be PHASE-CLASS-ENVIRONMENT.txt%s", hint(a, name));
	return arena_printf(a, "there is no %s \"%s\"%s", part_names[name->unknown],
	    name->parts[name->unknown], hint(a, name));
}

static void judge_name(struct arena *a, const struct config *c, struct check_file *file)
{
	struct snip_name name = snip_name_parse(a, c, file->name);
	file->used = name.use != SNIP_UNUSED;
	if (!file->used) {
		file->mark = '!';
		file->text = describe_mistake(a, &name, file->name);
		return;
	}
	/* A serial number without a digit would be a strange one. */
	bool strange = name.serial && !strpbrk(name.parts[SNIP_ENVIRONMENT], "0123456789");
	bool doubtful = name.nearest || strange || name.use == SNIP_USED_TYPE;
	file->mark = doubtful ? '?' : ' ';
	file->text = describe_use(a, &name);
}

/* ---- what stops it ---- */

/* A file that nobody gets does not hold anything up; see plan_grace(). */
static void judge_time(struct arena *a, const struct config *c, const char *folder, time_t now,
    struct check_file *file, struct findings *f)
{
	char ahead[32], wait[32];
	if (!file->used || file->mtime <= now)
		return;
	num_age((long)(file->mtime - now), ahead, sizeof ahead);
	file->mark = '!';
	if (c->times_grace == CONF_ABSENT) {
		file->text = arena_printf(a, "%s; dated %s in the future", file->text, ahead);
		return;
	}
	num_age((long)(file->mtime - now) + c->times_grace, wait, sizeof wait);
	file->text =
	    arena_printf(a, "%s; dated %s in the future: who is to get it gets nothing for %s",
		file->text, ahead, wait);
	findings_add(f, FINDING_WARNING, arena_printf(a, "%s/%s", folder, file->name), 0,
	    "it is dated %s in the future, so nothing is sent to those it is for, for %s "
	    "(times/@grace); touch it",
	    ahead, wait);
}

static struct check_file judge(struct arena *a, const struct config *c, const char *folder,
    const struct snippet *s, time_t now, struct findings *f)
{
	struct check_file file = {
	    .name = s->name, .problem = s->problem, .mtime = s->mtime, .size = s->size};
	judge_name(a, c, &file);
	judge_time(a, c, folder, now, &file, f);
	if (!s->problem)
		return file;
	file.used = false;
	file.mark = '!';
	findings_add(f, FINDING_WARNING, arena_printf(a, "%s/%s", folder, s->name), 0,
	    "it cannot be sent: %s", s->problem);
	return file;
}

/* ---- what is in the folder, and no snippet ---- */

/* Files that an editor hides are meant to be overlooked. */
static bool is_stray(const struct dirent *one)
{
	return *one->d_name != '.' && !text_ends(one->d_name, SUFFIX) && one->d_type != DT_DIR;
}

static const char *why_stray(struct arena *a, const char *name)
{
	if (text_ends(arena_lower(a, name), SUFFIX))
		return "a snippet's name ends in .txt, in lower case";
	return "a snippet's name ends in .txt";
}

static struct check_file stray(struct arena *a, DIR *dir, const char *name)
{
	struct stat st = {0};
	fstatat(dirfd(dir), name, &st, 0);
	return (struct check_file){.name = arena_strdup(a, name),
	    .mark = '!',
	    .text = why_stray(a, name),
	    .mtime = st.st_mtime,
	    .size = (size_t)st.st_size};
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct check_file *)a)->name, ((const struct check_file *)b)->name);
}

/* With `out` NULL only counts them. */
static size_t strays(struct arena *a, const char *folder, struct check_file *out, size_t room)
{
	size_t n = 0;
	DIR *dir = opendir(folder);
	for (struct dirent *one; dir && n < room && (one = readdir(dir));) {
		if (!is_stray(one))
			continue;
		if (out)
			out[n] = stray(a, dir, one->d_name);
		n++;
	}
	if (dir)
		closedir(dir);
	return n;
}

void check_snippets(struct arena *a, const struct config *c, const struct snippets *all,
    const char *folder, time_t now, struct check_files *out, struct findings *f)
{
	size_t count = snip_count(all), more = strays(a, folder, NULL, SIZE_MAX);
	out->list = arena_calloc(a, count + more + 1, sizeof *out->list);
	for (size_t i = 0; i < count; i++)
		out->list[i] = judge(a, c, folder, snip_at(all, i), now, f);
	out->count = count + strays(a, folder, out->list + count, more);
	qsort(out->list, out->count, sizeof *out->list, by_name);
}

/* ---- firmware ---- */

static const char *replace(struct arena *a, const char *text, const char *word, const char *by)
{
	const char *at = strstr(text, word);
	if (!at)
		return text;
	return arena_printf(a, "%.*s%s%s", (int)(at - text), text, by, at + strlen(word));
}

const char *check_firmware(struct arena *a, const struct home *h, const struct config *c,
    const char *build, struct findings *f)
{
	/* Only what lies below fw/ is handed out by our own web server. */
	if (!text_starts(c->fwstorage_url, "fw/"))
		return NULL;
	char *path = arena_strdup(a, replace(a, c->fwstorage_url, "{build}", build));
	path[strcspn(path, "{")] = '\0'; /* what follows depends on the device */
	*strrchr(path, '/') = '\0';
	const char *full = arena_printf(a, "%s/%s", h->dir, path);
	if (access(full, F_OK) != 0)
		findings_add(f, FINDING_WARNING, full, 0,
		    "it does not exist: a device that is told to load build %s from it gets 404",
		    build);
	return full;
}
