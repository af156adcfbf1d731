/* SPDX-License-Identifier: ISC */
/*
 * What is different within two lines: the longest list of words that both have in the same order.
 *
 * A word is a run of letters, digits and bytes above 0x7f, or one other byte; so addresses, URLs and
 * options of commands are compared piece by piece.
 */
#include "desk/diff.h"

#include "base/text.h"

#include <stdint.h>
#include <string.h>

#define WORDS_MOST 600 /* of one line; the table below has the square of that */

struct word {
	const char *text;
	size_t size;
	bool common;
};
struct words {
	struct word *list;
	size_t count;
	bool all; /* else the line has more of them */
};

static bool is_letter(char c)
{
	return (c & 0x80) || text_is_word((char[]){c, '\0'}, "");
}

static struct words cut(struct arena *a, const struct diff_line *line)
{
	struct words w = {.list = arena_calloc(a, WORDS_MOST, sizeof *w.list)};
	const char *at = line->text, *end = at + line->size;
	while (at < end && w.count < WORDS_MOST) {
		const char *start = at++;
		while (is_letter(*start) && at < end && is_letter(*at))
			at++;
		w.list[w.count++] = (struct word){.text = start, .size = (size_t)(at - start)};
	}
	w.all = at == end;
	return w;
}

static bool same(const struct word *x, const struct word *y)
{
	return x->size == y->size && memcmp(x->text, y->text, x->size) == 0;
}

/* The longest common list, from the back: row by row how many words of it are still to come. */
static void find_common(struct arena *a, struct words *old, struct words *new)
{
	size_t wide = new->count + 1;
	uint16_t *table = arena_calloc(a, (old->count + 1) * wide, sizeof *table);
	for (size_t i = old->count; i-- > 0;) {
		for (size_t k = new->count; k-- > 0;) {
			uint16_t down = table[(i + 1) * wide + k], right = table[i * wide + k + 1];
			table[i * wide + k] = same(&old->list[i], &new->list[k])
						  ? (uint16_t)(table[(i + 1) * wide + k + 1] + 1)
						  : (down > right ? down : right);
		}
	}
	for (size_t i = 0, k = 0; i < old->count && k < new->count;) {
		if (same(&old->list[i], &new->list[k]))
			old->list[i++].common = new->list[k++].common = true;
		else if (table[(i + 1) * wide + k] >= table[i * wide + k + 1])
			i++;
		else
			k++;
	}
}

/* Lines that share blanks and slashes only are two different lines. */
static bool has_common(const struct words *w)
{
	for (size_t i = 0; i < w->count; i++) {
		if (w->list[i].common && is_letter(*w->list[i].text))
			return true;
	}
	return false;
}

static void whole(struct arena *a, const struct diff_line *line, struct diff_parts *out)
{
	out->list = arena_alloc(a, sizeof *out->list);
	out->list[0] = (struct diff_part){.text = line->text, .size = line->size, .changed = true};
	out->count = line->size ? 1 : 0;
}

/* A blank between two words that changed has changed, too: marks stand for whole pieces of a line. */
static bool is_common(const struct words *w, size_t i)
{
	bool between = i && i + 1 < w->count && w->list[i].size == 1 && w->list[i].text[0] == ' ';
	return w->list[i].common && !(between && !w->list[i - 1].common && !w->list[i + 1].common);
}

static void join(struct arena *a, const struct words *w, struct diff_parts *out)
{
	out->list = arena_calloc(a, w->count, sizeof *out->list);
	out->count = 0;
	for (size_t i = 0; i < w->count; i++) {
		struct diff_part *last = out->count ? &out->list[out->count - 1] : NULL;
		bool changed = !is_common(w, i);
		if (last && last->changed == changed)
			last->size += w->list[i].size;
		else
			out->list[out->count++] =
			    (struct diff_part){w->list[i].text, w->list[i].size, changed};
	}
}

void diff_words(struct arena *a, const struct diff_line *old, const struct diff_line *new,
    struct diff_parts *was, struct diff_parts *is)
{
	struct words before = cut(a, old), after = cut(a, new);
	bool fit = before.all && after.all;
	if (fit)
		find_common(a, &before, &after);
	if (!fit || !has_common(&before)) {
		whole(a, old, was);
		whole(a, new, is);
		return;
	}
	join(a, &before, was);
	join(a, &after, is);
}
