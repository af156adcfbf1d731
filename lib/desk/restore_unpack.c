/* SPDX-License-Identifier: ISC */
/*
 * Unpacks an archive that anybody may have made: it holds files and folders below those that its first member names,
 * each once and after the folder it is in, and nothing else. Nobody but us can change the folder that they go into, so
 * that a name of what we made leads nowhere else.
 */
#include "desk/restore_parts.h"

#include "base/file.h"
#include "base/limits.h"
#include "base/path.h"
#include "base/text.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define MB (1024L * 1024L)
#define MODES 0775 /* of what the archive says */
#define END_MOST 4096
#define BLOCK 65536
#define PATIENCE_MS 500
#define BLOCK_LEAST 4096 /* on the disk */

struct unpacking {
	struct restoring *r;
	struct archive *archive;
	struct archive_sum sum;
	struct archive_entry *entry;       /* the member */
	char name[LIMIT_ARCHIVE_NAME + 2]; /* its name, without a slash at its end */
	size_t members;
	int64_t unlooked; /* bytes since we looked how much room there is */
	int fd;
	char block[BLOCK]; /* of the file */
};

static bool damaged(struct unpacking *u)
{
	if (!restore_go_on(u->r))
		return false;
	return err_set(u->r->e, "the backup is damaged or cut off (%s)",
	    archive_error_string(u->archive) ? archive_error_string(u->archive)
					     : "it ends too early");
}

/* For a person's eyes: what is in it may be anything. */
static bool refuse(struct unpacking *u, const char *name, const char *why)
{
	char clean[256];
	text_clean(clean, sizeof clean, name ? name : "", name ? strlen(name) : 0);
	return err_set(u->r->e, "the backup is refused: \"%s\" in it %s", clean, why);
}

/* ---- bytes ---- */

/* Whoever waits for a pipe still hears that he is to stop. */
static la_ssize_t read_some(struct archive *archive, void *context, const void **bytes)
{
	struct unpacking *u = context;
	struct pollfd input = {u->fd, POLLIN, 0};
	*bytes = u->block;
	for (;;) {
		if (!restore_go_on(u->r)) {
			archive_set_error(archive, EINTR, "given up");
			return ARCHIVE_FATAL;
		}
		if (poll(&input, 1, PATIENCE_MS) <= 0)
			continue;
		ssize_t n = read(u->fd, u->block, sizeof u->block);
		if (n >= 0)
			return n;
		if (errno != EINTR && errno != EAGAIN) {
			archive_set_error(archive, errno, "%s", strerror(errno));
			return ARCHIVE_FATAL;
		}
	}
}

/* ---- members ---- */

static bool next(struct unpacking *u, bool *end)
{
	int got = archive_read_next_header(u->archive, &u->entry);
	*end = got == ARCHIVE_EOF;
	if (*end)
		return true;
	if (got != ARCHIVE_OK)
		return damaged(u);
	if (++u->members > LIMIT_ARCHIVE_FILES)
		return err_set(u->r->e, "the backup is refused: there are too many files in it");
	return true;
}

static bool is_folder(const struct unpacking *u)
{
	return archive_entry_filetype(u->entry) == AE_IFDIR;
}

static bool look_at_kind(struct unpacking *u)
{
	const char *name = archive_entry_pathname(u->entry);
	if (archive_entry_hardlink(u->entry) || archive_entry_symlink(u->entry) ||
	    archive_entry_sparse_count(u->entry) > 0 ||
	    (archive_entry_filetype(u->entry) != AE_IFREG && !is_folder(u)))
		return refuse(u, name, "is neither a file nor a folder");
	if (archive_entry_size(u->entry) < 0 || (is_folder(u) && archive_entry_size(u->entry) > 0))
		return refuse(u, name, "has no proper size");
	return true;
}

static bool look_at_name(struct unpacking *u)
{
	const char *name = archive_entry_pathname(u->entry);
	size_t size = name ? strlen(name) : 0;
	if (size > LIMIT_ARCHIVE_NAME + 1)
		return refuse(u, name, "has a name that is too long");
	if (size && is_folder(u) && name[size - 1] == '/')
		size--;
	snprintf(u->name, sizeof u->name, "%.*s", (int)size, name ? name : "");
	return archive_is_name(u->name) || refuse(u, u->name, "has a name that leads elsewhere");
}

