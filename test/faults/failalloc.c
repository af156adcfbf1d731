/* SPDX-License-Identifier: ISC */
/*
 * Preloaded into a server under test: lets the n-th allocation of one process fail.
 *
 * ROLLCALL_TEST_FAILALLOC is the file with the orders (struct orders below, test/lib/faults.py writes
 * it).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* What glibc's malloc() is called inside; theirs are the names. */
extern void *__libc_malloc(size_t size);               /* NOLINT */
extern void *__libc_calloc(size_t count, size_t size); /* NOLINT */
extern void *__libc_realloc(void *old, size_t size);   /* NOLINT */

struct orders {
	int32_t pid;    /* the process that is meant; 0: none */
	int32_t at;     /* the allocation that fails, from 1 */
	int32_t calls;  /* that there were since it was meant */
	int32_t failed; /* of them */
};

static struct orders *orders;

__attribute__((constructor)) static void take_orders(void)
{
	const char *path = getenv("ROLLCALL_TEST_FAILALLOC");
	int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
	if (fd < 0)
		return;
	void *at = mmap(NULL, sizeof *orders, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	orders = at == MAP_FAILED ? NULL : at;
	close(fd);
}

static int fails(void)
{
	if (!orders || !orders->pid || orders->pid != (int32_t)getpid())
		return 0;
	if (__atomic_add_fetch(&orders->calls, 1, __ATOMIC_SEQ_CST) != orders->at)
		return 0;
	__atomic_add_fetch(&orders->failed, 1, __ATOMIC_SEQ_CST);
	errno = ENOMEM;
	return 1;
}

void *malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	return fails() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
	return fails() ? NULL : __libc_realloc(old, size);
}
