/* SPDX-License-Identifier: ISC */
/* core/snip: whatever a file holds, what is delivered is whole lines that end in CRLF. */
#include "core/snip.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(const struct snippet *s)
{
	size_t i = 0;
	while (i < s->text_size) {
		unsigned char c = (unsigned char)s->text[i];
		assert(c && c != '\n' && c != 0x1b && c != 0x7f);
		if (c == '\r') {
			i++;
			assert(i < s->text_size && s->text[i] == '\n');
		}
		i++;
	}
	assert(!s->text_size || s->text[s->text_size - 1] == '\n');
	assert(s->text[s->text_size] == '\0');
}

static void check_sum(const struct snippet *s)
{
	assert(s->sum_size <= s->text_size);
	assert(!memchr(s->sum, '\n', s->sum_size) && !memchr(s->sum, '\r', s->sum_size));
}

/* What was delivered is a file like any other, and the same one. */
static void check_again(struct snippets *all, const struct snippet *first)
{
	if (first->text_size >= 3 && memcmp(first->text, "\xef\xbb\xbf", 3) == 0)
		return; /* a second byte order mark: it would be taken off again */
	snip_put(all, "b.txt", 1, first->text, first->text_size);
	const struct snippet *a = snip_find(all, "a.txt"), *b = snip_find(all, "b.txt");
	assert(!b->problem && a->text_size == b->text_size && a->sum_size == b->sum_size);
	assert(memcmp(a->text, b->text, a->text_size) == 0);
	assert(memcmp(a->sum, b->sum, a->sum_size) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct snippets *all = snip_new();
	snip_put(all, "a.txt", 1, (const char *)data, size);
	const struct snippet *s = snip_find(all, "a.txt");
	assert(s && s->size == size);
	check_text(s);
	check_sum(s);
	if (s->problem)
		assert(!s->text_size && !s->sum_size && *s->problem);
	else
		check_again(all, s);
	snip_free(all);
	return 0;
}
