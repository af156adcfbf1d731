/* SPDX-License-Identifier: ISC */
/* Alarms as an administrator sees them, on the command line and on pages: which there are, and taking note of them. */
#ifndef DESK_ALARMS_H
#define DESK_ALARMS_H

#include "core/alarm.h"
#include "desk/desk.h"
#include "proc/board.h"

#include <stdbool.h>
#include <stddef.h>

struct alarms_query {
	/* Each must be found in whose it is, its code, source, text, serial or address; in lower case. */
	const char *const *words;
	size_t nwords;
	/*
	 * Only of this one, case aside, or with this serial number; of a device its hardware id and its serial number
	 * are asked for. NULL: of all.
	 */
	const char *from, *serial;
	bool all;      /* also those that are over, and events */
	bool unnoted;  /* only those that nobody has taken note of */
	int64_t least; /* only those that are at least so severe (enum alarm_severity) */
	int64_t until; /* only those that were last reported then or before; 0: at any time */
	size_t skip,
	    most; /* which of those that fit, in their order; most 0: as many as there are */
};

struct alarms {
	/*
	 * Active ones first: those that nobody has noted, then by severity, then the newest first. The others by time,
	 * the newest first.
	 */
	struct alarm *list;
	size_t count;
	size_t matches;         /* that fit */
	size_t active, unnoted; /* of all that there are, whatever was asked for */
	int64_t worst;          /* severity of the worst one that is active; -1: none is */
};

/*
 * `board`: NULL, or of the server that runs: its own alarms that could not be stored are among them. Within a
 * snapshot; in the arena.
 */
void alarms_find(struct store *s, const struct board *board, struct arena *a,
    const struct alarms_query *q, struct alarms *out);

/* "active", "noted" (active, and somebody knows), "over", "event" (it has no end). */
const char *alarms_state(const struct alarm *alarm);

/* One that somebody takes note of. */
struct alarm_name {
	const char *from, *code;
	int64_t
	    raised; /* as it was when he saw it: one that was raised anew since is another one */
};
/*
 * Somebody takes note of them, with a sentence (""); with `acked` false, of none of them any more. Each is in the
 * audit. Those that are not there, or are other ones now, are passed over; *done: so many were not.
 */
bool desk_note_alarms(const struct desk *k, const struct alarm_name *names, size_t count,
    bool acked, const char *note, size_t *done, struct err *e);

#endif
