/* SPDX-License-Identifier: ISC */
/* For render.c: catalogues of texts, and how they are put into stylesheets (render.h says what may stand there). */
#ifndef VIEW_RENDER_TEXTS_H
#define VIEW_RENDER_TEXTS_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

struct texts;

/* Reads a catalogue; `name` is for messages. NULL: `e` says which line is wrong. */
struct texts *texts_read(const char *name, const char *bytes, size_t size, struct err *e);
void texts_free(struct texts *t);
/* NULL: there is none. */
const char *texts_find(const struct texts *t, const char *key);
/* Does `t` know every key of `other`, with the same {1}, {2}? */
bool texts_cover(const struct texts *t, const struct texts *other, struct err *e);
/* Puts the texts into a stylesheet (xmlDoc) that was loaded from `file`. */
bool texts_expand(const struct texts *t, void *stylesheet, const char *file, struct err *e);

#endif
