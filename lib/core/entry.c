/* SPDX-License-Identifier: ISC */
/* Entries from requests to lines and back. One table says which field of a request is which member. */
#include "core/entry.h"

#include "base/date.h"
#include "base/limits.h"
#include "base/num.h"
#include "base/pct.h"
#include "base/text.h"

#include <string.h>

/* The longest line of an entry: a byte of ISO 8859-1 can become two of UTF-8, and \xHH each. */
#define LINE_MOST (8 * (size_t)LIMIT_ENTRY + 512)
#define TIME_MOST 253402300799 /* the end of the year 9999 */
#define REPLACEMENT "\xef\xbf\xbd"

/* The first name that was sent counts. */
static const struct {
	const char *name;
	size_t offset;
} members[] = {
    {"event", offsetof(struct entry, event)},
    {"type", offsetof(struct entry, event)},
    {"from", offsetof(struct entry, from)},
    {"host", offsetof(struct entry, from)},
    {"msg", offsetof(struct entry, text)},
    {"text", offsetof(struct entry, text)},
};

/* ---- reading what was sent ---- */

static const char *from_latin(struct arena *a, const char *s, size_t n)
{
	char *out = arena_alloc(a, 2 * n + 1), *at = out;
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];
		if (c >= 0x80)
			*at++ = (char)(0xc0 | c >> 6);
		*at++ = (char)(c < 0x80 ? c : 0x80 | (c & 0x3f));
	}
	return out;
}

static const char *without_nul(struct arena *a, const char *s, size_t n)
{
	char *out = arena_alloc(a, 3 * n + 1), *at = out;
	for (size_t i = 0; i < n; i++) {
		if (s[i])
			*at++ = s[i];
		else
			at = (char *)mempcpy(at, REPLACEMENT, 3);
	}
	return out;
}

static const char *decode(struct arena *a, const char *s, size_t n)
{
	char *out = arena_alloc(a, n + 1);
	size_t size = pct_decode_form(out, s, n);
	const char *text = out;
	if (memchr(out, '\0', size)) {
		text = without_nul(a, out, size);
		size = strlen(text);
	}
	return text_is_utf8(text, size) ? text : from_latin(a, text, size);
}

/* Into its member, when it has one that is still empty. */
static bool place(struct entry *out, const char *name, const char *value)
{
	for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
		const char **at = (const char **)(void *)((char *)out + members[i].offset);
		if (strcmp(members[i].name, name) != 0 || **at)
			continue;
		*at = value;
		return true;
	}
	return false;
}

static bool take_time(struct entry *out, const char *name, const char *value)
{
	long time = 0;
	if (strcmp(name, "time") != 0 || out->time || !num_parse(value, 0, TIME_MOST, &time))
		return false;
	out->time = time;
	return true;
}

static size_t count_fields(const char *s, size_t n)
{
	size_t count = 1;
	for (size_t i = 0; i < n; i++)
		count += s[i] == '&';
	return count;
}

static bool take_field(struct arena *a, const char *s, size_t n, struct entry *out,
    struct entry_field *more, struct err *e)
{
	const char *equals = memchr(s, '=', n);
	size_t name_size = equals ? (size_t)(equals - s) : n;
	const char *name = decode(a, s, name_size);
	const char *value = equals ? decode(a, equals + 1, n - name_size - 1) : "";
	if (!*name || strlen(name) > LIMIT_ENTRY_NAME)
		return err_set(e, "the name of a field is not 1 to %d bytes", LIMIT_ENTRY_NAME);
	if (!take_time(out, name, value) && !place(out, name, value))
		more[out->nmore++] = (struct entry_field){name, value};
	return true;
}

/* It says the same as `time`, unless that is not set. */
static void drop_date(struct entry *out, struct entry_field *more)
{
	size_t kept = 0;
	for (size_t i = 0; out->time && i < out->nmore; i++) {
		if (strcmp(more[i].name, "date") != 0)
			more[kept++] = more[i];
	}
	if (out->time)
		out->nmore = kept;
}

bool entry_parse(struct arena *a, const char *bytes, size_t size, struct entry *out, struct err *e)
{
	*out = (struct entry){.from = "", .address = "", .event = "", .text = ""};
	if (size > LIMIT_ENTRY)
		return err_set(e, "an entry may be %d bytes long", LIMIT_ENTRY);
	text_trim(&bytes, &size);
	if (size && *bytes == '?') {
		bytes++;
		size--;
	}
	size_t count = count_fields(bytes, size);
	if (count > LIMIT_ENTRY_FIELDS)
		return err_set(e, "an entry may have %d fields", LIMIT_ENTRY_FIELDS);
	struct entry_field *more = arena_calloc(a, count, sizeof *more);
	out->more = more;
	for (const char *end = bytes + size; bytes < end;) {
		const char *amp = memchr(bytes, '&', (size_t)(end - bytes));
		size_t n = (size_t)((amp ? amp : end) - bytes);
		if (n && !take_field(a, bytes, n, out, more, e))
			return false;
		bytes += n + 1;
	}
	drop_date(out, more);
	return *out->event || *out->text ||
	       err_set(e, "an entry has at least one of the fields event, type, msg and text");
}

const char *entry_get(const struct entry *entry, const char *name)
{
	for (size_t i = 0; i < entry->nmore; i++) {
		if (strcmp(entry->more[i].name, name) == 0)
			return entry->more[i].value;
	}
	return "";
}

/* ---- lines ---- */

