/* SPDX-License-Identifier: ISC */
#include "fcgi/forward_own.h"

#include "base/limits.h"
#include "fcgi/keeper_jobs.h"

#include <stdio.h>
#include <string.h>

_Static_assert(LIMIT_FORWARDS <= 32, "each has a bit");

static struct own_alarm *find(struct own_alarms *o, const char *code)
{
	for (size_t i = 0; i < o->count; i++) {
		if (strcmp(o->list[i].code, code) == 0)
			return &o->list[i];
	}
	return NULL;
}

/* One that stands on the board. */
static void note(struct own_alarms *o, const char *code, const char *text, int64_t now)
{
	struct own_alarm *own = find(o, code);
	if (!own && (o->count == OWN_MOST || !*code || strlen(code) > ALARM_CODE))
		return;
	if (!own) {
		own = &o->list[o->count++];
		*own = (struct own_alarm){.since = now};
		snprintf(own->code, sizeof own->code, "%s", code);
	}
	own->on = true;
	own->over = 0;
	snprintf(own->text, sizeof own->text, "%s", text);
}

static void read_board(struct own_alarms *o, const struct board *b, int64_t now)
{
	char all[BOARD_BLOCK + 1];
	all[board_read(&b->own_alarms, all, BOARD_BLOCK)] = '\0';
	for (char *line = all, *end; (end = strchr(line, '\n')); line = end + 1) {
		*end = '\0';
		char *tab = strchr(line, '\t');
		if (!tab)
			continue;
		*tab = '\0';
		note(o, line, tab + 1, now);
	}
}

static bool is_stored(struct store *s, struct arena *a, const char *code)
{
	struct alarm alarm;
	return store_alarm(s, a, ALARM_SERVER, code, &alarm) && alarm.raised;
}

/* Nobody needs to be told anything of it any more. */
static bool is_done(const struct own_alarm *own)
{
	return !own->on && !own->heard;
}

void own_look(struct own_alarms *o, const struct board *b, int64_t now)
{
	size_t kept = 0;
	for (size_t i = 0; i < o->count; i++)
		o->list[i].on = false;
	read_board(o, b, now);
	for (size_t i = 0; i < o->count; i++) {
		struct own_alarm *own = &o->list[i];
		if (!own->on && !own->over)
			own->over = now;
		if (!is_done(own))
			o->list[kept++] = *own;
	}
	o->count = kept;
}

void own_compare(struct own_alarms *o, struct store *s, struct arena *a)
{
	for (size_t i = 0; i < o->count; i++)
		o->list[i].stored = is_stored(s, a, o->list[i].code);
}

/* What a target that has heard of it, or not, is to be told; 0: nothing. */
static int64_t act_for(const struct own_alarm *own, bool heard)
{
	if (own->stored)
		return 0;
	if (own->on)
		return heard ? 0 : ALARM_RAISE;
	return heard ? ALARM_CLEAR : 0;
}

size_t own_news(const struct own_alarms *o, size_t i, struct news out[OWN_MOST])
{
	size_t n = 0;
	for (size_t k = 0; k < o->count; k++) {
		const struct own_alarm *own = &o->list[k];
		int64_t act = act_for(own, own->heard >> i & 1);
		if (!act)
			continue;
		out[n++] = (struct news){.count = 1,
		    .report = keeper_alarm_report(own->code, keeper_alarm_severity(own->code), act,
			act == ALARM_RAISE ? own->since : own->over, own->text)};
	}
	return n;
}

void own_heard(struct own_alarms *o, size_t i, const char *code, int64_t act)
{
	struct own_alarm *own = find(o, code);
	uint32_t bit = 1U << i;
	if (own)
		own->heard = act == ALARM_RAISE ? own->heard | bit : own->heard & ~bit;
}

bool own_is_known(struct own_alarms *o, size_t i, const struct alarm_report *r)
{
	struct own_alarm *own = strcmp(r->from, ALARM_SERVER) == 0 ? find(o, r->code) : NULL;
	bool heard = own && own->heard >> i & 1;
	if (heard)
		own_heard(o, i, r->code, ALARM_CLEAR);
	return heard && r->act == ALARM_RAISE;
}
