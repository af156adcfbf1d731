/* SPDX-License-Identifier: ISC */
/* Steps: the nodes of an axis that pass a test, and of them those for which the predicates hold. */
#include "core/xpath_parts.h"

#include <string.h>

#define XML_URI "http://www.w3.org/XML/1998/namespace"

/* Nodes in the order of the axis. */
struct list {
	uint32_t *nodes;
	size_t count, room;
};

static bool list_add(struct xp_run *r, struct list *l, uint32_t node)
{
	if (l->count == l->room) {
		size_t room = l->room ? 2 * l->room : 16;
		uint32_t *nodes = xp_alloc(r, room, sizeof *nodes);
		if (!nodes)
			return false;
		if (l->count)
			memcpy(nodes, l->nodes, l->count * sizeof *nodes);
		l->nodes = nodes;
		l->room = room;
	}
	l->nodes[l->count++] = node;
	return true;
}

static void list_reverse(struct list *l)
{
	for (size_t i = 0, j = l->count; i + 1 < j; i++) {
		uint32_t node = l->nodes[i];
		l->nodes[i] = l->nodes[--j];
		l->nodes[j] = node;
	}
}

/* ---- tests ---- */

static bool has_name(const struct xp_expr *step, const struct xp_node *n)
{
	if (n->any)
		return true;
	if (strcmp(n->uri, step->xml ? XML_URI : "") != 0)
		return false;
	return strcmp(step->text, "*") == 0 || strcmp(step->text, n->name) == 0;
}

static bool passes(const struct xp_expr *step, const struct xp_node *n)
{
	enum xp_node_kind principal = step->axis == XP_ATTRIBUTE ? XP_ATTR : XP_ELEMENT;
	switch (step->test) {
	case XP_TEST_NODE:
		return true;
	case XP_TEST_TEXT:
		return n->kind == XP_CHARACTERS;
	case XP_TEST_STAR:
		return n->kind == principal;
	case XP_TEST_NAMED:
		return n->kind == principal && has_name(step, n);
	default:
		return false;
	}
}

/* Takes a node when it passes; every node that is looked at is paid for. */
static bool look(struct xp_run *r, const struct xp_expr *step, uint32_t node, struct list *l)
{
	if (!xp_spend(r, 1))
		return false;
	return !passes(step, &r->doc->nodes[node]) || list_add(r, l, node);
}

/* ---- axes ---- */

/* The first child of a node, or what follows it when there is none. */
static uint32_t first_child(const struct xp_run *r, uint32_t node)
{
	const struct xp_node *nodes = r->doc->nodes;
	uint32_t i = node + 1;
	while (i <= nodes[node].end && nodes[i].kind == XP_ATTR)
		i++;
	return i;
}

/* Siblings from `i` on, before `to`. */
static void siblings(
    struct xp_run *r, const struct xp_expr *step, uint32_t i, uint32_t to, struct list *l)
{
	while (i < to && look(r, step, i, l))
		i = r->doc->nodes[i].end + 1;
}

/* A range, without attributes and, when `ended_before`, without what is not over before that node. */
static void range(struct xp_run *r, const struct xp_expr *step, uint32_t from, uint32_t to,
    uint32_t ended_before, struct list *l)
{
	const struct xp_node *nodes = r->doc->nodes;
	for (uint32_t i = from; i < to; i++) {
		bool skip =
		    nodes[i].kind == XP_ATTR || (ended_before && nodes[i].end >= ended_before);
		if (skip ? !xp_spend(r, 1) : !look(r, step, i, l))
			return;
	}
}

static void ancestors(struct xp_run *r, const struct xp_expr *step, uint32_t node, struct list *l)
{
	if (step->axis == XP_ANCESTOR_OR_SELF && !look(r, step, node, l))
		return;
	while (node && look(r, step, r->doc->nodes[node].parent, l))
		node = r->doc->nodes[node].parent;
}

static void attributes(struct xp_run *r, const struct xp_expr *step, uint32_t node, struct list *l)
{
	uint32_t end = first_child(r, node);
	if (r->doc->nodes[node].kind == XP_ELEMENT)
		for (uint32_t i = node + 1; i < end && look(r, step, i, l);)
			i++;
}

