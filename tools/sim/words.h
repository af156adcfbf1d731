/* SPDX-License-Identifier: ISC */
/* A command line as words. Pure; the words point into the line that was split. */
#ifndef SIM_WORDS_H
#define SIM_WORDS_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

#define WORDS_MAX 256

struct words {
	char *word[WORDS_MAX];
	size_t count;
};

/* Splits at white space, writing NULs into `line`. False: too many words. */
bool words_split(char *line, struct words *w);
/* How many words `name` ("mod cmd UP0 prot") is when `w` starts with them, else 0. */
size_t words_start(const struct words *w, const char *name);
/* The words from `first` on, as a list of its own. */
struct words words_from(const struct words *w, size_t first);
/* Adds the words [first, end), a blank between them. */
void words_join(const struct words *w, size_t first, size_t end, struct buf *out);
/* Where the first word that begins with a slash is, from `first` on; w->count without one. */
size_t words_option(const struct words *w, size_t first);
/* The word after the option `name`, NULL when it is not there. */
const char *words_value(const struct words *w, const char *name);

#endif
