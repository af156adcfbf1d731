/* SPDX-License-Identifier: ISC */
/* Splitting command lines; see words.h. Touches nothing but its arguments. */
#include "tools/sim/words.h"

#include "base/text.h"

#include <string.h>

bool words_split(char *line, struct words *w)
{
	w->count = 0;
	for (;;) {
		while (text_is_space(*line))
			*line++ = '\0';
		if (!*line)
			return true;
		if (w->count == WORDS_MAX)
			return false;
		w->word[w->count++] = line;
		while (*line && !text_is_space(*line))
			line++;
	}
}

size_t words_start(const struct words *w, const char *name)
{
	size_t i = 0;
	for (;;) {
		size_t n = strcspn(name, " ");
		if (i == w->count || strlen(w->word[i]) != n || strncmp(w->word[i], name, n) != 0)
			return 0;
		i++;
		if (!name[n])
			return i;
		name += n + 1;
	}
}

struct words words_from(const struct words *w, size_t first)
{
	struct words rest = {.count = w->count - first};
	memcpy(rest.word, w->word + first, rest.count * sizeof *rest.word);
	return rest;
}

void words_join(const struct words *w, size_t first, size_t end, struct buf *out)
{
	for (size_t i = first; i < end; i++) {
		if (i > first)
			buf_addc(out, ' ');
		buf_adds(out, w->word[i]);
	}
}

size_t words_option(const struct words *w, size_t first)
{
	while (first < w->count && w->word[first][0] != '/')
		first++;
	return first;
}

const char *words_value(const struct words *w, const char *name)
{
	for (size_t i = 0; i + 1 < w->count; i++)
		if (!strcmp(w->word[i], name))
			return w->word[i + 1];
	return NULL;
}
