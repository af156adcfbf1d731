/* SPDX-License-Identifier: ISC */
#include "base/json.h"

#include "base/text.h"

#include <string.h>

/* The letter that stands for a character behind a backslash, 0 when there is none. */
static char short_escape(char c)
{
	static const char plain[] = "\"\\\b\f\n\r\t", letter[] = "\"\\bfnrt";
	const char *at = strchr(plain, c);
	return at ? letter[at - plain] : '\0';
}

/* Adds what stands at `s`; returns how many bytes of it that were. */
static size_t add_one(struct buf *out, const char *s)
{
	size_t n = text_letter(s, strnlen(s, 4));
	char letter = short_escape(*s);
	if (!n)
		buf_adds(out, "\\ufffd");
	else if (letter)
		buf_addf(out, "\\%c", letter);
	else if (text_has_control(s, n))
		buf_addf(out, "\\u%04x", (unsigned char)s[n - 1]);
	else
		buf_add(out, s, n);
	return n ? n : 1;
}

void json_string(struct buf *out, const char *text)
{
	if (!text) {
		buf_adds(out, "null");
		return;
	}
	buf_addc(out, '"');
	while (*text)
		text += add_one(out, text);
	buf_addc(out, '"');
}

void json_pair(struct buf *out, const char *before, const char *name, const char *value)
{
	buf_addf(out, "%s\"%s\": ", before, name);
	json_string(out, value);
}
