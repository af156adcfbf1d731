/* SPDX-License-Identifier: ISC */
#include "base/pct.h"

static bool is_unreserved(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '.' || c == '_' || c == '~';
}

void pct_encode(struct buf *out, const char *s, size_t n)
{
	static const char hex[] = "0123456789ABCDEF";
	char *to = buf_want(out, 3 * n);
	size_t used = 0;
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];
		if (is_unreserved(c)) {
			to[used++] = (char)c;
			continue;
		}
		to[used++] = '%';
		to[used++] = hex[c >> 4];
		to[used++] = hex[c & 15];
	}
	buf_took(out, used);
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

int pct_byte(const char digits[2])
{
	int high = hex_value(digits[0]), low = high < 0 ? -1 : hex_value(digits[1]);
	return low < 0 ? -1 : high * 16 + low;
}

/* The byte that "%XX" at s stands for, -1 when it is none. */
static int escape_value(const char *s, size_t n)
{
	return n < 3 || s[0] != '%' ? -1 : pct_byte(s + 1);
}

size_t pct_decode_form(char *out, const char *s, size_t n)
{
	size_t used = 0;
	for (size_t i = 0; i < n; i++) {
		int value = escape_value(s + i, n - i);
		if (value >= 0) {
			out[used++] = (char)value;
			i += 2;
		} else {
			out[used++] = s[i] == '+' ? ' ' : s[i];
		}
	}
	return used;
}

bool pct_decode(char *out, const char *s, size_t n, size_t *size)
{
	size_t used = 0;
	for (size_t i = 0; i < n; i++) {
		if (s[i] != '%') {
			out[used++] = s[i];
			continue;
		}
		int value = escape_value(s + i, n - i);
		if (value < 0)
			return false;
		out[used++] = (char)value;
		i += 2;
	}
	*size = used;
	return true;
}
