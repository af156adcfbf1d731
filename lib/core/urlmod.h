/* SPDX-License-Identifier: ISC */
/*
 * times/@httpsurlmod (spec §6 step 10): "!pattern!replacement!flags", a Perl-compatible substitution
 * that is applied to every match in a URL. The first character is the delimiter. In the replacement $1,
 * ${1} and \1 stand for a group. Flags as PHP knows them: i m s x u U A D.
 */
#ifndef CORE_URLMOD_H
#define CORE_URLMOD_H

#include "base/arena.h"
#include "base/err.h"

struct urlmod;

/* NULL and a reason when it cannot be compiled, or names a group that is not there. Free with urlmod_free(). */
struct urlmod *urlmod_new(const char *text, struct err *e);
void urlmod_free(struct urlmod *m);
/*
 * The URL after the substitution, in the arena. The work is bounded: a pattern that backtracks too much
 * on this URL, or a result longer than LIMIT_QUERY, gives NULL and a reason.
 */
const char *urlmod_apply(
    const struct urlmod *m, const char *url, struct arena *arena, struct err *e);

#endif
