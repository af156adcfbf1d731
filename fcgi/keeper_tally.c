/* SPDX-License-Identifier: ISC */
/*
 * What the pages live on: what was counted, minute by minute, and sessions that end by themselves.
 * What was counted stays on the board until it is in the store, whatever becomes of us.
 */
#include "fcgi/keeper_jobs.h"

#include "base/limits.h"
#include "base/log.h"
#include "core/change.h"
#include "desk/stats_count.h"

#include <time.h>

#define EACH_MS 60000
#define EARLY_MS 500 /* before the end of a span of time */
#define FIRST_MS 5000

/* Once a minute, and right before another span of time is counted for. */
static int64_t pause_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	int64_t gone_ms = now.tv_sec % STORE_TALLY * 1000 + now.tv_nsec / 1000000;
	int64_t left_ms = STORE_TALLY * 1000 - EARLY_MS - gone_ms;
	return left_ms > 0 && left_ms < EACH_MS ? left_ms : EACH_MS;
}

int64_t keeper_tally(struct keeper *k)
{
	struct board *b = k->server->board;
	uint64_t now[STATS_NCOUNTS];
	struct buf list = {0};
	struct err e;
	for (int i = 0; i < STATS_NCOUNTS; i++) {
		now[i] = stats_counted(b, (enum stats_count)i);
		int64_t more = (int64_t)(now[i] - stats_kept(b, (enum stats_count)i));
		if (more > 0)
			change_tally(&list, stats_tallies[i], (int64_t)time(NULL), more);
	}
	bool ok = memory_keep(&k->memory, &list, &e);
	for (int i = 0; ok && i < STATS_NCOUNTS; i++)
		stats_keep(b, (enum stats_count)i, now[i]);
	if (!ok)
		log_warn("tally", "what was counted cannot be kept now: %s", e.text);
	buf_free(&list);
	return pause_ms();
}

/* Before which moment a session must have been used last to go. */
static int64_t unused_since(const struct keeper *k)
{
	long idle = k->server->config->master_idle;
	int64_t limit = idle == CONF_ABSENT ? 0 : (int64_t)idle * 60;
	return (int64_t)time(NULL) - (limit > LIMIT_SESSION_IDLE ? limit : LIMIT_SESSION_IDLE);
}

/* So that nothing is written when there is nothing to do. */
static bool has_unused(struct keeper *k, int64_t before, struct err *e)
{
	size_t count = 0;
	bool found = false;
	struct store *s = memory_store(&k->memory, e);
	if (!s || !store_begin(s, e))
		return false;
	arena_reset(&k->arena);
	const struct session *list = store_sessions(s, &k->arena, &count);
	for (size_t i = 0; i < count; i++)
		found = found || list[i].used < before;
	return store_end(s, e) && found;
}

int64_t keeper_sessions(struct keeper *k)
{
	struct buf list = {0};
	struct err e = {""};
	int64_t before = unused_since(k);
	bool ok = true, first = !k->begun;
	k->begun = true;
	if (first) /* the writer may be making the store now */
		return FIRST_MS;
	if (has_unused(k, before, &e)) {
		change_sessions_trim(&list, before);
		ok = memory_keep(&k->memory, &list, &e);
	}
	if (!ok || *e.text)
		log_warn("sessions", "those that are over cannot be removed now: %s", e.text);
	buf_free(&list);
	return EACH_MS;
}
