/* SPDX-License-Identifier: ISC */
/*
 * A configuration as a tree of ours, private to lib/core/conf_*.c.
 *
 * libxml2's tree is left as soon as a file was read: here every attribute and text knows the line it
 * stands on and whose file that was, also after the merge. Values and texts have no blanks at their ends
 * (but those of a RAW). Everything lives in one arena.
 */
#ifndef CORE_CONF_TREE_H
#define CORE_CONF_TREE_H

#include "base/arena.h"
#include "core/conf.h"
#include "core/conf_schema.h"

#include <stdbool.h>
#include <stddef.h>

struct conf_origin {
	const char *file;
	unsigned line;
	bool by_user;
};

struct conf_attr {
	struct conf_attr *next;
	const char *name, *value;
	const char *shipped; /* what the user's file replaced in the defaults, or NULL */
	struct conf_origin from;
};

struct conf_node {
	struct conf_node *parent, *next, *first, *last;
	struct conf_attr *attrs;
	const char *name;
	const char *text;                 /* "" when there is none */
	const struct conf_element *known; /* its row in CONF_ELEMENTS; NULL: we do not know it */
	struct conf_origin from; /* after the merge: of the user's element if there is one */
	struct conf_origin text_from;
};

void conf_node_add(struct conf_node *parent, struct conf_node *child);
/* Adds an attribute, or replaces the value and origin of one that is there. */
void conf_node_set(struct arena *a, struct conf_node *node, const struct conf_attr *attr);
struct conf_attr *conf_node_attr(const struct conf_node *node, const char *name);
/* The value of an attribute, "" when it is not there. */
const char *conf_node_value(const struct conf_node *node, const char *name);
/* The first child of a name, NULL without one; the next sibling of the same name. */
struct conf_node *conf_node_child(const struct conf_node *node, const char *name);
struct conf_node *conf_node_same(const struct conf_node *node);
size_t conf_node_count(const struct conf_node *node, const char *name);
/* The descendant at a path of names ("phases/phase": the first), "" is the node itself; or NULL. */
struct conf_node *conf_node_at(const struct conf_node *node, const char *path);

/*
 * How a person finds it: "phases/phase[update]/@seq". `attribute` may be NULL: the element. What
 * stands in brackets is the id (or key) of the element.
 */
const char *conf_path(struct arena *a, const struct conf_node *node, const char *attribute);
/*
 * Where to look when something is wrong with an attribute: itself, or when it is a default, what the
 * user wrote around it.
 */
struct conf_origin conf_blame(const struct conf_node *node, const char *attribute);

#endif
