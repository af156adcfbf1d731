/* SPDX-License-Identifier: ISC */
#include "core/snip.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

/* A sorted array: a folder has tens or hundreds of files, and is asked more often than it changes. */
struct snippets {
	struct snippet *list;
	size_t count, room;
};

struct snippets *snip_new(void)
{
	return mem_alloc(sizeof(struct snippets));
}

static void clear(struct snippet *s)
{
	free((char *)s->name);
	free((char *)s->problem);
	free((char *)s->text);
	free((char *)s->sum);
}

void snip_free(struct snippets *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->count; i++)
		clear(&s->list[i]);
	free(s->list);
	free(s);
}

/* The index of `name`, or where it would have to be put. */
static size_t place(const struct snippets *s, const char *name, bool *there)
{
	size_t low = 0, high = s->count;
	*there = false;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(name, s->list[middle].name);
		if (order == 0) {
			*there = true;
			return middle;
		}
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

const struct snippet *snip_find(const struct snippets *s, const char *name)
{
	bool there;
	size_t i = place(s, name, &there);
	return there ? &s->list[i] : NULL;
}

size_t snip_count(const struct snippets *s)
{
	return s->count;
}

const struct snippet *snip_at(const struct snippets *s, size_t i)
{
	return &s->list[i];
}

static struct snippet *slot_for(struct snippets *s, const char *name)
{
	bool there;
	size_t i = place(s, name, &there);
	if (there) {
		clear(&s->list[i]);
	} else {
		if (s->count == s->room) {
			s->room = s->room ? 2 * s->room : 64;
			s->list = mem_realloc(s->list, s->room * sizeof *s->list);
		}
		memmove(s->list + i + 1, s->list + i, (s->count - i) * sizeof *s->list);
		s->count++;
	}
	s->list[i] = (struct snippet){.name = mem_strdup(name)};
	return &s->list[i];
}

void snip_put_problem(
    struct snippets *s, const char *name, time_t mtime, size_t size, const char *why)
{
	struct snippet *snippet = slot_for(s, name);
	snippet->mtime = mtime;
	snippet->size = size;
	snippet->problem = mem_strdup(why);
	snippet->text = mem_strdup("");
	snippet->sum = mem_strdup("");
}

void snip_drop(struct snippets *s, const char *name)
{
	bool there;
	size_t i = place(s, name, &there);
	if (!there)
		return;
	clear(&s->list[i]);
	s->count--;
	memmove(s->list + i, s->list + i + 1, (s->count - i) * sizeof *s->list);
}

/* The controls that text may have; VT is none of them. */
static bool is_kept(unsigned char c)
{
	return c == '\t' || c == '\r' || c == '\n' || c == '\f';
}

static bool is_text(const char *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		unsigned char c = (unsigned char)bytes[i];
		if ((c < 0x20 && !is_kept(c)) || c == 0x7f)
			return false;
	}
	return true;
}

/* One line: up to CR, LF or both. Returns where the next one starts. */
static const char *next_line(const char *p, const char *end, size_t *length)
{
	const char *start = p;
	while (p < end && *p != '\n' && *p != '\r')
		p++;
	*length = (size_t)(p - start);
	if (p < end && *p == '\r')
		p++;
	if (p < end && *p == '\n' && (p == start + *length || p[-1] == '\r'))
		p++;
	return p;
}

/* The text of a buffer that ends here, without the room to grow: it is held for long. */
static char *shrunk(struct buf *b)
{
	return b->data ? mem_realloc(b->data, b->size + 1) : mem_strdup("");
}

void snip_put(struct snippets *s, const char *name, time_t mtime, const char *bytes, size_t size)
{
	if (!is_text(bytes, size)) {
		snip_put_problem(s, name, mtime, size,
		    "it is not text: it has control characters in it (is it UTF-16? save it as UTF-8)");
		return;
	}
	const char *end = bytes + size, *p = bytes;
	struct buf text = {0}, sum = {0};

	/* An editor's byte order mark would spoil the first command. */
	if (size >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0)
		p += 3;
	while (p < end) {
		const char *line = p;
		size_t length;
		p = next_line(p, end, &length);
		buf_add(&text, line, length);
		buf_add(&text, "\r\n", 2);
		text_trim(&line, &length);
		buf_add(&sum, line, length);
	}

	struct snippet *snippet = slot_for(s, name);
	snippet->mtime = mtime;
	snippet->size = size;
	snippet->utf8 = text_is_utf8(bytes, size);
	snippet->text_size = text.size;
	snippet->text = shrunk(&text);
	snippet->sum_size = sum.size;
	snippet->sum = shrunk(&sum);
}
