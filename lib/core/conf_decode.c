/* SPDX-License-Identifier: ISC */
/*
 * Bytes → UTF-8.
 *
 * A file may be UTF-8, US-ASCII, ISO-8859-1 or UTF-16, said by a byte order mark, by the pattern of
 * its first bytes, or by its XML declaration. We convert ourselves: libxml2 would ask iconv, which
 * knows encodings in which a harmless-looking text means something else.
 */
#include "base/limits.h"
#include "base/text.h"
#include "core/conf_xml.h"

#include <stdio.h>
#include <string.h>

enum encoding { UTF8, LATIN1, UTF16LE, UTF16BE, UNKNOWN };

static const struct {
	const char *name;
	enum encoding is;
} names[] = {
    {"UTF-8", UTF8},
    {"UTF8", UTF8},
    {"US-ASCII", UTF8},
    {"ASCII", UTF8},
    {"ISO-8859-1", LATIN1},
    {"ISO8859-1", LATIN1},
    {"LATIN1", LATIN1},
};

static const struct {
	const char *bytes;
	size_t size, skip; /* what a mark is made of is skipped */
	enum encoding is;
} starts[] = {
    {"\xef\xbb\xbf", 3, 3, UTF8},
    {"\xff\xfe", 2, 2, UTF16LE},
    {"\xfe\xff", 2, 2, UTF16BE},
    {"<\0?\0", 4, 0, UTF16LE},
    {"\0<\0?", 4, 0, UTF16BE},
};

/* The encoding that an XML declaration names; "" without one. */
static void declared(const char *text, size_t size, char *out, size_t room)
{
	char head[200];
	*out = '\0';
	snprintf(
	    head, sizeof head, "%.*s", (int)(size < sizeof head ? size : sizeof head - 1), text);
	char *end = text_starts(head, "<?xml") ? strstr(head, "?>") : NULL;
	if (!end)
		return;
	*end = '\0';
	const char *at = strstr(head, "encoding");
	at = at ? at + strcspn(at, "\"'") : NULL;
	if (at && *at)
		snprintf(out, room, "%.*s", (int)strcspn(at + 1, "\"'"), at + 1);
}

static enum encoding by_name(const char *name)
{
	if (!*name)
		return UTF8;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (text_same(names[i].name, name))
			return names[i].is;
	}
	return UNKNOWN;
}

static void add_code(struct buf *out, unsigned long code)
{
	/* What is below fits into a lead and as many more bytes as rows were passed. */
	static const struct {
		unsigned long below;
		unsigned char lead;
	} forms[] = {{0x80, 0x00}, {0x800, 0xc0}, {0x10000, 0xe0}, {0x110000, 0xf0}};
	unsigned more = 0;
	while (code >= forms[more].below)
		more++;
	char bytes[4];
	bytes[0] = (char)(forms[more].lead | code >> (6 * more));
	for (unsigned i = 1; i <= more; i++)
		bytes[i] = (char)(0x80 | (code >> (6 * (more - i)) & 0x3f));
	buf_add(out, bytes, more + 1);
}

static void from_latin1(const unsigned char *s, size_t n, struct buf *out)
{
	for (size_t i = 0; i < n; i++)
		add_code(out, s[i]);
}

/* False: half a character, or half of a pair. */
static bool from_utf16(const unsigned char *s, size_t n, bool big, struct buf *out)
{
	unsigned long high = 0;
	for (size_t i = 0; i + 1 < n; i += 2) {
		unsigned long unit =
		    big ? (unsigned long)s[i] << 8 | s[i + 1] : (unsigned long)s[i + 1] << 8 | s[i];
		bool is_low = unit >= 0xdc00 && unit < 0xe000;
		if (is_low != (high != 0))
			return false;
		if (unit >= 0xd800 && unit < 0xdc00) {
			high = unit;
			continue;
		}
		add_code(out, is_low ? 0x10000 + ((high - 0xd800) << 10) + (unit - 0xdc00) : unit);
		high = 0;
	}
	return high == 0 && n % 2 == 0;
}

