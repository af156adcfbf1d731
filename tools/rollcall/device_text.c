/* SPDX-License-Identifier: ISC */
#include "tools/rollcall/device_text.h"

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* The first byte of a letter? */
static bool begins_letter(char c)
{
	return (c & 0xc0) != 0x80;
}

/* How many letters; all of them are one column wide, as nearly all are. */
static size_t letters(const char *s, size_t n)
{
	size_t count = 0;
	for (size_t i = 0; i < n; i++)
		count += begins_letter(s[i]);
	return count;
}

size_t cell_width(const char *text)
{
	return letters(text, strlen(text));
}

void cell_pad(struct buf *out, size_t from, size_t width)
{
	static const char blanks[] = "                                ";
	size_t wide = letters(buf_text(out) + from, out->size - from);
	while (wide < width) {
		size_t n = width - wide < sizeof blanks - 1 ? width - wide : sizeof blanks - 1;
		buf_add(out, blanks, n);
		wide += n;
	}
}

void cell_cut(struct buf *out, const char *text, size_t most)
{
	size_t from = out->size;
	cell_add(out, text);
	if (!most || letters(buf_text(out) + from, out->size - from) <= most)
		return;
	size_t count = 0;
	for (size_t i = from; i < out->size; i++) {
		count += begins_letter(out->data[i]);
		if (count == most) {
			out->size = i;
			break;
		}
	}
	buf_adds(out, "…");
}

/*
 * Where to break a line: behind the last blank that fits (which is dropped), else behind the first one;
 * 0: nowhere. Not within its first `indent` columns.
 */
static size_t break_at(const char *line, size_t n, size_t indent, size_t width)
{
	size_t at = 0, column = 0;
	for (size_t i = 0; i < n && !(column > width && at); i++) {
		column += begins_letter(line[i]);
		if (line[i] == ' ' && column > indent && (column <= width + 1 || !at))
			at = i + 1;
	}
	return column > width && at < n ? at : 0;
}

static void fold_line(struct buf *out, const char *line, size_t n, size_t indent, size_t width)
{
	size_t room = width, hang = indent;
	for (size_t at; (at = break_at(line, n, hang, room)); line += at, n -= at) {
		size_t end = at;
		while (end && line[end - 1] == ' ')
			end--;
		buf_add(out, line, end);
		buf_addc(out, '\n');
		cell_pad(out, out->size, indent);
		room = width - indent;
		hang = 0;
	}
	buf_add(out, line, n);
}

void cell_fold(struct buf *out, size_t from, size_t indent, size_t width)
{
	struct buf folded = {0};
	if (width < 2 * indent || out->size == from)
		return;
	const char *line = out->data + from, *end = out->data + out->size;
	for (const char *stop; line < end; line = stop) {
		stop = memchr(line, '\n', (size_t)(end - line));
		stop = stop ? stop + 1 : end;
		size_t n = (size_t)(stop - line);
		fold_line(&folded, line, n - (stop[-1] == '\n'), indent, width);
		buf_adds(&folded, stop[-1] == '\n' ? "\n" : "");
	}
	out->size = from;
	buf_add(out, folded.data, folded.size);
	buf_free(&folded);
}

size_t cell_terminal(void)
{
	struct winsize size = {0};
	if (!isatty(STDOUT_FILENO))
		return 0;
	return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col : 80;
}

static void add_value(struct buf *out, const struct state_show *one)
{
	if (!one->value) {
		buf_adds(out, "error: ");
		cell_add(out, one->error);
	} else {
		cell_add(out, *one->value ? one->value : "(nothing)");
	}
}

void device_text_shows(struct buf *out, const struct state *s, const char *query, size_t indent)
{
	size_t width = 0;
	for (size_t i = 0; i < s->nshows; i++) {
		size_t n = cell_width(s->shows[i].title);
		if (strcmp(s->shows[i].query, query) == 0 && n > width)
			width = n;
	}
	for (size_t i = 0; i < s->nshows; i++) {
		if (strcmp(s->shows[i].query, query) != 0)
			continue;
		cell_pad(out, out->size, indent);
		size_t from = out->size;
		cell_add(out, s->shows[i].title);
		cell_pad(out, from, width ? width + 2 : 0);
		add_value(out, &s->shows[i]);
		buf_addc(out, '\n');
	}
}
