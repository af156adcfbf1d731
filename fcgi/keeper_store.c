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
#include "home/certdir.h"
#include "proc/clock.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define AT_ONCE 500 /* devices in one list of changes */
#define CLOCK_LOOK_MS 5000
#define CLOCK_SLACK 60 /* seconds: a clock that is set so little does no harm */
#define RETRY_MS 10000
#define COPY_LOOK_MS 600000
#define COPY_RETRY_MS 3600000
#define COPY_AFTER 600 /* seconds */
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

/* For how long nothing may go yet that goes after `limit` seconds. */
static int64_t patience(struct keeper *k, int64_t limit)
{
	return (limit < DAY ? limit : DAY) - steady_for(k);
}

/* ---- what is old ---- */

static int64_t part_of(int64_t seconds, int64_t part, int64_t least, int64_t most)
{
	int64_t pause = seconds / part;
	pause = pause < least ? least : pause;
	return (pause > most ? most : pause) * 1000;
}

/* A walk through all devices (store.h), and what is to be done with those that it finds. */
struct sweep {
	const char *subject;
	const char **(*find)(struct store *s, struct arena *a, const char *after, int64_t time,
	    size_t *count, const char **next);
	void (*change)(struct buf *list, const char *sn, int64_t time);
	/* When that is on disk, for each of them; NULL: there is nothing to do. */
	void (*after)(struct keeper *k, const char *sn);
};

static bool find(struct keeper *k, const struct sweep *w, const char **next, int64_t before,
    const char ***sns, size_t *count)
{
	struct err e;
	struct store *s = memory_store(&k->memory, &e);
	if (s && store_begin(s, &e)) {
		*sns = w->find(s, &k->arena, *next, before, count, next);
		if (store_end(s, &e))
			return true;
	}
	log_warn(w->subject, "%s", e.text);
	return false;
}

static void follow(struct keeper *k, const struct sweep *w, const char *const *sns, size_t count)
{
	for (size_t i = 0; w->after && i < count; i++) {
		w->after(k, sns[i]);
		proc_busy(k->self); /* a large fleet takes its time */
	}
}

static bool change(
    struct keeper *k, const struct sweep *w, const char *const *sns, size_t count, int64_t before)
{
	struct buf list = {0};
	struct err e;
	bool ok = true;
	size_t done = 0;
	for (size_t i = 0; ok && i < count; i++) {
		w->change(&list, sns[i], before);
		if ((i + 1) % AT_ONCE != 0 && i + 1 < count)
			continue;
		ok = memory_keep(&k->memory, &list, &e);
		buf_reset(&list);
		proc_busy(k->self);
		if (ok)
			follow(k, w, sns + done, i + 1 - done);
		done = i + 1;
	}
	if (!ok)
		log_warn(w->subject, "nothing can be removed now: %s", e.text);
	buf_free(&list);
	return ok;
}

/* All devices, part by part. -1: it did not work; else how many it was about. */
static long sweep(struct keeper *k, const struct sweep *w, int64_t before)
{
	const char *next = "", **sns = NULL;
	size_t all = 0, count;
	arena_reset(&k->arena);
	while (next) {
		count = 0;
		if (!find(k, w, &next, before, &sns, &count) || !change(k, w, sns, count, before))
			return -1;
		all += count;
	}
	return (long)all;
}

static bool has_files(const struct server *s, const char *sn)
{
	for (int i = 0; i < CERTS_FILES; i++)
		if (certdir_has(&s->home, s->config, (enum certs_file)i, sn))
			return true;
	return false;
}

/* Of a device that is gone; one that has polled at the last moment is not. */
static void remove_files(struct keeper *k, const char *sn)
{
	const struct server *s = k->server;
	struct arena own = {0};
	struct device known;
	struct err e;
	if (!*s->config->customcerts_dir || !has_files(s, sn))
		return;
	int lock = certdir_lock(&s->home, sn, &e);
	bool ok = lock >= 0 && memory_device(&k->memory, &own, sn, &known, &e) &&
		  (known.created || certdir_remove(&s->home, s->config, sn, &e));
	if (lock >= 0)
		close(lock);
	if (!ok)
		log_warn(sn, "it is forgotten, but the files of its request stay: %s", e.text);
	arena_free(&own);
}

int64_t keeper_expire(struct keeper *k)
{
	static const struct sweep idle = {"expiry", store_idle, change_forget, remove_files};
	const struct config *c = k->server->config;
	int64_t expire = c->status_expire;
	char age[32];
	if (!*c->status_dir || expire == CONF_ABSENT)
		return KEEPER_NEVER;
	int64_t left = patience(k, expire);
	if (left > 0)
		return part_of(left, 1, 1, 60);
	/* A device that was seen in the very second stays. */
	long gone = sweep(k, &idle, (int64_t)time(NULL) - expire);
	if (gone > 0)
		log_info("expiry", "%ld device%s not seen for %s (status/@expire) forgotten", gone,
		    gone == 1 ? "" : "s", num_age((long)expire, age, sizeof age));
	return gone < 0 ? RETRY_MS : part_of(expire, 10, 1, 600);
}

int64_t keeper_messages(struct keeper *k)
{
	static const struct sweep stale = {"messages", store_stale_messages, change_trim, NULL};
	const struct config *c = k->server->config;
	int64_t logkeep = c->status_logkeep;
	if (!*c->status_dir || logkeep == CONF_ABSENT)
		return KEEPER_NEVER;
	int64_t left = patience(k, logkeep);
	if (left > 0)
		return part_of(left, 1, 1, 60);
	/* Older ones are shown to nobody, whether they are there or not. */
	long of = sweep(k, &stale, (int64_t)time(NULL) - logkeep);
	return of < 0 ? RETRY_MS : part_of(logkeep, 1, 1, 3600);
}

/* ---- the copy ---- */

int64_t keeper_copy(struct keeper *k)
{
	struct err e;
	const char *copy = k->server->home.store_copy;
	time_t now = time(NULL), at = store_copied_at(copy);
	bool young = at && at <= now && now - at < DAY;
	/* Not right after a start: then others need the disk. */
	if (young || steady_for(k) < COPY_AFTER)
		return COPY_LOOK_MS;
	struct store *s = memory_store(&k->memory, &e);
	proc_idle(k->self); /* a large store takes as long as it takes: no job for the watchdog */
	if (s && store_copy(s, copy, &e)) {
		log_info("store", "copied to %s", copy);
		return COPY_LOOK_MS;
	}
	log_warn("store", "its daily copy could not be made, the one before stays: %s", e.text);
	return COPY_RETRY_MS;
}
