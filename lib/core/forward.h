/* SPDX-License-Identifier: ISC */
/*
 * News of alarms that are passed on (platform.md, "Logs and alarms"): where to, what waits, how far each target is,
 * and when a target that failed is tried again. Pure.
 *
 * News stand in the store, numbered, in the order in which they were committed, in the very transaction that made
 * them. Each target has the number of the last one that it took. So nothing is lost by a restart, and one target
 * that is away does not hold up another.
 */
#ifndef CORE_FORWARD_H
#define CORE_FORWARD_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "core/alarm.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FORWARD_FIRST \
	5 /* seconds until a target that failed is tried again; doubled with each failure … */
#define FORWARD_MOST 3600 /* … up to this */
#define FORWARD_PROBLEM 256

/* ---- where to: alarms/forward/@to ---- */

enum forward_kind { FORWARD_HTTP, FORWARD_SYSLOG, FORWARD_COMMAND, FORWARD_MAIL };

/* "mailto:ops@example.com": of which kind, and what stands behind the first colon. False: none that is known. */
bool forward_kind_of(const char *to, enum forward_kind *kind, const char **rest);
/* Can it be one of its kind? False: `e` says what it must be ("it must …"). Words of other schemes are no kind. */
bool forward_check(const char *to, struct err *e);
/* One mail address, alone: NAME@HOST. */
bool forward_is_mail(const char *address);
/* The words that `to` can begin with, with their colons; ends with NULL. */
extern const char *const forward_schemes[];
/*
 * "HOST", "HOST:PORT", "[ADDRESS]:PORT" in its parts; *port 0: none is there. Arena. False: it is none of them.
 */
bool forward_host(struct arena *a, const char *text, size_t size, const char **host, long *port);

/* ---- what is passed on ---- */

/* What happened to an alarm; `report` is what did it. A record. */
struct news {
	int64_t number; /* its key */
	struct alarm_report report;
	int64_t count; /* of the alarm, with this */
};

void news_encode(struct buf *out, const struct news *n);
bool news_decode(struct arena *a, int64_t number, const void *bytes, size_t size, struct news *out);

/* How far a target is. A record; no text is NULL. */
struct forward_state {
	const char *id;      /* alarms/forward/@id; the key */
	int64_t taken;       /* the number of the last news that it took, or that were not for it */
	int64_t sent;        /* how many it took */
	int64_t sent_at;     /* when it took the last one; 0: never */
	int64_t failures;    /* in a row */
	int64_t next;        /* not tried before then */
	const char *problem; /* why it failed; "": it did not */
};

void forward_encode(
    struct buf *out, const struct forward_state *was, const struct forward_state *now);
bool forward_decode(
    struct arena *a, const char *id, const void *bytes, size_t size, struct forward_state *out);

/* It took the news, or they were not for it (`sent` false). */
void forward_took(struct forward_state *f, int64_t number, bool sent, int64_t now);
/*
 * The number up to which news are not needed any more; 0: all are. `first`: the first of those that there are, by
 * number. What all targets have taken (`taken`), and what is from before `old`: that was too long.
 */
int64_t forward_done(const struct news *first, size_t count, int64_t taken, int64_t old);

/* It could not be reached. `problem` must live as long as `f` is used. */
void forward_failed(struct forward_state *f, const char *problem, int64_t now);

#endif
