/* SPDX-License-Identifier: ISC */
#include "core/vars.h"

#include "base/text.h"

#include <openssl/crypto.h>
#include <string.h>

struct part {
	const char *at;
	size_t size;
};

/* Cuts what stands before the next `end` off; all of it when there is none. */
static struct part cut(struct part *rest, char end)
{
	const char *found = rest->size ? memchr(rest->at, end, rest->size) : NULL;
	struct part part = {rest->at, found ? (size_t)(found - rest->at) : rest->size};
	size_t gone = part.size + (found != NULL);
	rest->at += gone;
	rest->size -= gone;
	return part;
}

/* The one line that is not blank. False: there are several. An empty one: there is none. */
static bool only_line(struct part all, struct part *line)
{
	*line = (struct part){all.at, 0};
	while (all.size) {
		struct part one = cut(&all, '\n');
		text_trim(&one.at, &one.size);
		if (one.size && line->size)
			return false;
		if (one.size)
			*line = one;
	}
	return true;
}

static bool is_same(struct part p, const char *text)
{
	return p.size == strlen(text) && memcmp(p.at, text, p.size) == 0;
}

static bool has_flag(struct part flags, char flag)
{
	return flags.size && memchr(flags.at, flag, flags.size);
}

static bool are_flags(struct part flags)
{
	size_t n = 0;
	while (n < flags.size && flags.at[n] && strchr("pbcx", flags.at[n]))
		n++;
	return n && n == flags.size;
}

/* How many hexadecimal digits it begins with. */
static size_t count_digits(struct part p)
{
	size_t n = 0;
	while (n < p.size && OPENSSL_hexchar2int((unsigned char)p.at[n]) >= 0)
		n++;
	return n;
}

static bool decode(struct part digits, size_t most, struct buf *out, struct err *e)
{
	size_t good = count_digits(digits), size = digits.size / 2;
	if (good < digits.size)
		return err_set(e, "after %zu hexadecimal digits something else stands", good);
	if (!size || digits.size % 2)
		return err_set(e, "%zu hexadecimal digits are no bytes", digits.size);
	if (size > most)
		return err_set(e, "it is longer than %zu bytes", most);
	char *to = buf_want(out, size);
	for (size_t i = 0; i < size; i++) {
		int high = OPENSSL_hexchar2int((unsigned char)digits.at[2 * i]);
		int low = OPENSSL_hexchar2int((unsigned char)digits.at[2 * i + 1]);
		to[i] = (char)(16 * high + low);
	}
	buf_took(out, size);
	return true;
}

static bool copy(struct part text, size_t most, struct buf *out, struct err *e)
{
	if (text.size > most)
		return err_set(e, "it is longer than %zu bytes", most);
	if (text_has_control(text.at, text.size))
		return err_set(e, "a control character stands in it");
	buf_add(out, text.at, text.size);
	return true;
}

static bool take(
    struct part line, const char *name, bool binary, size_t most, struct buf *out, struct err *e)
{
	char shown[81];
	struct part first = cut(&line, ' ');
	if (!is_same(first, name)) {
		text_clean(shown, sizeof shown, first.at, first.size);
		return err_set(e, "it begins with \"%s\", not with %s", shown, name);
	}
	text_trim(&line.at, &line.size);
	struct part flags = cut(&line, ' ');
	text_trim(&line.at, &line.size);
	if (!are_flags(flags)) {
		text_clean(shown, sizeof shown, flags.at, flags.size);
		return err_set(e, "\"%s\" are no flags of a variable", shown);
	}
	if (has_flag(flags, 'c') || has_flag(flags, 'x'))
		return err_set(e, "its value is encrypted");
	if (has_flag(flags, 'b'))
		return decode(line, most, out, e);
	return binary ? err_set(e, "its value is text, not binary") : copy(line, most, out, e);
}

enum vars_result vars_read(const char *bytes, size_t size, const char *name, bool binary,
    size_t most, struct buf *out, struct err *e)
{
	struct part line;
	if (!only_line((struct part){bytes, size}, &line)) {
		err_set(e, "there is more than one line in it");
		return VARS_WRONG;
	}
	if (!line.size)
		return VARS_UNSET;
	return take(line, name, binary, most, out, e) ? VARS_SET : VARS_WRONG;
}
