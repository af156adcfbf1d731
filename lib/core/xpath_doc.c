/* SPDX-License-Identifier: ISC */
/*
 * A document as an array: nodes in document order, so that an axis is a range of it, and what is in a
 * node are those up to its `end`. Texts that touch are one node; comments are none.
 */
#include "core/xpath_parts.h"

#include "base/buf.h"
#include "base/limits.h"
#include "base/mem.h"
#include "core/xml_read.h"

#include <stdlib.h>
#include <string.h>

/* Answers stand some levels below the root. */
static const struct xml_limits limits = {
    LIMIT_XPATH_BYTES, LIMIT_XPATH_NODES, LIMIT_ANSWER_DEPTH + 10, LIMIT_ANSWER_ATTRS};

static struct xp_node *add(struct xpath_doc *d, enum xp_node_kind kind, uint32_t parent)
{
	if (d->count == d->room) {
		d->room = d->room ? 2 * d->room : 256;
		d->nodes = mem_realloc(d->nodes, d->room * sizeof *d->nodes);
	}
	struct xp_node *n = &d->nodes[d->count];
	*n = (struct xp_node){.kind = kind,
	    .parent = parent,
	    .end = (uint32_t)d->count++,
	    .name = "",
	    .prefix = "",
	    .uri = "",
	    .value = ""};
	return n;
}

static void set_name(struct xpath_doc *d, struct xp_node *n, const xmlChar *name, const xmlNs *ns)
{
	n->name = arena_strdup(&d->arena, (const char *)name);
	if (ns && ns->prefix)
		n->prefix = arena_strdup(&d->arena, (const char *)ns->prefix);
	if (ns) {
		struct buf uri = {0};
		xml_add_uri(&uri, ns);
		n->uri = arena_strdup(&d->arena, buf_text(&uri));
		buf_free(&uri);
	}
}

static void set_value(struct xpath_doc *d, struct xp_node *n, const struct buf *text)
{
	n->value = arena_strndup(&d->arena, buf_text(text), text->size);
	n->size = text->size;
}

static void add_attributes(
    struct xpath_doc *d, const xmlNode *from, uint32_t parent, struct buf *text)
{
	for (const xmlAttr *attr = from->properties; attr; attr = attr->next) {
		struct xp_node *n = add(d, XP_ATTR, parent);
		set_name(d, n, attr->name, attr->ns);
		for (const xmlNode *part = attr->children; part; part = part->next)
			buf_adds(text, part->content ? (const char *)part->content : "");
		set_value(d, n, text);
		buf_reset(text);
	}
}

/* What was collected between two tags. */
static void add_text(struct xpath_doc *d, uint32_t parent, struct buf *text)
{
	if (text->size)
		set_value(d, add(d, XP_CHARACTERS, parent), text);
	buf_reset(text);
}

static void add_element(struct xpath_doc *d, const xmlNode *from, uint32_t parent, struct buf *text)
{
	uint32_t self = (uint32_t)d->count;
	set_name(d, add(d, XP_ELEMENT, parent), from->name, from->ns);
	add_attributes(d, from, self, text);
	for (const xmlNode *n = from->children; n; n = n->next) {
		if (n->type == XML_TEXT_NODE || n->type == XML_CDATA_SECTION_NODE)
			buf_adds(text, n->content ? (const char *)n->content : "");
		if (n->type != XML_ELEMENT_NODE)
			continue;
		add_text(d, self, text);
		add_element(d, n, self, text);
	}
	add_text(d, self, text);
	d->nodes[self].end = (uint32_t)d->count - 1;
}

struct xpath_doc *xpath_doc_open(const char *xml, size_t size, struct err *e)
{
	struct buf text = {0};
	xmlDoc *from = xml_read(xml, size, &limits, e);
	if (!from)
		return NULL;
	struct xpath_doc *d = mem_alloc(sizeof *d);
	add(d, XP_DOCUMENT, 0);
	add_element(d, xmlDocGetRootElement(from), 0, &text);
	d->nodes[0].end = (uint32_t)d->count - 1;
	xmlFreeDoc(from);
	buf_free(&text);
	if (d->count - 1 <= LIMIT_XPATH_NODES)
		return d;
	err_set(e, "it has more than %d elements, attributes and texts", LIMIT_XPATH_NODES);
	xpath_doc_close(d);
	return NULL;
}

void xpath_doc_close(struct xpath_doc *d)
{
	if (!d)
		return;
	arena_free(&d->arena);
	free(d->nodes);
	free(d);
}
