/* SPDX-License-Identifier: ISC */
/*
 * The board: some 17 KB of shared memory where every process of rollcalld says how it is.
 *
 * A file (HOME/run/board) mapped by the supervisor before it forks, and read-only by `rollcall
 * status`. The supervisor holds a lock on it (fcntl: not inherited by what it forks, gone when it
 * dies) while it runs: a board without a lock is that of a server that is not running. Each slot is
 * written by its own process, and by the supervisor when that process is gone. Numbers are read and
 * written atomically (relaxed). Texts and the master device's builds stand in blocks of two copies,
 * of which one is valid while the other is written: a reader never sees half of one, and a writer
 * that is killed half-way leaves what was there before. Times are seconds since 1970, or
 * milliseconds of CLOCK_MONOTONIC where the name ends in _ms.
 */
#ifndef PROC_BOARD_H
#define PROC_BOARD_H

#include "base/err.h"
#include "base/limits.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BOARD_MAGIC 0x524f4c4c43414c36ULL /* "ROLLCAL6": the layout; changes with it */
#define BOARD_SLOTS (LIMIT_WORKERS + LIMIT_AP_WORKERS + 9)
#define BOARD_BLOCK 2048
#define BOARD_KEPT 16
#define BOARD_BUCKETS 16

enum board_state { BOARD_EMPTY, BOARD_STARTING, BOARD_IDLE, BOARD_BUSY };

struct board_slot {
	char kind[16];       /* "update", "keeper", "signer", …; set by the supervisor at start */
	_Atomic int32_t pid; /* 0: no process */
	_Atomic int32_t state;       /* enum board_state */
	_Atomic uint32_t generation; /* of the configuration it works with */
	_Atomic uint32_t restarts;   /* processes of this slot that had to be replaced */
	/* By all processes of this slot since the supervisor started; of the keeper: questions, of the
	   writer: lists, of the signer: orders. */
	_Atomic uint64_t requests;
	_Atomic int64_t since;         /* when the present process started */
	_Atomic int64_t busy_since_ms; /* 0: waiting for work */
};

/* A text or struct of up to BOARD_BLOCK bytes with one writer at a time. */
struct board_block {
	_Atomic uint32_t sequence; /* copy sequence % 2 is valid; 0: nothing was ever written */
	_Atomic uint32_t size[2];
	_Atomic uint64_t words[2][BOARD_BLOCK / sizeof(uint64_t)];
};

/* How many of what was measured were how large (histogram.h). */
struct board_histogram {
	_Atomic uint64_t counts[BOARD_BUCKETS], sum;
};

/* What the writer has done since the supervisor started. */
struct board_writer {
	_Atomic uint64_t commits;     /* that are on disk */
	_Atomic uint64_t lists;       /* of changes, in them */
	_Atomic uint64_t sightings;   /* in them */
	_Atomic uint64_t lost;        /* sightings that no place was left for */
	_Atomic uint64_t failures;    /* lists that could not be written */
	struct board_histogram times; /* microseconds of a commit, with what is applied in it */
	struct board_histogram batch; /* lists in a commit */
	_Atomic uint64_t waiting;     /* lists that it works on now */
	_Atomic uint64_t sightings_waiting; /* in their pipe and its hands, a second ago */
	_Atomic uint64_t devices, records, bytes, readers; /* in the store, a second ago */
	_Atomic int32_t full;                              /* no new device is taken */
	struct board_block problem; /* text: why nothing can be written now; "": it can */
};

/* What became of a poll. */
enum board_poll {
	BOARD_POLL_SETTLED,     /* there was nothing to do */
	BOARD_POLL_COMMANDS,    /* it got something to do */
	BOARD_POLL_TURNED_AWAY, /* arguments are missing, or it is not let in: a comment only */
	BOARD_POLL_REFUSED,     /* it was no proper request, or came with a bad certificate */
	BOARD_POLL_FAILED,      /* nothing could be kept: 503 */
	BOARD_POLLS,
};

