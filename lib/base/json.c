/* SPDX-License-Identifier: ISC */
#include "base/json.h"

#include "base/text.h"

#include <string.h>

/* The length of the UTF-8 sequence at `s`, 0 when it is none. A NUL ends any sequence. */
static size_t sequence(const char *s)
{
	size_t room = strnlen(s, 4);
	for (size_t n = 1; n <= room; n++) {
		if (text_is_utf8(s, n))
			return n;
	}
	return 0;
}

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
	size_t n = sequence(s);
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