/* Of letters that a line must not have as they are: how many bytes; 0: this one may stand. */
static size_t hidden(const char *s)
{
	unsigned char a = (unsigned char)s[0];
	if (a < 0x20 || a == 0x7f)
		return 1;
	unsigned char b = (unsigned char)s[1];
	if (a == 0xc2 && b < 0xa0)
		return 2; /* C1 */
	return text_turns(s, strnlen(s, 3));
}

static void add_escaped(struct buf *out, char c)
{
	static const char from[] = "\t\n\r\\", to[] = "tnr\\";
	const char *at = c ? strchr(from, c) : NULL;
	if (at)
		buf_addf(out, "\\%c", to[at - from]);
	else
		buf_addf(out, "\\x%02x", (unsigned)(unsigned char)c);
}

static void add_text(struct buf *out, const char *s, char also)
{
	while (*s) {
		size_t n = hidden(s);
		if (!n && *s != '\\' && (!also || *s != also)) {
			buf_addc(out, *s++);
			continue;
		}
		for (size_t i = 0; i < (n ? n : 1); i++)
			add_escaped(out, *s++);
	}
}

static void add_value(struct buf *out, const char *s)
{
	if (!*s)
		buf_adds(out, ENTRY_NONE);
	else if (strcmp(s, ENTRY_NONE) == 0)
		buf_adds(out, "\\x2d");
	else
		add_text(out, s, '\0');
}

void entry_print(struct buf *out, const struct entry *entry)
{
	char text[DATE_SIZE];
	const char *const values[] = {entry->from, entry->address, entry->event, entry->text};
	buf_addf(out, "%s\t", date_second(entry->received, text));
	buf_adds(out, entry->time ? date_second(entry->time, text) : ENTRY_NONE);
	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		buf_addc(out, '\t');
		add_value(out, values[i]);
	}
	for (size_t i = 0; i < entry->nmore; i++) {
		buf_addc(out, '\t');
		add_text(out, entry->more[i].name, '=');
		buf_addc(out, '=');
		add_text(out, entry->more[i].value, '\0');
	}
	buf_addc(out, '\n');
}

static bool unescape(char **to, const char **from, const char *end)
{
	static const char names[] = "tnr\\", values[] = "\t\n\r\\";
	if (*from == end)
		return false;
	const char *at = strchr(names, **from);
	int byte = **from == 'x' && end - *from >= 3 ? pct_byte(*from + 1) : -1;
	if (byte > 0) {
		*(*to)++ = (char)byte;
		*from += 3;
		return true;
	}
	if (!**from || !at)
		return false;
	*(*to)++ = values[at - names];
	(*from)++;
	return true;
}

/* NULL: it is not as entry_print() writes it. */
static const char *read_text(struct arena *a, const char *s, size_t n)
{
	char *out = arena_alloc(a, n + 1), *to = out;
	const char *end = s + n;
	while (s < end) {
		if (*s != '\\')
			*to++ = *s++;
		else if (s++, !unescape(&to, &s, end))
			return NULL;
	}
	size_t size = (size_t)(to - out);
	return !memchr(out, '\0', size) && text_is_utf8(out, size) ? out : NULL;
}

static const char *read_value(struct arena *a, const char *s, size_t n)
{
	return n == 1 && *s == *ENTRY_NONE ? "" : read_text(a, s, n);
}

static bool read_more(struct arena *a, const char *s, size_t n, struct entry_field *out)
{
	const char *equals = memchr(s, '=', n);
	if (!equals)
		return false;
	out->name = read_text(a, s, (size_t)(equals - s));
	out->value = read_text(a, equals + 1, n - (size_t)(equals + 1 - s));
	return out->name && out->value;
}

static bool read_time(const char *s, size_t n, int64_t *out)
{
	char text[DATE_SIZE];
	if (n >= sizeof text)
		return false;
	memcpy(text, s, n);
	text[n] = '\0';
	*out = 0;
	return strcmp(text, ENTRY_NONE) == 0 || date_parse_second(text, out);
}

static size_t count_tabs(const char *s, size_t n)
{
	size_t count = 0;
	for (size_t i = 0; i < n; i++)
		count += s[i] == '\t';
	return count;
}

bool entry_read(struct arena *a, const char *line, size_t size, struct entry *out)
{
	enum { RECEIVED, TIME, FROM, ADDRESS, EVENT, TEXT, MEMBERS };
	*out = (struct entry){.from = ""};
	const char **const texts[MEMBERS] = {[FROM] = &out->from,
	    [ADDRESS] = &out->address,
	    [EVENT] = &out->event,
	    [TEXT] = &out->text};
	/* Somebody else may have written it: it is no reason to use any amount of memory. */
	size_t tabs = size <= LINE_MOST ? count_tabs(line, size) : 0;
	if (tabs + 1 < MEMBERS || tabs + 1 > MEMBERS + LIMIT_ENTRY_FIELDS)
		return false;
	struct entry_field *more = arena_calloc(a, tabs + 1, sizeof *more);
	out->more = more;
	for (size_t i = 0; i <= tabs; i++) {
		const char *tab = memchr(line, '\t', size);
		size_t n = tab ? (size_t)(tab - line) : size;
		bool ok = true;
		if (i == RECEIVED || i == TIME)
			ok = read_time(line, n, i == TIME ? &out->time : &out->received);
		else if (i < MEMBERS)
			ok = (*texts[i] = read_value(a, line, n)) != NULL;
		else
			ok = read_more(a, line, n, &more[out->nmore++]);
		if (!ok)
			return false;
		line += n + 1;
		size -= n + (tab != NULL);
	}
	return out->received != 0;
}
