/* SPDX-License-Identifier: ISC */
#include "home/logfile.h"

#include "base/buf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOCK_MODE 0600
#define FILE_MODE 0644 /* the web server shows it to those who may see it */
#define NUMBERS 1000   /* where what an earlier configuration kept is looked for */

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void logfile_close(struct logfile *l)
{
	close_fd(&l->fd);
	close_fd(&l->lock);
}

static bool lock(struct logfile *l, struct err *e)
{
	if (l->lock < 0)
		l->lock = open(l->lock_path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, LOCK_MODE);
	while (l->lock >= 0) {
		if (flock(l->lock, LOCK_EX) == 0)
			return true;
		if (errno != EINTR)
			break;
	}
	return err_sys(e, "%s cannot be locked", l->lock_path);
}

static bool open_file(struct logfile *l, struct stat *st, struct err *e)
{
	close_fd(&l->fd);
	l->fd = open(l->path,
	    O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY,
	    l->mode ? l->mode : FILE_MODE);
	if (l->fd < 0 || fstat(l->fd, st) != 0)
		return err_sys(e, "%s cannot be written", l->path);
	l->inode = st->st_ino;
	if (S_ISREG(st->st_mode))
		return true;
	close_fd(&l->fd); /* it is not to be taken for ours the next time */
	return err_set(e, "%s is no file", l->path);
}

/* Somebody else may have rotated it, or moved it away. */
static bool find_file(struct logfile *l, struct stat *st, struct err *e)
{
	if (l->fd >= 0 && lstat(l->path, st) == 0 && st->st_ino == l->inode)
		return true;
	return open_file(l, st, e);
}

static const char *numbered(struct buf *name, const struct logfile *l, long n)
{
	buf_reset(name);
	buf_addf(name, n ? "%s.%ld" : "%s", l->path, n);
	return buf_text(name);
}

/* Those behind the last that is kept are gaps at first, so not the first that is missing is the end. */
static void drop_spare(const struct logfile *l)
{
	struct buf name = {0};
	long missing = 0;
	for (long n = l->keep + 1; n < NUMBERS && missing < 3; n++)
		missing = unlink(numbered(&name, l, n)) == 0 ? 0 : missing + 1;
	buf_free(&name);
}

static bool rotate(struct logfile *l, struct stat *st, struct err *e)
{
	struct buf from = {0}, to = {0};
	bool ok = true;
	fdatasync(l->fd);
	for (long n = l->keep; ok && n > 0; n--)
		ok = rename(numbered(&from, l, n - 1), numbered(&to, l, n)) == 0 || errno == ENOENT;
	if (l->keep == 0)
		ok = unlink(l->path) == 0 || errno == ENOENT;
	if (!ok)
		err_sys(e, "%s cannot be rotated", l->path);
	buf_free(&from);
	buf_free(&to);
	drop_spare(l);
	return ok && open_file(l, st, e);
}

static bool write_all(
    struct logfile *l, const char *bytes, size_t size, off_t before, struct err *e)
{
	size_t done = 0;
	while (done < size) {
		ssize_t n = write(l->fd, bytes + done, size - done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			err_sys(e, "%s cannot be written", l->path);
			if (done && ftruncate(l->fd, before) != 0)
				return err_sys(e, "%s has half a line at its end", l->path);
			return false;
		}
		done += (size_t)n;
	}
	return true;
}

/*
 * A process that was killed while it wrote can have left half a line, which nobody was told is written. It
 * becomes a line by itself, so that ours is whole.
 */
static bool end_half_line(struct logfile *l, struct stat *st, struct err *e)
{
	char last = '\n';
	if (st->st_size && pread(l->fd, &last, 1, st->st_size - 1) < 0)
		return err_sys(e, "%s cannot be read", l->path);
	if (last == '\n')
		return true;
	if (!write_all(l, "\n", 1, st->st_size, e))
		return false;
	st->st_size++;
	return true;
}

static bool add(struct logfile *l, const char *bytes, size_t size, struct err *e)
{
	struct stat st = {.st_size = 0};
	if (!find_file(l, &st, e) || !end_half_line(l, &st, e))
		return false;
	if (st.st_size && st.st_size + (off_t)size > l->size_most && !rotate(l, &st, e))
		return false;
	return write_all(l, bytes, size, st.st_size, e);
}

bool logfile_add(struct logfile *l, const void *lines, size_t size, struct err *e)
{
	if (!lock(l, e))
		return false;
	bool ok = add(l, lines, size, e);
	flock(l->lock, LOCK_UN);
	return ok;
}

bool logfile_sync(struct logfile *l, struct err *e)
{
	return l->fd < 0 || fdatasync(l->fd) == 0 || err_sys(e, "%s cannot be kept", l->path);
}
