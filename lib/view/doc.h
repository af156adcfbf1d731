/* SPDX-License-Identifier: ISC */
/*
 * Builds the XML document of a page (DESIGN, lib/view): open, add, close. Texts may come from anybody:
 * what XML cannot hold (controls, bytes that are no UTF-8) becomes U+FFFD here, the rest is escaped when it
 * goes out. Names of elements and attributes are ours.
 */
#ifndef VIEW_DOC_H
#define VIEW_DOC_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct doc;

/* `root` is opened. Free with doc_free(). */
struct doc *doc_new(const char *root) __attribute__((returns_nonnull));
void doc_free(struct doc *d);

void doc_open(struct doc *d, const char *name);
void doc_close(struct doc *d);

/* To the element that is open, before its content. A text that is NULL adds nothing. */
void doc_attr(struct doc *d, const char *name, const char *text);
void doc_number(struct doc *d, const char *name, int64_t number);
/* NAME="true"; nothing when it is false. */
void doc_flag(struct doc *d, const char *name, bool is);
/* NAME="1700000000" and NAME-iso="2023-11-14T22:13:20Z"; nothing for 0. */
void doc_time(struct doc *d, const char *name, int64_t time);
void doc_attrf(struct doc *d, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Text as content; TAB and LF stay. */
void doc_text(struct doc *d, const char *text);
void doc_bytes(struct doc *d, const char *bytes, size_t size);
/* <NAME>text</NAME>; NULL adds nothing. */
void doc_leaf(struct doc *d, const char *name, const char *text);

/* The document as indented XML, for tests and for --debug; adds to `out`. */
void doc_print(struct doc *d, struct buf *out);

/* For render.c: the xmlDoc. It stays ours. */
void *doc_xml(struct doc *d);

#endif
