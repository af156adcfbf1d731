/* SPDX-License-Identifier: ISC */
#include "base/text.h"

#include <limits.h>
#include <stdint.h>
#include <string.h>

/* The length of the UTF-8 sequence at s, 0 when it is none. */
static size_t utf8_len(const unsigned char *s, size_t n)
{
	static const struct {
		unsigned char mask, lead;
		unsigned least;
	} forms[] = {
	    {0x80, 0x00, 0}, {0xe0, 0xc0, 0x80}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, 0x10000}};

	for (size_t k = 0; k < 4; k++) {
		if ((s[0] & forms[k].mask) != forms[k].lead)
			continue;
		unsigned code = s[0] & (unsigned char)~forms[k].mask;
		if (k + 1 > n)
			return 0;
		for (size_t i = 1; i <= k; i++) {
			if ((s[i] & 0xc0) != 0x80)
				return 0;
			code = code << 6 | (s[i] & 0x3fU);
		}
		bool bad =
		    code < forms[k].least || code > 0x10ffff || (code >= 0xd800 && code < 0xe000);
		return bad ? 0 : k + 1;
	}
	return 0;
}

bool text_is_utf8(const char *s, size_t n)
{
	const unsigned char *u = (const unsigned char *)s;
	while (n) {
		size_t len = *u < 0x80 ? 1 : utf8_len(u, n);
		if (!len)
			return false;
		u += len;
		n -= len;
	}
	return true;
}

size_t text_letter(const char *s, size_t n)
{
	if (!n)
		return 0;
	return (unsigned char)*s < 0x80 ? 1 : utf8_len((const unsigned char *)s, n);
}

size_t text_cut(const char *s, size_t most)
{
	size_t size = strlen(s);
	if (size <= most)
		return size;
	size = most;
	while (size && ((unsigned char)s[size] & 0xc0) == 0x80)
		size--;
	return size;
}

/* Eight bytes at a time: every reply goes through here. */
bool text_is_plain(const char *s, size_t n)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), tops = ones << 7;
	for (; n >= 8; s += 8, n -= 8) {
		uint64_t w;
		memcpy(&w, s, 8);
		/* The top bit of a byte: it is above 0x7e by itself or after adding 1, or below 0x20. */
		if ((w | (w + ones) | (w - ones * 0x20)) & tops)
			return false;
	}
	for (; n; s++, n--) {
		if ((unsigned char)*s < 0x20 || (unsigned char)*s > 0x7e)
			return false;
	}
	return true;
}

/* The length of the control character at s: 1, 2 for U+0080..U+009F in UTF-8, 0 when it is none. */
static size_t control_len(const char *s, size_t n)
{
	unsigned char c = (unsigned char)*s;
	if (c < 0x20 || c == 0x7f)
		return 1;
	if (c != 0xc2 || n < 2)
		return 0;
	unsigned char next = (unsigned char)s[1];
	return next >= 0x80 && next < 0xa0 ? 2 : 0;
}

bool text_has_control(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (control_len(s + i, n - i))
			return true;
	}
	return false;
}

size_t text_turns(const char *s, size_t n)
{
	unsigned char a = n > 1 ? (unsigned char)s[0] : 0, b = n > 1 ? (unsigned char)s[1] : 0;
	if (a == 0xd8 && b == 0x9c)
		return 2; /* U+061C */
	if (a != 0xe2 || n < 3)
		return 0;
	unsigned char c = (unsigned char)s[2];
	bool turns = (b == 0x80 && (c == 0x8e || c == 0x8f || (c >= 0xa8 && c <= 0xae))) ||
		     (b == 0x81 && c >= 0xa6 && c <= 0xa9);
	return turns ? 3 : 0;
}

size_t text_clean(char *out, size_t room, const char *s, size_t n)
{
	static const char hex[] = "0123456789abcdef";
	bool utf8 = text_is_utf8(s, n);
	size_t used = 0;
	while (n) {
		size_t bad = control_len(s, n), take = bad ? bad : 1;
		if (!bad && (unsigned char)*s >= 0x80) {
			bad = utf8 ? text_turns(s, n) : 1;
			take = utf8 ? utf8_len((const unsigned char *)s, n) : 1;
		}
		if (used + (bad ? 4 * bad : take) >= room)
			break;
		for (size_t i = 0; i < take; i++) {
			unsigned char c = (unsigned char)s[i];
			if (bad) {
				memcpy(
				    out + used, (char[4]){'\\', 'x', hex[c >> 4], hex[c & 15]}, 4);
				used += 4;
			} else {
				out[used++] = (char)c;
			}
		}
		s += take;
		n -= take;
	}
	out[used] = '\0';
	return used;
}

