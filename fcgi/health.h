/* SPDX-License-Identifier: ISC */
/*
 * How the store is, for the board and the log: can it be written, how large is it, is there room for
 * more devices. Kept by the writer.
 *
 * A disk that is full must not fill another with lines: a problem is said at most every 10 s, and that it
 * is over when it was over for as long.
 */
#ifndef FCGI_HEALTH_H
#define FCGI_HEALTH_H

#include "home/home.h"
#include "proc/board.h"
#include "store/store.h"

#include <stdint.h>

/* Initialise with {.board = …, .folder = …}. */
struct health {
	struct board_writer *board;
	const char *folder; /* where the store is */
	int64_t failed_ms;  /* when it last failed; 0: not since it was well */
	int64_t said_ms;    /* when that was last said; 0: the same */
	int64_t looked_ms;
};

/* Something could not be written. */
void health_failed(struct health *h, const char *why);
/* Something was written. */
void health_fine(struct health *h);
/* Once a second: the numbers on the board. */
void health_look(struct health *h, struct store *s);

#endif
