/* SPDX-License-Identifier: ISC */
/*
 * Preloaded into a server under test: lets writing to one file fail, or be slow, and file systems say what they are not.
 *
 * ROLLCALL_TEST_FAILIO is the file with the orders (struct orders below, test/lib/faults.py writes
 * it) and is looked at before each call; ROLLCALL_TEST_FAILIO_FILE is the file that is meant, by its
 * absolute path. All processes count together, so that one which takes the place of another goes on
 * where that one was.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

struct orders {
	int32_t at;        /* the call that fails, from 1; 0: none does */
	int32_t number;    /* with this errno */
	int32_t lasting;   /* 1: so do all that follow */
	int32_t sync_us;   /* flushing takes so much longer; -1: it does nothing, and says it did */
	int32_t calls;     /* that there were since */
	int32_t failed;    /* of them */
	int32_t die;       /* 1: who makes the file longer or shorter is killed before that */
	int32_t read_only; /* 1: every file system says that it is (only says: see `number`) */
};

static struct orders *orders;
static const char *file;

__attribute__((constructor)) static void take_orders(void)
{
	const char *path = getenv("ROLLCALL_TEST_FAILIO");
	int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
	file = getenv("ROLLCALL_TEST_FAILIO_FILE");
	if (fd < 0)
		return;
	void *at = mmap(NULL, sizeof *orders, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	orders = at == MAP_FAILED ? NULL : at;
	close(fd);
}

static int is_meant(int fd)
{
	char link[40], target[4096];
	if (!orders || !file)
		return 0;
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	ssize_t n = readlink(link, target, sizeof target);
	return n > 0 && strlen(file) == (size_t)n && memcmp(target, file, (size_t)n) == 0;
}

/* This call fails; errno says how. */
static int fails(int fd)
{
	/* Not counted before it is said which one is to fail: that one could be over by then. */
	int32_t at = is_meant(fd) ? __atomic_load_n(&orders->at, __ATOMIC_SEQ_CST) : 0;
	if (at == 0)
		return 0;
	int32_t now = __atomic_add_fetch(&orders->calls, 1, __ATOMIC_SEQ_CST);
	if (now < at || (now > at && !orders->lasting))
		return 0;
	__atomic_add_fetch(&orders->failed, 1, __ATOMIC_SEQ_CST);
	errno = orders->number;
	return 1;
}

/* Slow, or a lie; 1: it was one. */
static int lies(int fd)
{
	int32_t us = orders && is_meant(fd) ? orders->sync_us : 0;
	struct timespec t = {.tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000L};
	if (us > 0)
		nanosleep(&t, NULL);
	return us < 0;
}

ssize_t write(int fd, const void *bytes, size_t n)
{
	return fails(fd) ? -1 : syscall(SYS_write, fd, bytes, n);
}

ssize_t pwrite(int fd, const void *bytes, size_t n, off_t at)
{
	return fails(fd) ? -1 : syscall(SYS_pwrite64, fd, bytes, n, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t n, off64_t at)
{
	return pwrite(fd, bytes, n, at);
}

ssize_t writev(int fd, const struct iovec *v, int n)
{
	return fails(fd) ? -1 : syscall(SYS_writev, fd, v, n);
}

ssize_t pwritev(int fd, const struct iovec *v, int n, off_t at)
{
	return fails(fd) ? -1 : syscall(SYS_pwritev, fd, v, n, at, 0);
}

ssize_t pwritev64(int fd, const struct iovec *v, int n, off64_t at)
{
	return pwritev(fd, v, n, at);
}

int fdatasync(int fd)
{
	if (lies(fd))
		return 0;
	return fails(fd) ? -1 : (int)syscall(SYS_fdatasync, fd);
}

int fsync(int fd)
{
	if (lies(fd))
		return 0;
	return fails(fd) ? -1 : (int)syscall(SYS_fsync, fd);
}

int ftruncate(int fd, off_t size)
{
	if (is_meant(fd) && orders->die)
		kill(getpid(), SIGKILL);
	return fails(fd) ? -1 : (int)syscall(SYS_ftruncate, fd, size);
}

int ftruncate64(int fd, off64_t size)
{
	return ftruncate(fd, size);
}

int statvfs(const char *path, struct statvfs *fs)
{
	int (*real)(const char *, struct statvfs *);
	*(void **)&real = dlsym(RTLD_NEXT, "statvfs");
	int status = real(path, fs);
	if (status == 0 && orders && orders->read_only)
		fs->f_flag |= ST_RDONLY;
	return status;
}
