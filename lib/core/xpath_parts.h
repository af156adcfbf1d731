/* SPDX-License-Identifier: ISC */
/*
 * The parts of XPath; private to lib/core/xpath*.c.
 *
 *   xpath_scan.c    an expression → tokens
 *   xpath_parse.c   tokens → struct xp_expr; types are checked here: without variables all are known
 *   xpath_doc.c     a document → an array of nodes in document order
 *   xpath_cast.c    values, and what they are as text, number and boolean
 *   xpath_func.c    the functions of XPath 1.0
 *   xpath_step.c    axes, tests of nodes, predicates
 *   xpath.c         operators, and the public functions
 *
 * Why not libxml2's: its opLimit counts few of the operations that take time. In 2.9.14 the comparison
 * of two sets of 4000 attributes counts as one and takes half a second, following::* takes seconds
 * (PITFALLS §4.3), and nothing stops it from outside. Here all that grows with the document or with a
 * text is paid for with xp_spend() before it is done, and what cannot pay ends the evaluation: the same
 * expression ends in the same way on every machine. libxml2 is who the fuzz target asks whether we are
 * right.
 */
#ifndef CORE_XPATH_PARTS_H
#define CORE_XPATH_PARTS_H

#include "base/arena.h"
#include "base/err.h"
#include "core/xpath.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- xpath_scan.c ---- */

/* Operators come first, in the order of struct xp_expr's kinds. */
enum xp_token {
	XP_T_OR,
	XP_T_AND,
	XP_T_EQ,
	XP_T_NE,
	XP_T_LT,
	XP_T_LE,
	XP_T_GT,
	XP_T_GE,
	XP_T_ADD,
	XP_T_SUB,
	XP_T_MUL,
	XP_T_DIV,
	XP_T_MOD,
	XP_T_UNION,
	XP_T_SLASH,
	XP_T_SLASHES,
	XP_T_OPEN,
	XP_T_CLOSE,
	XP_T_BRACKET,
	XP_T_UNBRACKET,
	XP_T_DOT,
	XP_T_DOTS,
	XP_T_AT,
	XP_T_COMMA,
	XP_T_TEXT, /* a literal, without its quotes */
	XP_T_NUMBER,
	XP_T_NAME,     /* name, prefix:name, prefix:*, * */
	XP_T_FUNCTION, /* a name before ( */
	XP_T_AXIS,     /* a name before ::, both eaten */
	XP_T_END,
};

struct xp_scan {
	const char *text, *at;
	bool behind_operand; /* so that * and names are operators */
	/* The token in hand. */
	enum xp_token token;
	const char *from;
	size_t size;
	struct err *e;
	bool failed;
};

