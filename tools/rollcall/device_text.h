/* SPDX-License-Identifier: ISC */
/*
 * What is known of devices (desk/cells.h) for people at a terminal: as wide as columns are there.
 */
#ifndef ROLLCALL_DEVICE_TEXT_H
#define ROLLCALL_DEVICE_TEXT_H

#include "base/buf.h"
#include "desk/cells.h"
#include "view/state.h"

#include <stddef.h>

/* cell_add() of at most `most` columns, the last one "…" when there were more; 0: all of it. */
void cell_cut(struct buf *out, const char *text, size_t most);
/* How many columns wide a text is. */
size_t cell_width(const char *text);
/* Adds blanks until what was added since `from` is `width` letters wide. */
void cell_pad(struct buf *out, size_t from, size_t width);
/*
 * Breaks the lines that were added since `from` at blanks, so that they are at most `width` columns wide
 * where they can be; what follows a break is indented. 0: they stay.
 */
void cell_fold(struct buf *out, size_t from, size_t indent, size_t width);
/* How wide the terminal is that stdout is; 0: it is none. */
size_t cell_terminal(void);
/* The `show` values of one query, a line each, `indent` blanks before them. */
void device_text_shows(struct buf *out, const struct state *s, const char *query, size_t indent);

#endif
