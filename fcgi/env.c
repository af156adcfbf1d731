/* SPDX-License-Identifier: ISC */
#include "fcgi/env.h"

#include <string.h>

#define ROWS_MOST 32 /* bits of the set of those that came twice */

static const char **place(const struct env_row *r, void *out)
{
	return (const char **)(void *)((char *)out + r->offset);
}

/* The row of a variable; `count` when nobody wants it. */
static size_t find(const struct env_row *rows, size_t count, const char *name, size_t size)
{
	for (size_t i = 0; i < count; i++) {
		if (rows[i].size == size && memcmp(rows[i].name, name, size) == 0)
			return i;
	}
	return count;
}

void env_read(char **envp, const struct env_row *rows, size_t count, void *out)
{
	unsigned twice = 0;
	for (; *envp; envp++) {
		const char *equals = strchr(*envp, '=');
		size_t i = equals ? find(rows, count, *envp, (size_t)(equals - *envp)) : count;
		if (i == count)
			continue;
		if (*place(&rows[i], out))
			twice |= 1U << (i % ROWS_MOST);
		else
			*place(&rows[i], out) = equals + 1;
	}
	for (size_t i = 0; i < count; i++) {
		if (rows[i].once && (twice & (1U << (i % ROWS_MOST))))
			*place(&rows[i], out) = NULL;
	}
}
