/* SPDX-License-Identifier: ISC */
/*
 * How a server is: a copy of what its board says (proc/board.h), so that all numbers that are shown are of one moment.
 * For `rollcall status` and for pages.
 */
#ifndef DESK_STATUS_H
#define DESK_STATUS_H

#include "core/master.h"
#include "proc/board.h"
#include "proc/histogram.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A process. */
struct status_row {
	const char *kind, *state; /* kind: of the board */
	unsigned slot, generation, restarts;
	int pid;           /* 0: there is none now */
	uint64_t requests; /* of the keeper: questions */
	int64_t since;
	long busy_ms;
};

/* What is in the store, and how its writer is. */
struct status_store {
	uint64_t devices, records, bytes, readers;
	bool full; /* no new device is taken */
	uint64_t commits, lists, sightings, lost, failures;
	uint64_t waiting, sightings_waiting;
	char problem[BOARD_BLOCK + 1]; /* "": all is well */
};

struct status {
	int supervisor;
	int64_t started, loaded_at;
	unsigned generation;
	struct status_row rows[BOARD_SLOTS];
	size_t nrows;
	uint64_t requests; /* of devices */
	uint64_t restarts; /* of all these processes */
	enum board_config config;
	char message[BOARD_BLOCK + 1]; /* the first finding, when it is not good */
	struct master master;
	struct status_store store;
	uint64_t polls[BOARD_POLLS], polls_all;
	struct histogram poll_times; /* microseconds */
	uint64_t uploads, uploads_refused;
	struct {
		uint64_t logs, alarms, refused, limited, failed;
	} entries;
};

void status_read(const struct board *b, struct status *out);
/* Is it a process that answers polls? */
bool status_is_worker(const struct status_row *r);

/* "good", "bad", "last-good"; "settled", "commands", "turned-away", "refused", "failed" */
const char *status_config_word(enum board_config c);
const char *status_poll_word(enum board_poll p);

#endif
