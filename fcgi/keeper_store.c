/* SPDX-License-Identifier: ISC */
/*
 * The jobs that look after the store: what is old goes, and once a day there is a copy.
 *
 * The clock may be wrong, or the server may have been off for a month: a device is forgotten only
 * after the clock was steady for so long that those that live have polled again.
 */
#include "fcgi/keeper_jobs.h"

#include "base/limits.h"
#include "base/log.h"
#include "base/num.h"
#include "core/change.h"
#include "proc/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#define AT_ONCE 500 /* devices in one list of changes */
#define CLOCK_LOOK_MS 5000
#define CLOCK_SLACK 60 /* seconds: a clock that is set so little does no harm */
#define RETRY_MS 10000
#define COPY_LOOK_MS 600000
#define DAY 86400

/* ---- the clock ---- */

int64_t keeper_clock(struct keeper *k)
{
	struct board *b = k->server->board;
	int64_t now_ms = clock_now_ms();
	int64_t offset = (int64_t)time(NULL) - now_ms / 1000;
	int64_t jump = offset - BOARD_GET(b->clock_offset);
	bool first = BOARD_GET(b->clock_steady_ms) == 0;
	if (!first && labs((long)jump) <= CLOCK_SLACK)
		return CLOCK_LOOK_MS;
	if (!first)
		log_warn("clock",
		    "it was set %s by %lld s: no device is forgotten until the living ones had time to poll",
		    jump > 0 ? "forward" : "back", (long long)llabs(jump));
	BOARD_SET(b->clock_offset, offset);
	BOARD_SET(b->clock_steady_ms, now_ms);
	return CLOCK_LOOK_MS;
}

/* For how long the clock has been steady, seconds. */
static int64_t steady_for(struct keeper *k)
{
	keeper_clock(k);
	return (clock_now_ms() - BOARD_GET(k->server->board->clock_steady_ms)) / 1000;
}

/* ---- what is old ---- */

static int64_t part_of(int64_t seconds, int64_t part, int64_t least, int64_t most)
{
	int64_t pause = seconds / part;
	pause = pause < least ? least : pause;
	return (pause > most ? most : pause) * 1000;
}

static bool find_idle(struct keeper *k, int64_t before, const char ***sns, size_t *count)
{
	struct err e;
	struct store *s = memory_store(&k->memory, &e);
	if (s && store_begin(s, &e)) {
		*sns = store_idle(s, &k->arena, before, AT_ONCE, count);
		if (store_end(s, &e))
			return true;
	}
	log_warn("expiry", "%s", e.text);
	return false;
}

static bool forget(struct keeper *k, const char *const *sns, size_t count, int64_t before)
{
	struct buf list = {0};
	struct err e;
	for (size_t i = 0; i < count; i++)
		change_forget(&list, sns[i], before);
	bool ok = memory_keep(&k->memory, &list, &e);
	if (!ok)
		log_warn("expiry", "nothing can be forgotten now: %s", e.text);
	buf_free(&list);
	return ok;
}

int64_t keeper_expire(struct keeper *k)
{
	const struct config *c = k->server->config;
	int64_t expire = c->status_expire;
	if (!*c->status_dir || expire == CONF_ABSENT)
		return KEEPER_NEVER;
	int64_t hold = expire < DAY ? expire : DAY;
	int64_t left = hold - steady_for(k);
	if (left > 0)
		return part_of(left, 1, 1, 60);

	const char **sns;
	size_t count = 0;
	char age[32];
	int64_t before = (int64_t)time(NULL) - expire;
	arena_reset(&k->arena);
	if (!find_idle(k, before, &sns, &count) || !forget(k, sns, count, before))
		return RETRY_MS;
	if (count)
		log_info("expiry", "%zu device%s not seen for %s (status/@expire) forgotten", count,
		    count == 1 ? "" : "s", num_age((long)expire, age, sizeof age));
	return count == AT_ONCE ? 0 : part_of(expire, 10, 1, 600);
}

static bool find_stale(
    struct keeper *k, const char *after, int64_t before, const char ***sns, size_t *count)
{
	struct err e;
	struct store *s = memory_store(&k->memory, &e);
	if (s && store_begin(s, &e)) {
		*sns = store_stale_messages(s, &k->arena, after, before, AT_ONCE, count);
		if (store_end(s, &e))
			return true;
	}
	log_warn("messages", "%s", e.text);
	return false;
}

static bool trim(struct keeper *k, const char *const *sns, size_t count, int64_t before)
{
	struct buf list = {0};
	struct err e;
	for (size_t i = 0; i < count; i++)
		change_trim(&list, sns[i], before);
	bool ok = memory_keep(&k->memory, &list, &e);
	if (!ok)
		log_warn("messages", "none can be removed now: %s", e.text);
	buf_free(&list);
	return ok;
}

int64_t keeper_messages(struct keeper *k)
{
	const struct config *c = k->server->config;
	int64_t logkeep = c->status_logkeep;
	if (!*c->status_dir || logkeep == CONF_ABSENT)
		return KEEPER_NEVER;
	const char *after = "", **sns = NULL;
	size_t count;
	int64_t before = (int64_t)time(NULL) - logkeep;
	arena_reset(&k->arena);
	do {
		count = 0;
		if (!find_stale(k, after, before, &sns, &count) || !trim(k, sns, count, before))
			return RETRY_MS;
		after = count ? sns[count - 1] : after;
		proc_busy(k->self); /* a large fleet takes its time */
	} while (count == AT_ONCE);
	return part_of(logkeep, 4, 1, 600);
}

/* ---- the copy ---- */

static bool is_copied(const char *copy, time_t now)
{
	struct stat st;
	char *file = NULL;
	if (asprintf(&file, "%s/data.mdb", copy) < 0)
		return true;
	bool young = stat(file, &st) == 0 && st.st_mtime <= now && now - st.st_mtime < DAY;
	free(file);
	return young;
}

int64_t keeper_copy(struct keeper *k)
{
	struct err e;
	const char *copy = k->server->home.store_copy;
	if (steady_for(k) < COPY_LOOK_MS / 1000 || is_copied(copy, time(NULL)))
		return COPY_LOOK_MS;
	struct store *s = memory_store(&k->memory, &e);
	proc_idle(k->self); /* a large store takes as long as it takes: no job for the watchdog */
	if (!s || !store_copy(s, copy, &e))
		log_warn(
		    "store", "its daily copy could not be made, the one before stays: %s", e.text);
	else
		log_info("store", "copied to %s", copy);
	return COPY_LOOK_MS;
}
