/* SPDX-License-Identifier: ISC */
/*
 * The fleet as numbers and charts, and what is wrong at present. Every number leads to the list of the devices behind it;
 * both come from core/fleet.h (page_fleet_sum.c counts).
 */
#include "pages/page_fleet_sum.h"

#include "base/limits.h"
#include "base/text.h"
#include "pages/page.h"
#include "pages/page_alarms.h"
#include "pages/pages.h"
#include "proc/clock.h"

#include <stdlib.h>
#include <string.h>

#define COLUMN 1800 /* seconds of polls in one column */
#define COLUMNS 48  /* a day */
/* Of a chart: the list of all others is a filter with a word for each. */
#define ROWS LIMIT_FILTER_WORDS
#define BUILDS 8            /* that are named; what is more stands together */
#define ALARMS 6            /* that are named, the worst first */
#define FILTER_DAYS 100000L /* the most that expires: takes */

struct fleet_page {
	struct page *p;
	struct doc *doc;
	const struct fleet_sum *sum;
	struct fleet_judge judge;
	struct master master;
	struct alarms alarms;
};

/* ---- links to lists ---- */

/* The list for these words of the filter language; "": of all. */
static void add_list(struct fleet_page *f, const char *words)
{
	doc_attr(f->doc, "href", page_url(f->p, "devices", "q", *words ? words : NULL, NULL));
}

/*
 * Does the filter take the value as it is? Others are not named, so that each number has its list. "" is that of
 * devices of which nothing is known.
 */
static bool is_plain(const char *value)
{
	return !*value || text_is_word(value, ".-_");
}

/* The list for NAME:VALUE. */
static void add_list_of(struct fleet_page *f, const char *name, const char *value)
{
	add_list(f, arena_concat(&f->p->arena, name, ":", value));
}

static void add_number(struct fleet_page *f, const char *name, size_t count, const char *words)
{
	doc_open(f->doc, "number");
	doc_attr(f->doc, "name", name);
	doc_number(f->doc, "count", (int64_t)count);
	add_list(f, words);
	doc_close(f->doc);
}

/* ---- rows of bars ---- */

/* Rows add up to `of`, which is the length of a bar that is full. */
static void open_bars(struct fleet_page *f, const char *name, size_t of)
{
	doc_open(f->doc, "bars");
	doc_attr(f->doc, "name", name);
	doc_number(f->doc, "of", (int64_t)of);
}

static void open_bar(struct fleet_page *f, const char *name, size_t count)
{
	doc_open(f->doc, "bar");
	doc_attr(f->doc, "name", name);
	doc_number(f->doc, "count", (int64_t)count);
}

/* Rows of values, and the devices that are in none of them. */
struct named {
	struct fleet_page *f;
	const char *word;  /* of the filter: WORD:VALUE */
	struct buf others; /* "!WORD:VALUE !WORD:VALUE …" */
	size_t rows, left; /* left: devices that are in none so far */
};

/* Another row: attributes may follow, then doc_close(). False: it is not named. */
static bool named_open(struct named *n, const char *name, size_t count)
{
	if (n->rows == ROWS || !is_plain(name))
		return false;
	n->rows++;
	n->left -= count;
	buf_addf(&n->others, "%s!%s:%s", n->others.size ? " " : "", n->word, name);
	open_bar(n->f, name, count);
	add_list_of(n->f, n->word, name);
	return true;
}

static void named_end(struct named *n)
{
	if (n->left) {
		doc_open(n->f->doc, "rest");
		doc_number(n->f->doc, "count", (int64_t)n->left);
		add_list(n->f, buf_text(&n->others));
		doc_close(n->f->doc);
	}
	buf_free(&n->others);
}

/* What can be judged in a few ways: "current", "loading", …; what no device is has no row. */
struct judged {
	const char *bars, *word; /* of the filter: WORD:NAME */
	const size_t *counts;
	size_t n;
	const char *(*name)(size_t which);
};

static const char *build_name(size_t which)
{
	return fleet_build_name((enum fleet_build)which);
}

static const char *cert_name(size_t which)
{
	return fleet_cert_name((enum fleet_cert)which);
}

static void add_judged(struct fleet_page *f, const struct judged *j)
{
	open_bars(f, j->bars, f->sum->count);
	for (size_t i = 0; i < j->n; i++) {
		if (!j->counts[i])
			continue;
		open_bar(f, j->name(i), j->counts[i]);
		add_list_of(f, j->word, j->name(i));
		doc_close(f->doc);
	}
	doc_close(f->doc);
}

