/* SPDX-License-Identifier: ISC */
/*
 * One file by itself, element by element: is every name known, every value of its type, every key
 * there and there once? What only the merged whole can tell is in conf_rules.c.
 */
#include "core/conf_work.h"

#include <string.h>

struct check {
	struct arena *arena;
	struct findings *findings;
};

static void __attribute__((format(printf, 3, 4)))
error(struct check *c, struct conf_origin from, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	const char *text = arena_vprintf(c->arena, format, args);
	va_end(args);
	findings_add(c->findings, FINDING_ERROR, from.file, from.line, "%s", text);
}

/* ---- names we do not know ---- */

/* Does the attribute exist elsewhere? Then it was put in the wrong element. */
static const char *other_place(struct check *c, const char *attribute)
{
	for (size_t i = 0; i < conf_nrules; i++) {
		const struct conf_rule *r = &conf_rules[i];
		if (strcmp(r->attribute, attribute) == 0)
			return arena_printf(
			    c->arena, "; it belongs to %s", *r->element ? r->element : "config");
	}
	return "";
}

static void unknown_attribute(
    struct check *c, const struct conf_node *node, const struct conf_attr *attr)
{
	struct conf_guess guess = conf_guess_for(attr->name);
	for (size_t i = 0; i < conf_nrules; i++) {
		if (strcmp(conf_rules[i].element, node->known->path) == 0)
			conf_guess_try(&guess, conf_rules[i].attribute);
	}
	const char *elsewhere = other_place(c, attr->name);
	error(c, attr->from, "%s has no attribute \"%.*s\"%s", conf_path(c->arena, node, NULL),
	    findings_shown(attr->name), attr->name,
	    *elsewhere ? elsewhere : conf_guess_text(c->arena, &guess));
}

static void unknown_element(struct check *c, const struct conf_node *node)
{
	struct conf_guess guess = conf_guess_for(node->name);
	const char *elsewhere = "";
	for (size_t i = 1; i < conf_nelements; i++) {
		const char *name = conf_element_name(&conf_elements[i]);
		if (conf_element_find(node->parent->known, name) == &conf_elements[i])
			conf_guess_try(&guess, name);
		else if (strcmp(name, node->name) == 0)
			elsewhere = arena_printf(
			    c->arena, "; it belongs where %s is", conf_elements[i].path);
	}
	error(c, node->from, "%s has no element <%.*s>%s", conf_path(c->arena, node->parent, NULL),
	    findings_shown(node->name), node->name,
	    *elsewhere ? elsewhere : conf_guess_text(c->arena, &guess));
}

/* ---- values ---- */

static void check_attributes(struct check *c, const struct conf_node *node)
{
	struct err e;
	for (const struct conf_attr *attr = node->attrs; attr; attr = attr->next) {
		const struct conf_rule *rule = conf_rule_find(node->known, attr->name);
		if (!rule)
			unknown_attribute(c, node, attr);
		else if (!conf_type_check(rule, attr->value, &e))
			error(
			    c, attr->from, "%s %s", conf_path(c->arena, node, attr->name), e.text);
	}
}

static void check_text(struct check *c, const struct conf_node *node)
{
	struct err e;
	const struct conf_rule *rule = conf_rule_find(node->known, "");
	if (!*node->text)
		return;
	if (!rule)
		error(c, node->text_from, "%s holds the text \"%.*s\": text has no meaning there",
		    conf_path(c->arena, node, NULL), findings_shown(node->text), node->text);
	else if (!conf_type_check(rule, node->text, &e))
		error(c, node->text_from, "%s %s", conf_path(c->arena, node, NULL), e.text);
}

/* ---- keys and counts ---- */

static const struct conf_rule *key_of(const struct conf_element *element)
{
	for (size_t i = 0; i < conf_nrules; i++) {
		const struct conf_rule *r = &conf_rules[i];
		if (r->need == CONF_NEED_KEY && strcmp(r->element, element->path) == 0)
			return r;
	}
	return NULL;
}

/* The sibling before this one that has the same key. */
static const struct conf_node *same_key(const struct conf_node *node, const char *key)
{
	const char *value = conf_node_value(node, key);
	const struct conf_node *other = conf_node_child(node->parent, node->name);
	while (other != node && strcmp(conf_node_value(other, key), value) != 0)
		other = conf_node_same(other);
	return other != node ? other : NULL;
}

static void check_key(struct check *c, const struct conf_node *node)
{
	const struct conf_rule *rule = key_of(node->known);
	if (!rule)
		return;
	const struct conf_attr *key = conf_node_attr(node, rule->attribute);
	if (!key || !*key->value) {
		error(c, key ? key->from : node->from, "%s has no %s: it needs one, %s",
		    conf_path(c->arena, node, NULL), rule->attribute, rule->help);
		return;
	}
	const struct conf_node *first = same_key(node, rule->attribute);
	if (first)
		error(c, key->from,
		    "%s occurs twice, first on line %u: make them one, or give this one another %s",
		    conf_path(c->arena, node, NULL), first->from.line, rule->attribute);
}

/* Is this one more than may stand there? Only the first of those is reported. */
static bool is_too_many(struct check *c, const struct conf_node *node)
{
	const struct conf_node *first = conf_node_child(node->parent, node->name), *other = first;
	size_t before = 0, most = node->known->most;
	for (; other != node && before <= most; other = conf_node_same(other))
		before++;
	if (before == most && most == 1)
		error(c, node->from, "%s occurs twice, first on line %u: put both into one",
		    conf_path(c->arena, node, NULL), first->from.line);
	else if (before == most)
		error(c, node->from, "here is one %s too many: there may be %zu", node->known->path,
		    most);
	return before >= most;
}

static void check_node(struct check *c, const struct conf_node *node)
{
	check_attributes(c, node);
	check_text(c, node);
	for (const struct conf_node *child = node->first; child; child = child->next) {
		if (!findings_room(c->findings, FINDING_ERROR))
			return;
		if (!child->known)
			unknown_element(c, child);
		else if (!is_too_many(c, child)) {
			check_key(c, child);
			check_node(c, child);
		}
	}
}

void conf_check(struct arena *a, const struct conf_node *root, struct findings *f)
{
	struct check c = {a, f};
	check_node(&c, root);
}
