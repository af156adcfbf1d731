/* SPDX-License-Identifier: ISC */
/* What is not in a file of the server yet: counts of the store and the board, and how the fleet is. */
#include "desk/stats.h"

#include "core/alarm.h"
#include "core/fleet.h"
#include "core/master.h"
#include "desk/stats_count.h"

#include <stdio.h>

#define PART 5000 /* devices in one snapshot */

/* ---- the fleet ---- */

struct fleet_walk {
	struct arena arena;
	struct fleet_judge judge;
	struct stats_gauges *out;
	char last[LIMIT_SN + 1];
	size_t looked; /* in this snapshot */
};

static bool take_device(void *context, const struct device *d)
{
	struct fleet_walk *w = context;
	struct stats_gauges *g = w->out;
	g->devices++;
	if (fleet_presence(&w->judge, d) == FLEET_PRESENT)
		g->present++;
	else
		g->missing++;
	g->settled += fleet_settled(d);
	g->firmware_current += fleet_firmware(&w->judge, d) == FLEET_BUILD_CURRENT;
	snprintf(w->last, sizeof w->last, "%s", d->sn);
	arena_reset(&w->arena);
	return ++w->looked < PART;
}

static bool take_alarm(void *context, const struct alarm *a)
{
	struct fleet_walk *w = context;
	w->out->alarms_active += a->raised != 0;
	arena_reset(&w->arena);
	return true;
}

static bool goes_on(const struct stats_source *s, struct err *e)
{
	return !s->go_on || s->go_on(s->context) || err_set(e, "it was given up");
}

static bool walk(const struct stats_source *s, struct fleet_walk *w, struct err *e)
{
	struct store_info info;
	do {
		w->looked = 0;
		if (!store_begin(s->store, e))
			return false;
		store_each(s->store, &w->arena, w->last, take_device, w);
		if (!store_end(s->store, e) || !goes_on(s, e))
			return false;
	} while (w->looked == PART);
	if (!store_begin(s->store, e))
		return false;
	store_alarms_each(s->store, &w->arena, NULL, take_alarm, w);
	store_info(s->store, &info);
	w->out->store_bytes = (int64_t)info.file_bytes;
	return store_end(s->store, e);
}

bool stats_gauge(const struct stats_source *s, struct stats_gauges *out, struct err *e)
{
	struct master master = {.problem = ""};
	struct fleet_walk w = {
	    .judge = {.config = s->config, .master = &master, .now = s->now}, .out = out};
	if (s->board)
		board_read(&s->board->master, &master, sizeof master);
	*out = (struct stats_gauges){.devices = 0};
	bool ok = walk(s, &w, e);
	arena_free(&w.arena);
	return ok;
}

/* ---- quarters of an hour ---- */

struct grid {
	const struct stats_quarters *q;
	size_t count;
	int64_t (*counts)[STATS_NCOUNTS];
};

static int64_t *cell(struct grid *g, int64_t time, enum stats_count which)
{
	if (time < g->q->from || time >= g->q->until)
		return NULL;
	return &g->counts[(time - g->q->from) / STATS_QUARTER][which];
}

static void count(struct grid *g, int64_t time, enum stats_count which, int64_t more)
{
	int64_t *to = cell(g, time, which);
	if (to && more > 0)
		*to += more < INT64_MAX - *to ? more : INT64_MAX - *to;
}

static bool read_store(const struct stats_source *s, struct arena *a, struct grid *g, struct err *e)
{
	size_t n;
	if (!store_begin(s->store, e))
		return false;
	for (int i = 0; i < STATS_NCOUNTS; i++) {
		const struct store_tally *list =
		    store_tallies(s->store, a, stats_tallies[i], g->q->from, &n);
		for (size_t k = 0; k < n; k++)
			count(g, list[k].time, (enum stats_count)i, list[k].count);
	}
	return store_end(s->store, e);
}

/* What was counted but is not in the store yet: the keeper writes it down once a minute. */
static void read_board(const struct stats_source *s, struct grid *g)
{
	for (int i = 0; s->board && i < STATS_NCOUNTS; i++)
		count(g, s->now, (enum stats_count)i,
		    (int64_t)(stats_counted(s->board, (enum stats_count)i) -
			      stats_kept(s->board, (enum stats_count)i)));
}

static bool is_empty(const int64_t counts[STATS_NCOUNTS])
{
	for (int i = 0; i < STATS_NCOUNTS; i++) {
		if (counts[i])
			return false;
	}
	return true;
}

static void print_grid(const struct grid *g, struct buf *out)
{
	const struct stats_quarters *q = g->q;
	for (size_t i = 0; i < g->count; i++) {
		bool last = i + 1 == g->count && q->last;
		if (last || !is_empty(g->counts[i]))
			stats_server_row(out, q->separator, q->from + (int64_t)i * STATS_QUARTER,
			    g->counts[i], last ? q->gauges : NULL);
	}
}

bool stats_add_quarters(
    const struct stats_source *s, const struct stats_quarters *q, struct buf *out, struct err *e)
{
	struct arena a = {0};
	struct grid g = {.q = q};
	if (q->until <= q->from)
		return true;
	g.count = (size_t)((q->until - q->from) / STATS_QUARTER);
	g.counts = arena_calloc(&a, g.count, sizeof *g.counts);
	bool ok = read_store(s, &a, &g, e);
	if (ok) {
		read_board(s, &g);
		print_grid(&g, out);
	}
	arena_free(&a);
	return ok;
}