/* Phases in their order; devices may also be in one that is no longer configured, or in none. */
static size_t phase_count(const struct fleet_names *n, const char *name)
{
	for (size_t i = 0; i < n->count; i++) {
		if (text_same(n->list[i].name, name))
			return n->list[i].count;
	}
	return 0;
}

static bool is_configured(const struct config *c, const char *phase)
{
	for (size_t i = 0; i < c->nphases; i++) {
		if (text_same(c->phases[i].id, phase))
			return true;
	}
	return false;
}

static void add_phase(struct named *n, const char *name, size_t count, bool configured)
{
	if (!named_open(n, name, count))
		return;
	doc_flag(n->f->doc, "strange", !configured && *name);
	doc_close(n->f->doc);
}

static void add_phases(struct fleet_page *f)
{
	const struct config *c = f->judge.config;
	const struct fleet_names *phases = &f->sum->phases;
	struct named n = {.f = f, .word = "phase", .left = f->sum->count};
	open_bars(f, "phases", f->sum->count);
	for (size_t i = 0; i < c->nphases; i++)
		add_phase(&n, c->phases[i].id, phase_count(phases, c->phases[i].id), true);
	for (size_t i = 0; i < phases->count; i++) {
		if (!is_configured(c, phases->list[i].name))
			add_phase(&n, phases->list[i].name, phases->list[i].count, false);
	}
	named_end(&n);
	doc_close(f->doc);
}

/* Wanted ones first, then what most run. */
static int by_importance(const void *a, const void *b)
{
	const struct fleet_name *x = a, *y = b;
	if (!x->wanted != !y->wanted)
		return x->wanted ? -1 : 1;
	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	return strcmp(y->name, x->name);
}

static void add_builds(
    struct fleet_page *f, const char *bars, const char *word, const struct fleet_names *builds)
{
	struct fleet_name sorted[FLEET_NAMES];
	struct named n = {.f = f, .word = word, .left = f->sum->count};
	memcpy(sorted, builds->list, builds->count * sizeof *sorted);
	qsort(sorted, builds->count, sizeof *sorted, by_importance);
	open_bars(f, bars, f->sum->count);
	for (size_t i = 0; i < builds->count && n.rows < BUILDS; i++) {
		if (!named_open(&n, sorted[i].name, sorted[i].count))
			continue;
		if (sorted[i].wanted)
			doc_number(f->doc, "wanted", (int64_t)sorted[i].wanted);
		doc_close(f->doc);
	}
	named_end(&n);
	doc_close(f->doc);
}

/* ---- certificates ---- */

/* The least of 1, 2, 5, 10, 20, … that is not less. */
static int64_t nice_top(int64_t most)
{
	int64_t top = 1;
	for (int step = 0; top < most; step++)
		top = step % 3 == 1 ? top / 2 * 5 : top * 2;
	return top;
}

static void add_within(struct fleet_page *f, size_t i)
{
	doc_open(f->doc, "within");
	doc_number(f->doc, "days", fleet_within[i]);
	doc_number(f->doc, "count", (int64_t)f->sum->within[i]);
	add_list(f, arena_printf(&f->p->arena, "expires:%ld", fleet_within[i]));
	doc_close(f->doc);
}

static void add_month(struct fleet_page *f, size_t i)
{
	long from = (long)i * FLEET_MONTH, to = from + FLEET_MONTH;
	doc_open(f->doc, "column");
	doc_number(f->doc, "from", from);
	doc_number(f->doc, "to", to);
	doc_number(f->doc, "count", (int64_t)f->sum->months[i]);
	add_list(f, i ? arena_printf(&f->p->arena, "expires:%ld !expires:%ld", to, from)
		      : arena_printf(&f->p->arena, "expires:%ld", to));
	doc_close(f->doc);
}

/* Those that end after the last month. */
static void add_later(struct fleet_page *f)
{
	doc_open(f->doc, "later");
	doc_number(f->doc, "days", FLEET_DAYS);
	doc_number(f->doc, "count", (int64_t)f->sum->later);
	add_list(
	    f, arena_printf(&f->p->arena, "expires:%ld !expires:%ld", FILTER_DAYS, FLEET_DAYS));
	doc_close(f->doc);
}

