/* SPDX-License-Identifier: ISC */
/*
 * The board's file and its blocks.
 *
 * A block is written without a lock: the writer fills the copy that is not valid and then counts
 * the sequence up. A reader that finds the sequence unchanged after copying has read a valid copy,
 * since nobody writes to it before the sequence was counted up once more.
 */
#include "proc/board.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define WORD sizeof(uint64_t)
#define BOARD_MODE 0640

static bool lock_file(int fd)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	return fcntl(fd, F_SETLK, &lock) == 0;
}

static bool is_locked(int fd)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	return fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

/* Is the open file still the one of that name? */
static bool is_at(int fd, const char *path)
{
	struct stat open_one, named;
	return fstat(fd, &open_one) == 0 && stat(path, &named) == 0 &&
	       open_one.st_ino == named.st_ino && open_one.st_dev == named.st_dev;
}

/*
 * Locks the file that is there, or an empty one. Two that start at once: the second may have opened
 * what the first has replaced meanwhile, so it looks again.
 */
static int lock_old(const char *path, struct err *e)
{
	for (int tries = 0; tries < 100; tries++) {
		int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, BOARD_MODE);
		if (fd < 0) {
			err_sys(e, "%s cannot be opened", path);
			return -1;
		}
		bool locked = lock_file(fd);
		if (locked && is_at(fd, path))
			return fd;
		close(fd);
		if (!locked)
			break;
	}
	err_set(e, "%s is in use: another rollcalld runs with this home; stop it first", path);
	return -1;
}

/*
 * A new file in place of the old one, because processes of a supervisor that was killed may still
 * write to what they have mapped.
 */
static int make_new(const char *path, struct err *e)
{
	char name[4096];
	if ((size_t)snprintf(name, sizeof name, "%s.new", path) >= sizeof name) {
		err_set(e, "%s is too long a name", path);
		return -1;
	}
	int fd = open(name, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, BOARD_MODE);
	if (fd >= 0 && lock_file(fd) && ftruncate(fd, sizeof(struct board)) == 0 &&
	    rename(name, path) == 0)
		return fd;
	err_sys(e, "%s cannot be made", path);
	if (fd >= 0)
		close(fd);
	return -1;
}

struct board *board_create(const char *path, struct err *e)
{
	int old = lock_old(path, e);
	if (old < 0)
		return NULL;
	/* Stays open as long as the process: closing it would give up the lock. */
	int fd = make_new(path, e);
	close(old);
	if (fd < 0)
		return NULL;
	void *at = mmap(NULL, sizeof(struct board), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (at == MAP_FAILED) {
		err_sys(e, "%s cannot be mapped", path);
		close(fd);
		return NULL;
	}
	struct board *b = at;
	b->magic = BOARD_MAGIC;
	return b;
}

static const struct board *map_to_read(int fd, const char *path, struct err *e)
{
	struct stat st;
	if (fstat(fd, &st) != 0 || st.st_size != (off_t)sizeof(struct board)) {
		err_set(e, "%s is not a board of this version of rollcalld", path);
		return NULL;
	}
	void *at = mmap(NULL, sizeof(struct board), PROT_READ, MAP_SHARED, fd, 0);
	if (at == MAP_FAILED) {
		err_sys(e, "%s cannot be mapped", path);
		return NULL;
	}
	const struct board *b = at;
	if (b->magic == BOARD_MAGIC)
		return b;
	err_set(e, "%s is not a board of this version of rollcalld", path);
	board_close(b);
	return NULL;
}

const struct board *board_open(const char *path, bool *running, struct err *e)
{
	*running = false;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		err_sys(e, "%s cannot be opened", path);
		return NULL;
	}
	const struct board *b = map_to_read(fd, path, e);
	*running = b && is_locked(fd);
	close(fd);
	return b;
}

void board_close(const struct board *b)
{
	if (b)
		munmap((void *)b, sizeof *b);
}

bool board_is_running(const char *path)
{
	bool running = false;
	board_close(board_open(path, &running, NULL));
	return running;
}

uint64_t board_restarts(const struct board *b)
{
	uint64_t count = 0;
	for (uint32_t i = 0; i < BOARD_GET(b->nslots) && i < BOARD_SLOTS; i++)
		count += BOARD_GET(b->slots[i].restarts);
	return count;
}

void board_write(struct board_block *block, const void *bytes, size_t size)
{
	const unsigned char *from = bytes;
	if (size > BOARD_BLOCK)
		size = BOARD_BLOCK;
	uint32_t next = atomic_load_explicit(&block->sequence, memory_order_relaxed) + 1;
	if (next == 0)
		next = 2; /* 0 means that nothing was ever written */
	/* Whoever sees a word of the new copy also sees the sequence that made the copy free. */
	atomic_thread_fence(memory_order_release);
	for (size_t at = 0; at < size; at += WORD) {
		uint64_t word = 0;
		memcpy(&word, from + at, size - at < WORD ? size - at : WORD);
		atomic_store_explicit(
		    &block->words[next % 2][at / WORD], word, memory_order_relaxed);
	}
	atomic_store_explicit(&block->size[next % 2], (uint32_t)size, memory_order_relaxed);
	atomic_store_explicit(&block->sequence, next, memory_order_release);
}

static size_t copy_out(
    const struct board_block *block, unsigned copy, unsigned char *to, size_t room)
{
	size_t size = atomic_load_explicit(&block->size[copy], memory_order_relaxed);
	if (size > room)
		size = room;
	if (size > BOARD_BLOCK)
		size = BOARD_BLOCK;
	for (size_t at = 0; at < size; at += WORD) {
		uint64_t word =
		    atomic_load_explicit(&block->words[copy][at / WORD], memory_order_relaxed);
		memcpy(to + at, &word, size - at < WORD ? size - at : WORD);
	}
	return size;
}

size_t board_read(const struct board_block *block, void *bytes, size_t size)
{
	for (;;) {
		uint32_t before = atomic_load_explicit(&block->sequence, memory_order_acquire);
		if (before == 0)
			return 0;
		size_t got = copy_out(block, before % 2, bytes, size);
		atomic_thread_fence(memory_order_acquire);
		if (atomic_load_explicit(&block->sequence, memory_order_relaxed) == before)
			return got;
	}
}
