/* SPDX-License-Identifier: ISC */
/* The functions of XPath 1.0 (§4), a row each. Characters are those of UTF-8, not bytes. */
#include "core/xpath_parts.h"

#include "base/text.h"

#include <math.h>
#include <string.h>

#define CALL(name)                                                               \
	static struct xp_value name(struct xp_run *r, const struct xp_place *at, \
	    const struct xp_value *args, size_t nargs)

static const struct xp_value nothing = {.type = XP_STRING, .text = ""};

/* The argument `i` as a text; without it the context node's. */
static struct xp_value text_of(struct xp_run *r, const struct xp_place *at,
    const struct xp_value *args, size_t nargs, size_t i)
{
	struct xp_value v = i < nargs ? xp_string(r, &args[i]) : xp_node_string(r, at->node);
	/* Each function goes through its texts some times. */
	return xp_spend(r, v.size / 4 + 1) ? v : nothing;
}

/* A part of a text, as one of its own. */
static struct xp_value part(struct xp_run *r, const char *from, size_t size)
{
	char *text = xp_alloc(r, size + 1, 1);
	if (!text)
		return nothing;
	memcpy(text, from, size);
	return xp_of_text(text, size);
}

/* ---- of nodes ---- */

CALL(f_last)
{
	(void)r, (void)args, (void)nargs;
	return xp_of_number((double)at->size);
}

CALL(f_position)
{
	(void)r, (void)args, (void)nargs;
	return xp_of_number((double)at->position);
}

CALL(f_count)
{
	(void)r, (void)at, (void)nargs;
	return xp_of_number((double)args[0].count);
}

/* The node that is asked for its name; NULL: of an empty set. */
static const struct xp_node *node_of(
    const struct xp_run *r, const struct xp_place *at, const struct xp_value *args, size_t nargs)
{
	if (nargs && !args[0].count)
		return NULL;
	return &r->doc->nodes[nargs ? args[0].nodes[0] : at->node];
}

CALL(f_local_name)
{
	const struct xp_node *n = node_of(r, at, args, nargs);
	return n ? xp_of_text(n->name, strlen(n->name)) : nothing;
}

CALL(f_namespace_uri)
{
	const struct xp_node *n = node_of(r, at, args, nargs);
	return n ? xp_of_text(n->uri, strlen(n->uri)) : nothing;
}

CALL(f_name)
{
	const struct xp_node *n = node_of(r, at, args, nargs);
	if (!n || !*n->prefix)
		return n ? xp_of_text(n->name, strlen(n->name)) : nothing;
	size_t size = strlen(n->prefix) + 1 + strlen(n->name);
	char *name = xp_alloc(r, size + 1, 1);
	if (!name)
		return nothing;
	stpcpy(stpcpy(stpcpy(name, n->prefix), ":"), n->name);
	return xp_of_text(name, size);
}

/* ---- of texts ---- */

CALL(f_string)
{
	return text_of(r, at, args, nargs, 0);
}

CALL(f_concat)
{
	size_t size = 0;
	struct xp_value *texts = xp_alloc(r, nargs, sizeof *texts);
	if (!texts)
		return nothing;
	for (size_t i = 0; i < nargs; i++) {
		texts[i] = text_of(r, at, args, nargs, i);
		size += texts[i].size;
	}
	char *text = xp_alloc(r, size + 1, 1), *to = text;
	if (!text)
		return nothing;
	for (size_t i = 0; i < nargs; i++)
		to = mempcpy(to, texts[i].text, texts[i].size);
	return xp_of_text(text, size);
}

CALL(f_starts_with)
{
	struct xp_value a = text_of(r, at, args, nargs, 0), b = text_of(r, at, args, nargs, 1);
	return xp_of_bool(a.size >= b.size && memcmp(a.text, b.text, b.size) == 0);
}

/* Where the second text begins in the first, which both come out, too. NULL: nowhere. */
static const char *found(struct xp_run *r, const struct xp_place *at, const struct xp_value *args,
    size_t nargs, struct xp_value *a, struct xp_value *b)
{
	*a = text_of(r, at, args, nargs, 0);
	*b = text_of(r, at, args, nargs, 1);
	return memmem(a->text, a->size, b->text, b->size);
}

