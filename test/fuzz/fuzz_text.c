/* SPDX-License-Identifier: ISC */
/*
 * Everything that makes text fit for a place: base/text, base/json, core/script's comments, core/req's
 * quotes. What comes out is UTF-8 without a control character, whatever went in.
 */
#include "base/json.h"
#include "base/num.h"
#include "base/text.h"
#include "core/req.h"
#include "core/script.h"

#include <assert.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_printable(const char *s, size_t n)
{
	assert(text_is_utf8(s, n));
	assert(!text_has_control(s, n));
}

/* An answer about the whole, put together from answers about its letters. */
static void check_questions(const char *s, size_t n)
{
	bool control = false;
	size_t i = 0;
	while (i < n) {
		size_t k = 1;
		while (k < 4 && k < n - i && !text_is_utf8(s + i, k))
			k++;
		if (!text_is_utf8(s + i, k))
			break;
		control |= text_has_control(s + i, k);
		i += k;
	}
	assert((i == n) == text_is_utf8(s, n));
	assert(!control || text_has_control(s, n));
	if (text_is_plain(s, n))
		check_printable(s, n);
}

static void check_trim(const char *s, size_t n)
{
	const char *at = s;
	size_t left = n;
	text_trim(&at, &left);
	assert(at >= s && at + left <= s + n);
	assert(!left || (!text_is_space(at[0]) && !text_is_space(at[left - 1])));
	for (const char *p = s; p < s + n; p++)
		assert((p >= at && p < at + left) || text_is_space(*p));
}

static void check_clean(const char *s, size_t n)
{
	for (size_t room = 1; room < 40; room += 6) {
		char *out = malloc(room);
		assert(out);
		size_t used = text_clean(out, room, s, n);
		assert(used < room && out[used] == '\0' && strlen(out) == used);
		check_printable(out, used);
		free(out);
	}
}

static void check_writers(struct arena *a, const char *text)
{
	struct buf b = {0};
	json_string(&b, text);
	check_printable(b.data, b.size);
	buf_reset(&b);
	script_comment(&b, text);
	assert(b.size >= 4 && memcmp(b.data + b.size - 2, "\r\n", 2) == 0);
	check_printable(b.data, b.size - 2);
	buf_free(&b);
	const char *show = req_show(a, text);
	check_printable(show, strlen(show));
	assert(strlen(show) <= 4 * 80 + 3);
}

static void check_distance(const char *a, const char *b)
{
	unsigned d = text_distance(a, b);
	assert(d <= 40 && d == text_distance(b, a));
	assert(strlen(a) > 40 || strlen(b) > 40 || (d == 0) == text_same(a, b));
}

static void check_number(const char *text)
{
	long value = -1;
	bool ok = num_parse(text, 0, LONG_MAX, &value);
	assert(ok ? value >= 0 && strspn(text, "0123456789") == strlen(text) : value == -1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = {0};
	const char *raw = (const char *)data, *text = arena_strndup(&a, raw, size);
	const char *half = arena_strndup(&a, raw + size / 2, size - size / 2);
	check_questions(raw, size);
	check_trim(raw, size);
	check_clean(raw, size);
	check_writers(&a, text);
	check_distance(arena_strndup(&a, raw, size / 2), half);
	check_number(text);
	arena_free(&a);
	return 0;
}
