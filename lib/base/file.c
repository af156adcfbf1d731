/* SPDX-License-Identifier: ISC */
#include "base/file.h"

#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool file_read_fd(int fd, const char *path, size_t limit, struct buf *out, struct err *e)
{
	size_t got = 0;
	for (;;) {
		size_t want = limit + 1 - got < 65536 ? limit + 1 - got : 65536;
		ssize_t n = read(fd, buf_want(out, want), want);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(e, "%s cannot be read", path);
		if (n == 0)
			return true;
		buf_took(out, (size_t)n);
		got += (size_t)n;
		if (got > limit)
			return err_set(e, "%s is larger than %zu bytes", path, limit);
	}
}

bool file_read(int dir, const char *path, size_t limit, struct buf *out, struct err *e)
{
	/* O_NONBLOCK: a FIFO in the folder must not hold us. */
	int fd = openat(dir, path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return err_sys(e, "%s cannot be opened", path);
	struct stat st;
	bool ok;
	if (fstat(fd, &st) != 0)
		ok = err_sys(e, "%s cannot be examined", path);
	else if (!S_ISREG(st.st_mode))
		ok = err_set(e, "%s is not a regular file", path);
	else
		ok = file_read_fd(fd, path, limit, out, e);
	close(fd);
	return ok;
}

bool file_write_fd(int fd, const void *from, size_t n)
{
	const char *bytes = from;
	while (n) {
		ssize_t did = write(fd, bytes, n);
		if (did < 0 && errno == EINTR)
			continue;
		if (did < 0)
			return false;
		bytes += did;
		n -= (size_t)did;
	}
	return true;
}

static bool sync_folder_of(const char *path)
{
	char *folder = mem_strdup(path);
	char *slash = strrchr(folder, '/');
	if (slash)
		slash[slash == folder ? 1 : 0] = '\0';
	int fd = open(slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool ok = fd >= 0 && fsync(fd) == 0;
	if (fd >= 0)
		close(fd);
	free(folder);
	return ok;
}

bool file_write(const char *path, const void *bytes, size_t n, unsigned mode, struct err *e)
{
	struct buf name = {0};
	buf_addf(&name, "%s" FILE_TEMPORARY "XXXXXX", path);
	int fd = mkostemp(name.data, O_CLOEXEC);
	bool ok = fd >= 0 && fchmod(fd, (mode_t)mode) == 0 && file_write_fd(fd, bytes, n) &&
		  fsync(fd) == 0;
	if (!ok)
		err_sys(e, "%s cannot be written", path);
	if (fd >= 0 && close(fd) != 0 && ok)
		ok = err_sys(e, "%s cannot be written", path);
	if (ok && rename(name.data, path) != 0)
		ok = err_sys(e, "%s cannot be replaced", path);
	if (!ok && fd >= 0)
		unlink(name.data);
	else if (ok && !sync_folder_of(path))
		ok = err_sys(e, "the folder of %s cannot be synchronised", path);
	buf_free(&name);
	return ok;
}

static bool make_one(const char *path, unsigned mode)
{
	struct stat st;
	if (mkdir(path, (mode_t)mode) == 0)
		return sync_folder_of(
		    path); /* what is put into it later shall not vanish with it */
	if (errno != EEXIST || stat(path, &st) != 0)
		return false;
	errno = ENOTDIR;
	return S_ISDIR(st.st_mode);
}

bool file_mkdirs(const char *path, unsigned mode, struct err *e)
{
	char *copy = mem_strdup(path);
	bool ok = true;
	for (char *p = *copy ? copy + 1 : copy; ok && *p; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		ok = make_one(copy, mode);
		*p = '/';
	}
	ok = ok && make_one(copy, mode);
	if (!ok)
		err_sys(e, "the folder %s cannot be made", path);
	free(copy);
	return ok;
}

bool file_is_same(const char *a, const char *b)
{
	struct stat x, y;
	return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}
