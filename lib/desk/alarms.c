/* SPDX-License-Identifier: ISC */
/*
 * There may be LIMIT_ALARMS of them, with long texts: of those that fit only what they are sorted by is held in memory, as
 * long as they may be among those that are asked for; of these all the rest is read then.
 */
#include "desk/alarms.h"

#include "base/text.h"
#include "core/change.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define PRUNE 1000 /* more than are asked for, before those that come later are dropped */
#define BATCH 50   /* alarms; their changes take a part of LIMIT_POST */

/* ---- which ---- */

/* One that fits. */
struct found {
	const char *from, *code;
	int64_t severity, last;
	bool active, noted;
	const struct alarm *own; /* NULL: it is in the store */
};

struct search {
	const struct alarms_query *query;
	struct arena *a;
	struct arena scratch; /* of one alarm */
	struct alarms *out;
	struct found *list;
	size_t count, room;
	size_t limit; /* so many are asked for, those that are skipped included */
	bool pruned;  /* the first `limit` of the list are sorted */
};

static bool has_word(struct arena *a, const struct alarm *alarm, const char *word)
{
	const char *const texts[] = {
	    alarm->from, alarm->code, alarm->source, alarm->text, alarm->serial, alarm->address};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		if (strstr(arena_lower(a, texts[i]), word))
			return true;
	}
	return false;
}

static bool is_of(const struct alarms_query *q, const struct alarm *alarm)
{
	if (!q->from && !q->serial)
		return true;
	return (q->from && text_same(alarm->from, q->from)) ||
	       (q->serial &&
		   (text_same(alarm->serial, q->serial) || text_same(alarm->from, q->serial)));
}

static bool is_wanted(struct search *s, const struct alarm *alarm)
{
	const struct alarms_query *q = s->query;
	if ((!q->all && !alarm->raised) || (q->unnoted && alarm->acked) ||
	    alarm->severity < q->least || (q->until && alarm->last > q->until) || !is_of(q, alarm))
		return false;
	for (size_t i = 0; i < q->nwords; i++) {
		if (!has_word(&s->scratch, alarm, q->words[i]))
			return false;
	}
	return true;
}

static void count(struct alarms *out, const struct alarm *alarm)
{
	if (!alarm->raised)
		return;
	out->active++;
	out->unnoted += !alarm->acked;
	if (alarm->severity > out->worst)
		out->worst = alarm->severity;
}

/* ---- in which order ---- */

static int larger_first(int64_t a, int64_t b)
{
	return a < b ? 1 : a > b ? -1 : 0;
}

static int compare(const void *one, const void *other)
{
	const struct found *a = one, *b = other;
	int order = larger_first(a->active, b->active);
	if (!order && a->active) {
		order = larger_first(!a->noted, !b->noted);
		order = order ? order : larger_first(a->severity, b->severity);
	}
	order = order ? order : larger_first(a->last, b->last);
	order = order ? order : text_collate(a->from, b->from);
	return order ? order : strcmp(a->code, b->code);
}

/* Only those that are among the first of all are kept: there may be many more that fit. */
static void prune(struct search *s)
{
	if (s->limit > (SIZE_MAX - PRUNE) / 2 || s->count < 2 * s->limit + PRUNE)
		return;
	qsort(s->list, s->count, sizeof *s->list, compare);
	s->count = s->limit;
	s->pruned = true;
}

static void take(struct search *s, const struct alarm *alarm, const struct alarm *own)
{
	count(s->out, alarm);
	if (!is_wanted(s, alarm))
		return;
	s->out->matches++;
	struct found one = {.from = alarm->from,
	    .code = alarm->code,
	    .severity = alarm->severity,
	    .last = alarm->last,
	    .active = alarm->raised != 0,
	    .noted = alarm->acked != 0,
	    .own = own};
	if (s->pruned && compare(&one, &s->list[s->limit - 1]) > 0)
		return;
	one.from = arena_strdup(s->a, one.from);
	one.code = arena_strdup(s->a, one.code);
	s->list = arena_room(s->a, s->list, s->count, &s->room, sizeof *s->list, 32);
	s->list[s->count++] = one;
	prune(s);
}

static bool take_stored(void *context, const struct alarm *alarm)
{
	struct search *s = context;
	take(s, alarm, NULL);
	arena_reset(&s->scratch);
	return true;
}

/* ---- those that could not be stored ---- */

static bool is_stored(struct search *s, struct store *store, const char *code)
{
	struct alarm known;
	return store_alarm(store, &s->scratch, ALARM_SERVER, code, &known) && known.raised;
}

