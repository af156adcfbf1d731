/* SPDX-License-Identifier: ISC */
#include "core/form.h"

#include "base/pct.h"
#include "base/text.h"

#include <string.h>

#define BOUNDARY_MOST 70 /* RFC 2046 §5.1.1 */
#define HEAD_MOST 1024   /* the header of one part */

/* ---- fields ---- */

/* Text, in lines perhaps; a file may be anything. */
static bool is_text(const char *s, size_t n)
{
	if (strnlen(s, n) != n || !text_is_utf8(s, n))
		return false;
	while (n) {
		size_t plain = strcspn(s, "\t\r\n");
		if (plain > n)
			plain = n;
		if (text_has_control(s, plain))
			return false;
		s += plain + (plain < n);
		n -= plain + (plain < n);
	}
	return true;
}

static bool add(struct form *f, struct form_field field, size_t name_size, struct err *e)
{
	if (!name_size || name_size > FORM_NAME || strlen(field.name) != name_size ||
	    text_has_control(field.name, name_size) || !text_is_utf8(field.name, name_size))
		return err_set(e, "the name of a field is not 1 to %d letters", FORM_NAME);
	if (!field.is_file && !is_text(field.value, field.size))
		return err_set(
		    e, "the field %s has a control character in it, or is not UTF-8", field.name);
	f->list[f->count++] = field;
	return true;
}

static bool room_for(struct arena *a, struct form *f, size_t fields, struct err *e)
{
	*f = (struct form){.list = NULL};
	if (fields > FORM_FIELDS)
		return err_set(e, "%zu fields, at most %d are allowed", fields, FORM_FIELDS);
	f->list = arena_calloc(a, fields, sizeof *f->list);
	return true;
}

const struct form_field *form_find(const struct form *f, const char *name)
{
	for (size_t i = 0; i < f->count; i++) {
		if (strcmp(f->list[i].name, name) == 0)
			return &f->list[i];
	}
	return NULL;
}

const char *form_value(const struct form *f, const char *name)
{
	const struct form_field *field = form_find(f, name);
	return field ? field->value : NULL;
}

/* ---- name=value&name=value ---- */

static const char *decode(struct arena *a, const char *s, size_t n, size_t *size)
{
	char *copy = arena_strndup(a, s, n), *out = arena_alloc(a, n + 1);
	for (size_t i = 0; i < n; i++) {
		if (copy[i] == '+')
			copy[i] = ' ';
	}
	return pct_decode(out, copy, n, size) ? out : NULL;
}

static bool parse_pair(struct arena *a, const char *s, size_t n, struct form *f, struct err *e)
{
	const char *equals = memchr(s, '=', n);
	size_t name_size = equals ? (size_t)(equals - s) : n;
	struct form_field field = {.value = ""};
	if (!n)
		return true;
	field.name = decode(a, s, name_size, &name_size);
	if (equals)
		field.value = decode(a, equals + 1, n - (size_t)(equals + 1 - s), &field.size);
	if (!field.name || !field.value)
		return err_set(e, "a %% is not followed by two hexadecimal digits");
	return add(f, field, name_size, e);
}

static size_t count_bytes(const char *text, size_t n, char c)
{
	size_t count = 0;
	for (size_t i = 0; i < n; i++)
		count += text[i] == c;
	return count;
}

bool form_parse(struct arena *a, const char *text, size_t size, struct form *out, struct err *e)
{
	if (!room_for(a, out, count_bytes(text, size, '&') + 1, e))
		return false;
	while (size) {
		const char *amp = memchr(text, '&', size);
		size_t n = amp ? (size_t)(amp - text) : size;
		if (!parse_pair(a, text, n, out, e))
			return false;
		text += n + (amp != NULL);
		size -= n + (amp != NULL);
	}
	return true;
}

/* ---- multipart/form-data (RFC 7578) ---- */

/*
 * The value of a parameter of a header: ; NAME="VALUE" or ; NAME=VALUE. Browsers write %22 for a quotation
 * mark within. NULL: there is none. Arena.
 */
static const char *parameter(struct arena *a, const char *header, const char *name)
{
	size_t n = strlen(name);
	for (const char *at = strchr(header, ';'); at; at = strchr(at, ';')) {
		at += 1 + strspn(at + 1, " \t");
		if (strncmp(at, name, n) != 0 || at[n] != '=')
			continue;
		at += n + 1;
		if (*at != '"')
			return arena_strndup(a, at, strcspn(at, "; \t"));
		size_t size = strcspn(at + 1, "\"");
		return at[1 + size] == '"' ? arena_strndup(a, at + 1, size) : NULL;
	}
	return NULL;
}

