/* SPDX-License-Identifier: ISC */
/*
 * The tree that libxml2 made of what a device sent is written anew: the same answer is always the same
 * bytes, and nothing comes out that we did not write. A prefix must be declared within the answer, so
 * that it means the same wherever it is put.
 */
#include "core/answer.h"

#include "base/limits.h"
#include "base/text.h"
#include "core/xml_read.h"

#include <libxml/tree.h>
#include <string.h>

static const struct xml_limits limits = {
    LIMIT_BODY_ANSWER, LIMIT_ANSWER_NODES, LIMIT_ANSWER_DEPTH, LIMIT_ANSWER_ATTRS};

/* ---- writing ---- */

/* How a character is written, NULL: as it is. Blanks other than ' ' would not survive in an attribute. */
static const char *escape(char c, bool attribute)
{
	static const struct {
		char c;
		bool in_text;
		const char *as;
	} escapes[] = {
	    {'&', true, "&amp;"},
	    {'<', true, "&lt;"},
	    {'>', true, "&gt;"},
	    {'\r', true, "&#13;"},
	    {'"', false, "&quot;"},
	    {'\t', false, "&#9;"},
	    {'\n', false, "&#10;"},
	};
	for (size_t i = 0; i < sizeof escapes / sizeof *escapes; i++) {
		if (escapes[i].c == c && (attribute || escapes[i].in_text))
			return escapes[i].as;
	}
	return NULL;
}

static void write_text(struct buf *out, const char *from, bool attribute)
{
	while (from && *from) {
		const char *as = NULL, *to = from;
		while (*to && !(as = escape(*to, attribute)))
			to++;
		buf_add(out, from, (size_t)(to - from));
		buf_adds(out, as ? as : "");
		from = to + (as != NULL);
	}
}

static void write_name(struct buf *out, const xmlNs *ns, const xmlChar *name)
{
	if (ns && ns->prefix)
		buf_addf(out, "%s:", (const char *)ns->prefix);
	buf_adds(out, (const char *)name);
}

static void write_namespaces(struct buf *out, const xmlNode *n)
{
	struct buf uri = {0};
	for (const xmlNs *ns = n->nsDef; ns; ns = ns->next) {
		buf_reset(&uri);
		xml_add_uri(&uri, ns);
		buf_adds(out, " xmlns");
		if (ns->prefix)
			buf_addf(out, ":%s", (const char *)ns->prefix);
		buf_adds(out, "=\"");
		write_text(out, buf_text(&uri), true);
		buf_addc(out, '"');
	}
	buf_free(&uri);
}

static void write_attributes(struct buf *out, const xmlNode *n)
{
	for (const xmlAttr *attr = n->properties; attr; attr = attr->next) {
		buf_addc(out, ' ');
		write_name(out, attr->ns, attr->name);
		buf_adds(out, "=\"");
		for (const xmlNode *text = attr->children; text; text = text->next)
			write_text(out, (const char *)text->content, true);
		buf_addc(out, '"');
	}
}

/* As deep as LIMIT_ANSWER_DEPTH. Comments and processing instructions are left out. */
static void write_element(struct buf *out, const xmlNode *n)
{
	buf_addc(out, '<');
	write_name(out, n->ns, n->name);
	write_namespaces(out, n);
	write_attributes(out, n);
	buf_addc(out, '>');
	size_t empty = out->size;
	for (const xmlNode *child = n->children; child; child = child->next) {
		if (child->type == XML_ELEMENT_NODE)
			write_element(out, child);
		else if (child->type == XML_TEXT_NODE || child->type == XML_CDATA_SECTION_NODE)
			write_text(out, (const char *)child->content, false);
	}
	if (out->size == empty) {
		out->data[empty - 1] = '/';
		buf_addc(out, '>');
		return;
	}
	buf_adds(out, "</");
	write_name(out, n->ns, n->name);
	buf_addc(out, '>');
}

bool answer_parse(const char *bytes, size_t size, struct buf *out, struct err *e)
{
	struct buf text = {0};
	xmlDoc *doc = xml_read(bytes, size, &limits, e);
	if (!doc)
		return false;
	write_element(&text, xmlDocGetRootElement(doc));
	xmlFreeDoc(doc);
	/* Escapes, and letters that were one byte, may have made it longer. */
	bool fits = text.size <= LIMIT_BODY_ANSWER;
	if (fits)
		buf_add(out, text.data, text.size);
	else
		err_set(
		    e, "it is larger than %d bytes when it is written as UTF-8", LIMIT_BODY_ANSWER);
	buf_free(&text);
	return fits;
}

/* ---- the name of a device ---- */

static const xmlNode *child_named(const xmlNode *parent, const char *name)
{
	const xmlNode *n = parent->children;
	while (
	    n && (n->type != XML_ELEMENT_NODE || n->ns || strcmp((const char *)n->name, name) != 0))
		n = n->next;
	return n;
}

/* The attribute `name` of an element, made fit to be shown; "" when there is none. */
static const char *name_of(struct arena *a, const xmlNode *n)
{
	char name[LIMIT_NAME_DEVICE + 1] = "";
	xmlChar *value = n ? xmlGetNoNsProp(n, (const xmlChar *)"name") : NULL;
	if (value) {
		const char *text = (const char *)value;
		size_t size = strlen(text);
		text_trim(&text, &size);
		text_clean(name, sizeof name, text, size);
		xmlFree(value);
	}
	return arena_strdup(a, name);
}

const char *answer_name(struct arena *a, const char *query, const char *xml, size_t size)
{
	if (strcmp(query, "admin") != 0)
		return "";
	xmlDoc *doc = xml_read(xml, size, &limits, NULL);
	const xmlNode *root = doc ? xmlDocGetRootElement(doc) : NULL;
	const char *name = "";
	if (root && !root->ns && strcmp((const char *)root->name, "info") == 0) {
		name = name_of(a, root);
		if (!*name)
			name = name_of(a, child_named(root, "sys"));
	}
	xmlFreeDoc(doc);
	return name;
}
