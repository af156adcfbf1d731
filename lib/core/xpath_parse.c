/* SPDX-License-Identifier: ISC */
/* The grammar of XPath 1.0, one function per rule; operators by their rank. */
#include "core/xpath_parts.h"

#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

struct parser {
	struct xp_scan scan;
	struct arena *arena;
	unsigned depth; /* brackets within brackets */
};

static struct xp_expr *parse_expression(struct parser *p, unsigned rank);

static struct xp_expr *make(struct parser *p, enum xp_kind kind, enum xp_type type)
{
	struct xp_expr *x = arena_alloc(p->arena, sizeof *x);
	x->kind = kind;
	x->type = type;
	return x;
}

static bool is_at(const struct parser *p, enum xp_token token)
{
	return p->scan.token == token && !p->scan.failed;
}

static bool accept(struct parser *p, enum xp_token token)
{
	bool there = is_at(p, token);
	if (there)
		xp_scan_next(&p->scan);
	return there;
}

static void expect(struct parser *p, enum xp_token token, const char *what)
{
	if (!accept(p, token))
		xp_scan_fail(&p->scan, "%s is missing", what);
}

/* An expression within brackets. */
static struct xp_expr *parse_inner(struct parser *p)
{
	if (p->depth >= LIMIT_XPATH_DEPTH)
		xp_scan_fail(&p->scan, "brackets are nested too deeply: %d levels are read",
		    LIMIT_XPATH_DEPTH);
	p->depth++;
	struct xp_expr *x = parse_expression(p, 0);
	p->depth--;
	return x;
}

static bool is_set(struct parser *p, const struct xp_expr *x, const char *what)
{
	if (x->type != XP_SET)
		xp_scan_fail(&p->scan, "%s must be nodes, e.g. a path, not a value", what);
	return x->type == XP_SET;
}

static struct xp_expr *parse_predicates(struct parser *p)
{
	struct xp_expr *first = NULL, **last = &first;
	while (accept(p, XP_T_BRACKET)) {
		*last = parse_inner(p);
		last = &(*last)->next;
		expect(p, XP_T_UNBRACKET, "]");
	}
	return first;
}

/* ---- steps ---- */

static const char *const axes[XP_AXES] = {
    [XP_CHILD] = "child",
    [XP_ATTRIBUTE] = "attribute",
    [XP_DESCENDANT] = "descendant",
    [XP_DESCENDANT_OR_SELF] = "descendant-or-self",
    [XP_SELF] = "self",
    [XP_PARENT] = "parent",
    [XP_FOLLOWING] = "following",
    [XP_FOLLOWING_SIBLING] = "following-sibling",
    [XP_ANCESTOR] = "ancestor",
    [XP_ANCESTOR_OR_SELF] = "ancestor-or-self",
    [XP_PRECEDING] = "preceding",
    [XP_PRECEDING_SIBLING] = "preceding-sibling",
};

static struct xp_expr *make_step(
    struct parser *p, struct xp_expr *from, enum xp_axis axis, enum xp_test test)
{
	struct xp_expr *x = make(p, XP_STEP, XP_SET);
	x->left = from;
	x->axis = axis;
	x->test = test;
	return x;
}

static bool token_is(const struct parser *p, const char *word)
{
	return strlen(word) == p->scan.size && memcmp(word, p->scan.from, p->scan.size) == 0;
}

static enum xp_axis parse_axis(struct parser *p)
{
	enum xp_axis axis = XP_CHILD;
	if (accept(p, XP_T_AT))
		return XP_ATTRIBUTE;
	if (!is_at(p, XP_T_AXIS))
		return XP_CHILD;
	while (axis < XP_AXES && !token_is(p, axes[axis]))
		axis++;
	if (axis == XP_AXES) {
		xp_scan_fail(&p->scan, "there is no axis \"%.40s\"",
		    arena_strndup(p->arena, p->scan.from, p->scan.size));
		return XP_CHILD;
	}
	xp_scan_next(&p->scan);
	return axis;
}

/* node(), text(); comments and processing instructions are never kept. */
static void parse_kind_test(struct parser *p, struct xp_expr *step)
{
	static const struct {
		const char *name;
		enum xp_test test;
	} kinds[] = {{"node", XP_TEST_NODE}, {"text", XP_TEST_TEXT}, {"comment", XP_TEST_NOTHING},
	    {"processing-instruction", XP_TEST_NOTHING}};
	size_t i = 0, n = sizeof kinds / sizeof *kinds;
	while (i < n && !token_is(p, kinds[i].name))
		i++;
	if (i == n) {
		xp_scan_fail(&p->scan, "a function cannot be a step of a path");
		return;
	}
	step->test = kinds[i].test;
	xp_scan_next(&p->scan);
	expect(p, XP_T_OPEN, "(");
	if (i == n - 1)
		accept(p, XP_T_TEXT);
	expect(p, XP_T_CLOSE, ")");
}