CALL(f_contains)
{
	struct xp_value a, b;
	return xp_of_bool(found(r, at, args, nargs, &a, &b) != NULL);
}

CALL(f_substring_before)
{
	struct xp_value a, b;
	const char *where = found(r, at, args, nargs, &a, &b);
	return where ? part(r, a.text, (size_t)(where - a.text)) : nothing;
}

CALL(f_substring_after)
{
	struct xp_value a, b;
	const char *where = found(r, at, args, nargs, &a, &b);
	if (!where)
		return nothing;
	where += b.size;
	return part(r, where, (size_t)(a.text + a.size - where));
}

static const char *next_character(const char *at)
{
	do
		at++;
	while ((*at & 0xc0) == 0x80);
	return at;
}

static double round_half_up(double number)
{
	/* floor(x + 0.5) is not it: the sum may be rounded. */
	double low = floor(number);
	return number - low >= 0.5 ? low + 1 : low;
}

/* Those at positions from round(x) up to before round(x) + round(n), counted from 1. */
CALL(f_substring)
{
	struct xp_value text = text_of(r, at, args, nargs, 0);
	double first = round_half_up(xp_number(r, &args[1]));
	double end = nargs > 2 ? first + round_half_up(xp_number(r, &args[2])) : INFINITY;
	const char *from = NULL, *to = text.text;
	size_t position = 1;
	for (const char *p = text.text; *p; p = next_character(p), position++) {
		if (!((double)position >= first && (double)position < end))
			continue;
		from = from ? from : p;
		to = next_character(p);
	}
	return from ? part(r, from, (size_t)(to - from)) : nothing;
}