bool text_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool text_is_word(const char *s, const char *also)
{
	if (!*s)
		return false;
	for (; *s; s++) {
		if (!is_letter(*s) && !text_is_digit(*s) && !strchr(also, *s))
			return false;
	}
	return true;
}

char text_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

void text_lower_all(char *s)
{
	for (; *s; s++)
		*s = text_lower(*s);
}

bool text_is_of(const char *s, size_t n, const char *letters)
{
	size_t i = 0;
	while (i < n && s[i] && strchr(letters, s[i]))
		i++;
	return n && i == n;
}

bool text_same(const char *a, const char *b)
{
	while (*a && text_lower(*a) == text_lower(*b)) {
		a++;
		b++;
	}
	return text_lower(*a) == text_lower(*b);
}

bool text_is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

void text_trim(const char **s, size_t *n)
{
	while (*n && text_is_space(**s)) {
		(*s)++;
		(*n)--;
	}
	while (*n && text_is_space((*s)[*n - 1]))
		(*n)--;
}

bool text_starts(const char *s, const char *start)
{
	return strncmp(s, start, strlen(start)) == 0;
}

bool text_ends(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);
	return n >= m && memcmp(s + n - m, end, m) == 0;
}

static size_t number_size(const char **text)
{
	*text += strspn(*text, "0");
	return strspn(*text, "0123456789");
}

/* Digits at both places. */
static int collate_numbers(const char **a, const char **b)
{
	size_t n = number_size(a), m = number_size(b);
	int order = n != m ? (n > m) - (n < m) : memcmp(*a, *b, n);
	*a += n;
	*b += m;
	return order;
}

int text_collate(const char *a, const char *b)
{
	while (*a && *b) {
		int order;
		if (text_is_digit(*a) && text_is_digit(*b)) {
			order = collate_numbers(&a, &b);
		} else {
			order = (unsigned char)text_lower(*a) - (unsigned char)text_lower(*b);
			a++;
			b++;
		}
		if (order)
			return order;
	}
	return (*a != '\0') - (*b != '\0');
}

#define DISTANCE_MAX 40

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

unsigned text_distance(const char *a, const char *b)
{
	size_t n = strlen(a), m = strlen(b);
	if (n > DISTANCE_MAX || m > DISTANCE_MAX)
		return DISTANCE_MAX;
	unsigned d[DISTANCE_MAX + 1][DISTANCE_MAX + 1];
	for (size_t i = 0; i <= n; i++)
		d[i][0] = (unsigned)i;
	for (size_t j = 0; j <= m; j++)
		d[0][j] = (unsigned)j;
	for (size_t i = 1; i <= n; i++) {
		for (size_t j = 1; j <= m; j++) {
			char x = text_lower(a[i - 1]), y = text_lower(b[j - 1]);
			d[i][j] =
			    least(least(d[i - 1][j], d[i][j - 1]) + 1, d[i - 1][j - 1] + (x != y));
			if (i > 1 && j > 1 && x == text_lower(b[j - 2]) &&
			    y == text_lower(a[i - 2]))
				d[i][j] = least(d[i][j], d[i - 2][j - 2] + 1);
		}
	}
	return d[n][m];
}

/* A third of the letters may be wrong, and at least one. */
unsigned text_near(const char *a, const char *b)
{
	size_t n = strlen(a), m = strlen(b), longer = n > m ? n : m;
	unsigned distance = text_distance(a, b), most = n < 2 || m < 2 ? 0 : (unsigned)(longer / 3);
	return distance <= most ? distance : UINT_MAX;
}

const char *text_nearest(const char *word, const char *const *words, size_t n)
{
	const char *best = NULL;
	unsigned nearest = UINT_MAX;
	for (size_t i = 0; i < n; i++) {
		unsigned distance = text_near(word, words[i]);
		if (distance < nearest) {
			nearest = distance;
			best = words[i];
		}
	}
	return best;
}
