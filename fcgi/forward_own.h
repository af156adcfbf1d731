/* SPDX-License-Identifier: ISC */
/*
 * The server's own alarms while the store cannot be written: nothing becomes news then, so they are taken from the
 * board, where the keeper puts them (keeper_alarms.c), and it is remembered here who has heard of them.
 */
#ifndef FCGI_FORWARD_OWN_H
#define FCGI_FORWARD_OWN_H

#include "core/forward.h"
#include "proc/board.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OWN_MOST 16

struct own_alarm {
	char code[ALARM_CODE + 1], text[ALARM_TEXT + 1];
	int64_t since, over; /* when it was first seen there, and when no more */
	bool on;             /* it stands on the board */
	bool stored;         /* the store has it as active: news tell of it */
	uint32_t heard;      /* a bit for each target that was told that it is active */
};

/* Initialise with {0}. */
struct own_alarms {
	struct own_alarm list[OWN_MOST];
	size_t count;
};

/*
 * Looks at the board, then at the store, within a snapshot that was begun after that: what goes from the one to the
 * other in between is in both. `a`: scratch memory.
 */
void own_look(struct own_alarms *o, const struct board *b, int64_t now);
void own_compare(struct own_alarms *o, struct store *s, struct arena *a);
/* What target number `i` is to be told now, without numbers; how many. They live as long as `o` is not looked at. */
size_t own_news(const struct own_alarms *o, size_t i, struct news out[OWN_MOST]);
/* It has heard of this. */
void own_heard(struct own_alarms *o, size_t i, const char *code, int64_t act);
/* Has it heard of these news of the store's from here? True once: what happens later is told again. */
bool own_is_known(struct own_alarms *o, size_t i, const struct alarm_report *r);

#endif