static bool is_no_utf8(const char *s, size_t n)
{
	return !text_is_utf8(s, n);
}

/* XML has no place for these, however they are written. libxml2 would stop in the middle of a comment. */
static bool has_no_character(const char *s, size_t n)
{
	static const char start[] = "\xef\xbf"; /* of U+FFFE and U+FFFF, before their last byte */
	for (size_t i = 0; i < n; i++) {
		bool control =
		    (unsigned char)s[i] < 0x20 && s[i] != '\t' && s[i] != '\n' && s[i] != '\r';
		if (control ||
		    (i >= 2 && (s[i] & 0xfe) == 0xbe && memcmp(s + i - 2, start, 2) == 0))
			return true;
	}
	return false;
}

/* The first line that is bad; 0: there is none. */
static unsigned bad_line(const struct buf *text, bool (*bad)(const char *, size_t))
{
	const char *at = buf_text(text), *end = at + text->size;
	for (unsigned line = 1; at < end; line++) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		size_t n = (size_t)((stop ? stop + 1 : end) - at);
		if (bad(at, n))
			return line;
		at += n;
	}
	return 0;
}

static bool convert(enum encoding from, const char *bytes, size_t n, struct buf *out)
{
	if (from == UTF16LE || from == UTF16BE)
		return from_utf16((const unsigned char *)bytes, n, from == UTF16BE, out);
	if (from == LATIN1)
		from_latin1((const unsigned char *)bytes, n, out);
	else
		buf_add(out, bytes, n);
	return true;
}

static enum conf_decoded check(const struct buf *text, unsigned *line)
{
	if ((*line = bad_line(text, is_no_utf8)))
		return CONF_DECODE_UTF8;
	return (*line = bad_line(text, has_no_character)) ? CONF_DECODE_CHARACTER : CONF_DECODED;
}

enum conf_decoded conf_decode_bytes(
    const char *bytes, size_t size, struct buf *out, char *name, size_t room, unsigned *line)
{
	size_t i = 0, count = sizeof starts / sizeof *starts;
	enum encoding is = UNKNOWN;

	*line = 1;
	while (i < count &&
	       (size < starts[i].size || memcmp(bytes, starts[i].bytes, starts[i].size) != 0))
		i++;
	if (i < count) {
		is = starts[i].is;
		bytes += starts[i].skip;
		size -= starts[i].skip;
	}
	if (is == UNKNOWN || is == UTF8) {
		declared(bytes, size, name, room);
		is = by_name(name);
	}
	if (is == UNKNOWN)
		return CONF_DECODE_ENCODING;
	return convert(is, bytes, size, out) ? check(out, line) : CONF_DECODE_UTF16;
}

bool conf_decode(const struct conf_source *source, struct buf *out, struct findings *f)
{
	static const char *const says[] = {
	    [CONF_DECODE_UTF16] = "the file is not well-formed UTF-16: save it as UTF-8",
	    [CONF_DECODE_UTF8] =
		"here is a byte that is no UTF-8: save the file as UTF-8, or say encoding=\"ISO-8859-1\" in its first line if it is that",
	    [CONF_DECODE_CHARACTER] =
		"here is a control character, or another one that cannot stand in XML: take it out",
	};
	char name[40];
	unsigned line;
	if (source->size > LIMIT_CONFIG) {
		findings_add(f, FINDING_ERROR, source->name, 1, "the file is larger than %d MiB",
		    LIMIT_CONFIG >> 20);
		return false;
	}
	enum conf_decoded is =
	    conf_decode_bytes(source->bytes, source->size, out, name, sizeof name, &line);
	if (is == CONF_DECODE_ENCODING)
		findings_add(f, FINDING_ERROR, source->name, 1,
		    "the encoding \"%s\" is not read here: save the file as UTF-8 (ISO-8859-1 and UTF-16 will do as well) and say so in its first line",
		    name);
	else if (is != CONF_DECODED)
		findings_add(f, FINDING_ERROR, source->name, line, "%s", says[is]);
	return is == CONF_DECODED;
}
