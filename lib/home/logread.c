/* SPDX-License-Identifier: ISC */
/* Files are opened under the lock of those that write, so that no rotation comes between; they are read without it. */
#include "home/logread.h"

#include "base/buf.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILES 101 /* logs/@keep is at most 100 */
#define BLOCK ((size_t)256 << 10)
#define LINE_MOST ((size_t)1 << 20) /* no line of ours is so long */
#define ID_BYTES 1024

/* ---- opening ---- */

static int open_one(const char *path, long n)
{
	struct buf name = {0};
	buf_addf(&name, n ? "%s.%ld" : "%s", path, n);
	int fd = open(buf_text(&name), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	buf_free(&name);
	return fd;
}

static ino_t inode_of(int fd)
{
	struct stat st;
	return fstat(fd, &st) == 0 ? st.st_ino : 0;
}

static void close_all(int fds[FILES], size_t *count)
{
	while (*count)
		close(fds[--*count]);
}

/* The newest first, as long as `more` says so. A gap is the end. */
static bool open_each(const char *path, int fds[FILES], size_t *count,
    bool (*more)(void *context, int fd), void *context, struct err *e)
{
	*count = 0;
	for (long n = 0; n < FILES; n++) {
		int fd = open_one(path, n);
		if (fd < 0 && errno != ENOENT) {
			err_sys(e, "%s (or the %ldth behind it) cannot be read", path, n);
			close_all(fds, count);
			return false;
		}
		if (fd < 0 && n)
			break;
		if (fd < 0)
			continue; /* it has just been moved away, or nobody has written yet */
		fds[(*count)++] = fd;
		if (!more(context, fd))
			break;
	}
	return true;
}

/* The same, while nobody writes. */
static bool open_all(const char *path, const char *lock_path, int fds[FILES], size_t *count,
    bool (*more)(void *context, int fd), void *context, struct err *e)
{
	/* Who only reads does not make it: it would be his, and those that write could not open it. */
	int lock = open(lock_path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	*count = 0;
	if (lock < 0 && errno != ENOENT)
		return err_sys(e, "%s cannot be opened", lock_path);
	while (lock >= 0 && flock(lock, LOCK_SH) != 0 && errno == EINTR)
		;
	bool ok = open_each(path, fds, count, more, context, e);
	if (lock >= 0)
		close(lock);
	return ok;
}

/* ---- backwards ---- */

struct logread {
	char *path, *lock_path;
	int fds[FILES];
	size_t count, now;
	off_t size;       /* of the newest when it was opened: what is added later is not ours */
	off_t at;         /* of the file `now`: what is behind it was read */
	struct buf block; /* what was read and not handed out yet, from `at` on */
	size_t end;       /* of that in the block */
	unsigned long long id; /* of the file `now`, once it was begun */
	off_t from;            /* of the file `now`: what is before it is not wanted */
	bool last;             /* nor are the files behind it */
	struct logplace before, after;
	size_t seen;
	bool opened, begun;
	struct err problem;
	struct buf line;
};

/* While nobody writes: a whole number of lines. */
static bool note_size(void *context, int fd)
{
	struct logread *r = context;
	struct stat st;
	if (!r->opened && fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		r->size = st.st_size;
	r->opened = true;
	return true;
}

struct logread *logread_open(const char *path, const char *lock_path, struct err *e)
{
	struct logread *r = mem_alloc(sizeof *r);
	r->path = mem_strdup(path);
	r->lock_path = mem_strdup(lock_path);
	if (open_all(path, lock_path, r->fds, &r->count, note_size, r, e))
		return r;
	logread_close(r);
	return NULL;
}

void logread_close(struct logread *r)
{
	if (!r)
		return;
	close_all(r->fds, &r->count);
	buf_free(&r->block);
	buf_free(&r->line);
	free(r->path);
	free(r->lock_path);
	free(r);
}

/*
 * Which file it is, whatever it is called: its inode is used again as soon as it is gone, so its first line counts,
 * too. FNV-1a.
 */
static unsigned long long id_of(int fd)
{
	char first[ID_BYTES];
	unsigned long long id = 0xcbf29ce484222325ULL ^ inode_of(fd);
	ssize_t n = pread(fd, first, sizeof first, 0);
	for (ssize_t i = 0; i < n && first[i] != '\n'; i++)
		id = (id ^ (unsigned char)first[i]) * 0x100000001b3ULL;
	id &= INT64_MAX;
	return id ? id : 1;
}

struct logplace logread_place(const struct logread *r)
{
	if (r->now >= r->count)
		return (struct logplace){.file = 0};
	if (r->begun)
		return (struct logplace){.file = r->id, .at = r->at + (off_t)r->end};
	if (r->before.file)
		return r->before;
	return (struct logplace){.file = id_of(r->fds[0]), .at = r->size};
}

/* Is that place in the file that has this id, and so many bytes? */
static bool is_in(unsigned long long id, off_t size, struct logplace place)
{
	return place.file == id && place.at >= 0 && place.at <= size;
}

void logread_before(struct logread *r, struct logplace place)
{
	struct stat st;
	while (r->now < r->count &&
	       !(fstat(r->fds[r->now], &st) == 0 &&
		   is_in(id_of(r->fds[r->now]), r->now ? st.st_size : r->size, place)))
		r->now++;
	r->before = place;
}

void logread_after(struct logread *r, struct logplace place)
{
	r->after = place;
}

size_t logread_seen(const struct logread *r)
{
	return r->seen;
}

const char *logread_problem(const struct logread *r)
{
	return r->problem.text;
}

static bool begin_file(struct logread *r)
{
	struct stat st;
	buf_reset(&r->block);
	r->end = 0;
	if (r->now >= r->count)
		return false;
	if (fstat(r->fds[r->now], &st) != 0)
		return err_sys(&r->problem, "a log cannot be read");
	r->at = !S_ISREG(st.st_mode) ? 0 : r->now ? st.st_size : r->size;
	r->id = id_of(r->fds[r->now]);
	r->last = is_in(r->id, r->at, r->after);
	r->from = r->last ? (off_t)r->after.at : 0;
	if (is_in(r->id, r->at, r->before))
		r->at = (off_t)r->before.at;
	if (r->at < r->from)
		r->at = r->from;
	return true;
}

/* One block more before what there is. False: there is none. */
static bool read_block(struct logread *r)
{
	off_t left = r->at - r->from;
	size_t n = left < (off_t)BLOCK ? (size_t)left : BLOCK;
	struct buf more = {0};
	if (!n || r->end > LINE_MOST)
		return false;
	char *to = buf_want(&more, n);
	ssize_t got = pread(r->fds[r->now], to, n, r->at - (off_t)n);
	if (got != (ssize_t)n) { /* somebody has cut it off */
		buf_free(&more);
		return err_sys(&r->problem, "a log cannot be read");
	}
	buf_took(&more, n);
	buf_add(&more, buf_text(&r->block), r->end);
	buf_free(&r->block);
	r->block = more;
	r->end += n;
	r->at -= (off_t)n;
	r->seen += n;
	return true;
}

static const char *hand_out(struct logread *r, size_t from, size_t *size)
{
	buf_reset(&r->line);
	buf_add(&r->line, r->block.data + from, r->end - from);
	*size = r->line.size;
	r->end = from;
	return buf_text(&r->line);
}

const char *logread_back(struct logread *r, size_t *size)
{
	if (!r->begun && !begin_file(r))
		return NULL;
	r->begun = true;
	for (;;) {
		/* The line feed at its end is none of it. */
		if (r->end && r->block.data[r->end - 1] == '\n')
			r->end--;
		const char *feed = r->end ? memrchr(r->block.data, '\n', r->end) : NULL;
		if (feed)
			return hand_out(r, (size_t)(feed - r->block.data) + 1, size);
		bool had = r->end > 0;
		if (read_block(r))
			continue;
		if (had)
			return hand_out(r, 0, size);
		if (*r->problem.text || r->last)
			return NULL;
		r->now++;
		if (!begin_file(r))
			return NULL;
	}
}

/* ---- what is added ---- */

struct logtail {
	char *path, *lock_path;
	int fds[FILES]; /* the one that is read first, then those that came after it */
	size_t count;
	ino_t newest;
	off_t at;         /* of the first one: what is before it is in `bytes`, or was handed out */
	struct buf bytes; /* whole lines, and what may become one */
	size_t done;      /* of those, handed out */
	struct buf line;
};

struct logtail *logtail_after(const struct logread *r)
{
	struct logtail *t = mem_alloc(sizeof *t);
	t->path = mem_strdup(r->path);
	t->lock_path = mem_strdup(r->lock_path);
	int fd = r->count ? fcntl(r->fds[0], F_DUPFD_CLOEXEC, 3) : -1;
	if (fd >= 0) {
		t->at = r->size;
		t->newest = inode_of(fd);
		t->fds[t->count++] = fd;
	}
	return t;
}

void logtail_close(struct logtail *t)
{
	if (!t)
		return;
	close_all(t->fds, &t->count);
	buf_free(&t->bytes);
	buf_free(&t->line);
	free(t->path);
	free(t->lock_path);
	free(t);
}

/* Until the one that we know is found. */
static bool is_newer(void *context, int fd)
{
	const struct logtail *t = context;
	return inode_of(fd) != t->newest;
}

/* It was rotated, once or more often: what came after ours, the oldest first. */
static void find_newer(struct logtail *t)
{
	int fds[FILES];
	size_t count;
	struct err e;
	struct stat st;
	if (lstat(t->path, &st) != 0 || st.st_ino == t->newest ||
	    !open_all(t->path, t->lock_path, fds, &count, is_newer, t, &e) || !count)
		return;
	if (t->newest && inode_of(fds[count - 1]) == t->newest)
		close(fds[--count]);
	ino_t newest = count ? inode_of(fds[0]) : t->newest;
	while (count && t->count < FILES)
		t->fds[t->count++] = fds[--count];
	close_all(fds, &count);
	t->newest = newest;
}

/* An administrator has emptied it. */
static bool is_cut(const struct logtail *t, off_t from)
{
	struct stat st;
	return fstat(t->fds[0], &st) == 0 && st.st_size < from;
}

static void go_to(struct logtail *t, off_t at)
{
	t->at = at;
	t->done = 0;
	buf_reset(&t->bytes);
}

/* The first of the files was read to its end. False: it is the newest. */
static bool next_file(struct logtail *t)
{
	if (t->count < 2)
		return false;
	close(t->fds[0]);
	t->count--;
	memmove(t->fds, t->fds + 1, t->count * sizeof *t->fds);
	go_to(t, 0);
	return true;
}

/*
 * A line or more. What is no whole line yet is read again the next time: a line that does not fit on the disk is
 * taken back.
 */
static bool read_more(struct logtail *t)
{
	off_t from = t->at;
	go_to(t, from);
	while (t->count) {
		char *to = buf_want(&t->bytes, BLOCK);
		ssize_t n = pread(t->fds[0], to, BLOCK, t->at);
		if (n > 0) {
			t->at += n;
			buf_took(&t->bytes, (size_t)n);
			if (memrchr(t->bytes.data, '\n', t->bytes.size))
				return true;
			if (t->bytes.size > LINE_MOST)
				go_to(t, from = t->at);
		} else if (is_cut(t, from)) {
			go_to(t, from = 0);
		} else if (next_file(t)) {
			from = 0;
		} else {
			break;
		}
	}
	go_to(t, from);
	return false;
}

static const char *whole_line(struct logtail *t, size_t *size)
{
	const char *from = buf_text(&t->bytes) + t->done;
	const char *feed = memchr(from, '\n', t->bytes.size - t->done);
	if (!feed)
		return NULL;
	buf_reset(&t->line);
	buf_add(&t->line, from, (size_t)(feed - from));
	*size = t->line.size;
	t->done += t->line.size + 1;
	return buf_text(&t->line);
}

const char *logtail_next(struct logtail *t, size_t *size)
{
	const char *line = whole_line(t, size);
	if (line)
		return line;
	t->at -= (off_t)(t->bytes.size - t->done);
	/* What is there first, then whether there is another file: nothing is added to one that was rotated. */
	if (!read_more(t)) {
		find_newer(t);
		if (!read_more(t))
			return NULL;
	}
	return whole_line(t, size);
}
