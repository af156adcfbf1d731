/* SPDX-License-Identifier: ISC */
/* Values, and what they are as another type (XPath 1.0 §4.2 to §4.4). */
#include "core/xpath_parts.h"

#include "base/buf.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct xp_value xp_of_bool(bool truth)
{
	return (struct xp_value){.type = XP_BOOL, .truth = truth, .text = ""};
}

struct xp_value xp_of_number(double number)
{
	return (struct xp_value){.type = XP_NUMBER, .number = number, .text = ""};
}

struct xp_value xp_of_text(const char *text, size_t size)
{
	return (struct xp_value){.type = XP_STRING, .text = text, .size = size};
}

struct xp_value xp_of_node(struct xp_run *r, uint32_t node)
{
	struct xp_value v = {.type = XP_SET, .text = "", .nodes = xp_alloc(r, 1, sizeof *v.nodes)};
	if (v.nodes)
		v.nodes[v.count++] = node;
	return v;
}

bool xp_bool(const struct xp_value *v)
{
	switch (v->type) {
	case XP_SET:
		return v->count > 0;
	case XP_STRING:
		return v->size > 0;
	case XP_NUMBER:
		return v->number != 0 && !isnan(v->number);
	default:
		return v->truth;
	}
}

/* ---- numbers ---- */

/* Blanks, a minus, digits with or without a point, blanks: not what strtod() takes besides. */
static bool is_number(const char *text)
{
	text += strspn(text, " \t\r\n");
	text += *text == '-';
	size_t before = strspn(text, "0123456789"), after = 0;
	text += before;
	if (*text == '.') {
		after = strspn(text + 1, "0123456789");
		text += 1 + after;
	}
	return before + after > 0 && !text[strspn(text, " \t\r\n")];
}

double xp_text_number(const char *text, size_t size)
{
	char shown[400]; /* more digits make no other number */
	text_trim(&text, &size);
	if (size >= sizeof shown || memchr(text, '\0', size))
		return NAN;
	memcpy(shown, text, size);
	shown[size] = '\0';
	return is_number(shown) ? strtod(shown, NULL) : NAN;
}

double xp_number(struct xp_run *r, const struct xp_value *v)
{
	if (v->type == XP_NUMBER)
		return v->number;
	if (v->type == XP_BOOL)
		return v->truth ? 1 : 0;
	struct xp_value text = xp_string(r, v);
	return xp_spend(r, 20) ? xp_text_number(text.text, text.size) : NAN;
}

/* "-1.25e+03" → "-1250": digits and a point only. `digits` has no sign. */
static void add_plain(struct buf *out, const char *digits, long exponent)
{
	char all[32];
	size_t n = 0;
	for (const char *p = digits; *p && *p != 'e'; p++) {
		if (*p != '.')
			all[n++] = *p;
	}
	while (n > 1 && all[n - 1] == '0')
		n--;
	if (exponent < 0)
		buf_adds(out, "0.");
	for (long i = exponent + 1; i < 0; i++)
		buf_addc(out, '0');
	for (long i = 0; i < (long)n || i <= exponent; i++) {
		if (i && i == exponent + 1)
			buf_addc(out, '.');
		buf_addc(out, i < (long)n ? all[i] : '0');
	}
}

/* As few digits as tell it from every other number. */
static struct xp_value number_text(struct xp_run *r, double number)
{
	char digits[40];
	int more = 0;
	struct buf out = {0};
	do
		snprintf(digits, sizeof digits, "%.*e", more, fabs(number));
	while (++more < 18 && strtod(digits, NULL) != fabs(number));
	if (number < 0)
		buf_addc(&out, '-');
	add_plain(&out, digits, strtol(strchr(digits, 'e') + 1, NULL, 10));
	char *text = xp_alloc(r, out.size + 1, 1);
	if (text)
		memcpy(text, out.data, out.size + 1);
	struct xp_value v = xp_of_text(text ? text : "", text ? out.size : 0);
	buf_free(&out);
	return v;
}

static struct xp_value number_string(struct xp_run *r, double number)
{
	if (isnan(number))
		return xp_of_text("NaN", 3);
	if (isinf(number))
		return number > 0 ? xp_of_text("Infinity", 8) : xp_of_text("-Infinity", 9);
	if (number == 0)
		return xp_of_text("0", 1); /* -0, too */
	xp_spend(r, 500);                  /* it is written and read up to 17 times */
	return number_text(r, number);
}

/* ---- texts ---- */

/* Of an element: all texts in it. */
static struct xp_value texts_of(struct xp_run *r, uint32_t node)
{
	const struct xp_node *nodes = r->doc->nodes, *only = NULL;
	size_t size = 0, count = 0;
	if (!xp_spend(r, nodes[node].end - node + 1))
		return xp_of_text("", 0);
	for (uint32_t i = node + 1; i <= nodes[node].end; i++) {
		if (nodes[i].kind == XP_CHARACTERS) {
			only = &nodes[i];
			size += only->size;
			count++;
		}
	}
	if (count < 2)
		return only ? xp_of_text(only->value, only->size) : xp_of_text("", 0);
	char *text = xp_alloc(r, size + 1, 1), *to = text;
	if (!text)
		return xp_of_text("", 0);
	for (uint32_t i = node + 1; i <= nodes[node].end; i++) {
		if (nodes[i].kind == XP_CHARACTERS)
			to = mempcpy(to, nodes[i].value, nodes[i].size);
	}
	*to = '\0';
	return xp_of_text(text, size);
}

struct xp_value xp_node_string(struct xp_run *r, uint32_t node)
{
	const struct xp_node *n = &r->doc->nodes[node];
	if (n->kind == XP_ATTR || n->kind == XP_CHARACTERS)
		return xp_of_text(n->value, n->size);
	return texts_of(r, node);
}

struct xp_value xp_string(struct xp_run *r, const struct xp_value *v)
{
	switch (v->type) {
	case XP_SET:
		return v->count ? xp_node_string(r, v->nodes[0]) : xp_of_text("", 0);
	case XP_STRING:
		return *v;
	case XP_NUMBER:
		return number_string(r, v->number);
	default:
		return v->truth ? xp_of_text("true", 4) : xp_of_text("false", 5);
	}
}
