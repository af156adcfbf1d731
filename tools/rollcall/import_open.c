/* SPDX-License-Identifier: ISC */
/* Reading what is to be imported: by paths that cannot lead out of it, regular files only. */
#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "tools/rollcall/import_work.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* As a path below DIR; NULL: it is none. */
static const char *below(const struct import *im, const char *path)
{
	size_t n = strlen(im->from);
	if (*path != '/')
		return *path ? path : ".";
	if (strncmp(path, im->from, n) != 0 || path[n] != '/')
		return NULL;
	path += n + strspn(path + n, "/");
	return *path ? path : ".";
}

int import_open(const struct import *im, const char *path, int flags, struct err *e)
{
	const char *name = below(im, path);
	const struct open_how how = {
	    .flags = (unsigned)(flags | O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY),
	    .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
	};
	e->text[0] = '\0';
	int fd = name ? (int)syscall(SYS_openat2, im->dir, name, &how, sizeof how) : -1;
	if (fd >= 0)
		return fd;
	if (!name || errno == EXDEV)
		err_set(e, "it lies outside of %s: copy it in there", im->from);
	else if (errno != ENOENT)
		err_sys(e, "it cannot be opened");
	return -1;
}

static bool examine(int fd, struct timespec *mtime, struct err *e)
{
	struct stat st;
	if (fstat(fd, &st) != 0)
		return err_sys(e, "it cannot be examined");
	*mtime = st.st_mtim;
	if (S_ISDIR(st.st_mode))
		return err_set(e, "it is a folder, where a file should be");
	return S_ISREG(st.st_mode) || err_set(e, "it is no regular file");
}

bool import_read(int folder, const char *name, size_t limit, struct buf *out,
    struct timespec *mtime, struct err *e)
{
	int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW);
	if (fd < 0 && errno == ELOOP)
		return err_set(e, "it is a link, which is not followed");
	if (fd < 0)
		return err_sys(e, "it cannot be opened");
	bool ok = examine(fd, mtime, e) && file_read_fd(fd, "it", limit, out, e);
	close(fd);
	return ok;
}

/* ---- names ---- */

bool import_is_hidden(const char *name)
{
	return *name == '.';
}

static void add_name(struct import_names *names, const char *name)
{
	if (names->count == names->room) {
		names->room = names->room ? 2 * names->room : 64;
		names->list = mem_realloc(names->list, names->room * sizeof *names->list);
	}
	names->list[names->count++] = mem_strdup(name);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

bool import_list(int folder, struct import_names *out, struct err *e)
{
	int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	*out = (struct import_names){0};
	if (!dir) {
		err_sys(e, "it cannot be read");
		if (fd >= 0)
			close(fd);
		return false;
	}
	errno = 0;
	for (struct dirent *one; (one = readdir(dir)); errno = 0) {
		if (strcmp(one->d_name, ".") != 0 && strcmp(one->d_name, "..") != 0)
			add_name(out, one->d_name);
	}
	bool ok = !errno || err_sys(e, "it cannot be read to its end");
	closedir(dir);
	if (out->count)
		qsort(out->list, out->count, sizeof *out->list, by_name);
	return ok;
}

void import_names_free(struct import_names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->list[i]);
	free(names->list);
	*names = (struct import_names){0};
}

const char *import_folder(const struct config *c, size_t field, const char *usual)
{
	const char *name = c ? *(const char *const *)(const void *)((const char *)c + field) : "";
	return *name ? name : usual;
}