static void add_certificates(struct fleet_page *f)
{
	const struct fleet_sum *s = f->sum;
	if (s->cert[FLEET_CERT_OFF] == s->count)
		return;
	add_judged(f, &(struct judged){"certificates", "cert", s->cert, FLEET_CERTS, cert_name});
	size_t most = 0;
	for (size_t i = 0; i < FLEET_MONTHS; i++)
		most = s->months[i] > most ? s->months[i] : most;
	doc_open(f->doc, "expiries");
	doc_number(f->doc, "most", (int64_t)most);
	doc_number(f->doc, "top", nice_top((int64_t)most));
	add_later(f);
	for (size_t i = 0; i < sizeof fleet_within / sizeof *fleet_within; i++)
		add_within(f, i);
	for (size_t i = 0; i < FLEET_MONTHS; i++)
		add_month(f, i);
	doc_close(f->doc);
}

/* ---- polls ---- */

struct polls {
	int64_t from;                           /* when the first column begins */
	int64_t all[COLUMNS], refused[COLUMNS]; /* of all */
};

static void count_polls(struct polls *c, int64_t *into, const struct store_tally *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int64_t at = (list[i].time - c->from) / COLUMN;
		if (list[i].time >= c->from && at < COLUMNS)
			into[at] += list[i].count;
	}
}

static bool read_polls(struct page *p, struct polls *c)
{
	struct err e = {""};
	size_t n;
	c->from = p->now - p->now % COLUMN - (int64_t)(COLUMNS - 1) * COLUMN;
	if (!store_begin(p->site->store, &e))
		return false;
	struct store_tally *all = store_tallies(p->site->store, &p->arena, "polls", c->from, &n);
	count_polls(c, c->all, all, n);
	all = store_tallies(p->site->store, &p->arena, "refused", c->from, &n);
	count_polls(c, c->refused, all, n);
	return store_end(p->site->store, &e);
}

/* What was counted but is not in the store yet: the keeper writes it down once a minute. */
static void count_newest(const struct board *b, struct polls *c)
{
	if (!b)
		return;
	int64_t all = (int64_t)(BOARD_GET(b->polls.all) - BOARD_GET(b->polls.all_kept));
	int64_t refused = (int64_t)(BOARD_GET(b->polls.refused) - BOARD_GET(b->polls.refused_kept));
	c->all[COLUMNS - 1] += all > 0 ? all : 0;
	c->refused[COLUMNS - 1] += refused > 0 ? refused : 0;
}

static void add_polls(struct fleet_page *f)
{
	struct polls c = {.from = 0};
	int64_t all = 0, refused = 0, most = 0;
	if (!read_polls(f->p, &c))
		return;
	count_newest(f->p->site->board, &c);
	for (size_t i = 0; i < COLUMNS; i++) {
		all += c.all[i];
		refused += c.refused[i];
		most = c.all[i] > most ? c.all[i] : most;
	}
	doc_open(f->doc, "polls");
	doc_number(f->doc, "count", all - refused);
	doc_number(f->doc, "refused", refused);
	doc_number(f->doc, "top", nice_top(most));
	add_list(f, "seen:24h");
	for (size_t i = 0; i < COLUMNS; i++) {
		doc_open(f->doc, "column");
		doc_time(f->doc, "at", c.from + (int64_t)i * COLUMN);
		doc_number(f->doc, "count", c.all[i] - c.refused[i]);
		doc_number(f->doc, "bad", c.refused[i]);
		doc_close(f->doc);
	}
	doc_close(f->doc);
}

/* ---- the server ---- */

static void add_master(struct fleet_page *f)
{
	const struct master *m = &f->master;
	doc_open(f->doc, "master");
	doc_attr(f->doc, "state",
	    !master_is_asked(f->judge.config) ? "unasked"
	    : m->problem[0]                   ? "problem"
	    : m->answered_at                  ? "good"
					      : "waiting");
	doc_attr(f->doc, "firmware", m->firmware);
	doc_attr(f->doc, "bootcode", m->bootcode);
	doc_time(f->doc, "answered", m->answered_at);
	doc_time(f->doc, "asked", m->asked_at);
	if (m->problem[0])
		doc_text(f->doc, m->problem);
	doc_close(f->doc);
}