/* The line of the header of a part that says which field it is. Arena; NULL: there is none. */
static const char *disposition(struct arena *a, const char *head, size_t size)
{
	static const char wanted[] = "content-disposition:";
	const char *end = head + size;
	while (head < end) {
		const char *newline = memchr(head, '\n', (size_t)(end - head));
		size_t n = newline ? (size_t)(newline - head) : (size_t)(end - head);
		char *line = arena_strndup(a, head, n);
		size_t length = strcspn(line, "\r");
		line[length] = '\0';
		char *lower = arena_lower(a, line);
		if (text_starts(lower, wanted))
			return line;
		head += n + 1;
	}
	return NULL;
}

static bool parse_part(struct arena *a, const char *s, size_t n, struct form *f, struct err *e)
{
	const char *blank = memmem(s, n, "\r\n\r\n", 4);
	size_t head = blank ? (size_t)(blank - s) : 0;
	const char *line = blank && head <= HEAD_MOST ? disposition(a, s, head) : NULL;
	struct form_field field = {.name = line ? parameter(a, line, "name") : NULL};
	if (!field.name)
		return err_set(e, "a part of the form has no name");
	field.size = n - head - 4;
	field.value = arena_alloc(a, field.size + 1);
	memcpy((char *)field.value, blank + 4, field.size);
	field.is_file = parameter(a, line, "filename") != NULL;
	return add(f, field, strlen(field.name), e);
}

/* From one delimiter to the next; what stands before the first and behind the last does not count. */
static bool parse_parts(
    struct arena *a, const char *between, const char *s, size_t n, struct form *f, struct err *e)
{
	size_t size = strlen(between);
	const char *end = s + n, *at = memmem(s, n, between + 2, size - 2);
	bool first = at == s;
	if (!first)
		return err_set(e, "the form does not begin with its boundary");
	at += size - 2;
	for (;;) {
		if ((size_t)(end - at) >= 2 && memcmp(at, "--", 2) == 0)
			return true;
		if ((size_t)(end - at) < 2 || memcmp(at, "\r\n", 2) != 0)
			break;
		at += 2;
		const char *next = memmem(at, (size_t)(end - at), between, size);
		if (!next)
			break;
		if (f->count == FORM_FIELDS)
			return err_set(e, "more than %d fields", FORM_FIELDS);
		if (!parse_part(a, at, (size_t)(next - at), f, e))
			return false;
		at = next + size;
	}
	return err_set(e, "the form is not complete");
}

static bool parse_multipart(struct arena *a, const char *type, const void *bytes, size_t size,
    struct form *out, struct err *e)
{
	const char *boundary = parameter(a, type, "boundary");
	if (!boundary || !*boundary || strlen(boundary) > BOUNDARY_MOST)
		return err_set(e, "the form has no proper boundary");
	return room_for(a, out, FORM_FIELDS, e) &&
	       parse_parts(a, arena_concat(a, "\r\n--", boundary), bytes, size, out, e);
}

bool form_parse_body(struct arena *a, const char *type, const void *bytes, size_t size,
    struct form *out, struct err *e)
{
	static const char plain[] = "application/x-www-form-urlencoded";
	static const char parts[] = "multipart/form-data;";
	const char *lower = arena_lower(a, type);
	*out = (struct form){.list = NULL};
	if (size > FORM_BODY)
		return err_set(e, "the form is larger than %d bytes", FORM_BODY);
	if (text_starts(lower, plain))
		return form_parse(a, bytes, size, out, e);
	if (text_starts(lower, parts))
		return parse_multipart(a, type, bytes, size, out, e);
	return err_set(e, "a form of the type \"%.64s\" is not understood", lower);
}

/* ---- cookies (RFC 6265 §4.2) ---- */

const char *form_cookie(struct arena *a, const char *header, const char *name)
{
	const char *found = NULL;
	size_t n = strlen(name);
	while (header && *header) {
		header += strspn(header, "; \t");
		size_t size = strcspn(header, ";");
		if (strncmp(header, name, n) == 0 && header[n] == '=') {
			if (found)
				return NULL;
			found = arena_strndup(a, header + n + 1, size - n - 1);
		}
		header += size;
	}
	return found;
}
