/* SPDX-License-Identifier: ISC */
/*
 * Questions about bytes: is this text, is this a name. ASCII only; no locale is ever asked.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Well-formed UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF. */
bool text_is_utf8(const char *s, size_t n);
/* How many of the `n` bytes at `s` are its first letter, in UTF-8; 0: they begin with none. */
size_t text_letter(const char *s, size_t n);
/* Has a byte below 0x20 or 0x7f, or (in UTF-8) a C1 control U+0080..U+009F. */
bool text_has_control(const char *s, size_t n);
/* How many bytes of `s` are not more than `most`, without cutting a letter of UTF-8. */
size_t text_cut(const char *s, size_t most);
/* Every byte is a printable ASCII character or a blank: fit for any line as it is. Fast. */
bool text_is_plain(const char *s, size_t n);
/*
 * The length of the letter at s that changes how those around it are shown: it turns them (U+202E, …) or breaks the line
 * (U+2028, …). 0: it is none.
 */
size_t text_turns(const char *s, size_t n);
/*
 * Copies `n` bytes so that they are printable and stay on their line: controls become \xNN, and so do letters that
 * turn others (text_turns), and bytes above 0x7f when the whole is no UTF-8. What does not fit into `room` is cut, never within an
 * escape or a letter. Ends with a NUL (room is at least 1); returns the length.
 */
size_t text_clean(char *out, size_t room, const char *s, size_t n);
/* Every byte is an ASCII letter, digit, or one of `also`; not empty. */
bool text_is_word(const char *s, const char *also);
/* Every one of the `n` bytes is one of `letters`; not empty. */
bool text_is_of(const char *s, size_t n, const char *letters);
/* The same ASCII text, case aside. */
bool text_same(const char *a, const char *b);
char text_lower(char c);
/* Lower-cases ASCII letters in place. */
void text_lower_all(char *s);
bool text_is_space(char c);
bool text_is_digit(char c);
/* Cuts white space (blank, tab, CR, LF, VT, FF) at both ends of [*s, *s + *n). */
void text_trim(const char **s, size_t *n);
/*
 * Which of two texts comes first in a list for people: below 0, 0, above 0. ASCII case does not count, and
 * digits count as numbers of any length: 10.0.0.9 comes before 10.0.0.10.
 */
int text_collate(const char *a, const char *b);
bool text_starts(const char *s, const char *start);
bool text_ends(const char *s, const char *end);
/* How many letters must be changed, added, dropped or swapped to make `b` of `a`; case does not count. */
unsigned text_distance(const char *a, const char *b);
/*
 * The same when `b` may have been meant by `a`: at most a third of the longer one is wrong, of a single
 * letter nothing. Otherwise UINT_MAX.
 */
unsigned text_near(const char *a, const char *b);
/* Of `n` words the one that `word` may have been meant to be; NULL when none is near. */
const char *text_nearest(const char *word, const char *const *words, size_t n);

#endif
