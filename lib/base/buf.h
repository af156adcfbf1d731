/* SPDX-License-Identifier: ISC */
/*
 * A growing buffer of bytes.
 *
 * `data` is always NUL-terminated once something was put in (the NUL is not counted in `size`), so
 * a buffer of text can be handed to functions that want a string. Initialise with {0}.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include <stddef.h>

struct buf {
	char *data;
	size_t size, room;
};

void buf_free(struct buf *b);
/* Empty again; the memory is kept for the next use. */
void buf_reset(struct buf *b);
void buf_add(struct buf *b, const void *bytes, size_t n);
void buf_addc(struct buf *b, char c);
void buf_adds(struct buf *b, const char *text);
void buf_addf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_addv(struct buf *b, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));
/* Room for `n` more bytes at the returned place; buf_took() says how many were used. */
char *buf_want(struct buf *b, size_t n) __attribute__((returns_nonnull));
void buf_took(struct buf *b, size_t n);
/* The text, "" when empty; valid until the next change. */
const char *buf_text(const struct buf *b) __attribute__((returns_nonnull));

#endif
