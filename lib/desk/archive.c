/* SPDX-License-Identifier: ISC */
/*
 * Writes a backup of the server. The store comes first: every file that it speaks of is there when the files are
 * read, which they are after it.
 */
#include "desk/archive.h"

#include "base/file.h"
#include "base/limits.h"
#include "base/text.h"
#include "desk/archive_parts.h"

#include <archive.h>
#include <archive_entry.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define MB (1024L * 1024L)
#define SAID_MOST 65536 /* bytes of what is told of single files */
#define COPY "store-archive"
#define FILE_MODE 0640
#define WAIT_NS 50000000

struct making {
	const struct archive_wish *w;
	struct archive_made *made;
	struct archive *archive;
	struct archive_sum sum;
	const struct archive_part *part;   /* the one that is being written */
	char name[LIMIT_ARCHIVE_NAME + 2]; /* of the member that is being written */
	struct err *e;
};

static bool go_on(const struct making *m)
{
	return !m->w->go_on || m->w->go_on(m->w->context) || err_set(m->e, "it was given up");
}

static void say(struct making *m, const char *what)
{
	if (m->made->said.size < SAID_MOST)
		buf_addf(&m->made->said, "%s: %s\n", m->name, what);
}

/* What should be in it. What is gone by now need not be. */
static bool skip(struct making *m, const char *what, int error)
{
	char clean[512];
	if (error == ENOENT)
		return true;
	m->made->failed++;
	snprintf(
	    clean, sizeof clean, "%s%s%s", what, error ? ": " : "", error ? strerror(error) : "");
	say(m, clean);
	return true;
}

/* ---- members ---- */

static bool failed(struct making *m)
{
	int error = archive_errno(m->archive);
	return err_set(m->e, "the backup cannot be written: %s",
	    error > 0 ? strerror(error) : archive_error_string(m->archive));
}

static bool put_entry(struct making *m, const struct stat *st, bool folder)
{
	struct archive_entry *entry = archive_entry_new();
	archive_entry_set_pathname(entry, m->name);
	archive_entry_set_filetype(entry, folder ? AE_IFDIR : AE_IFREG);
	archive_entry_set_perm(entry, st->st_mode & 0777);
	archive_entry_set_mtime(entry, st->st_mtime, 0);
	archive_entry_set_size(entry, folder ? 0 : st->st_size);
	bool ok = archive_write_header(m->archive, entry) == ARCHIVE_OK;
	archive_entry_free(entry);
	archive_sum_member(&m->sum, m->name, folder, folder ? 0 : st->st_size);
	return ok || failed(m);
}

static bool put_bytes(struct making *m, const void *bytes, size_t size)
{
	archive_sum_add(&m->sum, bytes, size);
	return archive_write_data(m->archive, bytes, size) == (la_ssize_t)size || failed(m);
}

static bool put_text(struct making *m, const char *name, const struct buf *text)
{
	struct stat st = {
	    .st_mode = FILE_MODE, .st_size = (off_t)text->size, .st_mtime = time(NULL)};
	snprintf(m->name, sizeof m->name, "%s", name);
	return put_entry(m, &st, false) && put_bytes(m, text->data, text->size);
}

/* As many bytes as were announced: a log grows, and one that was cut off is filled up. */
static bool put_content(struct making *m, int fd, off_t size)
{
	char bytes[65536];
	bool cut = false;
	for (off_t done = 0; done < size;) {
		size_t want =
		    size - done < (off_t)sizeof bytes ? (size_t)(size - done) : sizeof bytes;
		ssize_t n = cut ? 0 : read(fd, bytes, want);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			if (!cut)
				skip(m,
				    n < 0 ? "cannot be read" : "became shorter while it was read",
				    n < 0 ? errno : 0);
			cut = true;
			memset(bytes, 0, want);
			n = (ssize_t)want;
		}
		if (!put_bytes(m, bytes, (size_t)n))
			return false;
		if (done / MB != (done + n) / MB && !go_on(m))
			return false;
		done += n;
	}
	return true;
}

static bool put_file(struct making *m, int fd, const struct stat *st)
{
	m->made->files++;
	m->made->bytes += st->st_size;
	return put_entry(m, st, false) && put_content(m, fd, st->st_size) && go_on(m);
}

/* ---- files and folders ---- */

static bool is_secret(struct making *m, const char *name, int fd)
{
	unsigned kind = m->part->secrets ? archive_secret(name, fd) & ~m->w->parts : 0;
	if (kind)
		say(m, kind == ARCHIVE_KEYS ? "left out, a private key is in it"
					    : "left out, passwords are in it");
	return kind != 0;
}

static bool put_one(struct making *m, int folder, const char *name);

static bool put_names(struct making *m, DIR *dir)
{
	size_t size = strlen(m->name);
	bool ok = true;
	for (const struct dirent *one; ok && (one = readdir(dir));) {
		if (strcmp(one->d_name, ".") == 0 || strcmp(one->d_name, "..") == 0 ||
		    strstr(one->d_name, FILE_TEMPORARY))
			continue;
		snprintf(m->name + size, sizeof m->name - size, "/%s", one->d_name);
		ok = archive_is_name(m->name) ? put_one(m, dirfd(dir), one->d_name)
					      : skip(m, "has a name that cannot be saved", 0);
		m->name[size] = '\0';
	}
	return ok;
}

/* Takes the descriptor. */
static bool put_folder(struct making *m, int fd, const struct stat *st)
{
	DIR *dir = fdopendir(fd);
	if (!dir) {
		close(fd);
		return skip(m, "cannot be read", errno);
	}
	bool ok = put_entry(m, st, true) && put_names(m, dir);
	closedir(dir);
	return ok;
}

