/* SPDX-License-Identifier: ISC */
/* What is counted of the server (stats_rows.h), where it begins: on the board. */
#ifndef DESK_STATS_COUNT_H
#define DESK_STATS_COUNT_H

#include "desk/stats_rows.h"
#include "proc/board.h"

#include <stdint.h>

/* Since the supervisor started; how much of that is in the store; and that so much of it is there now. */
uint64_t stats_counted(const struct board *b, enum stats_count which);
uint64_t stats_kept(const struct board *b, enum stats_count which);
void stats_keep(struct board *b, enum stats_count which, uint64_t so_much);

#endif
