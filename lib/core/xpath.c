/* SPDX-License-Identifier: ISC */
/* Operators, and what an expression comes to in the end. */
#include "core/xpath_parts.h"

#include "base/buf.h"
#include "base/limits.h"

#include <math.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#define BYTES_PER_OPERATION 8

bool xp_spend(struct xp_run *r, size_t operations)
{
	if (r->failed)
		return false;
	if (operations <= r->left) {
		r->left -= operations;
		return true;
	}
	r->failed = true;
	return err_set(r->e,
	    "it takes too long: more than %d steps in a document of %zu nodes (write whole paths, not //, and do not look for each of many nodes among many)",
	    LIMIT_XPATH_OPS, r->doc->count - 1);
}

void *xp_alloc(struct xp_run *r, size_t count, size_t size)
{
	size *= count;
	return xp_spend(r, size / BYTES_PER_OPERATION + 1) ? arena_alloc(&r->arena, size) : NULL;
}

/* ---- comparisons ---- */

/* What is compared: a set is many, all else is one. */
static size_t how_many(const struct xp_value *v)
{
	return v->type == XP_SET ? v->count : 1;
}

static struct xp_value text_at(struct xp_run *r, const struct xp_value *v, size_t i)
{
	return v->type == XP_SET ? xp_node_string(r, v->nodes[i]) : xp_string(r, v);
}

static double number_at(struct xp_run *r, const struct xp_value *v, size_t i)
{
	if (v->type != XP_SET)
		return xp_number(r, v);
	struct xp_value text = xp_node_string(r, v->nodes[i]);
	return xp_number(r, &text);
}

static bool same_text(const struct xp_value *a, const struct xp_value *b)
{
	return a->size == b->size && memcmp(a->text, b->text, a->size) == 0;
}

static int by_text(const void *one, const void *other)
{
	const struct xp_value *a = one, *b = other;
	return a->size != b->size ? (a->size < b->size ? -1 : 1)
				  : memcmp(a->text, b->text, a->size);
}

/* All texts of a value, paid for as often as sorting or searching may look at one. NULL: cannot pay. */
static struct xp_value *texts_of(struct xp_run *r, const struct xp_value *v, size_t others)
{
	size_t n = how_many(v), bytes = 0, looks = 1;
	struct xp_value *texts = xp_alloc(r, n, sizeof *texts);
	for (size_t i = 0; texts && i < n && !r->failed; i++) {
		texts[i] = text_at(r, v, i);
		bytes += texts[i].size;
	}
	for (size_t most = n > others ? n : others; most; most /= 2)
		looks++;
	return texts && xp_spend(r, looks * (n + bytes / 16)) ? texts : NULL;
}

/* Has each a text that the other has, too? One is sorted, as both may be large. */
static bool have_common(struct xp_run *r, const struct xp_value *a, const struct xp_value *b)
{
	size_t na = how_many(a), nb = how_many(b);
	struct xp_value *left = texts_of(r, a, nb), *right = left ? texts_of(r, b, na) : NULL;
	if (!right)
		return false;
	if (na == 1)
		return lfind(left, right, &nb, sizeof *right, by_text);
	if (nb > 1)
		qsort(right, nb, sizeof *right, by_text);
	for (size_t i = 0; i < na; i++) {
		if (bsearch(&left[i], right, nb, sizeof *right, by_text))
			return true;
	}
	return false;
}

/* Is there one in each so that they differ? Not only if all are the same. */
static bool have_different(struct xp_run *r, const struct xp_value *a, const struct xp_value *b)
{
	size_t na = how_many(a), nb = how_many(b);
	if (!na || !nb)
		return false;
	struct xp_value *left = texts_of(r, a, 1), *right = left ? texts_of(r, b, 1) : NULL;
	if (!right)
		return false;
	for (size_t i = 0; i < nb; i++) {
		if (!same_text(&left[0], &right[i]))
			return true;
	}
	for (size_t i = 1; i < na; i++) {
		if (!same_text(&left[i], &right[0]))
			return true;
	}
	return false;
}

/* Smallest and largest of the numbers; NaN twice when there is none. */
struct span {
	double low, high;
};

static struct span span_of(struct xp_run *r, const struct xp_value *v)
{
	struct span s = {NAN, NAN};
	for (size_t i = 0; i < how_many(v) && xp_spend(r, 1); i++) {
		double number = number_at(r, v, i);
		s.low = fmin(s.low, number); /* which passes over NaN */
		s.high = fmax(s.high, number);
	}
	return s;
}

/* A set and a number, or two numbers. */
static bool numbers_equal(
    struct xp_run *r, const struct xp_value *a, const struct xp_value *b, bool equal)
{
	if (a->type != XP_SET) {
		const struct xp_value *swap = a;
		a = b;
		b = swap;
	}
	double wanted = xp_number(r, b);
	for (size_t i = 0; i < how_many(a) && xp_spend(r, 1); i++) {
		if ((number_at(r, a, i) == wanted) == equal)
			return true;
	}
	return false;
}

