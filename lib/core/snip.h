/* SPDX-License-Identifier: ISC */
/*
 * The snippet catalogue: every file of the snippet folder, held in memory (spec §5).
 *
 * A catalogue is filled by somebody who can read files (lib/home) and asked by the decision. Texts
 * are prepared once, when a file is put in: lines end in CRLF for delivery, and the trimmed lines
 * that the check sum is made of stand ready.
 */
#ifndef CORE_SNIP_H
#define CORE_SNIP_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

struct snippet {
	const char *name;    /* "update-phone-default.txt" */
	time_t mtime;        /* when it was last changed, seconds since 1970 */
	size_t size;         /* of the file, bytes */
	const char *problem; /* NULL, or why it cannot be sent */
	bool utf8;           /* false: sent as it is, but an editor should look at it */
	const char *text;    /* the lines, each with CRLF; "" with a problem */
	size_t text_size;
	const char *sum; /* all non-empty lines, trimmed, joined without separators */
	size_t sum_size;
};

struct snippets;

struct snippets *snip_new(void) __attribute__((returns_nonnull));
void snip_free(struct snippets *s);
/*
 * Puts a file in, in place of one with the same name. `bytes` are copied. When they are not text (a
 * NUL or another control character than tab, CR, LF and FF) the snippet has a problem.
 */
void snip_put(struct snippets *s, const char *name, time_t mtime, const char *bytes, size_t size);
/* Puts in a file that could not be read, with the reason why. */
void snip_put_problem(
    struct snippets *s, const char *name, time_t mtime, size_t size, const char *why);
void snip_drop(struct snippets *s, const char *name);
/* NULL when there is no such file. Valid until the next snip_put…() or snip_drop(). */
const struct snippet *snip_find(const struct snippets *s, const char *name);
/* All of them, sorted by name. */
size_t snip_count(const struct snippets *s);
const struct snippet *snip_at(const struct snippets *s, size_t i);

#endif