static void add_server(struct fleet_page *f)
{
	const struct board *b = f->p->site->board;
	char text[BOARD_BLOCK + 1];
	doc_open(f->doc, "server");
	if (b) {
		text[board_read(&b->writer.problem, text, BOARD_BLOCK)] = '\0';
		doc_time(f->doc, "started", BOARD_GET(b->started));
		doc_time(f->doc, "loaded", BOARD_GET(b->config_loaded));
		doc_attr(f->doc, "configuration",
		    BOARD_GET(b->config_state) == BOARD_CONFIG_GOOD ? "good" : "bad");
		doc_attr(f->doc, "writer", *text ? "problem" : "good");
		doc_flag(f->doc, "full", BOARD_GET(b->writer.full));
		doc_number(f->doc, "bytes", (int64_t)BOARD_GET(b->writer.bytes));
	}
	add_master(f);
	doc_close(f->doc);
}

/* ---- a few devices ---- */

static void add_few(
    struct fleet_page *f, const char *name, const char *list, const struct fleet_few *few)
{
	doc_open(f->doc, "few");
	doc_attr(f->doc, "name", name);
	doc_attr(f->doc, "href", list);
	for (size_t i = 0; i < few->count; i++) {
		const struct fleet_one *one = &few->list[i];
		doc_open(f->doc, "device");
		doc_attr(f->doc, "sn", one->sn);
		doc_attr(f->doc, "name", one->name);
		doc_attr(f->doc, "type", one->type);
		doc_attr(f->doc, "href", page_url(f->p, "device", "sn", one->sn, NULL));
		doc_time(f->doc, "at", one->at);
		doc_close(f->doc);
	}
	doc_close(f->doc);
}

/* ---- the page ---- */

static void add_numbers(struct fleet_page *f)
{
	const struct fleet_sum *s = f->sum;
	doc_open(f->doc, "numbers");
	add_number(f, "all", s->count, "");
	add_number(f, "present", s->presence[FLEET_PRESENT], "present");
	add_number(f, "missing", s->presence[FLEET_MISSING], "missing");
	add_number(f, "unsettled", s->unsettled, "unsettled");
	if (s->cert[FLEET_CERT_APPROVAL])
		add_number(f, "approval", s->cert[FLEET_CERT_APPROVAL], "cert:approval");
	doc_close(f->doc);
}

/* False: page_fail() was called. */
static bool add_alarms(struct fleet_page *f)
{
	doc_open(f->doc, "alarms");
	alarms_page_counts(f->p, &f->alarms);
	bool ok = alarms_page_add(f->p, &f->alarms);
	doc_close(f->doc);
	return ok;
}

static void add_fleet(struct fleet_page *f)
{
	const struct fleet_sum *s = f->sum;
	add_numbers(f);
	add_phases(f);
	add_judged(f, &(struct judged){"firmware", "fw", s->firmware, FLEET_BUILDS, build_name});
	add_builds(f, "firmware-builds", "firmware", &s->firmwares);
	add_judged(f, &(struct judged){"bootcode", "bc", s->bootcode, FLEET_BUILDS, build_name});
	add_builds(f, "bootcode-builds", "boot", &s->bootcodes);
	add_certificates(f);
	add_polls(f);
	if (s->missing.count)
		add_few(f, "missing",
		    page_url(f->p, "devices", "q", "missing", "sort", device_seen.shown, NULL),
		    &s->missing);
	add_few(f, "newest",
	    page_url(f->p, "devices", "sort", device_fields[DEVICE_AT_created].shown, "dir", "desc",
		NULL),
	    &s->newest);
}

void page_fleet(struct page *p)
{
	struct fleet_page f = {.p = p};
	const struct roster *r = page_roster(p);
	if (!r)
		return;
	f.judge = page_judge(p, &f.master);
	if (!p->site->fleet)
		p->site->fleet = fleet_sum_new();
	fleet_sum_refresh(p->site->fleet, r, &f.judge, clock_now_ms());
	f.sum = p->site->fleet;
	if (!alarms_page_find(p, &(struct alarms_query){.most = ALARMS}, &f.alarms))
		return;
	f.doc = page_begin(p, "fleet");
	doc_open(f.doc, "fleet");
	doc_number(f.doc, "count", (int64_t)f.sum->count);
	if (!add_alarms(&f))
		return;
	add_server(&f);
	if (f.sum->count)
		add_fleet(&f);
	doc_close(f.doc);
	page_show(p, "fleet");
}