static void parse_name_test(struct parser *p, struct xp_expr *step)
{
	char *name = arena_strndup(p->arena, p->scan.from, p->scan.size);
	char *colon = strchr(name, ':');
	step->text = name;
	step->test = XP_TEST_NAMED;
	if (colon) {
		*colon = '\0';
		step->xml = strcmp(name, "xml") == 0;
		step->text = colon + 1;
		if (!step->xml)
			xp_scan_fail(&p->scan,
			    "the prefix %.40s is not known here: write *[local-name() = \"…\"]",
			    name);
	}
	if (strcmp(step->text, "*") == 0 && !step->xml)
		step->test = XP_TEST_STAR;
	xp_scan_next(&p->scan);
}

/* `//x` as one step: descendant::x. With predicates it is something else: they count children. */
static void join_slashes(struct xp_expr *x)
{
	struct xp_expr *all = x->left;
	if (x->axis != XP_CHILD || x->list || all->kind != XP_STEP ||
	    all->axis != XP_DESCENDANT_OR_SELF || all->test != XP_TEST_NODE || all->list)
		return;
	x->axis = XP_DESCENDANT;
	x->left = all->left;
}

static struct xp_expr *parse_step(struct parser *p, struct xp_expr *from)
{
	if (accept(p, XP_T_DOT))
		return make_step(p, from, XP_SELF, XP_TEST_NODE);
	if (accept(p, XP_T_DOTS))
		return make_step(p, from, XP_PARENT, XP_TEST_NODE);
	struct xp_expr *step = make_step(p, from, parse_axis(p), XP_TEST_NODE);
	if (is_at(p, XP_T_FUNCTION))
		parse_kind_test(p, step);
	else if (is_at(p, XP_T_NAME))
		parse_name_test(p, step);
	else
		xp_scan_fail(&p->scan, "the name of an element or attribute must stand here");
	step->list = parse_predicates(p);
	join_slashes(step);
	return step;
}

/* What follows a / or //. */
static struct xp_expr *parse_steps(struct parser *p, struct xp_expr *from, bool slashes)
{
	do {
		if (slashes)
			from = make_step(p, from, XP_DESCENDANT_OR_SELF, XP_TEST_NODE);
		from = parse_step(p, from);
		slashes = is_at(p, XP_T_SLASHES);
	} while (accept(p, XP_T_SLASH) || accept(p, XP_T_SLASHES));
	return from;
}

static bool starts_step(const struct parser *p)
{
	static const enum xp_token starts[] = {
	    XP_T_DOT, XP_T_DOTS, XP_T_AT, XP_T_AXIS, XP_T_NAME, XP_T_FUNCTION};
	for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
		if (is_at(p, starts[i]))
			return true;
	}
	return false;
}

/* ---- what is no step ---- */

static bool is_kind_test(const struct parser *p)
{
	return token_is(p, "node") || token_is(p, "text") || token_is(p, "comment") ||
	       token_is(p, "processing-instruction");
}

static size_t parse_arguments(struct parser *p, struct xp_expr *call)
{
	struct xp_expr **last = &call->list;
	size_t n = 0;
	expect(p, XP_T_OPEN, "(");
	while (!is_at(p, XP_T_CLOSE) && !p->scan.failed) {
		if (n++)
			expect(p, XP_T_COMMA, "a , or )");
		*last = parse_inner(p);
		last = &(*last)->next;
	}
	expect(p, XP_T_CLOSE, ")");
	return n;
}

static void no_function(struct parser *p, const char *name)
{
	const char *near = xp_function_near(name);
	if (strcmp(name, "id") == 0)
		xp_scan_fail(&p->scan,
		    "id() is not there: what devices send declares no ids: write [@id = …]");
	else
		xp_scan_fail(&p->scan, "there is no function %.40s()%s%s%s", name,
		    near ? ": did you mean " : "", near ? near : "", near ? "()?" : "");
}

static struct xp_expr *parse_call(struct parser *p)
{
	struct xp_expr *call = make(p, XP_CALL, XP_STRING);
	const char *name = arena_strndup(p->arena, p->scan.from, p->scan.size);
	call->function = xp_function_find(p->scan.from, p->scan.size);
	if (!call->function) {
		no_function(p, name);
		return call;
	}
	call->type = call->function->type;
	xp_scan_next(&p->scan);
	size_t n = parse_arguments(p, call);
	if (n < call->function->least || n > call->function->most)
		xp_scan_fail(&p->scan, "%s() has too %s arguments", name,
		    n < call->function->least ? "few" : "many");
	if (call->function->wants_set && call->list)
		is_set(p, call->list, arena_concat(p->arena, "what ", name, "() is asked of"));
	return call;
}

static struct xp_expr *parse_number(struct parser *p)
{
	struct xp_expr *x = make(p, XP_CONSTANT, XP_NUMBER);
	x->number = xp_text_number(p->scan.from, p->scan.size);
	xp_scan_next(&p->scan);
	return x;
}

static struct xp_expr *parse_literal(struct parser *p)
{
	struct xp_expr *x = make(p, XP_LITERAL, XP_STRING);
	x->text = arena_strndup(p->arena, p->scan.from, p->scan.size);
	x->size = p->scan.size;
	xp_scan_next(&p->scan);
	return x;
}

