/* SPDX-License-Identifier: ISC */
#include "base/buf.h"

#include "base/mem.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void buf_free(struct buf *b)
{
	free(b->data);
	*b = (struct buf){0};
}

void buf_reset(struct buf *b)
{
	b->size = 0;
	if (b->data)
		b->data[0] = '\0';
}

char *buf_want(struct buf *b, size_t n)
{
	if (n >= SIZE_MAX / 2 - b->size)
		mem_die(n);
	size_t need = b->size + n + 1;
	if (need > b->room) {
		size_t room = b->room ? b->room : 256;
		while (room < need)
			room *= 2;
		b->data = mem_realloc(b->data, room);
		b->room = room;
	}
	return b->data + b->size;
}

void buf_took(struct buf *b, size_t n)
{
	b->size += n;
	b->data[b->size] = '\0';
}

void buf_add(struct buf *b, const void *bytes, size_t n)
{
	char *to = buf_want(b, n);
	if (n)
		memcpy(to, bytes, n);
	buf_took(b, n);
}

void buf_addc(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}

void buf_adds(struct buf *b, const char *text)
{
	buf_add(b, text, strlen(text));
}

void buf_addv(struct buf *b, const char *format, va_list args)
{
	va_list again;
	va_copy(again, args);
	char *to = buf_want(b, 128);
	int n = vsnprintf(to, 128, format, args);
	if (n >= 128) {
		to = buf_want(b, (size_t)n);
		vsnprintf(to, (size_t)n + 1, format, again);
	}
	va_end(again);
	buf_took(b, n > 0 ? (size_t)n : 0);
}

void buf_addf(struct buf *b, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	buf_addv(b, format, args);
	va_end(args);
}

const char *buf_text(const struct buf *b)
{
	return b->data ? b->data : "";
}
