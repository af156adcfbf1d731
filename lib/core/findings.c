/* SPDX-License-Identifier: ISC */
#include "core/findings.h"

#include "base/hide.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* Bytes of a value in a message. */
#define SHOWN 60
/* More than a person reads; a file that is wrong everywhere must not cost more than one that is not. */
#define FINDINGS_MOST 100

/* A finding is one line, whatever stood in the file. */
static void one_line(char *text)
{
	for (; *text; text++) {
		if (text_has_control(text, 1))
			*text = ' ';
		else if ((unsigned char)*text == 0xc2 && text_has_control(text, 2))
			text[1] = (char)0xa0; /* a C1 control becomes a no-break space */
	}
}

/* Findings stand in logs and on pages. */
static const char *hide(struct arena *a, const char *text)
{
	struct buf out = {0};
	if (!strstr(text, "://"))
		return text;
	hide_passwords(&out, text);
	const char *copy = arena_strdup(a, buf_text(&out));
	buf_free(&out);
	return copy;
}

static void add(struct findings *f, struct finding new)
{
	if (f->count == f->room) {
		f->room = f->room ? 2 * f->room : 16;
		f->list = mem_realloc(f->list, f->room * sizeof *f->list);
	}
	f->list[f->count++] = new;
}

bool findings_room(const struct findings *f, enum finding_kind kind)
{
	/* Warnings leave room for the errors that come after them. */
	return f->count <= (kind == FINDING_WARNING ? FINDINGS_MOST / 2 : FINDINGS_MOST);
}

void findings_add(struct findings *f, enum finding_kind kind, const char *file, unsigned line,
    const char *format, ...)
{
	struct finding new = {kind, "", line, "more is wrong than is listed here"};
	f->errors += kind == FINDING_ERROR;
	if (!findings_room(f, kind))
		return;
	new.file = arena_strdup(&f->arena, file);
	if (f->count < FINDINGS_MOST) {
		va_list args;
		va_start(args, format);
		char *text = arena_vprintf(&f->arena, format, args);
		va_end(args);
		one_line(text);
		new.text = hide(&f->arena, text);
	}
	add(f, new);
}

void findings_free(struct findings *f)
{
	free(f->list);
	arena_free(&f->arena);
	*f = (struct findings){0};
}

static const char *const kinds[] = {[FINDING_ERROR] = "error", [FINDING_WARNING] = "warning"};

void findings_print(const struct findings *f, struct buf *out)
{
	for (size_t i = 0; i < f->count; i++) {
		const struct finding *one = &f->list[i];
		buf_adds(out, one->file);
		if (one->line)
			buf_addf(out, ":%u", one->line);
		buf_addf(out, ": %s: %s\n", kinds[one->kind], one->text);
	}
}

void findings_print_json(const struct findings *f, struct buf *out)
{
	buf_adds(out, "\"findings\": [");
	for (size_t i = 0; i < f->count; i++) {
		const struct finding *one = &f->list[i];
		json_pair(out, i ? ",\n    {" : "\n    {", "kind", kinds[one->kind]);
		json_pair(out, ", ", "file", one->file);
		buf_addf(out, ", \"line\": %u", one->line);
		json_pair(out, ", ", "text", one->text);
		buf_addc(out, '}');
	}
	buf_addc(out, ']');
}

int findings_shown(const char *value)
{
	size_t n = strnlen(value, SHOWN + 1);
	if (n <= SHOWN)
		return (int)n;
	n = SHOWN;
	while (n && ((unsigned char)value[n] & 0xc0) == 0x80)
		n--;
	return (int)n;
}
