/* SPDX-License-Identifier: ISC */
#include "view/xml.h"

#include "base/limits.h"
#include "base/text.h"

#include <libxml/parser.h>
#include <libxml/tree.h>
#include <string.h>

#define NO_CHARACTER "\xef\xbf\xbe" /* U+FFFE; U+FFFF is the one after it */

/* ---- letters ---- */

size_t xml_letter(const char *s, size_t n)
{
	size_t k = text_letter(s, n);
	bool none =
	    k == 3 && (memcmp(s, NO_CHARACTER, 3) == 0 || memcmp(s, "\xef\xbf\xbf", 3) == 0);
	return none ? 0 : k;
}

/* What a letter that means something to XML is written as; NULL: as it is. */
static const char *escaped(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\t':
		return "&#9;";
	case '\n':
		return "&#10;";
	case '\r':
		return "&#13;";
	default:
		return NULL;
	}
}

/* One letter, of `n` bytes that are right. */
static void add_letter(struct buf *out, const char *s, size_t n)
{
	const char *as = escaped(*s);
	if (as)
		buf_adds(out, as);
	else if ((unsigned char)*s < 0x20)
		buf_adds(out, XML_REPLACEMENT);
	else if (text_has_control(s, n)) /* DEL, U+0080..U+009F */
		buf_addf(out, "&#%d;", (unsigned char)s[n - 1]);
	else
		buf_add(out, s, n);
}

void xml_text(struct buf *out, const char *text)
{
	size_t left = strlen(text);
	while (left) {
		size_t n = xml_letter(text, left);
		if (n)
			add_letter(out, text, n);
		else
			buf_adds(out, XML_REPLACEMENT);
		text += n ? n : 1;
		left -= n ? n : 1;
	}
}

void xml_attribute(struct buf *out, const char *name, const char *text)
{
	buf_addf(out, " %s=\"", name);
	xml_text(out, text);
	buf_addc(out, '"');
}

void xml_visible(struct buf *out, const char *xml, size_t size)
{
	size_t start = 0;
	for (size_t i = 0; i < size; i++) {
		bool c1 = xml[i] == '\xc2' && i + 1 < size && (xml[i + 1] & 0xe0) == 0x80;
		if (!c1 && xml[i] != '\x7f')
			continue;
		buf_add(out, xml + start, i - start);
		i += c1;
		buf_addf(out, "&#%d;", (unsigned char)xml[i]);
		start = i + 1;
	}
	buf_add(out, xml + start, size - start);
}

/* ---- for people ---- */

static void add_cleaned(struct buf *out, const char *bytes, size_t n)
{
	size_t room = 4 * n + 1;
	buf_took(out, text_clean(buf_want(out, room), room, bytes, n));
	buf_addc(out, '\n');
}

bool xml_print(struct buf *out, void *doc)
{
	xmlBuffer *text = xmlBufferCreate();
	bool ok = text && xmlNodeDump(text, doc, xmlDocGetRootElement(doc), 0, 1) > 0;
	if (ok) {
		xml_visible(
		    out, (const char *)xmlBufferContent(text), (size_t)xmlBufferLength(text));
		buf_addc(out, '\n');
	}
	xmlBufferFree(text);
	return ok;
}

void xml_indent(struct buf *out, const char *xml, size_t size)
{
	const int options = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING |
			    XML_PARSE_NOCDATA | XML_PARSE_NOBLANKS;
	/* Larger than any answer, or with declarations: not from answer_parse(). */
	bool fits = size <= LIMIT_BODY_ANSWER && !memmem(xml, size, "<!", 2);
	xmlDoc *doc = fits ? xmlReadMemory(xml, (int)size, NULL, "UTF-8", options) : NULL;
	if (!doc || !xml_print(out, doc))
		add_cleaned(out, xml, size);
	if (doc)
		xmlFreeDoc(doc);
}
