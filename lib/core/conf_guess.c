/* SPDX-License-Identifier: ISC */
#include "core/conf_guess.h"

#include "base/text.h"

#include <string.h>

struct conf_guess conf_guess_for(const char *word)
{
	/* A third of the letters may be wrong, and at least one. */
	return (struct conf_guess){word, NULL, (unsigned)strlen(word) / 3 + 2};
}

void conf_guess_try(struct conf_guess *g, const char *candidate)
{
	if (!*candidate || g->distance == 1)
		return;
	unsigned distance = text_distance(g->word, candidate);
	if (distance >= g->distance)
		return;
	g->distance = distance;
	g->best = candidate;
}

const char *conf_guess_text(struct arena *a, const struct conf_guess *g)
{
	return g->best ? arena_printf(a, "; did you mean \"%s\"?", g->best) : "";
}
