/* SPDX-License-Identifier: ISC */
#include "desk/stats_count.h"

_Static_assert((int)STATS_NCOUNTS <= BOARD_KEPT, "each has a place on the board");

uint64_t stats_counted(const struct board *b, enum stats_count which)
{
	switch (which) {
	case STATS_POLLS:
		return BOARD_GET(b->polls.all);
	case STATS_REFUSED:
		return BOARD_GET(b->polls.refused);
	case STATS_COMMANDS:
		return BOARD_GET(b->polls.results[BOARD_POLL_COMMANDS]);
	case STATS_MICROSECONDS:
		return BOARD_GET(b->polls.times.sum);
	case STATS_UPLOADS:
		return BOARD_GET(b->uploads.taken);
	case STATS_UPLOADS_REFUSED:
		return BOARD_GET(b->uploads.refused);
	case STATS_LOGS:
		return BOARD_GET(b->entries.logs);
	case STATS_ALARMS:
		return BOARD_GET(b->entries.alarms);
	case STATS_ENTRIES_REFUSED:
		return BOARD_GET(b->entries.refused);
	case STATS_ENTRIES_LIMITED:
		return BOARD_GET(b->entries.limited);
	case STATS_ENTRIES_FAILED:
		return BOARD_GET(b->entries.failed);
	case STATS_RESTARTS:
		return board_restarts(b);
	case STATS_NCOUNTS:
		break;
	}
	return 0;
}

uint64_t stats_kept(const struct board *b, enum stats_count which)
{
	if (which == STATS_POLLS)
		return BOARD_GET(b->polls.all_kept);
	return which == STATS_REFUSED ? BOARD_GET(b->polls.refused_kept)
				      : BOARD_GET(b->kept[which]);
}

void stats_keep(struct board *b, enum stats_count which, uint64_t so_much)
{
	if (which == STATS_POLLS)
		BOARD_SET(b->polls.all_kept, so_much);
	else if (which == STATS_REFUSED)
		BOARD_SET(b->polls.refused_kept, so_much);
	else
		BOARD_SET(b->kept[which], so_much);
}