/* Takes the first token. */
void xp_scan_start(struct xp_scan *s, const char *text, struct err *e);
/* Takes the next one; XP_T_END when there is none or something was wrong. */
void xp_scan_next(struct xp_scan *s);
/* Something is wrong with the token in hand: says so, once, and where. */
void xp_scan_fail(struct xp_scan *s, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* ---- xpath_parse.c ---- */

enum xp_type { XP_SET, XP_STRING, XP_NUMBER, XP_BOOL };

enum xp_kind {
	XP_OR,
	XP_AND,
	XP_EQ,
	XP_NE,
	XP_LT,
	XP_LE,
	XP_GT,
	XP_GE,
	XP_ADD,
	XP_SUB,
	XP_MUL,
	XP_DIV,
	XP_MOD,
	XP_UNION,
	XP_SIGN,     /* `left` times `number` */
	XP_LITERAL,  /* `text` */
	XP_CONSTANT, /* `number` */
	XP_CALL,     /* `function` of `list` */
	XP_ROOT,
	XP_CONTEXT,
	XP_FILTER, /* of the set `left`, those for which `list` holds */
	XP_STEP,   /* from each of the set `left` */
};

enum xp_axis {
	XP_CHILD,
	XP_ATTRIBUTE,
	XP_DESCENDANT,
	XP_DESCENDANT_OR_SELF,
	XP_SELF,
	XP_PARENT,
	XP_FOLLOWING,
	XP_FOLLOWING_SIBLING,
	XP_BACKWARDS, /* the axes from here on go against document order */
	XP_ANCESTOR = XP_BACKWARDS,
	XP_ANCESTOR_OR_SELF,
	XP_PRECEDING,
	XP_PRECEDING_SIBLING,
	XP_AXES
};

/* What a step lets through: NAMED and STAR only of the axis' own kind, which are elements or attributes. */
enum xp_test { XP_TEST_NAMED, XP_TEST_STAR, XP_TEST_NODE, XP_TEST_TEXT, XP_TEST_NOTHING };

struct xp_function;

struct xp_expr {
	enum xp_kind kind;
	enum xp_type type;
	struct xp_expr *left, *right;
	struct xp_expr *list, *next; /* arguments, predicates */
	const char *text;            /* of a literal; the name that a step asks for */
	size_t size;
	double number;
	const struct xp_function *function;
	enum xp_axis axis;
	enum xp_test test;
	bool xml; /* the name is in the namespace of xml:lang */
};

struct xpath {
	struct arena arena;
	const struct xp_expr *root;
};

/* ---- xpath_doc.c ---- */

enum xp_node_kind { XP_DOCUMENT, XP_ELEMENT, XP_ATTR, XP_CHARACTERS };

/* In document order: an element, its attributes, what is in it. */
struct xp_node {
	enum xp_node_kind kind;
	uint32_t parent;
	uint32_t end;                    /* the last node in it, or itself */
	bool any;                        /* answers to every name: of the sample */
	const char *name, *prefix, *uri; /* "" when there is none */
	const char *value;               /* of attributes and texts */
	size_t size;
};

struct xpath_doc {
	struct arena arena;
	struct xp_node *nodes;
	size_t count, room;
};

/* ---- evaluation ---- */

struct xp_run {
	struct arena arena; /* for as long as it takes */
	const struct xpath_doc *doc;
	size_t left; /* operations */
	struct err *e;
	bool failed;
};

/* Where an expression is evaluated. */
struct xp_place {
	uint32_t node;
	size_t position, size;
};

struct xp_value {
	enum xp_type type;
	bool truth;
	double number;
	const char *text; /* ends with a NUL */
	size_t size;
	uint32_t *nodes; /* in document order, each once */
	size_t count;
};

/* False: it cannot pay, and the evaluation is over; what follows gives nothing. */
bool xp_spend(struct xp_run *r, size_t operations);
/* Memory is paid for, too. NULL: it cannot pay. */
void *xp_alloc(struct xp_run *r, size_t count, size_t size);

struct xp_value xp_eval(struct xp_run *r, const struct xp_expr *x, const struct xp_place *at);

/* xpath_step.c */
struct xp_value xp_step(struct xp_run *r, const struct xp_expr *x, const struct xp_place *at);
struct xp_value xp_filter(struct xp_run *r, const struct xp_expr *x, const struct xp_place *at);
struct xp_value xp_union(struct xp_run *r, const struct xp_value *a, const struct xp_value *b);

/* xpath_cast.c: a value as another type; what it is already is given back. */
struct xp_value xp_of_bool(bool truth);
struct xp_value xp_of_number(double number);
struct xp_value xp_of_text(const char *text, size_t size);
struct xp_value xp_of_node(struct xp_run *r, uint32_t node);
bool xp_bool(const struct xp_value *v);
double xp_number(struct xp_run *r, const struct xp_value *v);
struct xp_value xp_string(struct xp_run *r, const struct xp_value *v);
/* The string-value of a node. */
struct xp_value xp_node_string(struct xp_run *r, uint32_t node);
/* A text as a number, NaN when it is none. */
double xp_text_number(const char *text, size_t size);

/* xpath_func.c: NULL when there is none of that name. */
#define XP_ARGS_ANY 255
struct xp_function {
	const char *name;
	unsigned char least, most; /* arguments */
	bool wants_set;            /* as its first argument */
	enum xp_type type;         /* what it gives */
	struct xp_value (*call)(
	    struct xp_run *r, const struct xp_place *at, const struct xp_value *args, size_t nargs);
};
const struct xp_function *xp_function_find(const char *name, size_t size);
/* The function that may have been meant; NULL when none is near. */
const char *xp_function_near(const char *name);

#endif
