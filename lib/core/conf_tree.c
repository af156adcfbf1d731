/* SPDX-License-Identifier: ISC */
#include "core/conf_tree.h"

#include <string.h>

void conf_node_add(struct conf_node *parent, struct conf_node *child)
{
	child->parent = parent;
	child->next = NULL;
	if (parent->last)
		parent->last->next = child;
	else
		parent->first = child;
	parent->last = child;
}

void conf_node_set(struct arena *a, struct conf_node *node, const struct conf_attr *attr)
{
	struct conf_attr **at = &node->attrs;
	while (*at && strcmp((*at)->name, attr->name) != 0)
		at = &(*at)->next;
	if (*at) {
		(*at)->shipped = (*at)->value;
		(*at)->value = attr->value;
		(*at)->from = attr->from;
		return;
	}
	*at = arena_alloc(a, sizeof **at);
	**at = *attr;
	(*at)->next = NULL;
}

struct conf_attr *conf_node_attr(const struct conf_node *node, const char *name)
{
	struct conf_attr *attr = node->attrs;
	while (attr && strcmp(attr->name, name) != 0)
		attr = attr->next;
	return attr;
}

const char *conf_node_value(const struct conf_node *node, const char *name)
{
	const struct conf_attr *attr = conf_node_attr(node, name);
	return attr ? attr->value : "";
}

static struct conf_node *named(struct conf_node *node, const char *name)
{
	while (node && strcmp(node->name, name) != 0)
		node = node->next;
	return node;
}

struct conf_node *conf_node_child(const struct conf_node *node, const char *name)
{
	return named(node->first, name);
}

struct conf_node *conf_node_same(const struct conf_node *node)
{
	return named(node->next, node->name);
}

size_t conf_node_count(const struct conf_node *node, const char *name)
{
	size_t n = 0;
	for (const struct conf_node *c = conf_node_child(node, name); c; c = conf_node_same(c))
		n++;
	return n;
}

static struct conf_node *child_sized(const struct conf_node *node, const char *name, size_t n)
{
	for (struct conf_node *c = node->first; c; c = c->next) {
		if (strncmp(c->name, name, n) == 0 && c->name[n] == '\0')
			return c;
	}
	return NULL;
}

struct conf_node *conf_node_at(const struct conf_node *node, const char *path)
{
	struct conf_node *at = (struct conf_node *)node;
	while (at && *path) {
		size_t n = strcspn(path, "/");
		at = child_sized(at, path, n);
		path += path[n] ? n + 1 : n;
	}
	return at;
}

static const char *element_path(struct arena *a, const struct conf_node *node)
{
	if (!node->parent)
		return "";
	const struct conf_attr *id = conf_node_attr(node, "id");
	if (!id)
		id = conf_node_attr(node, "key");
	const char *above = element_path(a, node->parent);
	const char *path = arena_printf(a, "%s%s%s", above, *above ? "/" : "", node->name);
	return id ? arena_printf(a, "%s[%s]", path, id->value) : path;
}

const char *conf_path(struct arena *a, const struct conf_node *node, const char *attribute)
{
	const char *path = element_path(a, node);
	if (!attribute)
		return *path ? path : node->name;
	return arena_printf(a, "%s%s@%s", path, *path ? "/" : "", attribute);
}

struct conf_origin conf_blame(const struct conf_node *node, const char *attribute)
{
	const struct conf_attr *attr = attribute ? conf_node_attr(node, attribute) : NULL;
	struct conf_origin from = attr ? attr->from : node->from;
	while (!from.by_user && node) {
		if (node->from.by_user)
			return node->from;
		node = node->parent;
	}
	return from;
}
