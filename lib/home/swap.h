/* SPDX-License-Identifier: ISC */
/*
 * Replaces files and folders of a home all together: after a crash at any moment there are the old ones or the new
 * ones, never some of each.
 *
 *   HOME/restore.new/    being prepared; until it is renamed it means nothing, and can be removed
 *     new/…              the new files and folders
 *     plan               what belongs where, written last
 *   HOME/restore.swap/   the same under another name: from this moment on the new ones count, and whoever opens
 *                        the home first finishes what is left to do, which is renaming only
 *   HOME/restore-TIME/   what was there before
 *
 * Nobody may use what is replaced meanwhile: neither rollcalld nor what changes the store.
 */
#ifndef HOME_SWAP_H
#define HOME_SWAP_H

#include "base/buf.h"
#include "base/err.h"
#include "home/home.h"

#include <stdbool.h>
#include <time.h>

#define SWAP_PREPARED "restore.new"
#define SWAP_BEGUN "restore.swap"
#define SWAP_NEW "new"
#define SWAP_PLAN "plan"
#define SWAP_REFUSED "refused"
#define SWAP_ASIDE "restore-"

/*
 * The plan, as text: where what is replaced goes, a name that is free; then its parts. Names are relative to the home,
 * without line breaks or tabs.
 */
void swap_plan(struct buf *plan, const struct home *h, time_t now);
/* new/`from` becomes HOME/`to`. */
void swap_plan_put(struct buf *plan, const char *from, const char *to);
/* HOME/`name` goes aside, and nothing takes its place. */
void swap_plan_away(struct buf *plan, const char *name);
/* The folder in the home that the plan puts aside what was there into; it is made when something was. */
const char *swap_aside(const struct buf *plan, char *name, size_t size);

/* Does HOME/restore.new exist; or, with `begun`, HOME/restore.swap? */
bool swap_is_prepared(const struct home *h);
bool swap_is_begun(const struct home *h);
/*
 * Makes HOME/restore.new, which is complete and on disk, what counts, and does the rest as swap_finish(). False with
 * nothing begun (see swap_is_begun()): all is as it was.
 */
bool swap_begin(const struct home *h, struct err *e);
/* For the one that prepared it to know: why it was not begun. And then it is not to be tried again. */
void swap_refuse(const struct home *h, const struct err *why);
bool swap_is_refused(const struct home *h, struct err *why);
/* Finishes what was begun, if anything was. False: it could not be done now, and has to be tried again. */
bool swap_finish(const struct home *h, struct err *e);
/* Removes what was prepared, unless it was begun meanwhile: false. */
bool swap_drop(const struct home *h, struct err *e);

#endif