CALL(f_string_length)
{
	struct xp_value text = text_of(r, at, args, nargs, 0);
	size_t n = 0;
	for (const char *p = text.text; *p; p = next_character(p))
		n++;
	return xp_of_number((double)n);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

CALL(f_normalize_space)
{
	struct xp_value from = text_of(r, at, args, nargs, 0);
	char *text = xp_alloc(r, from.size + 1, 1), *to = text;
	if (!text)
		return nothing;
	for (const char *p = from.text; *p; p++) {
		if (!is_blank(*p))
			*to++ = *p;
		else if (to > text && to[-1] != ' ')
			*to++ = ' ';
	}
	if (to > text && to[-1] == ' ')
		to--;
	*to = '\0';
	return xp_of_text(text, (size_t)(to - text));
}

/* What stands in `to` at the place where a character stands in `from`; `size` 0: nothing does. */
static const char *replacement(const char *c, size_t *size, const char *from, const char *to)
{
	const char *one = c;
	size_t n = *size;
	for (; *from; from = next_character(from)) {
		if (memcmp(from, one, n) == 0) {
			*size = *to ? (size_t)(next_character(to) - to) : 0;
			return to;
		}
		to = *to ? next_character(to) : to;
	}
	return one;
}

CALL(f_translate)
{
	struct xp_value text = text_of(r, at, args, nargs, 0),
			from = text_of(r, at, args, nargs, 1), to = text_of(r, at, args, nargs, 2);
	/* A character may become four bytes long; each is looked for in all of `from`. */
	char *out = NULL, *end;
	if (xp_spend(r, text.size * from.size / 2))
		out = xp_alloc(r, 4 * text.size + 1, 1);
	if (!out)
		return nothing;
	end = out;
	for (const char *p = text.text, *next; *p; p = next) {
		next = next_character(p);
		size_t size = (size_t)(next - p);
		const char *by = replacement(p, &size, from.text, to.text);
		end = mempcpy(end, by, size);
	}
	*end = '\0';
	return xp_of_text(out, (size_t)(end - out));
}

/* ---- of truths ---- */

CALL(f_boolean)
{
	(void)r, (void)at, (void)nargs;
	return xp_of_bool(xp_bool(&args[0]));
}

CALL(f_not)
{
	(void)r, (void)at, (void)nargs;
	return xp_of_bool(!xp_bool(&args[0]));
}

CALL(f_true)
{
	(void)r, (void)at, (void)args, (void)nargs;
	return xp_of_bool(true);
}

CALL(f_false)
{
	(void)r, (void)at, (void)args, (void)nargs;
	return xp_of_bool(false);
}

/* Is a node's xml:lang this language, or one of its dialects? */
CALL(f_lang)
{
	struct xp_value wanted = text_of(r, at, args, nargs, 0);
	const struct xp_node *nodes = r->doc->nodes;
	for (uint32_t n = at->node; n && !r->failed; n = nodes[n].parent) {
		for (uint32_t i = n + 1; i <= nodes[n].end && nodes[i].kind == XP_ATTR; i++) {
			if (!xp_spend(r, 1) || strcmp(nodes[i].prefix, "xml") != 0 ||
			    strcmp(nodes[i].name, "lang") != 0)
				continue;
			const char *is = nodes[i].value;
			return xp_of_bool(strncasecmp(is, wanted.text, wanted.size) == 0 &&
					  (!is[wanted.size] || is[wanted.size] == '-'));
		}
	}
	return xp_of_bool(false);
}

/* ---- of numbers ---- */

/* The argument as a number; without it the context node's text. */
static double number_of(
    struct xp_run *r, const struct xp_place *at, const struct xp_value *args, size_t nargs)
{
	struct xp_value own = nargs ? args[0] : xp_node_string(r, at->node);
	return xp_number(r, &own);
}

CALL(f_number)
{
	return xp_of_number(number_of(r, at, args, nargs));
}

CALL(f_sum)
{
	double sum = 0;
	(void)at, (void)nargs;
	for (size_t i = 0; i < args[0].count && !r->failed; i++) {
		struct xp_value text = xp_node_string(r, args[0].nodes[i]);
		sum += xp_number(r, &text);
	}
	return xp_of_number(sum);
}

CALL(f_floor)
{
	return xp_of_number(floor(number_of(r, at, args, nargs)));
}

CALL(f_ceiling)
{
	return xp_of_number(ceil(number_of(r, at, args, nargs)));
}

CALL(f_round)
{
	return xp_of_number(round_half_up(number_of(r, at, args, nargs)));
}

static const struct xp_function functions[] = {
    {"last", 0, 0, false, XP_NUMBER, f_last},
    {"position", 0, 0, false, XP_NUMBER, f_position},
    {"count", 1, 1, true, XP_NUMBER, f_count},
    {"local-name", 0, 1, true, XP_STRING, f_local_name},
    {"namespace-uri", 0, 1, true, XP_STRING, f_namespace_uri},
    {"name", 0, 1, true, XP_STRING, f_name},
    {"string", 0, 1, false, XP_STRING, f_string},
    {"concat", 2, XP_ARGS_ANY, false, XP_STRING, f_concat},
    {"starts-with", 2, 2, false, XP_BOOL, f_starts_with},
    {"contains", 2, 2, false, XP_BOOL, f_contains},
    {"substring-before", 2, 2, false, XP_STRING, f_substring_before},
    {"substring-after", 2, 2, false, XP_STRING, f_substring_after},
    {"substring", 2, 3, false, XP_STRING, f_substring},
    {"string-length", 0, 1, false, XP_NUMBER, f_string_length},
    {"normalize-space", 0, 1, false, XP_STRING, f_normalize_space},
    {"translate", 3, 3, false, XP_STRING, f_translate},
    {"boolean", 1, 1, false, XP_BOOL, f_boolean},
    {"not", 1, 1, false, XP_BOOL, f_not},
    {"true", 0, 0, false, XP_BOOL, f_true},
    {"false", 0, 0, false, XP_BOOL, f_false},
    {"lang", 1, 1, false, XP_BOOL, f_lang},
    {"number", 0, 1, false, XP_NUMBER, f_number},
    {"sum", 1, 1, true, XP_NUMBER, f_sum},
    {"floor", 1, 1, false, XP_NUMBER, f_floor},
    {"ceiling", 1, 1, false, XP_NUMBER, f_ceiling},
    {"round", 1, 1, false, XP_NUMBER, f_round},
};
#define COUNT (sizeof functions / sizeof *functions)

const struct xp_function *xp_function_find(const char *name, size_t size)
{
	for (size_t i = 0; i < COUNT; i++) {
		if (strlen(functions[i].name) == size && memcmp(functions[i].name, name, size) == 0)
			return &functions[i];
	}
	return NULL;
}

const char *xp_function_near(const char *name)
{
	const char *names[COUNT];
	for (size_t i = 0; i < COUNT; i++)
		names[i] = functions[i].name;
	return text_nearest(name, names, COUNT);
}