/*
 * An administrator may have put a link there: what it leads to is saved, of folders only those that a setting
 * names (a link within them could lead round in a circle).
 */
static bool put_one(struct making *m, int folder, const char *name)
{
	struct stat st;
	int fd = openat(folder, name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return skip(m, "cannot be read", errno);
	bool ok = true, linked = folder != AT_FDCWD;
	if (linked) {
		struct stat itself;
		linked = fstatat(folder, name, &itself, AT_SYMLINK_NOFOLLOW) == 0 &&
			 S_ISLNK(itself.st_mode);
	}
	if (fstat(fd, &st) != 0)
		ok = skip(m, "cannot be examined", errno);
	else if (S_ISDIR(st.st_mode) && !linked)
		return put_folder(m, fd, &st);
	else if (!S_ISREG(st.st_mode))
		ok = skip(m, linked ? "is a link to something else than a file" : "is no file", 0);
	else if (!is_secret(m, name, fd))
		ok = put_file(m, fd, &st);
	close(fd);
	return ok;
}

/* ---- the store ---- */

static bool put_store_file(struct making *m, const char *copy)
{
	struct stat st = {.st_mode = 0700};
	int fd = store_copy_take(copy, m->e);
	bool ok = fd >= 0 && put_entry(m, &st, true);
	snprintf(m->name, sizeof m->name, ARCHIVE_STORE_NAME "/%s", store_file);
	ok = ok && (fstat(fd, &st) == 0 || err_sys(m->e, "the copy of the store is not there")) &&
	     put_file(m, fd, &st);
	if (fd >= 0)
		close(fd);
	return ok;
}

/* One at a time makes the copy. */
static bool lock_data(const struct making *m, int data)
{
	const struct timespec pause = {0, WAIT_NS};
	while (data >= 0 && flock(data, LOCK_EX | LOCK_NB) != 0) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return err_sys(m->e, "%s cannot be locked", m->w->home->data);
		if (!go_on(m))
			return false;
		nanosleep(&pause, NULL);
	}
	return data >= 0 || err_sys(m->e, "%s cannot be opened", m->w->home->data);
}

static bool put_store(struct making *m)
{
	char copy[4096];
	int data = open(m->w->home->data, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	snprintf(copy, sizeof copy, "%s/" COPY, m->w->home->data);
	bool ok =
	    lock_data(m, data) && store_copy(m->w->store, copy, m->e) && put_store_file(m, copy);
	if (data >= 0)
		close(data);
	return ok;
}

/* ---- all of it ---- */

static bool put_head(struct making *m, const struct archive_parts *parts)
{
	struct buf text = {0};
	struct archive_head head = {
	    .made = (int64_t)time(NULL), .kinds = m->w->parts, .parts = *parts};
	if (gethostname(head.host, sizeof head.host - 1) != 0 || !text_is_word(head.host, "-._"))
		snprintf(head.host, sizeof head.host, "unknown");
	archive_head_print(&head, &text);
	bool ok = put_text(m, ARCHIVE_HEAD, &text);
	buf_free(&text);
	return ok;
}

static bool put_end(struct making *m)
{
	struct buf text = {0};
	archive_sum_end(&m->sum, &text);
	archive_sum_begin(&m->sum); /* what follows counts nowhere */
	bool ok = put_text(m, ARCHIVE_END, &text);
	buf_free(&text);
	return ok;
}

static bool put_part(struct making *m, const struct archive_part *part)
{
	m->part = part;
	snprintf(m->name, sizeof m->name, "%s", part->name);
	return part->kind == ARCHIVE_STORE ? put_store(m) : put_one(m, AT_FDCWD, part->path);
}

static bool put_all(struct making *m, const struct archive_parts *parts)
{
	bool ok = put_head(m, parts);
	for (int store = 1; store >= 0; store--) {
		for (size_t i = 0; ok && i < parts->count; i++) {
			if ((parts->list[i].kind == ARCHIVE_STORE) == store)
				ok = put_part(m, &parts->list[i]);
		}
	}
	return ok && put_end(m);
}

static bool open_archive(struct making *m, int fd)
{
	return (m->archive && archive_write_set_format_gnutar(m->archive) == ARCHIVE_OK &&
		   archive_write_add_filter_gzip(m->archive) == ARCHIVE_OK &&
		   archive_write_set_bytes_in_last_block(m->archive, 1) == ARCHIVE_OK &&
		   archive_write_open_fd(m->archive, fd) == ARCHIVE_OK) ||
	       err_set(m->e, "a backup cannot be begun: %s",
		   m->archive ? archive_error_string(m->archive) : "no memory");
}

bool archive_make(const struct archive_wish *w, int fd, struct archive_made *made, struct err *e)
{
	struct arena arena = {0};
	struct archive_parts parts;
	struct making m = {.w = w, .made = made, .archive = archive_write_new(), .e = e};
	struct buf unused = {0};
	*made = (struct archive_made){0};
	made->failed = archive_parts_find(&arena, &parts, w, &made->said);
	archive_sum_begin(&m.sum);
	bool ok = parts.count > 0 || err_set(e, "there is nothing to save in %s", w->home->dir);
	ok = ok && open_archive(&m, fd) && put_all(&m, &parts);
	if (ok && archive_write_close(m.archive) != ARCHIVE_OK)
		ok = failed(&m);
	archive_write_free(m.archive);
	archive_sum_end(&m.sum, &unused);
	buf_free(&unused);
	arena_free(&arena);
	return ok;
}
