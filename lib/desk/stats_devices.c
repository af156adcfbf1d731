/* SPDX-License-Identifier: ISC */
/*
 * A row for each device and day. The store counts the polls of a device since it is known; what is counted on a day is
 * how many more these are than when it began, which HOME/data/statistics/day.txt says:
 *
 *   rollcall statistics 2026-03-01 1234      the day, and how long the file of its month was then
 *   00-90-33-30-00-af 17                     a device and its polls; by serial number, as the store has them
 */
#include "desk/stats.h"

#include "base/file.h"
#include "core/fleet.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FOLDER "statistics"
#define FILE_NAME FOLDER "/day.txt"
#define HEAD "rollcall statistics "
#define PART 2000     /* devices in one snapshot */
#define LINE_SIZE 128 /* more than a line of the file has */

/* ---- how many there had been ---- */

struct before {
	FILE *file; /* NULL: nothing is known */
	char sn[LIMIT_SN + 1];
	int64_t polls;
	bool more;
};

static char *day_path(const struct home *h, const char *name)
{
	struct buf path = {0};
	buf_addf(&path, "%s/%s", h->data, name);
	return path.data;
}

/* What is damaged counts as the end of it. */
static void next_line(struct before *b)
{
	char line[LINE_SIZE];
	b->more = b->file && fgets(line, sizeof line, b->file) &&
		  sscanf(line, "%32s %" SCNd64, b->sn, &b->polls) == 2;
}

static bool read_head(FILE *f, struct stats_day *out)
{
	char line[LINE_SIZE], day[DATE_SIZE];
	return fgets(line, sizeof line, f) &&
	       sscanf(line, HEAD "%39s %" SCNd64, day, &out->place) == 2 &&
	       date_parse_day(day, &out->day);
}

/* Without a file, or with one that is none, nothing is known. */
static bool open_day(const struct home *h, struct before *b, struct stats_day *out, struct err *e)
{
	char *path = day_path(h, FILE_NAME);
	*b = (struct before){.file = fopen(path, "re")};
	*out = (struct stats_day){.day = 0};
	bool ok = b->file || errno == ENOENT || err_sys(e, "%s cannot be read", path);
	if (b->file && !read_head(b->file, out))
		*out = (struct stats_day){.day = 0};
	free(path);
	return ok;
}

static void close_day(struct before *b)
{
	if (b->file)
		fclose(b->file);
}

bool stats_day(const struct home *h, struct stats_day *out, struct err *e)
{
	struct before b;
	bool ok = open_day(h, &b, out, e);
	close_day(&b);
	return ok;
}

bool stats_next_day(
    const struct home *h, const struct stats_day *day, const struct buf *next, struct err *e)
{
	struct buf all = {0};
	char text[DATE_SIZE], *folder = day_path(h, FOLDER), *path = day_path(h, FILE_NAME);
	buf_addf(&all, HEAD "%s %" PRId64 "\n", date_day(day->day, text), day->place);
	buf_add(&all, buf_text(next), next->size);
	bool ok = file_mkdirs(folder, 0700, e) && file_write(path, all.data, all.size, 0600, e);
	buf_free(&all);
	free(folder);
	free(path);
	return ok;
}

/* ---- the devices ---- */

struct walk {
	const struct stats_source *source;
	const struct stats_devices *wish;
	struct before before;
	struct store_span span; /* of the day */
	struct arena arena;
	struct buf rows;
	char last[LIMIT_SN + 1];
	size_t looked; /* in this snapshot */
	bool first;    /* nothing was counted before */
};

/* In step with the store: both are sorted the same way. */
static int64_t polls_before(struct walk *w, const char *sn)
{
	struct before *b = &w->before;
	while (b->more && strcmp(b->sn, sn) < 0)
		next_line(b);
	return b->more && strcmp(b->sn, sn) == 0 ? b->polls : 0;
}

static bool is_within(const struct walk *w, int64_t time)
{
	return time >= w->span.from && time < w->span.until;
}

