/* SPDX-License-Identifier: ISC */
#include "core/xpath_parts.h"

#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Longer ones first. */
static const struct {
	const char *text;
	enum xp_token token;
} signs[] = {
    {"//", XP_T_SLASHES},
    {"!=", XP_T_NE},
    {"<=", XP_T_LE},
    {">=", XP_T_GE},
    {"..", XP_T_DOTS},
    {"/", XP_T_SLASH},
    {"=", XP_T_EQ},
    {"<", XP_T_LT},
    {">", XP_T_GT},
    {"+", XP_T_ADD},
    {"-", XP_T_SUB},
    {"|", XP_T_UNION},
    {"(", XP_T_OPEN},
    {")", XP_T_CLOSE},
    {"[", XP_T_BRACKET},
    {"]", XP_T_UNBRACKET},
    {".", XP_T_DOT},
    {"@", XP_T_AT},
    {",", XP_T_COMMA},
};

static const struct {
	const char *name;
	enum xp_token token;
} operators[] = {
    {"or", XP_T_OR}, {"and", XP_T_AND}, {"div", XP_T_DIV}, {"mod", XP_T_MOD}, {"*", XP_T_MUL}};

void xp_scan_fail(struct xp_scan *s, const char *format, ...)
{
	char why[300], clean[400]; /* it goes into a message of one line */
	va_list args;
	if (s->failed)
		return;
	va_start(args, format);
	vsnprintf(why, sizeof why, format, args);
	va_end(args);
	text_clean(clean, sizeof clean, why, strlen(why));
	err_set(s->e, "%s, at byte %zu", clean, (size_t)(s->from - s->text) + 1);
	s->failed = true;
	s->token = XP_T_END;
}

static const char *skip_blanks(const char *at)
{
	return at + strspn(at, " \t\r\n");
}

static bool starts_name(const char *at)
{
	return *at & 0x80 || *at == '_' ||
	       (!text_is_digit(*at) && text_is_word((char[]){*at, 0}, ""));
}

static const char *name_end(const char *at)
{
	while (*at & 0x80 || (*at && text_is_word((char[]){*at, 0}, "_-.")))
		at++;
	return at;
}

static void take(struct xp_scan *s, enum xp_token token, const char *end)
{
	s->token = token;
	s->size = (size_t)(end - s->from);
	s->at = end;
}

static void literal(struct xp_scan *s)
{
	const char *end = strchr(s->from + 1, *s->from);
	if (!end) {
		xp_scan_fail(s, "the quote %c is not closed", *s->from);
		return;
	}
	s->from++;
	take(s, XP_T_TEXT, end);
	s->at = end + 1;
}

static void number(struct xp_scan *s)
{
	const char *end = s->from + strspn(s->from, "0123456789");
	if (*end == '.')
		end += 1 + strspn(end + 1, "0123456789");
	take(s, XP_T_NUMBER, end);
}

/* name, prefix:name, prefix:*; with what follows it may be a function or an axis. */
static void name(struct xp_scan *s)
{
	const char *end = name_end(s->from);
	const char *next = skip_blanks(end);
	if (text_starts(next, "::")) {
		take(s, XP_T_AXIS, end);
		s->at = next + 2;
		return;
	}
	if (*end == ':' && end[1] == '*')
		end += 2;
	else if (*end == ':' && starts_name(end + 1))
		end = name_end(end + 1);
	take(s, *skip_blanks(end) == '(' ? XP_T_FUNCTION : XP_T_NAME, end);
}

/* Behind an operand, where no operand can stand. */
static void operator_name(struct xp_scan *s)
{
	const char *end = *s->from == '*' ? s->from + 1 : name_end(s->from);
	size_t n = (size_t)(end - s->from);
	for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
		if (strlen(operators[i].name) == n && memcmp(operators[i].name, s->from, n) == 0) {
			take(s, operators[i].token, end);
			return;
		}
	}
	xp_scan_fail(s, "an operator must stand here, not \"%.*s\"", n > 40 ? 40 : (int)n, s->from);
}

static void sign(struct xp_scan *s)
{
	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
		if (text_starts(s->from, signs[i].text)) {
			take(s, signs[i].token, s->from + strlen(signs[i].text));
			return;
		}
	}
	if (*s->from == '$')
		xp_scan_fail(s, "there are no variables here");
	else
		xp_scan_fail(s, "\"%c\" means nothing here", *s->from);
}

static void any(struct xp_scan *s)
{
	const char c = *s->from;
	if (!c)
		take(s, XP_T_END, s->from);
	else if (c == '"' || c == '\'')
		literal(s);
	else if (text_is_digit(c) || (c == '.' && text_is_digit(s->from[1])))
		number(s);
	else if (s->behind_operand && (c == '*' || starts_name(s->from)))
		operator_name(s);
	else if (c == '*')
		take(s, XP_T_NAME, s->from + 1);
	else if (starts_name(s->from))
		name(s);
	else
		sign(s);
}

void xp_scan_next(struct xp_scan *s)
{
	if (s->failed)
		return;
	s->from = skip_blanks(s->at);
	any(s);
	s->behind_operand = s->token == XP_T_CLOSE || s->token == XP_T_UNBRACKET ||
			    s->token == XP_T_DOT || s->token == XP_T_DOTS ||
			    s->token == XP_T_TEXT || s->token == XP_T_NUMBER ||
			    s->token == XP_T_NAME;
}

void xp_scan_start(struct xp_scan *s, const char *text, struct err *e)
{
	*s = (struct xp_scan){.text = text, .at = text, .from = text, .e = e};
	xp_scan_next(s);
}
