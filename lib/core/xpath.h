/* SPDX-License-Identifier: ISC */
/*
 * XPath expressions of an administrator (`show`), on documents that devices have filled: neither may
 * cost more than a moment (PITFALLS §4.3).
 *
 * An expression is compiled once per configuration. It is evaluated on a document of at most
 * LIMIT_XPATH_BYTES and LIMIT_XPATH_NODES, with at most LIMIT_XPATH_OPS operations: every node that is
 * looked at and every byte that is gone through is one or a part of one, so that they bound time and
 * memory (200 ms and 40 MB at the worst), and are the same on every machine.
 *
 * It is XPath 1.0 as of its recommendation, without variables, prefixes (but xml:), the namespace axis
 * and id(); comments and processing instructions are not there. No file, no network.
 */
#ifndef CORE_XPATH_H
#define CORE_XPATH_H

#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

struct xpath;

/* NULL: `e` says what is wrong and where. Free with xpath_free(); may be shared over fork. */
struct xpath *xpath_compile(const char *expression, struct err *e);
void xpath_free(struct xpath *x);

/* A document to ask, made of text that answer_parse() and state_print() vouch for. */
struct xpath_doc;
/* NULL: too large, or not well-formed; `e` says so. */
struct xpath_doc *xpath_doc_open(const char *xml, size_t size, struct err *e);
void xpath_doc_close(struct xpath_doc *d);

/*
 * A document that is as costly to ask as any that can be opened and is likely: a device's with messages,
 * deliveries and a large answer, of which each element and attribute goes by every name. What can be
 * evaluated on it is quick on others.
 */
struct xpath_doc *xpath_doc_sample(void);

/*
 * The value: a string, number or boolean as it is; of a node set the values joined by ", " (spec §11).
 * In the arena, at most LIMIT_XPATH_VALUE bytes (the rest is cut, with "…"). NULL: `e` says what is
 * wrong: it is too costly.
 */
const char *xpath_value(
    struct arena *a, const struct xpath *x, const struct xpath_doc *d, struct err *e);

#endif
