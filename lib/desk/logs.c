/* SPDX-License-Identifier: ISC */
#include "desk/logs.h"

#include "base/date.h"
#include "base/num.h"
#include "base/text.h"
#include "desk/cells.h"

#include <stdlib.h>
#include <string.h>

/* ---- the files ---- */

static const struct {
	const char *name;
	size_t dir; /* in struct config */
} files[] = {
    {"log", offsetof(struct config, logs_dir)},
    {"alarm", offsetof(struct config, logs_alarmdir)},
};

char *logs_path(const struct home *h, const struct config *c, bool alarms)
{
	struct buf name = {0};
	const char *dir = *(const char *const *)(const void *)((const char *)c + files[alarms].dir);
	buf_addf(&name, "%s/%s.txt", dir, files[alarms].name);
	char *path = home_path(h, buf_text(&name));
	buf_free(&name);
	return path;
}

char *logs_lock_path(const struct home *h, bool alarms)
{
	struct buf path = {0};
	buf_addf(&path, "%s/%s.lock", h->run, files[alarms].name);
	return path.data;
}

/* ---- which lines ---- */

bool logs_fits(
    struct arena *a, const struct logs_query *q, const char *line, size_t size, struct entry *out)
{
	for (size_t i = 0; i < q->nwords; i++) {
		if (!strcasestr(line, q->words[i]))
			return false;
	}
	return entry_read(a, line, size, out) && out->received >= q->since &&
	       out->received < q->until &&
	       (!q->from || text_same(out->from, q->from) || text_same(out->address, q->from));
}

/* Clocks are set, and workers overtake each other: a little older than wanted is not the end yet. */
static bool is_too_old(const struct logs_query *q, const char *line, size_t size)
{
	char text[sizeof "2026-03-01T12:00:00Z"];
	int64_t when;
	if (!q->since || size < sizeof text)
		return false;
	memcpy(text, line, sizeof text - 1);
	text[sizeof text - 1] = '\0';
	return date_parse_second(text, &when) && when < q->since - DATE_DAY;
}

struct found {
	struct logs *out;
	struct arena *a;
	size_t entries_room, places_room;
};

/* What was found by looking at it is read again, to stay. */
static void keep(struct found *f, struct logread *r, const char *line, size_t size)
{
	struct logs *out = f->out;
	out->list =
	    arena_room(f->a, out->list, out->count, &f->entries_room, sizeof *out->list, 64);
	out->places =
	    arena_room(f->a, out->places, out->count, &f->places_room, sizeof *out->places, 64);
	entry_read(f->a, line, size, &out->list[out->count]);
	out->places[out->count++] = logread_place(r);
}

static void search(struct logread *r, struct arena *a, const struct logs_query *q, struct logs *out)
{
	struct found found = {.out = out, .a = a};
	struct arena scratch = {0}; /* of one line */
	size_t size;
	const char *line;
	while (!out->more && (line = logread_back(r, &size)) && !is_too_old(q, line, size)) {
		struct entry one;
		bool fits = logs_fits(&scratch, q, line, size, &one);
		out->more = fits && out->count == q->most;
		if (out->more)
			break;
		if (fits)
			keep(&found, r, line, size);
		arena_reset(&scratch);
		out->next = logread_place(r);
		out->more = out->partial = logread_seen(r) > LOGS_SCAN;
	}
	arena_free(&scratch);
}

bool logs_find(const struct home *h, const struct config *c, struct arena *a,
    const struct logs_query *q, struct logs *out, struct err *e)
{
	char *path = logs_path(h, c, q->alarms), *lock = logs_lock_path(h, q->alarms);
	struct logread *r = logread_open(path, lock, e);
	*out = (struct logs){.problem = ""};
	if (r) {
		out->newest = logread_place(r);
		if (q->after)
			logread_after(r, *q->after);
		if (q->before)
			logread_before(r, *q->before);
		out->next = logread_place(r);
		search(r, a, q, out);
		out->problem = arena_strdup(a, logread_problem(r));
		out->tail = q->follow ? logtail_after(r) : NULL;
	}
	logread_close(r);
	free(path);
	free(lock);
	return r != NULL;
}

/* ---- as a table ---- */

void logs_csv(struct buf *out, const struct entry *entry)
{
	char text[DATE_SIZE];
	struct buf more = {0};
	if (!entry) {
		buf_adds(out, "received,time,from,address,event,text,more\n");
		return;
	}
	for (size_t i = 0; i < entry->nmore; i++)
		buf_addf(&more, "%s%s=%s", i ? " " : "", entry->more[i].name, entry->more[i].value);
	const char *const cells[] = {
	    entry->from, entry->address, entry->event, entry->text, buf_text(&more)};
	buf_adds(out, date_second(entry->received, text));
	buf_addc(out, ',');
	buf_adds(out, entry->time ? date_second(entry->time, text) : "");
	for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
		buf_addc(out, ',');
		cell_csv(out, cells[i]);
	}
	buf_addc(out, '\n');
	buf_free(&more);
}

/* ---- times ---- */

static bool read_ago(const char *text, int64_t now, int64_t *out)
{
	static const struct {
		char unit;
		int64_t seconds;
	} units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', DATE_DAY}};
	size_t n = strlen(text);
	char digits[12];
	long count;
	if (n < 2 || n > sizeof digits)
		return false;
	memcpy(digits, text, n - 1);
	digits[n - 1] = '\0';
	for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
		if (text[n - 1] != units[i].unit || !num_parse(digits, 0, 1000000000, &count))
			continue;
		*out = now - count * units[i].seconds;
		return true;
	}
	return false;
}

bool logs_time(const char *text, int64_t now, int64_t *out, struct err *e)
{
	return date_parse_day(text, out) || date_parse_second(text, out) ||
	       read_ago(text, now, out) ||
	       err_set(e,
		   "\"%s\" is no time: 2026-03-01, 2026-03-01T12:00:00Z (UTC), or how long ago, as 90s, "
		   "15m, 2h, 7d",
		   text);
}
