/* SPDX-License-Identifier: ISC */
/*
 * The merge (spec §3): the user's tree over that of the defaults.
 *
 * Attributes of the user's element win. An element with an id is matched by id, else added. One
 * without, that occurs once on both sides, is merged into; where either side has several, the user's
 * are added. Text replaces text; an element that only brings attributes leaves the text alone.
 */
#include "core/conf_work.h"

#include <stdlib.h>
#include <string.h>

static struct conf_node *with_id(const struct conf_node *parent, const char *name, const char *id)
{
	struct conf_node *n = conf_node_child(parent, name);
	while (n && strcmp(conf_node_value(n, "id"), id) != 0)
		n = conf_node_same(n);
	return n;
}

static bool stands_once(const struct conf_node *parent, const char *name)
{
	const struct conf_node *n = conf_node_child(parent, name);
	return n && !conf_node_same(n);
}

/* What the user's element is merged into; NULL: it is added. */
static struct conf_node *partner(
    const struct conf_node *defaults, const struct conf_node *user, const struct conf_node *child)
{
	const struct conf_attr *id = conf_node_attr(child, "id");
	if (id)
		return with_id(defaults, child->name, id->value);
	if (stands_once(defaults, child->name) && stands_once(user, child->name))
		return conf_node_child(defaults, child->name);
	return NULL;
}

static void add_copy(struct arena *a, struct conf_node *to, const struct conf_node *node)
{
	struct conf_node *copy = arena_alloc(a, sizeof *copy);
	*copy = *node;
	copy->first = copy->last = NULL;
	conf_node_add(to, copy);
	for (const struct conf_node *child = node->first; child; child = child->next) {
		if (child->known)
			add_copy(a, copy, child);
	}
}

static void merge_node(struct arena *a, struct conf_node *into, const struct conf_node *user)
{
	into->from = user->from;
	for (const struct conf_attr *attr = user->attrs; attr; attr = attr->next)
		conf_node_set(a, into, attr);
	if (*user->text) {
		into->text = user->text;
		into->text_from = user->text_from;
	}
	for (const struct conf_node *child = user->first; child; child = child->next) {
		struct conf_node *with = child->known ? partner(into, user, child) : NULL;
		if (with)
			merge_node(a, with, child);
		else if (child->known)
			add_copy(a, into, child);
	}
}

/* A value that is no number sorts first: it has its finding already. */
static long seq_of(const struct conf_node *node)
{
	return strtol(conf_node_value(node, "seq"), NULL, 10);
}

/* Stable: the same seq leaves the order as it is. */
static void sort_children(struct conf_node *parent)
{
	struct conf_node *sorted = NULL, *next;
	for (struct conf_node *n = parent->first; n; n = next) {
		struct conf_node **at = &sorted;
		next = n->next;
		while (*at && seq_of(*at) <= seq_of(n))
			at = &(*at)->next;
		n->next = *at;
		*at = n;
	}
	parent->first = sorted;
	while (sorted && sorted->next)
		sorted = sorted->next;
	parent->last = sorted;
}

/* Groups whose children have a seq. */
static void sort_groups(struct conf_node *root)
{
	for (struct conf_node *group = root->first; group; group = group->next) {
		if (group->first && conf_rule_find(group->first->known, "seq"))
			sort_children(group);
	}
}

void conf_merge(struct arena *a, struct conf_node *defaults, const struct conf_node *user)
{
	if (user)
		merge_node(a, defaults, user);
	sort_groups(defaults);
}
