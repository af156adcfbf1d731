/* SPDX-License-Identifier: ISC */
/*
 * Memory that is there.
 *
 * When there is no memory, a process says so and ends: what a worker holds is bounded (limits.h)
 * and fenced (RLIMIT_DATA), so this costs one request and the supervisor starts another worker. No
 * caller has to check for NULL, and no half-built answer can leave.
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

/* Zeroed memory; free() it. */
void *mem_alloc(size_t size) __attribute__((malloc, returns_nonnull));
void *mem_calloc(size_t count, size_t size) __attribute__((malloc, returns_nonnull));
/* Like realloc(3). */
void *mem_realloc(void *old, size_t size) __attribute__((returns_nonnull));
char *mem_strdup(const char *s) __attribute__((malloc, returns_nonnull));
/* Says so on stderr and ends the process with status 70. */
void mem_die(size_t size) __attribute__((noreturn));

#endif
