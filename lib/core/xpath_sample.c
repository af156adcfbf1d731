/* SPDX-License-Identifier: ISC */
#include "core/xpath_doc.h"

#include "base/buf.h"
#include "base/mem.h"

#include <libxml/dict.h>
#include <stdlib.h>
#include <string.h>

#define MESSAGES 200
#define SNIPPETS 100
#define DEPTH 4 /* levels in the answer */

static void add_head(struct buf *out)
{
	buf_adds(out,
	    "<state seen=\"1522065435\" phase=\"update\" nextphase=\"\">"
	    "<device sn=\"00-90-33-30-00-af\" type=\"IP232\" classes=\"phone, ip232\" ip=\"172.16.1.9\""
	    " rp=\"false\" proxy=\"\" phase=\"update\" environments=\"default\" hwid=\"IP232-30-00-af\""
	    " realip=\"172.16.1.9\" certstat=\"\" backup=\"\"/>"
	    "<firmware build=\"125678\" requested=\"130986\" requested-at=\"1522065435\"/>"
	    "<bootcode build=\"125678\" requested-at=\"\"/>");
	for (int i = 0; i < SNIPPETS; i++)
		buf_addf(out,
		    "<config filename=\"scripts/update-phone-%d.txt\" delivered=\"1522065435\""
		    " version=\"949e07b290f04dccd8242f98b6e61a0a\"/>",
		    i);
}

static void add_tail(struct buf *out)
{
	for (int i = 0; i < MESSAGES; i++)
		buf_addf(out,
		    "<msgs time=\"%d\" msg=\"a message about what this device did and was sent\"/>",
		    1522065435 + i);
	buf_adds(out, "</state>");
}

/* Elements within elements; their names come later. */
static void add_answer(struct buf *out, int level)
{
	static const int elements[DEPTH] = {8, 8, 6, 3};
	for (int i = 0; level < DEPTH && i < elements[level]; i++) {
		buf_addf(out, "<e a=\"%d\" b=\"user%d\">", i, i);
		add_answer(out, level + 1);
		buf_adds(out, level + 1 < DEPTH ? "</e>" : "on</e>");
	}
}

struct xpath_doc *xpath_doc_sample(void)
{
	struct buf xml = {0};
	struct err e;
	add_head(&xml);
	buf_adds(&xml, "<queries>");
	add_answer(&xml, 0);
	buf_adds(&xml, "</queries>");
	add_tail(&xml);
	struct xpath_doc *d = xpath_doc_open(buf_text(&xml), xml.size, &e);
	buf_free(&xml);
	if (!d)
		abort(); /* it is within the limits */
	return d;
}

/* ---- names ---- */

struct names {
	const xmlChar *list[64];
	size_t count;
	unsigned dice;
};

/* Those stand above the answer. */
static bool is_above(const xmlChar *name)
{
	return xmlStrEqual(name, BAD_CAST "state") || xmlStrEqual(name, BAD_CAST "queries");
}

static void collect(struct names *names, xmlDict *dict, const char *expression)
{
	const char *at = expression;
	for (size_t n; (n = xpath_word(&at)); at += n) {
		const xmlChar *name = xmlDictLookup(dict, (const xmlChar *)at, (int)n);
		size_t i = 0;
		if (!name)
			mem_die(n);
		if (is_above(name))
			continue;
		while (i < names->count && names->list[i] != name)
			i++;
		if (i == names->count && i < sizeof names->list / sizeof *names->list)
			names->list[names->count++] = name;
	}
}

/* Thrown dice, the same ones each time. */
static const xmlChar *any_name(struct names *names)
{
	names->dice = names->dice * 1103515245 + 12345;
	return names->list[(names->dice >> 16) % names->count];
}

/* Siblings take turns; children begin with the name of their parent, as the next step of a path follows. */
static void rename_in(struct names *names, xmlNode *parent, size_t turn)
{
	for (xmlNode *n = parent->children; n; n = n->next, turn++) {
		if (n->type != XML_ELEMENT_NODE)
			continue;
		n->name = names->list[turn % names->count];
		for (xmlAttr *attr = n->properties; attr; attr = attr->next)
			attr->name = any_name(names);
		rename_in(names, n, turn);
	}
}

void xpath_doc_sample_for(struct xpath_doc *d, const char *expression)
{
	struct names names = {.count = 0};
	xmlNode *n = xmlDocGetRootElement(d->xml)->children;
	collect(&names, d->xml->dict, expression);
	while (strcmp((const char *)n->name, "queries") != 0)
		n = n->next;
	if (names.count)
		rename_in(&names, n, 0);
}
