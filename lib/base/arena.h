/* SPDX-License-Identifier: ISC */
/*
 * An arena: memory that is given back all at once.
 *
 * One per request, and one per loaded configuration. What is allocated here is never freed singly.
 * arena_reset() keeps the first chunk, so a worker that serves small requests allocates nothing
 * after its first one.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct arena_chunk;

/* Initialise with {0}. */
struct arena {
	struct arena_chunk *first, *now;
	size_t total; /* bytes handed out since the last reset */
};

/* Everything is given back but the first chunk. */
void arena_reset(struct arena *a);
void arena_free(struct arena *a);

/* Zeroed, aligned for anything. */
void *arena_alloc(struct arena *a, size_t size) __attribute__((returns_nonnull));
/* `count` elements of `size`, zeroed. */
void *arena_calloc(struct arena *a, size_t count, size_t size) __attribute__((returns_nonnull));
char *arena_strdup(struct arena *a, const char *s) __attribute__((returns_nonnull));
/*
 * Room for one more in a list of `count` elements of `size` that has room for *room of them: the list, or a
 * copy that is twice as long (`first` long when there was none). What is behind `count` is zeroed.
 */
void *arena_room(struct arena *a, void *list, size_t count, size_t *room, size_t size, size_t first)
    __attribute__((returns_nonnull));
/* A NUL-terminated copy of `n` bytes. */
char *arena_strndup(struct arena *a, const char *s, size_t n) __attribute__((returns_nonnull));
/* A copy with ASCII letters in lower case. */
char *arena_lower(struct arena *a, const char *s) __attribute__((returns_nonnull));
/* The texts one after the other. For what is done often: printf takes its time. */
#define arena_concat(a, ...) arena_concat_list((a), (const char *const[]){__VA_ARGS__, NULL})
/* The same of an array that ends with NULL. */
char *arena_concat_list(struct arena *a, const char *const *texts) __attribute__((returns_nonnull));
char *arena_printf(struct arena *a, const char *format, ...)
    __attribute__((format(printf, 2, 3), returns_nonnull));
char *arena_vprintf(struct arena *a, const char *format, va_list args)
    __attribute__((format(printf, 2, 0), returns_nonnull));

#endif
