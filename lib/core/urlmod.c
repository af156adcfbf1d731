/* SPDX-License-Identifier: ISC */
/*
 * A substitution as PHP writes it, done by PCRE2.
 *
 * The replacement is translated once into PCRE2's own language, in which ${1} is a group, $$ a dollar
 * and nothing else means anything. A backslash protects the delimiter, and in the replacement itself.
 */
#include "core/urlmod.h"

#include "base/buf.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

#define MATCH_STEPS 100000
#define MATCH_DEPTH 2000
#define MATCH_HEAP_KB 4096

struct urlmod {
	pcre2_code *code;
	pcre2_match_context *limits;
	struct buf replacement;
};

static const struct {
	char letter;
	uint32_t option;
} flags[] = {
    {'i', PCRE2_CASELESS},
    {'m', PCRE2_MULTILINE},
    {'s', PCRE2_DOTALL},
    {'x', PCRE2_EXTENDED},
    {'u', PCRE2_UTF | PCRE2_UCP},
    {'U', PCRE2_UNGREEDY},
    {'A', PCRE2_ANCHORED},
    {'D', PCRE2_DOLLAR_ENDONLY},
};

static bool read_flags(const char *text, uint32_t *options, struct err *e)
{
	const size_t count = sizeof flags / sizeof *flags;
	*options = PCRE2_NEVER_BACKSLASH_C;
	for (; *text; text++) {
		size_t i = 0;
		while (i < count && flags[i].letter != *text)
			i++;
		if (i == count)
			return err_set(e,
			    "\"%c\" is no flag: behind the third delimiter may stand i m s x u U A D",
			    *text);
		*options |= flags[i].option;
	}
	return true;
}

/* The next delimiter that no backslash protects, NULL without one. */
static const char *part_end(const char *at, char delimiter)
{
	while (*at && *at != delimiter)
		at += at[0] == '\\' && at[1] ? 2 : 1;
	return *at ? at : NULL;
}

/* "$1", "${12}", "\1" at `at`: how long it is, and the number. 0: it is none. */
static size_t reference(const char *at, const char *end, unsigned *number)
{
	size_t n = 1;
	bool braces = at[0] == '$' && at + 1 < end && at[1] == '{';
	n += braces;
	size_t digits = n;
	*number = 0;
	while (at + n < end && text_is_digit(at[n]) && n < digits + 2)
		*number = *number * 10 + (unsigned)(at[n++] - '0');
	if (n == digits)
		return 0;
	if (!braces)
		return n;
	return at + n < end && at[n] == '}' ? n + 1 : 0;
}

/* What a backslash takes the meaning from. */
static bool is_escape(const char *at, const char *end, char delimiter)
{
	return at[0] == '\\' && at + 1 < end &&
	       (at[1] == '\\' || at[1] == '$' || at[1] == delimiter);
}

/* PHP's replacement → PCRE2's. What comes out is the highest group it names. */
static unsigned translate(const char *at, const char *end, char delimiter, struct buf *out)
{
	unsigned highest = 0;
	while (at < end) {
		unsigned number;
		size_t n = *at == '$' || *at == '\\' ? reference(at, end, &number) : 0;
		if (n) {
			buf_addf(out, "${%u}", number);
			highest = number > highest ? number : highest;
			at += n;
			continue;
		}
		at += is_escape(at, end, delimiter);
		buf_adds(out, *at == '$' ? "$" : "");
		buf_addc(out, *at++);
	}
	return highest;
}

static bool compile(
    struct urlmod *m, const char *pattern, size_t size, uint32_t options, struct err *e)
{
	int number;
	PCRE2_SIZE place;
	m->code = pcre2_compile((PCRE2_SPTR)pattern, size, options, &number, &place, NULL);
	if (m->code)
		return true;
	char why[160];
	pcre2_get_error_message(number, (PCRE2_UCHAR *)why, sizeof why);
	return err_set(e, "the pattern is wrong at character %zu: %s", (size_t)place + 1, why);
}

static bool has_group(const struct urlmod *m, unsigned group, struct err *e)
{
	uint32_t count = 0;
	pcre2_pattern_info(m->code, PCRE2_INFO_CAPTURECOUNT, &count);
	return group <= count ||
	       err_set(e,
		   "the replacement names $%u, but the pattern has no such group: a group is what stands in (parentheses)",
		   group);
}

static void set_limits(struct urlmod *m)
{
	m->limits = pcre2_match_context_create(NULL);
	if (!m->limits)
		mem_die(0);
	pcre2_set_match_limit(m->limits, MATCH_STEPS);
	pcre2_set_depth_limit(m->limits, MATCH_DEPTH);
	pcre2_set_heap_limit(m->limits, MATCH_HEAP_KB);
}

static bool make(struct urlmod *m, const char *text, struct err *e)
{
	char delimiter = *text;
	uint32_t options;
	bool usable = delimiter && delimiter != '\\' && !text_is_space(delimiter) &&
		      !text_is_word((char[]){delimiter, '\0'}, "");
	if (!usable)
		return err_set(e,
		    "the first character delimits the parts: it must not be a letter, a digit, a blank or a backslash");
	const char *pattern = text + 1, *pattern_end = part_end(pattern, delimiter);
	const char *with = pattern_end ? pattern_end + 1 : NULL;
	const char *with_end = with ? part_end(with, delimiter) : NULL;
	if (!with_end)
		return err_set(e, "there must be three delimiters, as in %cpattern%creplacement%ci",
		    delimiter, delimiter, delimiter);
	unsigned highest = translate(with, with_end, delimiter, &m->replacement);
	set_limits(m);
	return read_flags(with_end + 1, &options, e) &&
	       compile(m, pattern, (size_t)(pattern_end - pattern), options, e) &&
	       has_group(m, highest, e);
}

struct urlmod *urlmod_new(const char *text, struct err *e)
{
	struct urlmod *m = mem_alloc(sizeof *m);
	if (make(m, text, e))
		return m;
	urlmod_free(m);
	return NULL;
}

void urlmod_free(struct urlmod *m)
{
	if (!m)
		return;
	pcre2_code_free(m->code);
	pcre2_match_context_free(m->limits);
	buf_free(&m->replacement);
	free(m);
}

const char *urlmod_apply(
    const struct urlmod *m, const char *url, struct arena *arena, struct err *e)
{
	const uint32_t options = PCRE2_SUBSTITUTE_GLOBAL | PCRE2_SUBSTITUTE_UNSET_EMPTY;
	char result[LIMIT_QUERY + 1]; /* whether it is too long for a device is decided later */
	PCRE2_SIZE size = sizeof result;
	int status = pcre2_substitute(m->code, (PCRE2_SPTR)url, PCRE2_ZERO_TERMINATED, 0, options,
	    NULL, m->limits, (PCRE2_SPTR)buf_text(&m->replacement), m->replacement.size,
	    (PCRE2_UCHAR *)result, &size);
	if (status >= 0)
		return arena_strndup(arena, result, size);
	char why[160];
	pcre2_get_error_message(status, (PCRE2_UCHAR *)why, sizeof why);
	if (status == PCRE2_ERROR_NOMEMORY)
		err_set(e, "the URL would be longer than %d bytes", LIMIT_QUERY);
	else
		err_set(e, "the pattern cannot be applied to this URL: %s", why);
	return NULL;
}