/* Small ones, into memory. */
static bool read_text(struct unpacking *u, size_t most, struct buf *out)
{
	la_ssize_t n;
	if (is_folder(u) || archive_entry_size(u->entry) > (la_int64_t)most)
		return refuse(u, u->name, "is not what it should be");
	while ((n = archive_read_data(u->archive, buf_want(out, most + 1), most + 1)) > 0) {
		buf_took(out, (size_t)n);
		if (out->size > most)
			return refuse(u, u->name, "is not what it should be");
	}
	buf_addc(out, '\0');
	out->size--;
	return n == 0 || damaged(u);
}

/* ---- into the folder ---- */

/* The rest belongs to the devices that are served from the same disk. */
static bool has_room(struct unpacking *u)
{
	struct statvfs fs;
	u->unlooked = 0;
	if (fstatvfs(u->r->into, &fs) != 0)
		return err_sys(u->r->e, "%s cannot be examined", u->r->w->home->dir);
	uint64_t left = (uint64_t)fs.f_bavail * fs.f_frsize;
	uint64_t part = (uint64_t)fs.f_blocks * fs.f_frsize / LIMIT_RESERVE_PART;
	return left > (part < LIMIT_RESERVE ? part : LIMIT_RESERVE) ||
	       err_set(
		   u->r->e, "there is no room in %s for what is in the backup", u->r->w->home->dir);
}

/* A file takes a block at least. */
static bool took(struct unpacking *u, int64_t bytes)
{
	u->unlooked += bytes;
	return u->unlooked < MB || (restore_go_on(u->r) && has_room(u));
}

static bool cannot(struct unpacking *u)
{
	if (errno == EEXIST)
		return refuse(u, u->name, "is there twice");
	if (errno == ENOENT || errno == ENOTDIR)
		return refuse(u, u->name, "stands before its folder");
	return err_sys(u->r->e, "%s cannot be unpacked", u->name);
}

static bool make_folder(struct unpacking *u)
{
	mode_t mode = (archive_entry_perm(u->entry) & MODES) | 0700;
	archive_sum_member(&u->sum, u->name, true, 0);
	return (mkdirat(u->r->into, u->name, 0700) == 0 &&
		   fchmodat(u->r->into, u->name, mode, 0) == 0) ||
	       cannot(u);
}

/* `fd` -1: nobody wants it, but it counts. */
static bool copy(struct unpacking *u, int fd)
{
	char bytes[BLOCK];
	la_ssize_t n;
	int64_t done = 0;
	while ((n = archive_read_data(u->archive, bytes, sizeof bytes)) > 0) {
		archive_sum_add(&u->sum, bytes, (size_t)n);
		if (fd >= 0 && !file_write_fd(fd, bytes, (size_t)n))
			return err_sys(u->r->e, "%s cannot be unpacked", u->name);
		if (!took(u, n))
			return false;
		done += n;
	}
	return (n == 0 && done == archive_entry_size(u->entry)) || damaged(u);
}

/* What a device got is known by the time of its file. */
static bool finish_file(struct unpacking *u, int fd)
{
	const struct timespec time = {archive_entry_mtime(u->entry), 0}, times[2] = {time, time};
	return (futimens(fd, times) == 0 &&
		   fchmod(fd, archive_entry_perm(u->entry) & MODES) == 0) ||
	       err_sys(u->r->e, "%s cannot be unpacked", u->name);
}

