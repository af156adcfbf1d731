/* SPDX-License-Identifier: ISC */
/* XML for what devices said: it may hold anything, and the document must stay one. */
#ifndef VIEW_XML_H
#define VIEW_XML_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

/* U+FFFD: what stands for bytes that nothing can stand for. */
#define XML_REPLACEMENT "\xef\xbf\xbd"

/* How long the letter at `s` is; 0: it is no UTF-8, or XML does not know it. */
size_t xml_letter(const char *s, size_t n);

/*
 * Adds a text, for content and for values in double quotes. Controls become references (&#10;), so
 * that they do no harm in a terminal either; what XML cannot hold, and bytes that are no UTF-8, become
 * U+FFFD.
 */
void xml_text(struct buf *out, const char *text);
/* Adds a blank and NAME="text". */
void xml_attribute(struct buf *out, const char *name, const char *text);
/* Adds a document that is well-formed, with its control characters as references. */
void xml_visible(struct buf *out, const char *xml, size_t size);
/*
 * Adds an element for people: indented where it has elements only, with its controls as references,
 * and a line feed at its end. One that is not well-formed is added as it is, with its bytes made visible.
 */
void xml_indent(struct buf *out, const char *xml, size_t size);
/* The same of a document of libxml2 (xmlDoc). False: it has no root, and nothing is added. */
bool xml_print(struct buf *out, void *doc);

#endif
