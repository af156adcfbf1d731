/* SPDX-License-Identifier: ISC */
/*
 * Documents for XPath. libxml2 compares two sets of nodes in one operation that nothing interrupts, each
 * node with each other one: 6 ns for two that begin alike, and 1 ns for each byte that is the same. What
 * that may come to in a document is known before anybody asks it (LIMIT_XPATH_PAIRS).
 */
#include "core/xpath_doc.h"

#include "base/limits.h"
#include "base/mem.h"
#include "core/xml_read.h"

#include <libxml/xpath.h>
#include <stdlib.h>
#include <string.h>

#define PAIR_BYTES 6 /* so many bytes could be compared while two nodes are */

/* Answers stand some levels below the root. */
static const struct xml_limits limits = {
    LIMIT_XPATH_BYTES, LIMIT_XPATH_NODES, LIMIT_ANSWER_DEPTH + 10, LIMIT_ANSWER_ATTRS};

/* The string-value of a node: how long, and the two bytes by which libxml2 sees that two differ. */
struct value {
	unsigned char start[2];
	size_t size;
};

struct values {
	struct value *list;
	size_t count, room;
};

static void append(struct value *v, struct value more)
{
	for (size_t i = 0; i < more.size && v->size + i < sizeof v->start; i++)
		v->start[v->size + i] = more.start[i];
	v->size += more.size;
}

static struct value value_of_text(const xmlNode *text)
{
	const char *content = text && text->content ? (const char *)text->content : "";
	struct value v = {.size = strlen(content)};
	memcpy(v.start, content, v.size < sizeof v.start ? v.size : sizeof v.start);
	return v;
}

static size_t add(struct values *v, struct value one)
{
	if (v->count == v->room) {
		v->room = v->room ? 2 * v->room : 1024;
		v->list = mem_realloc(v->list, v->room * sizeof *v->list);
	}
	v->list[v->count] = one;
	return v->count++;
}

/* Adds the values of an element and all that is in it; as deep as the limit of xml_read(). */
static struct value add_element(struct values *v, const xmlNode *n)
{
	struct value whole = {.size = 0};
	size_t self = add(v, whole);
	for (const xmlAttr *attr = n->properties; attr; attr = attr->next)
		add(v, value_of_text(attr->children));
	for (const xmlNode *child = n->children; child; child = child->next) {
		struct value part;
		if (child->type == XML_ELEMENT_NODE) {
			part = add_element(v, child);
		} else {
			part = value_of_text(child);
			add(v, part);
		}
		append(&whole, part);
	}
	v->list[self] = whole;
	return whole;
}

/* Those that begin alike stand together, the longest first. */
static int by_start(const void *one, const void *other)
{
	const struct value *a = one, *b = other;
	int order = memcmp(a->start, b->start, sizeof a->start);
	return order ? order : (a->size < b->size) - (a->size > b->size);
}

/*
 * The most that one comparison can cost. "!=" ends at the first two that differ, so it stays among those
 * that begin alike; "=" at the first two that do not, so at most a quarter of all pairs is looked at.
 */
static size_t cost(struct values *v)
{
	size_t most = 0, all = 0, group = 0, k = 0;
	qsort(v->list, v->count, sizeof *v->list, by_start);
	for (size_t i = 0; i < v->count; i++, k++) {
		if (i && memcmp(v->list[i].start, v->list[i - 1].start, sizeof v->list->start) != 0)
			group = k = 0;
		/* This one with itself, and with each longer one in both orders. */
		size_t here = (2 * k + 1) * (v->list[i].size + PAIR_BYTES);
		group += here;
		all += here;
		most = group > most ? group : most;
	}
	return most > all / 4 ? most : all / 4;
}

static bool is_small(const xmlDoc *xml, struct err *e)
{
	struct values v = {0};
	bool small = false;
	add_element(&v, xmlDocGetRootElement(xml));
	if (v.count > LIMIT_XPATH_NODES)
		err_set(e, "it has more than %d elements, attributes and texts", LIMIT_XPATH_NODES);
	else if (cost(&v) > LIMIT_XPATH_PAIRS)
		err_set(e, "it has too many values that begin alike");
	else
		small = true;
	free(v.list);
	return small;
}

struct xpath_doc *xpath_doc_open(const char *xml, size_t size, struct err *e)
{
	xmlDoc *tree = xml_read(xml, size, &limits, e);
	if (!tree || !is_small(tree, e)) {
		xmlFreeDoc(tree);
		return NULL;
	}
	xmlXPathOrderDocElems(tree); /* each element is told its place, or sorting would count */
	struct xpath_doc *d = mem_alloc(sizeof *d);
	d->xml = tree;
	return d;
}

void xpath_doc_close(struct xpath_doc *d)
{
	if (!d)
		return;
	xmlFreeDoc(d->xml);
	free(d);
}