static void walk(struct xp_run *r, const struct xp_expr *step, uint32_t node, struct list *l)
{
	const struct xp_node *n = &r->doc->nodes[node], *parent = &r->doc->nodes[n->parent];
	bool has_siblings = node && n->kind != XP_ATTR;
	switch (step->axis) {
	case XP_CHILD:
		siblings(r, step, first_child(r, node), n->end + 1, l);
		break;
	case XP_ATTRIBUTE:
		attributes(r, step, node, l);
		break;
	case XP_DESCENDANT_OR_SELF:
	case XP_SELF:
		look(r, step, node, l);
		if (step->axis == XP_DESCENDANT_OR_SELF)
			range(r, step, node + 1, n->end + 1, 0, l);
		break;
	case XP_DESCENDANT:
		range(r, step, node + 1, n->end + 1, 0, l);
		break;
	case XP_PARENT:
		if (node)
			look(r, step, n->parent, l);
		break;
	case XP_FOLLOWING:
		range(r, step, n->end + 1, (uint32_t)r->doc->count, 0, l);
		break;
	case XP_PRECEDING:
		range(r, step, 0, node, node, l);
		list_reverse(l);
		break;
	case XP_FOLLOWING_SIBLING:
		if (has_siblings)
			siblings(r, step, n->end + 1, parent->end + 1, l);
		break;
	case XP_PRECEDING_SIBLING:
		if (has_siblings)
			siblings(r, step, first_child(r, n->parent), node, l);
		list_reverse(l);
		break;
	default:
		ancestors(r, step, node, l);
	}
}

/* ---- predicates ---- */

/* A number asks for a position. */
static bool holds(struct xp_run *r, const struct xp_expr *predicate, const struct xp_place *at)
{
	struct xp_value v = xp_eval(r, predicate, at);
	return v.type == XP_NUMBER ? v.number == (double)at->position : xp_bool(&v);
}

static void filter_list(struct xp_run *r, const struct xp_expr *predicates, struct list *l)
{
	for (const struct xp_expr *p = predicates; p && !r->failed; p = p->next) {
		size_t kept = 0;
		for (size_t i = 0; i < l->count && !r->failed; i++) {
			const struct xp_place at = {l->nodes[i], i + 1, l->count};
			uint32_t node = l->nodes[i];
			if (holds(r, p, &at))
				l->nodes[kept++] = node;
		}
		l->count = kept;
	}
}

/* ---- sets ---- */

static struct xp_value set_of(const struct list *l)
{
	return (struct xp_value){.type = XP_SET, .text = "", .nodes = l->nodes, .count = l->count};
}

/* A bit per node of the document: each once, and in document order. */
struct marks {
	uint64_t *words;
	size_t count;
};

static bool marks_new(struct xp_run *r, struct marks *m)
{
	m->count = r->doc->count / 64 + 1;
	m->words = xp_alloc(r, m->count, sizeof *m->words);
	return m->words;
}

static void marks_add(struct marks *m, const uint32_t *nodes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		m->words[nodes[i] / 64] |= (uint64_t)1 << nodes[i] % 64;
}

static struct xp_value marks_set(struct xp_run *r, const struct marks *m)
{
	struct list all = {0};
	for (size_t i = 0; i < m->count && xp_spend(r, 1); i++) {
		for (uint64_t word = m->words[i]; word; word &= word - 1) {
			uint32_t node = (uint32_t)(i * 64) + (uint32_t)__builtin_ctzll(word);
			if (!xp_spend(r, 1) || !list_add(r, &all, node))
				break;
		}
	}
	return set_of(&all);
}

static void step_from(struct xp_run *r, const struct xp_expr *x, uint32_t node, struct list *l)
{
	walk(r, x, node, l);
	filter_list(r, x->list, l);
}

static struct xp_value from_one(struct xp_run *r, const struct xp_expr *x, uint32_t node)
{
	struct list l = {0};
	step_from(r, x, node, &l);
	if (x->axis >= XP_BACKWARDS)
		list_reverse(&l);
	return set_of(&l);
}

struct xp_value xp_step(struct xp_run *r, const struct xp_expr *x, const struct xp_place *at)
{
	struct list l = {0};
	struct marks m;
	struct xp_value from = xp_eval(r, x->left, at);
	if (from.count == 1)
		return from_one(r, x, from.nodes[0]);
	if (!from.count || !marks_new(r, &m))
		return set_of(&l);
	for (size_t i = 0; i < from.count && !r->failed; i++) {
		l.count = 0;
		step_from(r, x, from.nodes[i], &l);
		marks_add(&m, l.nodes, l.count);
	}
	return marks_set(r, &m);
}

struct xp_value xp_filter(struct xp_run *r, const struct xp_expr *x, const struct xp_place *at)
{
	struct xp_value from = xp_eval(r, x->left, at);
	struct list l = {from.nodes, from.count, from.count};
	filter_list(r, x->list, &l);
	return set_of(&l);
}

struct xp_value xp_union(struct xp_run *r, const struct xp_value *a, const struct xp_value *b)
{
	struct marks m;
	if (!marks_new(r, &m))
		return (struct xp_value){.type = XP_SET, .text = ""};
	marks_add(&m, a->nodes, a->count);
	marks_add(&m, b->nodes, b->count);
	return marks_set(r, &m);
}
