/* SPDX-License-Identifier: ISC */
/* libxml2 with nothing but the text in reach, and its document → our tree. */
#include "core/conf_xml.h"

#include "base/text.h"
#include "core/xml_read.h"

#include <libxml/tree.h>
#include <string.h>

#define NOTHING_MORE " (nothing behind it was looked at)"

/* ---- reading ---- */

/* Is anything too much, or declared? */
static bool within_limits(
    const struct conf_xml *x, const struct conf_source *source, struct findings *f)
{
	struct conf_scan scan;
	struct conf_tag tag;
	conf_scan_start(&scan, buf_text(&x->text), x->text.size, NULL);
	while (conf_scan_next(&scan, &tag))
		;
	bool good = !*scan.problem.text;
	if (!good)
		findings_add(f, FINDING_ERROR, source->name, scan.line, "%s" NOTHING_MORE,
		    scan.problem.text);
	else if (!scan.elements)
		findings_add(f, FINDING_ERROR, source->name, 1,
		    "there is no element in it: the least that would be right is <config/>");
	return good && scan.elements;
}

bool conf_xml_open(struct conf_xml *x, const struct conf_source *source, struct findings *f)
{
	struct conf_xml_error error;
	*x = (struct conf_xml){0};
	if (!conf_decode(source, &x->text, f) || !within_limits(x, source, f))
		return false;
	conf_xml_catch(&error);
	x->doc = xml_parse(buf_text(&x->text), x->text.size, NULL);
	conf_xml_release(&error);
	if (!x->doc) {
		findings_add(
		    f, FINDING_ERROR, source->name, error.line, "%s" NOTHING_MORE, error.text);
		return false;
	}
	/* The scan saw to that; a second lock, as a declared entity can be as large as it likes. */
	if (x->doc->intSubset && x->doc->intSubset->children) {
		findings_add(
		    f, FINDING_ERROR, source->name, 1, "a DOCTYPE may not declare anything");
		return false;
	}
	return true;
}

void conf_xml_close(struct conf_xml *x)
{
	xmlFreeDoc(x->doc);
	buf_free(&x->text);
	*x = (struct conf_xml){0};
}

/* ---- libxml2's document → our tree ---- */

struct maker {
	struct arena *arena;
	const struct conf_source *source;
	bool by_user;
	struct findings *findings;
	struct conf_scan scan; /* goes through the text beside us */
	struct conf_tag tag;   /* of the element in work */
	struct buf text;
};

static struct conf_origin origin(const struct maker *m, unsigned line)
{
	return (struct conf_origin){m->source->name, line, m->by_user};
}

/* The text right below an element or attribute, without blanks at its ends when `trim`. */
static const char *text_of(struct maker *m, const xmlNode *first, bool trim, unsigned line)
{
	buf_reset(&m->text);
	for (const xmlNode *n = first; n; n = n->next) {
		if (n->type == XML_TEXT_NODE)
			buf_adds(&m->text, n->content ? (const char *)n->content : "");
		else if (n->type == XML_ENTITY_REF_NODE)
			findings_add(m->findings, FINDING_ERROR, m->source->name, line,
			    "&%s; is not known: write the text itself", (const char *)n->name);
	}
	const char *text = buf_text(&m->text);
	size_t size = m->text.size;
	if (trim)
		text_trim(&text, &size);
	return arena_strndup(m->arena, text, size);
}

/* Blanks at the ends of a value do not count, but for what must be taken as it stands. */
static bool is_trimmed(const struct conf_node *node, const char *attribute)
{
	const struct conf_rule *rule = node->known ? conf_rule_find(node->known, attribute) : NULL;
	return !rule || rule->type != CONF_TYPE_RAW;
}

static void add_attributes(struct maker *m, const xmlNode *from, struct conf_node *node)
{
	for (const xmlAttr *attr = from->properties; attr; attr = attr->next) {
		if (attr->ns) /* xml:lang, xsi:…: not ours, and nobody's mistake */
			continue;
		const char *name = arena_strdup(m->arena, (const char *)attr->name);
		unsigned line = conf_tag_line(&m->tag, name);
		struct conf_attr mine = {
		    .name = name,
		    .value = text_of(m, attr->children, is_trimmed(node, name), line),
		    .from = origin(m, line),
		};
		conf_node_set(m->arena, node, &mine);
	}
}

static const char *name_of(struct maker *m, const xmlNode *x)
{
	const char *name = (const char *)x->name;
	if (!x->ns)
		return arena_strdup(m->arena, name);
	if (x->ns->prefix)
		return arena_printf(m->arena, "%s:%s", (const char *)x->ns->prefix, name);
	return arena_printf(m->arena, "{%s}%s", (const char *)x->ns->href, name);
}

/* Elements in the order in which the scan finds their tags. */
static struct conf_node *make(struct maker *m, const xmlNode *x, struct conf_node *parent)
{
	struct conf_node *node = arena_alloc(m->arena, sizeof *node);
	conf_scan_next(&m->scan, &m->tag);
	node->name = name_of(m, x);
	if (!parent || parent->known)
		node->known = conf_element_find(parent ? parent->known : NULL, node->name);
	node->from = node->text_from = origin(m, m->tag.line);
	add_attributes(m, x, node);
	node->text = text_of(m, x->children, true, node->from.line);
	if (parent)
		conf_node_add(parent, node);
	for (const xmlNode *child = x->children; child; child = child->next) {
		if (child->type == XML_ELEMENT_NODE)
			make(m, child, node);
	}
	return node;
}

struct conf_node *conf_xml_tree(struct arena *a, const struct conf_xml *x,
    const struct conf_source *source, bool by_user, struct findings *f)
{
	struct maker m = {.arena = a, .source = source, .by_user = by_user, .findings = f};
	const xmlNode *root = xmlDocGetRootElement(x->doc);
	conf_scan_start(&m.scan, buf_text(&x->text), x->text.size, NULL);
	struct conf_node *node = make(&m, root, NULL);
	buf_free(&m.text);
	if (node->known)
		return node;
	findings_add(f, FINDING_ERROR, source->name, node->from.line,
	    "the outermost element is <%.*s>: it must be <config>", findings_shown(node->name),
	    node->name);
	return NULL;
}
