/* SPDX-License-Identifier: ISC */
/*
 * Every name is that of a file in this very folder: those of devices come from certs_file(), those of
 * CAs from the folder itself. Links are not followed, so nobody is sent, or has replaced, what lies
 * elsewhere.
 */
#include "home/certdir.h"

#include "base/file.h"
#include "base/limits.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define FILE_MODE 0640
#define FOLDER_MODE 0750
#define LOCK_TRIES 200 /* 10 ms apart */
#define LOCK_PLACES (1 << 20)

static int open_folder(const struct home *h, const struct config *c)
{
	char *path = home_path(h, c->customcerts_dir);
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(path);
	return fd;
}

static void close_folder(int folder)
{
	int number = errno;
	if (folder >= 0)
		close(folder);
	errno = number;
}

/* ---- lists ---- */

struct names {
	struct arena *arena;
	const char **list;
	size_t count, room;
};

static void names_add(struct names *n, const char *name)
{
	n->list = arena_room(n->arena, n->list, n->count, &n->room, sizeof *n->list, 16);
	n->list[n->count++] = arena_strdup(n->arena, name);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Sorted, each once. */
static void names_sort(struct names *n)
{
	size_t kept = 0;
	if (n->count)
		qsort(n->list, n->count, sizeof *n->list, by_text);
	for (size_t i = 0; i < n->count; i++) {
		if (i == 0 || strcmp(n->list[i], n->list[kept - 1]) != 0)
			n->list[kept++] = n->list[i];
	}
	n->count = kept;
}

/* Calls `take` with each name in the folder. False, with errno: it cannot be read to its end. */
static bool each_name(const struct home *h, const struct config *c,
    void (*take)(struct names *n, const char *name, const struct config *c), struct names *n)
{
	int folder = open_folder(h, c);
	DIR *dir = folder < 0 ? NULL : fdopendir(folder);
	if (!dir) {
		close_folder(folder);
		return false;
	}
	errno = 0;
	for (struct dirent *one; (one = readdir(dir)); errno = 0)
		take(n, one->d_name, c);
	int number = errno;
	closedir(dir);
	errno = number;
	return number == 0;
}

/* A pattern may be as wide as "*": what belongs to a device is nobody's CA, nor is half a file. */
static void take_ca(struct names *n, const char *name, const struct config *c)
{
	enum certs_file which;
	const char *sn;
	if (fnmatch(c->customcerts_cakeys, name, FNM_PERIOD) == 0 &&
	    !strstr(name, FILE_TEMPORARY) && !certs_file_parse(n->arena, name, &which, &sn))
		names_add(n, name);
}

const char **certdir_cas(
    struct arena *a, const struct home *h, const struct config *c, size_t *count)
{
	struct names n = {.arena = a};
	each_name(h, c, take_ca, &n);
	names_sort(&n);
	*count = n.count;
	return n.list;
}

static void take_device(struct names *n, const char *name, const struct config *c)
{
	enum certs_file which;
	const char *sn;
	(void)c;
	if (certs_file_parse(n->arena, name, &which, &sn))
		names_add(n, sn);
}

bool certdir_list(struct arena *a, const struct home *h, const struct config *c, const char ***sns,
    size_t *count, struct err *e)
{
	struct names n = {.arena = a};
	bool ok = each_name(h, c, take_device, &n) || errno == ENOENT;
	if (!ok)
		err_sys(e, "the folder %s (customcerts/@dir) cannot be read", c->customcerts_dir);
	names_sort(&n);
	*sns = n.list;
	*count = n.count;
	return ok;
}

/* ---- one file ---- */

static bool is_serial(const char *sn, struct err *e)
{
	return req_is_serial(sn) || err_set(e, "this is no serial number");
}

/* How messages call a file: as the administrator finds it. */
static const char *shown(struct arena *a, const struct config *c, const char *name)
{
	return arena_concat(a, c->customcerts_dir, "/", name);
}

static bool read_open(int fd, const char *what, struct buf *out, struct err *e)
{
	struct stat st;
	if (fstat(fd, &st) != 0)
		return err_sys(e, "%s cannot be examined", what);
	if (!S_ISREG(st.st_mode))
		return err_set(e, "%s is not a regular file", what);
	return file_read_fd(fd, what, LIMIT_CERT_FILE, out, e);
}

static bool read_in(int folder, const char *name, const char *what, struct buf *out, struct err *e)
{
	/* O_NONBLOCK: a FIFO must not hold us. */
	int fd = folder < 0 ? -1
			    : openat(folder, name,
				  O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0 && errno == ELOOP)
		return err_set(e, "%s is a link, and none is followed in this folder", what);
	if (fd < 0)
		return err_sys(e, "%s cannot be opened", what);
	bool ok = read_open(fd, what, out, e);
	close(fd);
	return ok;
}

bool certdir_read_name(
    const struct home *h, const struct config *c, const char *name, struct buf *out, struct err *e)
{
	struct arena a = {0};
	if (!*name || *name == '.' || strchr(name, '/'))
		return err_set(e, "this is no name of a file in customcerts/@dir");
	int folder = open_folder(h, c);
	bool ok = read_in(folder, name, shown(&a, c, name), out, e);
	close_folder(folder);
	arena_free(&a);
	return ok;
}

bool certdir_read(const struct home *h, const struct config *c, enum certs_file which,
    const char *sn, struct buf *out, struct err *e)
{
	struct arena a = {0};
	bool ok = is_serial(sn, e) && certdir_read_name(h, c, certs_file(&a, which, sn), out, e);
	arena_free(&a);
	return ok;
}

static bool read_into(struct arena *a, const struct home *h, const struct config *c,
    const char *name, struct certs_bytes *out, struct err *e)
{
	struct buf bytes = {0};
	bool ok = certdir_read_name(h, c, name, &bytes, e);
	if (ok)
		*out = (struct certs_bytes){
		    name, arena_strndup(a, buf_text(&bytes), bytes.size), bytes.size};
	buf_free(&bytes);
	return ok;
}

struct certs_bytes *certdir_chain(struct arena *a, const struct home *h, const struct config *c,
    const char *sn, size_t *count, struct err *e)
{
	size_t cas;
	const char **names = certdir_cas(a, h, c, &cas);
	struct certs_bytes *list = arena_calloc(a, cas + 1, sizeof *list);
	bool ok =
	    is_serial(sn, e) && read_into(a, h, c, certs_file(a, CERTS_SIGNED, sn), &list[0], e);
	for (size_t i = 0; ok && i < cas; i++)
		ok = read_into(a, h, c, names[i], &list[i + 1], e);
	*count = ok ? cas + 1 : 0;
	return ok ? list : NULL;
}

time_t certdir_has(
    const struct home *h, const struct config *c, enum certs_file which, const char *sn)
{
	struct arena a = {0};
	struct stat st;
	int folder = req_is_serial(sn) ? open_folder(h, c) : -1;
	bool is_there = folder >= 0 &&
			fstatat(folder, certs_file(&a, which, sn), &st, AT_SYMLINK_NOFOLLOW) == 0 &&
			S_ISREG(st.st_mode);
	close_folder(folder);
	arena_free(&a);
	if (!is_there)
		return 0;
	return st.st_mtime > 0 ? st.st_mtime : 1;
}

const struct certs_bytes *certdir_request(
    struct arena *a, const struct home *h, const struct config *c, const char *sn)
{
	struct buf file = {0};
	struct certs_bytes *out = NULL;
	if (certdir_read(h, c, CERTS_REQUEST_DER, sn, &file, NULL)) {
		out = arena_alloc(a, sizeof *out);
		out->name = certs_file(a, CERTS_REQUEST_DER, sn);
		out->bytes = arena_strndup(a, buf_text(&file), file.size);
		out->size = file.size;
	}
	buf_free(&file);
	return out;
}

bool certdir_write(const struct home *h, const struct config *c, enum certs_file which,
    const char *sn, const void *bytes, size_t size, struct err *e)
{
	struct arena a = {0};
	char *folder = home_path(h, c->customcerts_dir);
	bool ok = is_serial(sn, e) && file_mkdirs(folder, FOLDER_MODE, e) &&
		  file_write(arena_concat(&a, folder, "/", certs_file(&a, which, sn)), bytes, size,
		      FILE_MODE, e);
	free(folder);
	arena_free(&a);
	return ok;
}

static bool remove_in(
    int folder, const struct config *c, enum certs_file which, const char *sn, struct err *e)
{
	struct arena a = {0};
	const char *name = certs_file(&a, which, sn);
	bool ok = unlinkat(folder, name, 0) == 0 || errno == ENOENT ||
		  err_sys(e, "%s cannot be removed", shown(&a, c, name));
	arena_free(&a);
	return ok;
}

/* Those from `from` to before `to`; without a folder there is nothing to remove. */
static bool remove_some(const struct home *h, const struct config *c, size_t from, size_t to,
    const char *sn, struct err *e)
{
	if (!is_serial(sn, e))
		return false;
	int folder = open_folder(h, c);
	bool ok =
	    folder >= 0 || errno == ENOENT ||
	    err_sys(e, "the folder %s (customcerts/@dir) cannot be opened", c->customcerts_dir);
	for (size_t i = from; folder >= 0 && i < to; i++)
		ok &= remove_in(folder, c, (enum certs_file)i, sn, ok ? e : NULL);
	if (folder >= 0 && ok && fsync(folder) != 0)
		ok = err_sys(e, "the folder %s cannot be synchronised", c->customcerts_dir);
	close_folder(folder);
	return ok;
}

bool certdir_remove(const struct home *h, const struct config *c, const char *sn, struct err *e)
{
	return remove_some(h, c, 0, CERTS_FILES, sn, e);
}

bool certdir_remove_one(const struct home *h, const struct config *c, enum certs_file which,
    const char *sn, struct err *e)
{
	return remove_some(h, c, which, (size_t)which + 1, sn, e);
}

/* ---- one at a time ---- */

/* FNV-1a: two devices in one place wait for each other now and then, which does no harm. */
static off_t place_of(const char *sn)
{
	uint32_t hash = 2166136261U;
	for (; *sn; sn++)
		hash = (hash ^ (unsigned char)*sn) * 16777619U;
	return hash % LOCK_PLACES;
}

int certdir_lock(const struct home *h, const char *sn, struct err *e)
{
	const struct timespec moment = {.tv_nsec = 10000000};
	struct flock place = {
	    .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = place_of(sn), .l_len = 1};
	struct buf path = {0};
	buf_addf(&path, "%s/certs.lock", h->run);
	int fd = open(path.data, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, FILE_MODE);
	int taken = fd < 0 ? -1 : fcntl(fd, F_OFD_SETLK, &place);
	for (int tries = LOCK_TRIES; taken != 0 && fd >= 0 && errno == EAGAIN && tries > 0;
	     tries--) {
		nanosleep(&moment, NULL);
		taken = fcntl(fd, F_OFD_SETLK, &place);
	}
	if (taken != 0) {
		err_sys(e, "the lock %s cannot be had", path.data);
		close_folder(fd);
		fd = -1;
	}
	buf_free(&path);
	return fd;
}