/* NULL: no such thing stands here. */
static struct xp_expr *parse_primary(struct parser *p)
{
	if (is_at(p, XP_T_NUMBER))
		return parse_number(p);
	if (is_at(p, XP_T_TEXT))
		return parse_literal(p);
	if (is_at(p, XP_T_FUNCTION) && !is_kind_test(p))
		return parse_call(p);
	if (!accept(p, XP_T_OPEN))
		return NULL;
	struct xp_expr *x = parse_inner(p);
	expect(p, XP_T_CLOSE, ")");
	return x;
}

static struct xp_expr *parse_filter(struct parser *p, struct xp_expr *primary)
{
	if (!is_at(p, XP_T_BRACKET) || !is_set(p, primary, "what stands before ["))
		return primary;
	struct xp_expr *x = make(p, XP_FILTER, XP_SET);
	x->left = primary;
	x->list = parse_predicates(p);
	return x;
}

static struct xp_expr *parse_path(struct parser *p)
{
	struct xp_expr *root = make(p, XP_ROOT, XP_SET);
	if (accept(p, XP_T_SLASHES))
		return parse_steps(p, root, true);
	if (accept(p, XP_T_SLASH))
		return starts_step(p) ? parse_steps(p, root, false) : root;
	struct xp_expr *x = parse_primary(p);
	if (!x && starts_step(p))
		return parse_steps(p, make(p, XP_CONTEXT, XP_SET), false);
	if (!x) {
		xp_scan_fail(&p->scan, is_at(p, XP_T_END) ? "something is missing"
							  : "a path or a value must stand here");
		return root;
	}
	x = parse_filter(p, x);
	bool slashes = is_at(p, XP_T_SLASHES);
	if (!slashes && !is_at(p, XP_T_SLASH))
		return x;
	is_set(p, x, "what stands before /");
	xp_scan_next(&p->scan);
	return parse_steps(p, x, slashes);
}

/* ---- operators ---- */

/* How tightly an operator binds; 0: it is none. */
static const unsigned char ranks[XP_T_END + 1] = {
    [XP_T_OR] = 1,
    [XP_T_AND] = 2,
    [XP_T_EQ] = 3,
    [XP_T_NE] = 3,
    [XP_T_LT] = 4,
    [XP_T_LE] = 4,
    [XP_T_GT] = 4,
    [XP_T_GE] = 4,
    [XP_T_ADD] = 5,
    [XP_T_SUB] = 5,
    [XP_T_MUL] = 6,
    [XP_T_DIV] = 6,
    [XP_T_MOD] = 6,
};
_Static_assert((int)XP_T_UNION == (int)XP_UNION && (int)XP_T_MOD == (int)XP_MOD,
    "an operator's token is its kind");

static struct xp_expr *parse_union(struct parser *p)
{
	struct xp_expr *left = parse_path(p);
	while (is_at(p, XP_T_UNION) && is_set(p, left, "what stands before |")) {
		struct xp_expr *x = make(p, XP_UNION, XP_SET);
		xp_scan_next(&p->scan);
		x->left = left;
		x->right = parse_path(p);
		is_set(p, x->right, "what stands behind |");
		left = x;
	}
	return left;
}

static struct xp_expr *parse_sign(struct parser *p)
{
	double sign = 1;
	bool any = false;
	while (accept(p, XP_T_SUB)) {
		any = true;
		sign = -sign;
	}
	struct xp_expr *x = parse_union(p);
	if (!any)
		return x;
	struct xp_expr *signed_one = make(p, XP_SIGN, XP_NUMBER);
	signed_one->left = x;
	signed_one->number = sign;
	return signed_one;
}

static struct xp_expr *parse_expression(struct parser *p, unsigned rank)
{
	struct xp_expr *left = parse_sign(p);
	while (!p->scan.failed && ranks[p->scan.token] > rank) {
		enum xp_token token = p->scan.token;
		struct xp_expr *x =
		    make(p, (enum xp_kind)token, token >= XP_T_ADD ? XP_NUMBER : XP_BOOL);
		xp_scan_next(&p->scan);
		x->left = left;
		x->right = parse_expression(p, ranks[token]);
		left = x;
	}
	return left;
}

static bool parse_all(struct xpath *x, const char *text, struct err *e)
{
	struct parser p = {.arena = &x->arena};
	xp_scan_start(&p.scan, text, e);
	x->root = parse_expression(&p, 0);
	if (!is_at(&p, XP_T_END))
		xp_scan_fail(&p.scan, "nothing may follow here");
	return !p.scan.failed;
}

struct xpath *xpath_compile(const char *expression, struct err *e)
{
	size_t n = strlen(expression);
	if (n > LIMIT_SETTING || !text_is_utf8(expression, n)) {
		err_set(e, n > LIMIT_SETTING ? "it is too long" : "it is no UTF-8");
		return NULL;
	}
	struct xpath *x = mem_alloc(sizeof *x);
	if (parse_all(x, expression, e))
		return x;
	xpath_free(x);
	return NULL;
}

void xpath_free(struct xpath *x)
{
	if (!x)
		return;
	arena_free(&x->arena);
	free(x);
}
