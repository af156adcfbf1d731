/* SPDX-License-Identifier: ISC */
/* base/pct: what is encoded comes back; no decoding is longer than its input. */
#include "base/pct.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_encoded(const struct buf *b)
{
	for (size_t i = 0; i < b->size; i++) {
		unsigned char c = (unsigned char)b->data[i];
		assert(c > 0x20 && c < 0x7f && !strchr("/?#[]@!$&'()*+,;=:\"<>\\^`{|}", c));
	}
}

static void check_round_trip(const char *text, size_t size)
{
	struct buf b = {0};
	size_t n = 0;
	pct_encode(&b, text, size);
	assert(b.size >= size && b.size <= 3 * size);
	check_encoded(&b);
	char *back = malloc(b.size + 1);
	assert(back && pct_decode(back, b.data, b.size, &n));
	assert(n == size && memcmp(back, text, n) == 0);
	assert(pct_decode_form(back, b.data, b.size) == size && memcmp(back, text, size) == 0);
	free(back);
	buf_free(&b);
}

/* Where strict decoding succeeds, form decoding differs by the plus signs alone. */
static void check_decodings(const char *text, size_t size, char *out)
{
	char *form = malloc(size ? size : 1);
	size_t strict = 0;
	assert(form);
	size_t n = pct_decode_form(form, text, size);
	assert(n <= size);
	if (pct_decode(out, text, size, &strict)) {
		assert(strict == n);
		for (size_t i = 0; i < n; i++)
			assert(out[i] == form[i] || (out[i] == '+' && form[i] == ' '));
	}
	free(form);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	char *out = malloc(size ? size : 1);
	assert(out);
	check_round_trip(text, size);
	check_decodings(text, size, out);
	free(out);
	return 0;
}
