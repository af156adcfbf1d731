/* SPDX-License-Identifier: ISC */
#include "pages/page_fleet_sum.h"

#include "base/date.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

const long fleet_within[3] = {7, 30, 90};

struct fleet_sum *fleet_sum_new(void)
{
	return mem_alloc(sizeof(struct fleet_sum));
}

void fleet_sum_free(struct fleet_sum *s)
{
	if (!s)
		return;
	arena_free(&s->arena);
	free(s);
}

/* ---- by name ---- */

/* Where the name stands, or would. */
static size_t place(const struct fleet_names *n, const char *name)
{
	size_t from = 0, to = n->count;
	while (from < to) {
		size_t middle = (from + to) / 2;
		if (strcasecmp(n->list[middle].name, name) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

/* NULL: there are too many. Devices next to each other are often alike. */
static struct fleet_name *entry(struct fleet_sum *s, struct fleet_names *n, const char *name)
{
	if (n->last < n->count && strcasecmp(n->list[n->last].name, name) == 0)
		return &n->list[n->last];
	size_t at = place(n, name);
	bool is_new = at == n->count || strcasecmp(n->list[at].name, name) != 0;
	if (is_new && n->count == FLEET_NAMES)
		return NULL;
	if (is_new) {
		memmove(&n->list[at + 1], &n->list[at], (n->count - at) * sizeof *n->list);
		n->list[at] = (struct fleet_name){.name = arena_strdup(&s->arena, name)};
		n->count++;
	}
	n->last = at;
	return &n->list[at];
}

static void count_name(struct fleet_sum *s, struct fleet_names *n, const char *name)
{
	struct fleet_name *e = entry(s, n, name);
	if (e)
		e->count++;
}

static void count_wanted(struct fleet_sum *s, struct fleet_names *n, const char *name)
{
	struct fleet_name *e = *name ? entry(s, n, name) : NULL;
	if (e)
		e->wanted++;
}

/* ---- the first few ---- */

/* Keeps those with the least `key`, in that order. */
static void keep(struct fleet_few *few, const struct device *d, int64_t at, int64_t sign)
{
	size_t i = few->count < FLEET_FEW ? few->count++ : FLEET_FEW - 1;
	if (i == FLEET_FEW - 1 && few->list[i].sn && few->list[i].at * sign <= at * sign)
		return;
	for (; i > 0 && few->list[i - 1].at * sign > at * sign; i--)
		few->list[i] = few->list[i - 1];
	few->list[i] = (struct fleet_one){d->sn, d->name, d->type, at};
}

/* The roster may drop its texts any time. */
static void copy_few(struct fleet_sum *s, struct fleet_few *few)
{
	for (size_t i = 0; i < few->count; i++) {
		struct fleet_one *one = &few->list[i];
		one->sn = arena_strdup(&s->arena, one->sn);
		one->name = arena_strdup(&s->arena, one->name);
		one->type = arena_strdup(&s->arena, one->type);
	}
}

/* ---- a device ---- */

static void count_certificate(
    struct fleet_sum *s, const struct fleet_judge *j, const struct device *d)
{
	int64_t until = fleet_cert_until(j, d), left = until - j->now;
	s->cert[fleet_cert(j, d)]++;
	if (!until || left <= 0)
		return;
	for (size_t i = 0; i < sizeof fleet_within / sizeof *fleet_within; i++)
		s->within[i] += left <= fleet_within[i] * DATE_DAY;
	int64_t month = (left - 1) / ((int64_t)FLEET_MONTH * DATE_DAY);
	if (month < FLEET_MONTHS)
		s->months[month]++;
	else
		s->later++;
}

static void count_device(struct fleet_sum *s, const struct fleet_judge *j, const struct device *d)
{
	enum fleet_presence presence = fleet_presence(j, d);
	s->count++;
	s->presence[presence]++;
	s->unsettled += !fleet_settled(d);
	s->firmware[fleet_firmware(j, d)]++;
	s->bootcode[fleet_bootcode(j, d)]++;
	count_name(s, &s->phases, d->phase);
	count_name(s, &s->firmwares, d->prot);
	count_name(s, &s->bootcodes, d->boot);
	count_wanted(s, &s->firmwares, fleet_wanted_firmware(j, d));
	count_wanted(s, &s->bootcodes, fleet_wanted_bootcode(j, d));
	count_certificate(s, j, d);
	if (presence == FLEET_MISSING)
		keep(&s->missing, d, d->seen, 1);
	if (d->created)
		keep(&s->newest, d, d->created, -1);
}

void fleet_sum_refresh(
    struct fleet_sum *s, const struct roster *r, const struct fleet_judge *j, int64_t now_ms)
{
	bool same = s->stamp == roster_stamp(r);
	if (s->at_ms && now_ms - s->at_ms < (same ? FLEET_SAME_MS : FLEET_OTHER_MS))
		return;
	struct arena arena = s->arena;
	arena_reset(&arena);
	*s = (struct fleet_sum){.arena = arena, .stamp = roster_stamp(r), .at_ms = now_ms};
	for (size_t i = 0; i < roster_count(r); i++)
		count_device(s, j, &roster_at(r, i)->device);
	copy_few(s, &s->missing);
	copy_few(s, &s->newest);
}
