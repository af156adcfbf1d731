/* SPDX-License-Identifier: ISC */
#include "core/conf_guess.h"

#include "base/text.h"

#include <limits.h>
#include <string.h>

struct conf_guess conf_guess_for(const char *word)
{
	return (struct conf_guess){word, NULL, UINT_MAX};
}

void conf_guess_try(struct conf_guess *g, const char *candidate)
{
	if (g->distance <= 1)
		return;
	unsigned distance = text_near(g->word, candidate);
	if (distance >= g->distance)
		return;
	g->distance = distance;
	g->best = candidate;
}

const char *conf_guess_text(struct arena *a, const struct conf_guess *g)
{
	return g->best ? arena_printf(a, "; did you mean \"%s\"?", g->best) : "";
}
