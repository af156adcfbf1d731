/* SPDX-License-Identifier: ISC */
/*
 * XML that nobody vouches for → libxml2's tree; private to lib/core.
 *
 * As with the configuration (conf_xml.h): we decode, tags are scanned, and only what is within the limits
 * and declares nothing comes to libxml2, which reaches nothing but the text it is given.
 */
#ifndef CORE_XML_READ_H
#define CORE_XML_READ_H

#include "base/buf.h"
#include "base/err.h"

#include <libxml/tree.h>
#include <stdbool.h>
#include <stddef.h>

struct xml_limits {
	size_t bytes, elements, depth, attributes; /* attributes of one element */
};

/*
 * NULL: `e` says in one line what is wrong. A prefix that is not declared is wrong, too. CDATA comes as
 * text. xmlFreeDoc() it.
 */
xmlDoc *xml_read(const char *bytes, size_t size, const struct xml_limits *limits, struct err *e);

/* Adds the name of a namespace; libxml2 leaves each & in it as "&#38;". */
void xml_add_uri(struct buf *out, const xmlNs *ns);

/*
 * UTF-8 that was scanned → a tree, or NULL; between conf_xml_catch() and _release(), which know why.
 * `names_good` (may be NULL): is every prefix declared?
 */
xmlDoc *xml_parse(const char *text, size_t size, bool *names_good);

#endif