static bool make_file(struct unpacking *u)
{
	archive_sum_member(&u->sum, u->name, false, archive_entry_size(u->entry));
	int fd =
	    openat(u->r->into, u->name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return cannot(u);
	bool ok = copy(u, fd) && finish_file(u, fd);
	if (close(fd) != 0 && ok)
		ok = err_sys(u->r->e, "%s cannot be unpacked", u->name);
	return ok;
}

/* The part that a member belongs to; head.parts.count: none. */
static size_t part_of(const struct unpacking *u)
{
	const struct archive_parts *p = &u->r->head.parts;
	size_t i = 0;
	while (i < p->count && !path_is_in(u->name, p->list[i].name))
		i++;
	return i;
}

static bool unpack_one(struct unpacking *u)
{
	size_t part = part_of(u);
	if (part == u->r->head.parts.count)
		return refuse(u, u->name, "is not a part of the home that it names");
	const struct archive_part *p = &u->r->head.parts.list[part];
	if (strcmp(u->name, p->name) == 0 && p->file == is_folder(u))
		return refuse(u, u->name, "is not what it should be");
	if (!u->r->places[part].skip)
		return is_folder(u) ? make_folder(u) : make_file(u);
	archive_sum_member(
	    &u->sum, u->name, is_folder(u), is_folder(u) ? 0 : archive_entry_size(u->entry));
	return copy(u, -1);
}

/* ---- all of it ---- */

static bool take_head(struct unpacking *u, bool (*take)(struct restoring *r))
{
	struct buf text = {0};
	bool end = false;
	bool ok = next(u, &end) && (!end || err_set(u->r->e, "the backup is empty")) &&
		  look_at_kind(u) && look_at_name(u);
	if (ok && strcmp(u->name, ARCHIVE_HEAD) != 0)
		ok = err_set(u->r->e,
		    "this is no backup that `rollcall backup` made: it does not begin with " ARCHIVE_HEAD);
	ok = ok && read_text(u, ARCHIVE_HEAD_MOST, &text);
	if (ok) {
		archive_sum_member(&u->sum, u->name, false, (int64_t)text.size);
		archive_sum_add(&u->sum, text.data, text.size);
	}
	ok = ok && archive_head_parse(&u->r->arena, text.data, &u->r->head, u->r->e) && take(u->r);
	buf_free(&text);
	return ok;
}

/* The folders above a part are no members. */
static bool make_parents(struct unpacking *u)
{
	const struct archive_parts *p = &u->r->head.parts;
	for (size_t i = 0; i < p->count; i++) {
		char *path = arena_strdup(&u->r->arena, p->list[i].name);
		for (char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
			*slash = '\0';
			if (mkdirat(u->r->into, path, 0700) != 0 && errno != EEXIST)
				return err_sys(u->r->e, "%s cannot be unpacked", path);
			*slash = '/';
		}
	}
	return true;
}

static bool take_end(struct unpacking *u)
{
	struct buf is = {0}, must = {0};
	bool end = false;
	u->r->facts->files = u->sum.files;
	u->r->facts->bytes = u->sum.bytes;
	archive_sum_end(&u->sum, &must);
	archive_sum_begin(&u->sum);
	bool ok = read_text(u, END_MOST, &is) &&
		  (strcmp(is.data, buf_text(&must)) == 0 ||
		      err_set(u->r->e, "the backup is damaged: what is in it does not add up"));
	ok = ok && next(u, &end) && (end || refuse(u, ARCHIVE_END, "is not its end"));
	buf_free(&is);
	buf_free(&must);
	return ok;
}

static bool take_members(struct unpacking *u)
{
	for (;;) {
		bool end = false;
		if (!next(u, &end))
			return false;
		if (end)
			return damaged(u);
		if (!look_at_kind(u) || !look_at_name(u))
			return false;
		if (strcmp(u->name, ARCHIVE_END) == 0)
			return take_end(u);
		if (!took(u, BLOCK_LEAST) || !unpack_one(u))
			return false;
	}
}

bool restore_unpack(struct restoring *r, int fd, bool (*take)(struct restoring *r))
{
	struct unpacking u = {.r = r, .archive = archive_read_new(), .fd = fd};
	struct buf unused = {0};
	archive_sum_begin(&u.sum);
	bool ok = (u.archive && archive_read_support_format_tar(u.archive) == ARCHIVE_OK &&
		      archive_read_support_filter_gzip(u.archive) == ARCHIVE_OK &&
		      archive_read_open(u.archive, &u, NULL, read_some, NULL) == ARCHIVE_OK) ||
		  damaged(&u);
	ok = ok && take_head(&u, take) && make_parents(&u) && has_room(&u) && take_members(&u);
	archive_read_free(u.archive);
	archive_sum_end(&u.sum, &unused);
	buf_free(&unused);
	return ok;
}
