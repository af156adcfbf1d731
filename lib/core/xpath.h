/* SPDX-License-Identifier: ISC */
/*
 * XPath expressions of an administrator (`show`), on documents that devices have filled: neither may
 * cost more than a moment (PITFALLS §4.3).
 *
 * An expression is compiled once per configuration. It is evaluated on a document of at most
 * LIMIT_XPATH_BYTES and LIMIT_XPATH_NODES of which no comparison is costly (LIMIT_XPATH_PAIRS), with at
 * most LIMIT_XPATH_OPS operations and LIMIT_XPATH_MS of processor time: 150 ms at the worst.
 *
 * It is libxml2's XPath 1.0, without variables, prefixes (but xml:), the namespace axis and id(). No file,
 * no network. While one is evaluated, SIGVTALRM and ITIMER_VIRTUAL are in use; they are put back.
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
 * A document that is as costly to ask as most: a device's with messages, deliveries and a large answer.
 * What can be evaluated on it is quick on others. xpath_doc_sample_for() gives the elements and attributes
 * of the answer the names that stand in the expression.
 */
struct xpath_doc *xpath_doc_sample(void);
void xpath_doc_sample_for(struct xpath_doc *d, const char *expression);

/*
 * The value: a string, number or boolean as it is; of a node set the values joined by ", " (spec §11).
 * In the arena, at most LIMIT_XPATH_VALUE bytes (the rest is cut, with "…"). NULL: `e` says what is
 * wrong: it is too costly, or a value stands where nodes must.
 */
const char *xpath_value(
    struct arena *a, const struct xpath *x, const struct xpath_doc *d, struct err *e);

#endif