struct alarm_walk {
	const struct walk *walk;
	struct stats_device *row;
};

static bool take_alarm(void *context, const struct alarm *a)
{
	struct alarm_walk *w = context;
	w->row->alarms += is_within(w->walk, a->last);
	w->row->alarms_active += a->raised != 0;
	return true;
}

static const char *moment(struct arena *a, int64_t time)
{
	char day[DATE_SIZE];
	int second = (int)(time % DATE_DAY);
	if (time <= 0)
		return "";
	return arena_printf(a, "%s %02d:%02d:%02d", date_day(time, day), second / 3600,
	    second / 60 % 60, second % 60);
}

static void fill(struct walk *w, const struct device *d, int64_t polls, struct stats_device *row)
{
	struct store *s = w->source->store;
	struct alarm_walk alarms = {w, row};
	*row = (struct stats_device){
	    .sn = d->sn,
	    .hwid = d->hwid,
	    .name = d->name,
	    .type = d->type,
	    .address = d->ip,
	    .phase = d->phase,
	    .firmware = d->prot,
	    .bootcode = d->boot,
	    .polls = polls,
	    .first_heard = moment(&w->arena, d->created),
	    .last_poll = is_within(w, d->seen) ? moment(&w->arena, d->seen) : "",
	    .answers = (int64_t)store_answered(s, d->sn, &w->span),
	    .snippets = (int64_t)store_delivered(s, d->sn, &w->span),
	    .backups = is_within(w, d->backup_at),
	    .settled = fleet_settled(d),
	};
	if (*d->hwid)
		store_alarms_each(s, &w->arena, d->hwid, take_alarm, &alarms);
}

/* Was anything heard of it? */
static bool is_of_interest(const struct stats_device *r)
{
	return r->polls || *r->last_poll || r->answers || r->snippets || r->backups || r->alarms;
}

/*
 * A poll that came after the day, before we looked, is not of that day. It is one: we look within seconds, and when
 * the server was off meanwhile, when it has begun again.
 */
static bool take_device(void *context, const struct device *d)
{
	struct walk *w = context;
	struct stats_device row = {0};
	int64_t until_then = d->polls - (d->seen >= w->span.until && d->polls > 0);
	int64_t polls = until_then - polls_before(w, d->sn);
	if (w->wish->take) {
		fill(w, d, polls >= 0 ? polls : until_then, &row);
		if (is_of_interest(&row))
			stats_device_row(&w->rows, w->wish->separator, w->span.from, &row);
	}
	if (w->wish->next)
		buf_addf(w->wish->next, "%s %" PRId64 "\n", d->sn,
		    w->first && d->created >= w->span.from ? 0 : until_then);
	snprintf(w->last, sizeof w->last, "%s", d->sn);
	arena_reset(&w->arena);
	return ++w->looked < PART;
}

static bool hand_over(struct walk *w, struct err *e)
{
	const struct stats_source *s = w->source;
	if (w->rows.size && !w->wish->take(w->wish->context, w->rows.data, w->rows.size))
		return false;
	buf_reset(&w->rows);
	return !s->go_on || s->go_on(s->context) || err_set(e, "it was given up");
}

static bool walk(struct walk *w, struct err *e)
{
	do {
		w->looked = 0;
		if (!store_begin(w->source->store, e))
			return false;
		store_each(w->source->store, &w->arena, w->last, take_device, w);
		if (!store_end(w->source->store, e) || !hand_over(w, e))
			return false;
	} while (w->looked == PART);
	return true;
}

bool stats_devices(const struct stats_source *s, const struct stats_devices *d, struct err *e)
{
	struct walk w = {.source = s, .wish = d};
	struct stats_day known;
	w.span = (struct store_span){d->day->day, d->day->day + DATE_DAY};
	bool ok = open_day(s->home, &w.before, &known, e);
	w.first = !known.day;
	if (ok && known.day)
		next_line(&w.before);
	ok = ok && walk(&w, e);
	close_day(&w.before);
	buf_free(&w.rows);
	arena_free(&w.arena);
	return ok;
}
