/* SPDX-License-Identifier: ISC */
#include "base/mem.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void mem_die(size_t size)
{
	char line[96];
	int n = snprintf(line, sizeof line, "memory: %zu bytes are not to be had, leaving\n", size);
	if (n > 0 && write(STDERR_FILENO, line, (size_t)n) < 0)
		_exit(71);
	_exit(70);
}

void *mem_alloc(size_t size)
{
	return mem_calloc(1, size);
}

void *mem_calloc(size_t count, size_t size)
{
	void *p = calloc(count ? count : 1, size ? size : 1);
	if (!p)
		mem_die(size > 0 && count > SIZE_MAX / size ? SIZE_MAX : count * size);
	return p;
}

void *mem_realloc(void *old, size_t size)
{
	void *p = realloc(old, size ? size : 1);
	if (!p)
		mem_die(size);
	return p;
}

char *mem_strdup(const char *s)
{
	size_t n = strlen(s) + 1;
	return memcpy(mem_alloc(n), s, n);
}