static void take_own(struct search *s, struct store *store, const struct board *board)
{
	char *text = arena_alloc(s->a, BOARD_BLOCK + 1);
	text[board_read(&board->own_alarms, text, BOARD_BLOCK)] = '\0';
	for (char *line = text, *end; (end = strchr(line, '\n')); line = end + 1) {
		char *tab = memchr(line, '\t', (size_t)(end - line));
		if (!tab)
			continue;
		*tab = *end = '\0';
		int64_t since = BOARD_GET(board->started);
		struct alarm *own = arena_alloc(s->a, sizeof *own);
		*own = (struct alarm){.from = ALARM_SERVER,
		    .code = line,
		    .severity = ALARM_MAJOR,
		    .source = "rollcall",
		    .text = tab + 1,
		    .details = "",
		    .serial = "",
		    .address = "",
		    .acked_by = "",
		    .note = "",
		    .first = since,
		    .last = since,
		    .raised = since,
		    .count = 1};
		if (!is_stored(s, store, line))
			take(s, own, own);
	}
}

/* ---- all together ---- */

static void read_found(struct search *s, struct store *store)
{
	const struct alarms_query *q = s->query;
	struct alarms *out = s->out;
	size_t skip = q->skip < s->count ? q->skip : s->count;
	size_t most = q->most && q->most < s->count - skip ? q->most : s->count - skip;
	out->list = arena_calloc(s->a, most + 1, sizeof *out->list);
	for (size_t i = skip; i < skip + most; i++) {
		const struct found *f = &s->list[i];
		struct alarm *to = &out->list[out->count];
		if (f->own)
			*to = *f->own;
		out->count += f->own || store_alarm(store, s->a, f->from, f->code, to);
	}
}

void alarms_find(struct store *s, const struct board *board, struct arena *a,
    const struct alarms_query *q, struct alarms *out)
{
	struct search search = {.query = q,
	    .a = a,
	    .out = out,
	    .limit = q->most && q->skip < SIZE_MAX - q->most ? q->skip + q->most : SIZE_MAX};
	*out = (struct alarms){.worst = -1};
	store_alarms_each(s, &search.scratch, NULL, take_stored, &search);
	if (board)
		take_own(&search, s, board);
	if (search.count)
		qsort(search.list, search.count, sizeof *search.list, compare);
	read_found(&search, s);
	arena_free(&search.scratch);
}

const char *alarms_state(const struct alarm *alarm)
{
	if (alarm->raised)
		return alarm->acked ? "noted" : "active";
	return alarm->cleared ? "over" : "event";
}

/* ---- taking note ---- */

/* Those that are as they were seen. */
static bool find_same(struct store *s, const struct alarm_name *names, size_t count,
    const struct alarm_name **same, size_t *n, struct err *e)
{
	struct arena scratch = {0};
	struct alarm now;
	if (!store_begin(s, e))
		return false;
	for (size_t i = 0; i < count; i++) {
		if (store_alarm(s, &scratch, names[i].from, names[i].code, &now) &&
		    now.raised == names[i].raised)
			same[(*n)++] = &names[i];
		arena_reset(&scratch);
	}
	arena_free(&scratch);
	return store_end(s, e);
}

static bool note_some(const struct desk *k, const struct alarm_name *const *names, size_t count,
    bool acked, const char *note, struct err *e)
{
	struct buf list = {0}, text = {0};
	for (size_t i = 0; i < count; i++) {
		const struct alarm_name *n = names[i];
		change_alarm_ack(&list, n->from, n->code, acked ? k->now : 0, acked ? k->who : "",
		    acked ? note : "");
		buf_reset(&text);
		buf_addf(&text, "%s of %s%s%s%s", n->code, n->from, acked ? "" : ": no longer",
		    acked && *note ? ": " : "", acked ? note : "");
		change_audit(&list, "", k->now, "alarm note", k->who, buf_text(&text));
	}
	bool ok = desk_apply(k->home, &list, e);
	buf_free(&list);
	buf_free(&text);
	return ok;
}

bool desk_note_alarms(const struct desk *k, const struct alarm_name *names, size_t count,
    bool acked, const char *note, size_t *done, struct err *e)
{
	struct arena a = {0};
	struct err why = {""};
	size_t n = 0;
	const struct alarm_name **same = arena_calloc(&a, count + 1, sizeof(struct alarm_name *));
	struct store *s = k->store ? k->store : desk_store(k->home, &why);
	bool ok = s && find_same(s, names, count, same, &n, &why);
	if (!k->store)
		store_close(s);
	*done = 0;
	while (ok && *done < n) {
		size_t some = n - *done < BATCH ? n - *done : BATCH;
		ok = note_some(k, same + *done, some, acked, note, &why);
		*done += ok ? some : 0;
	}
	arena_free(&a);
	if (!ok && *done)
		return err_set(e, "%zu of %zu alarms were changed, then: %s", *done, n, why.text);
	return ok || err_set(e, "nothing was changed: %s", why.text);
}
