/* SPDX-License-Identifier: ISC */
/*
 * A backup is usually made without private keys and passwords. Where it is put back into a home that has them, they
 * stay: except a key that belongs to another certificate than the one that comes back.
 */
#include "desk/restore_parts.h"

#include "base/file.h"
#include "base/limits.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEY ".key"
#define CERTIFICATE ".pem"

struct keeping {
	struct restoring *r;
	unsigned lacking;                  /* ARCHIVE_KEYS, ARCHIVE_PASSWORDS */
	char name[LIMIT_ARCHIVE_NAME + 2]; /* of the file that is looked at, relative to the home */
	int home;
};

/* ---- is it to stay? ---- */

static bool is_new(const struct keeping *k, const char *name)
{
	struct stat st;
	return fstatat(k->r->into, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

/* The bytes of a file; empty: there is none. */
static void read_file(int folder, const char *name, struct buf *out)
{
	if (!file_read(folder, name, LIMIT_ARCHIVE_SECRET, out, NULL))
		buf_reset(out);
}

/* NAME.key and NAME.pem belong together. */
static bool fits(const struct keeping *k)
{
	char pem[sizeof k->name];
	struct buf was = {0}, now = {0};
	if (!text_ends(k->name, KEY))
		return true;
	snprintf(
	    pem, sizeof pem, "%.*s" CERTIFICATE, (int)(strlen(k->name) - strlen(KEY)), k->name);
	read_file(k->home, pem, &was);
	read_file(k->r->into, pem, &now);
	bool same = strcmp(buf_text(&was), buf_text(&now)) == 0 && was.size == now.size;
	buf_free(&was);
	buf_free(&now);
	return same;
}

/* ---- keeping it ---- */

static bool make_parents(const struct keeping *k)
{
	char path[sizeof k->name];
	snprintf(path, sizeof path, "%s", k->name);
	for (char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdirat(k->r->into, path, 0750) != 0 && errno != EEXIST)
			return false;
		*slash = '/';
	}
	return true;
}

static bool write_new(const struct keeping *k, const struct buf *bytes, const struct stat *st)
{
	const struct timespec times[2] = {st->st_mtim, st->st_mtim};
	int fd = make_parents(k) ? openat(k->r->into, k->name,
				       O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600)
				 : -1;
	bool ok = fd >= 0 && file_write_fd(fd, buf_text(bytes), bytes->size) &&
		  futimens(fd, times) == 0 && fchmod(fd, st->st_mode & 0777) == 0;
	if (fd >= 0 && close(fd) != 0)
		ok = false;
	return ok || err_sys(k->r->e, "%s cannot be kept", k->name);
}

static bool keep(const struct keeping *k, int fd, const struct stat *st)
{
	struct buf bytes = {0};
	bool ok = file_read_fd(fd, k->name, LIMIT_ARCHIVE_SECRET, &bytes, k->r->e) &&
		  write_new(k, &bytes, st);
	buf_free(&bytes);
	if (ok)
		restore_say(
		    k->r, false, "%s stays as it is here: it is not in the backup", k->name);
	return ok;
}

static bool look_at_file(struct keeping *k, const char *name, int fd, const struct stat *st)
{
	if (!(archive_secret(name, fd) & k->lacking) || is_new(k, k->name))
		return true;
	if (fits(k))
		return keep(k, fd, st);
	restore_say(k->r, true,
	    "%s here belongs to another certificate than the one in the backup, and goes aside",
	    k->name);
	return true;
}

/* ---- which files ---- */

static bool look_at_folder(struct keeping *k, int fd);

static bool look_at(struct keeping *k, int folder, const char *name)
{
	struct stat st;
	int fd = openat(folder, name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) != 0) {
		if (fd >= 0)
			close(fd);
		return true; /* it is not lost: it goes aside */
	}
	if (S_ISDIR(st.st_mode))
		return look_at_folder(k, fd);
	bool ok = !S_ISREG(st.st_mode) || look_at_file(k, name, fd, &st);
	close(fd);
	return ok;
}

/* Takes the descriptor. A circle of links ends where a name is too long or too deep. */
static bool look_at_folder(struct keeping *k, int fd)
{
	DIR *dir = fdopendir(fd);
	size_t size = strlen(k->name);
	bool ok = true;
	if (!dir) {
		close(fd);
		return true;
	}
	for (const struct dirent *one; ok && (one = readdir(dir));) {
		if (strcmp(one->d_name, ".") == 0 || strcmp(one->d_name, "..") == 0)
			continue;
		snprintf(k->name + size, sizeof k->name - size, "/%s", one->d_name);
		ok = !archive_is_name(k->name) || look_at(k, dirfd(dir), one->d_name);
		k->name[size] = '\0';
	}
	closedir(dir);
	return ok;
}

bool restore_keep(struct restoring *r)
{
	struct keeping k = {.r = r, .lacking = (ARCHIVE_KEYS | ARCHIVE_PASSWORDS) & ~r->head.kinds};
	bool ok = true;
	k.home = open(r->w->home->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (k.home < 0)
		return err_sys(r->e, "%s cannot be opened", r->w->home->dir);
	for (size_t i = 0; ok && k.lacking && i < r->head.parts.count; i++) {
		const struct archive_part *p = &r->head.parts.list[i];
		if (!p->secrets || strcmp(r->places[i].to, p->name) != 0)
			continue;
		snprintf(k.name, sizeof k.name, "%s", p->name);
		ok = look_at(&k, k.home, k.name);
	}
	close(k.home);
	return ok;
}