/* Polls since the supervisor started. */
struct board_polls {
	_Atomic uint64_t results[BOARD_POLLS];
	struct board_histogram times;  /* microseconds, from the whole request to the whole reply */
	_Atomic uint64_t all, refused; /* refused: answered with a comment or an error only */
	_Atomic uint64_t all_kept, refused_kept; /* of those: by the keeper, in the store */
};

/* What else devices sent: backups, answers to queries, … */
struct board_uploads {
	_Atomic uint64_t taken, refused;
};

/* Of logs and alarms since the supervisor started. */
struct board_entries {
	_Atomic uint64_t logs, alarms; /* taken */
	_Atomic uint64_t refused;      /* they were no entries */
	_Atomic uint64_t limited;      /* somebody sent too many */
	_Atomic uint64_t failed;       /* they could not be written */
};

/* What the keeper remembers of what it looked at (fcgi/keeper_alarms.c), also when it is replaced itself. */
#define BOARD_CRASHES 3
struct board_watch {
	_Atomic int32_t begun;
	_Atomic uint64_t restarts, failed;         /* as they were then */
	_Atomic int64_t crashed_ms[BOARD_CRASHES]; /* the latest, the oldest first; 0: none */
	_Atomic int64_t failed_ms; /* when an entry could not be written; 0: never */
};

struct board {
	uint64_t magic;
	_Atomic int32_t supervisor; /* pid */
	_Atomic int64_t started;
	/* By the keeper: the wall clock minus CLOCK_MONOTONIC, seconds, and since when that holds. */
	_Atomic int64_t clock_offset, clock_steady_ms;
	_Atomic uint32_t generation;  /* of the configuration that new workers get */
	_Atomic int32_t config_state; /* enum board_config */
	_Atomic int64_t config_loaded;
	_Atomic uint32_t nslots;
	/* Text: the first finding, when the configuration is not good. */
	struct board_block config_message;
	/* Text, by the keeper: alarms of the server that could not be put into the store; a line each, the code
	   and what is wrong, with a tab between. */
	struct board_block own_alarms;
	struct board_watch watch;
	struct board_block master; /* struct master (lib/core), written by the keeper */
	struct board_polls polls;
	struct board_uploads uploads;
	struct board_entries entries;
	/* So much of other numbers is in the store: a row of keeper_tally.c each. */
	_Atomic uint64_t kept[BOARD_KEPT];
	struct board_writer writer;
	struct board_slot slots[BOARD_SLOTS];
};

/* Numbers of the board, or of a slot. */
#define BOARD_GET(field) atomic_load_explicit(&(field), memory_order_relaxed)
#define BOARD_SET(field, value) atomic_store_explicit(&(field), (value), memory_order_relaxed)
#define BOARD_COUNT(field) atomic_fetch_add_explicit(&(field), 1, memory_order_relaxed)

enum board_config {
	BOARD_CONFIG_GOOD,      /* what is in the file is in force */
	BOARD_CONFIG_BAD,       /* the file has a mistake; what was in force before stays */
	BOARD_CONFIG_LAST_GOOD, /* the same, and we started with the last good one */
};

/*
 * For the supervisor: makes the file anew, locks and maps it; the lock is held until the process
 * ends. NULL: e says why (somebody runs). Once per process.
 */
struct board *board_create(const char *path, struct err *e);
/*
 * For others: maps it read-only. *running: a supervisor holds the lock. Not for the process that
 * holds it, which would lose the lock by this (fcntl).
 */
const struct board *board_open(const char *path, bool *running, struct err *e);
void board_close(const struct board *b);
/* Does a supervisor hold the lock? The same holds for who may ask. */
bool board_is_running(const char *path);

/* Processes that had to be replaced, of all slots. */
uint64_t board_restarts(const struct board *b);

/* What is longer than BOARD_BLOCK is cut. */
void board_write(struct board_block *block, const void *bytes, size_t size);
/* The bytes that were read, at most `size`; 0 when nothing was ever written. */
size_t board_read(const struct board_block *block, void *bytes, size_t size);

#endif
