/* SPDX-License-Identifier: ISC */
/* "Did you mean": tries words, keeps the nearest that is near enough. */
#ifndef CORE_CONF_GUESS_H
#define CORE_CONF_GUESS_H

#include "base/arena.h"

struct conf_guess {
	const char *word, *best; /* best: NULL while nothing is near */
	unsigned distance;
};
struct conf_guess conf_guess_for(const char *word);
void conf_guess_try(struct conf_guess *g, const char *candidate);
/* `; did you mean "grace"?`, or "" when nothing is near. */
const char *conf_guess_text(struct arena *a, const struct conf_guess *g);

#endif