static bool compare_order(
    struct xp_run *r, enum xp_kind kind, const struct xp_value *a, const struct xp_value *b)
{
	struct span left = span_of(r, a), right = span_of(r, b);
	switch (kind) {
	case XP_LT:
		return left.low < right.high;
	case XP_LE:
		return left.low <= right.high;
	case XP_GT:
		return left.high > right.low;
	default:
		return left.high >= right.low;
	}
}

static bool compare(struct xp_run *r, enum xp_kind kind, struct xp_value a, struct xp_value b)
{
	bool equality = kind == XP_EQ || kind == XP_NE;
	bool truth = a.type == XP_BOOL || b.type == XP_BOOL;
	if (truth && (equality || a.type == XP_SET || b.type == XP_SET)) {
		a = xp_of_bool(xp_bool(&a));
		b = xp_of_bool(xp_bool(&b));
		if (equality)
			return (a.truth == b.truth) == (kind == XP_EQ);
	}
	if (!equality)
		return compare_order(r, kind, &a, &b);
	if (a.type == XP_NUMBER || b.type == XP_NUMBER)
		return numbers_equal(r, &a, &b, kind == XP_EQ);
	return kind == XP_EQ ? have_common(r, &a, &b) : have_different(r, &a, &b);
}

/* ---- operators ---- */

static double calculate(enum xp_kind kind, double a, double b)
{
	switch (kind) {
	case XP_ADD:
		return a + b;
	case XP_SUB:
		return a - b;
	case XP_MUL:
		return a * b;
	case XP_DIV:
		return a / b;
	default:
		return fmod(a, b);
	}
}

static struct xp_value eval_operator(
    struct xp_run *r, const struct xp_expr *x, const struct xp_place *at)
{
	struct xp_value a = xp_eval(r, x->left, at);
	/* The other side is not asked when it does not matter. */
	if ((x->kind == XP_OR || x->kind == XP_AND) && xp_bool(&a) == (x->kind == XP_OR))
		return xp_of_bool(x->kind == XP_OR);
	struct xp_value b = xp_eval(r, x->right, at);
	if (x->kind <= XP_AND)
		return xp_of_bool(xp_bool(&b));
	if (x->kind <= XP_GE)
		return xp_of_bool(compare(r, x->kind, a, b));
	if (x->kind == XP_UNION)
		return xp_union(r, &a, &b);
	return xp_of_number(calculate(x->kind, xp_number(r, &a), xp_number(r, &b)));
}

static struct xp_value eval_call(
    struct xp_run *r, const struct xp_expr *x, const struct xp_place *at)
{
	size_t n = 0;
	for (const struct xp_expr *arg = x->list; arg; arg = arg->next)
		n++;
	struct xp_value *args = xp_alloc(r, n, sizeof *args);
	if (!args)
		return (struct xp_value){.type = x->type, .text = ""};
	n = 0;
	for (const struct xp_expr *arg = x->list; arg; arg = arg->next)
		args[n++] = xp_eval(r, arg, at);
	return x->function->call(r, at, args, n);
}

struct xp_value xp_eval(struct xp_run *r, const struct xp_expr *x, const struct xp_place *at)
{
	struct xp_value v = {.type = x->type, .text = ""};
	if (!xp_spend(r, 1))
		return v;
	switch (x->kind) {
	case XP_SIGN:
		v = xp_eval(r, x->left, at);
		return xp_of_number(x->number * xp_number(r, &v));
	case XP_LITERAL:
		return xp_of_text(x->text, x->size);
	case XP_CONSTANT:
		return xp_of_number(x->number);
	case XP_CALL:
		return eval_call(r, x, at);
	case XP_ROOT:
		return xp_of_node(r, 0);
	case XP_CONTEXT:
		return xp_of_node(r, at->node);
	case XP_FILTER:
		return xp_filter(r, x, at);
	case XP_STEP:
		return xp_step(r, x, at);
	default:
		return eval_operator(r, x, at);
	}
}

/* ---- the value ---- */

/* Stops as soon as there is more than is shown. */
static void join(struct xp_run *r, const struct xp_value *v, struct buf *out)
{
	for (size_t i = 0; i < how_many(v) && out->size <= LIMIT_XPATH_VALUE; i++) {
		struct xp_value text = text_at(r, v, i);
		if (i)
			buf_adds(out, ", ");
		buf_add(out, text.text, text.size);
	}
}

/* The rest is cut, never within a letter. */
static const char *cut(struct arena *a, const struct buf *text)
{
	static const char more[] = "…";
	const char *from = buf_text(text);
	size_t size = text->size;
	if (size <= LIMIT_XPATH_VALUE)
		return arena_strndup(a, from, size);
	size = LIMIT_XPATH_VALUE - (sizeof more - 1);
	while (size && (from[size] & 0xc0) == 0x80)
		size--;
	return arena_concat(a, arena_strndup(a, from, size), more);
}

const char *xpath_value(
    struct arena *a, const struct xpath *x, const struct xpath_doc *d, struct err *e)
{
	struct xp_run r = {.doc = d, .left = LIMIT_XPATH_OPS, .e = e};
	const struct xp_place root = {0, 1, 1};
	struct buf out = {0};
	struct xp_value v = xp_eval(&r, x->root, &root);
	join(&r, &v, &out);
	const char *value = r.failed ? NULL : cut(a, &out);
	buf_free(&out);
	arena_free(&r.arena);
	return value;
}
