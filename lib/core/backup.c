/* SPDX-License-Identifier: ISC */
#include "core/backup.h"

#include "base/text.h"

#include <stdbool.h>
#include <string.h>

/* A line that starts like this, and has these parts after it in this order, does not count. */
static const struct volatile_line {
	const char *start, *parts[2];
} volatile_lines[] = {
    {"vars create UPDATE/", {NULL, NULL}},
    {"config change UP1 /", {NULL, NULL}},
    {"vars create TLS0/TICKET/", {NULL, NULL}},
    {"mod cmd FLASHDIR0 add-item ", {")(type=", "(info="}},
};

static bool is_like(const struct volatile_line *v, const char *line, size_t n)
{
	size_t at = strlen(v->start);
	if (n < at || memcmp(line, v->start, at) != 0)
		return false;
	for (size_t i = 0; i < 2 && v->parts[i]; i++) {
		const char *part = memmem(line + at, n - at, v->parts[i], strlen(v->parts[i]));
		if (!part)
			return false;
		at = (size_t)(part - line) + strlen(v->parts[i]);
	}
	return true;
}

static bool counts(const char *line, size_t n)
{
	const char *trimmed = line;
	size_t size = n;
	text_trim(&trimmed, &size);
	if (!size)
		return false;
	for (size_t i = 0; i < sizeof volatile_lines / sizeof *volatile_lines; i++) {
		if (is_like(&volatile_lines[i], line, n))
			return false;
	}
	return true;
}

void backup_filter(struct buf *out, const char *bytes, size_t size)
{
	while (size) {
		const char *newline = memchr(bytes, '\n', size);
		size_t whole = newline ? (size_t)(newline - bytes) + 1 : size, n = whole;
		while (n && (bytes[n - 1] == '\n' || bytes[n - 1] == '\r'))
			n--;
		if (counts(bytes, n)) {
			buf_add(out, bytes, n);
			buf_add(out, "\r\n", 2);
		}
		bytes += whole;
		size -= whole;
	}
}
