/* SPDX-License-Identifier: ISC */
#include "desk/stats.h"

#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool stats_are_on(const struct config *c)
{
	return *c->statistics_dir;
}

char *stats_folder(const struct home *h, const struct config *c)
{
	return home_path(h, c->statistics_dir);
}

char stats_usual_separator(const struct config *c)
{
	return strcmp(c->statistics_separator, "comma") == 0 ? ',' : ';';
}

char *stats_path(const struct home *h, const struct config *c, int month, enum stats_kind kind)
{
	struct buf path = {0};
	char name[DATE_SIZE], *folder = stats_folder(h, c);
	buf_addf(&path, "%s/%s", folder, stats_file_name(month, kind, name));
	free(folder);
	return path.data;
}

/* ---- which there are ---- */

static struct stats_month_files *find_month(
    struct arena *a, struct stats_month_files **list, size_t *count, size_t *room, int month)
{
	for (size_t i = 0; i < *count; i++) {
		if ((*list)[i].month == month)
			return &(*list)[i];
	}
	*list = arena_room(a, *list, *count, room, sizeof **list, 32);
	(*list)[*count].month = month;
	return &(*list)[(*count)++];
}

static int newest_first(const void *a, const void *b)
{
	const struct stats_month_files *x = a, *y = b;
	return (x->month < y->month) - (x->month > y->month);
}

static void take_file(
    struct stats_month_files *m, enum stats_kind kind, int folder, const char *name, int running)
{
	struct stat st;
	if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(st.st_mode))
		return;
	m->files[kind] = (struct stats_file){.there = true, .size = (size_t)st.st_size};
	m->over = m->month < running && !(st.st_mode & 0222);
}

bool stats_months(const struct stats_source *s, struct arena *a, struct stats_month_files **out,
    size_t *count, struct err *e)
{
	char *folder = stats_folder(s->home, s->config);
	DIR *dir = opendir(folder);
	bool ok = dir || errno == ENOENT || err_sys(e, "%s cannot be read", folder);
	int running = stats_month(s->now), month;
	size_t room = 0;
	enum stats_kind kind;
	*out = NULL;
	*count = 0;
	find_month(a, out, count, &room, running);
	for (const struct dirent *entry; dir && (entry = readdir(dir));) {
		if (stats_file_parse(entry->d_name, &month, &kind))
			take_file(find_month(a, out, count, &room, month), kind, dirfd(dir),
			    entry->d_name, running);
	}
	if (dir)
		closedir(dir);
	qsort(*out, *count, sizeof **out, newest_first);
	free(folder);
	return ok;
}

/* ---- what is in one ---- */

static FILE *open_one(const char *path, struct err *e)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0) {
		if (errno != ENOENT)
			err_sys(e, "%s cannot be read", path);
		return NULL;
	}
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		return fdopen(fd, "r");
	close(fd);
	err_set(e, "%s is no file", path);
	return NULL;
}

/* A line that is not whole yet is not there yet. */
static bool cut_end(char *line, size_t *size)
{
	if (!*size || line[*size - 1] != '\n')
		return false;
	*size -= *size > 1 && line[*size - 2] == '\r' ? 2 : 1;
	line[*size] = '\0';
	return true;
}

static bool read_lines(FILE *f, const char *path, bool (*take)(void *, const struct stats_line *),
    void *context, struct err *e)
{
	struct stats_line one = {.separator = '\0'};
	char *line = NULL;
	size_t room = 0;
	bool ok = true;
	for (ssize_t n; ok && (n = getline(&line, &room, f)) >= 0;) {
		one.row = line;
		one.size = (size_t)n;
		if (!cut_end(line, &one.size))
			break;
		if (one.separator)
			ok = take(context, &one);
		else if (!(one.separator = stats_separator(line, one.size)))
			ok = err_set(e, "%s is no file of statistics", path);
	}
	if (ok && ferror(f))
		ok = err_sys(e, "%s cannot be read", path);
	free(line);
	return ok;
}

bool stats_read(const char *path, bool (*take)(void *context, const struct stats_line *line),
    void *context, struct err *e)
{
	struct err why = {""};
	FILE *f = open_one(path, &why);
	if (!f)
		return !*why.text || err_set(e, "%s", why.text);
	bool ok = read_lines(f, path, take, context, e);
	fclose(f);
	return ok;
}

static bool take_time(void *context, const struct stats_line *line)
{
	stats_row_time(line->row, line->size, context);
	return true;
}

bool stats_last(const char *path, int64_t *time, struct err *e)
{
	*time = 0;
	return stats_read(path, take_time, time, e);
}
