/* SPDX-License-Identifier: ISC */
#include "view/doc.h"

#include "base/date.h"
#include "base/mem.h"
#include "base/text.h"
#include "view/xml.h"

#include <assert.h>
#include <inttypes.h>
#include <libxml/tree.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct doc {
	xmlDoc *xml;
	xmlNode *at;     /* the element that is open */
	struct buf text; /* what is being cleaned */
};

/* ---- texts ---- */

/* Is the letter at `s`, of `n` bytes, as it may be? */
static bool is_fine(const char *s, size_t n, bool lines)
{
	if (lines && (*s == '\t' || *s == '\n'))
		return true;
	return !text_has_control(s, n);
}

/* Adds what XML can hold; `lines`: TAB and LF stay, and a line may end with CR LF. */
static void clean(struct buf *out, const char *s, size_t size, bool lines)
{
	for (size_t i = 0; i < size;) {
		size_t n = xml_letter(s + i, size - i);
		if (lines && i + 1 < size && s[i] == '\r' && s[i + 1] == '\n')
			; /* the LF says it */
		else if (n && is_fine(s + i, n, lines))
			buf_add(out, s + i, n);
		else
			buf_adds(out, XML_REPLACEMENT);
		i += n ? n : 1;
	}
}

/* A value of an attribute: the same text when nothing is wrong with it, as is common. */
static const xmlChar *cleaned(struct doc *d, const char *text)
{
	size_t size = strlen(text);
	if (text_is_plain(text, size))
		return (const xmlChar *)text;
	buf_reset(&d->text);
	clean(&d->text, text, size, false);
	return (const xmlChar *)buf_text(&d->text);
}

static void *there(void *made)
{
	if (!made)
		mem_die(0);
	return made;
}

/* ---- elements ---- */

struct doc *doc_new(const char *root)
{
	struct doc *d = mem_alloc(sizeof *d);
	d->xml = there(xmlNewDoc((const xmlChar *)"1.0"));
	d->at = there(xmlNewDocNode(d->xml, NULL, (const xmlChar *)root, NULL));
	xmlDocSetRootElement(d->xml, d->at);
	return d;
}

void doc_free(struct doc *d)
{
	if (!d)
		return;
	xmlFreeDoc(d->xml);
	buf_free(&d->text);
	free(d);
}

void doc_open(struct doc *d, const char *name)
{
	xmlNode *node = there(xmlNewDocNode(d->xml, NULL, (const xmlChar *)name, NULL));
	d->at = xmlAddChild(d->at, node);
}

void doc_close(struct doc *d)
{
	assert(d->at->parent->type == XML_ELEMENT_NODE);
	d->at = d->at->parent;
}

/* ---- attributes ---- */

void doc_attr(struct doc *d, const char *name, const char *text)
{
	if (!text)
		return;
	there(xmlSetProp(d->at, (const xmlChar *)name, cleaned(d, text)));
}

void doc_number(struct doc *d, const char *name, int64_t number)
{
	char text[24];
	snprintf(text, sizeof text, "%" PRId64, number);
	doc_attr(d, name, text);
}

void doc_flag(struct doc *d, const char *name, bool is)
{
	doc_attr(d, name, is ? "true" : NULL);
}

void doc_time(struct doc *d, const char *name, int64_t time)
{
	if (!time)
		return;
	char iso[64], text[DATE_SIZE];
	doc_number(d, name, time);
	snprintf(iso, sizeof iso, "%s-iso", name);
	doc_attr(d, iso, date_second(time, text));
}

void doc_attrf(struct doc *d, const char *name, const char *format, ...)
{
	struct buf text = {0};
	va_list args;
	va_start(args, format);
	buf_addv(&text, format, args);
	va_end(args);
	doc_attr(d, name, buf_text(&text));
	buf_free(&text);
}

/* ---- content ---- */

void doc_bytes(struct doc *d, const char *bytes, size_t size)
{
	buf_reset(&d->text);
	clean(&d->text, bytes, size, true);
	if (d->text.size)
		xmlAddChild(d->at, there(xmlNewDocText(d->xml, (const xmlChar *)d->text.data)));
}

void doc_text(struct doc *d, const char *text)
{
	if (text)
		doc_bytes(d, text, strlen(text));
}

void doc_leaf(struct doc *d, const char *name, const char *text)
{
	if (!text)
		return;
	doc_open(d, name);
	doc_text(d, text);
	doc_close(d);
}

/* ---- the whole ---- */

void doc_print(struct doc *d, struct buf *out)
{
	xml_print(out, d->xml);
}

void *doc_xml(struct doc *d)
{
	return d->xml;
}
