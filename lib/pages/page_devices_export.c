/* SPDX-License-Identifier: ISC */
/*
 * The list of devices for programs and spreadsheets: all pages of it, with every field and, unless the address says
 * values=no, every `show` value. Which devices, and in what order, says the roster; all that is known of each is
 * read from the store. Values of a large fleet take many seconds: one process at a time works them out, so that
 * another one is left for the pages.
 */
#include "pages/page_devices.h"

#include "base/limits.h"
#include "desk/cells.h"
#include "desk/export.h"
#include "pages/pages.h"
#include "proc/clock.h"
#include "view/state.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

/* A snapshot that is open for long makes the store grow. */
#define SLICE 1000
/* The worker would be taken for one that hangs. */
#define MOST_MS (LIMIT_ADMIN_SECONDS * 800L)
#define AGAIN "10" /* seconds until another one may be done */

struct export
{
	struct devices_list list;
	struct export_shows shows;
	struct arena scratch; /* of one device */
	bool json, values;
	int64_t until_ms;
	size_t at; /* the next row */
};

/* Within a snapshot. Of one that is gone by now what the roster has is good enough. */
static void read_state(struct export *x, const struct roster_row *row, struct state *s)
{
	const struct config *c = x->list.judge.config;
	struct store *store = x->list.store;
	struct device d;
	arena_reset(&x->scratch);
	if (store_device(store, &x->scratch, row->device.sn, &d))
		store_seen(store, &d);
	else
		d = row->device;
	*s = (struct state){.device = d};
	if (!x->values)
		return;
	state_take(store, &x->scratch, &d, x->list.judge.now, c->status_logkeep, s);
	state_shows(&x->scratch, c, s);
}

static void add_device(struct export *x, const struct state *s)
{
	struct buf *out = &x->list.p->reply.body;
	bool missing = fleet_presence(&x->list.judge, &s->device) == FLEET_MISSING;
	if (x->json) {
		buf_adds(out, x->at ? ",\n  {" : "\n  {");
		device_json(out, &s->device, missing);
		if (x->values)
			export_shows_json(&x->shows, s, out);
		buf_addc(out, '}');
	} else {
		export_csv(out, &s->device, missing);
		if (x->values)
			export_shows_csv(&x->shows, s, out);
		buf_adds(out, "\r\n");
	}
}

static bool add_slice(struct export *x, struct err *e)
{
	const struct roster_result *found = &x->list.found;
	struct state s;
	if (!store_begin(x->list.store, e))
		return false;
	for (size_t n = 0; n < SLICE && x->at < found->count; n++, x->at++) {
		read_state(x, found->rows[x->at], &s);
		add_device(x, &s);
	}
	return store_end(x->list.store, e);
}

static void add_head(struct export *x)
{
	struct buf *out = &x->list.p->reply.body;
	buf_reset(out);
	if (x->json) {
		buf_adds(out, "{\"devices\": [");
		return;
	}
	export_csv_head(out);
	if (x->values)
		export_shows_head(&x->shows, out);
	buf_adds(out, "\r\n");
}

static void add_foot(struct export *x)
{
	const struct devices_list *l = &x->list;
	if (x->json)
		buf_addf(&l->p->reply.body,
		    "],\n \"shown\": %zu, \"known\": %zu, \"missing\": %zu}\n", l->found.matches,
		    roster_count(l->roster), l->found.missing);
}

/* False: page_fail() was called. */
static bool add_all(struct export *x)
{
	struct page *p = x->list.p;
	struct err e = {""};
	add_head(x);
	while (x->at < x->list.found.count) {
		if (!add_slice(x, &e)) {
			page_fail(p, 503, "What is remembered of devices cannot be read now: %s.",
			    e.text);
			return false;
		}
		if (clock_now_ms() > x->until_ms && x->at < x->list.found.count) {
			page_fail(p, 503,
			    "These are too many devices to be exported at once with all that is shown "
			    "of them: choose some of them with a filter, export them without values, or "
			    "use rollcall devices --show on the server.");
			return false;
		}
	}
	add_foot(x);
	return true;
}

static void send(struct export *x)
{
	if (add_all(x))
		page_download(x->list.p, x->json ? "application/json" : "text/csv; charset=utf-8",
		    x->json ? "devices.json" : "devices.csv");
}

/* ---- values: one at a time ---- */

/* A process that dies lets go of it. -1: page_fail() was called. */
static int take_turn(struct page *p)
{
	const char *path = p->site->home->export_lock;
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW, 0600);
	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	bool busy = fd >= 0 && errno == EWOULDBLOCK;
	buf_adds(&p->reply.headers, "Retry-After: " AGAIN "\r\n");
	if (busy)
		page_fail(p, 503,
		    "Another export with values is being made just now, and there is one at a time: try "
		    "again in a moment, or export without values.");
	else
		page_fail(p, 503,
		    "%s cannot be locked: %s. An export without values needs no lock.", path,
		    strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

static void send_with_values(struct export *x)
{
	int turn = take_turn(x->list.p);
	if (turn < 0)
		return;
	export_shows_open(&x->shows, x->list.judge.config);
	x->values = x->shows.count;
	send(x);
	export_shows_close(&x->shows);
	close(turn);
}

/* ---- both forms ---- */

static void export(struct page *p, bool json)
{
	struct export x = {.json = json, .until_ms = clock_now_ms() + MOST_MS};
	const char *values = page_value(p, "values");
	if (*values && strcmp(values, "no") != 0 && strcmp(values, "yes") != 0) {
		page_fail(p, 400, "With values or without? It is values=yes or values=no.");
		return;
	}
	if (!devices_find(p, &x.list, true))
		return;
	if (*x.list.wrong.text) {
		page_fail(p, 400, "The filter is not right: %s.", x.list.wrong.text);
		return;
	}
	if (strcmp(values, "no") == 0)
		send(&x);
	else
		send_with_values(&x);
	arena_free(&x.scratch);
}

void page_devices_csv(struct page *p)
{
	export(p, false);
}

void page_devices_json(struct page *p)
{
	export(p, true);
}
