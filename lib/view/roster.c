/* SPDX-License-Identifier: ISC */
/*
 * Every device is one block of memory: its struct, and its texts behind it. Beside them stands what bringing
 * the roster up to date looks at, close together: serial number and stamp. The same walk through the store
 * that says what has changed is merged with it.
 *
 * What no list, filter or judgement looks at is left "", see `dropped`: who shows it reads it from the store.
 */
#include "view/roster.h"

#include "base/limits.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

static const enum device_at dropped[] = {
    DEVICE_AT_cert_digest, DEVICE_AT_cert_origin, DEVICE_AT_rdns_of, DEVICE_AT_asked};
#define NDROPPED (sizeof dropped / sizeof *dropped)

bool roster_has(const struct device_field *f)
{
	for (size_t i = 0; i < NDROPPED; i++) {
		if (&device_fields[dropped[i]] == f)
			return false;
	}
	return true;
}

struct slot {
	struct roster_row *row; /* NULL: still to be read */
	uint64_t stamp;
	char sn[LIMIT_SN + 1];
};

struct roster {
	struct slot *slots; /* by serial number */
	size_t count;
	bool loaded;
	uint64_t stamp; /* of the store when it was looked at */
	int64_t at_ms;  /* when that was, CLOCK_MONOTONIC */
	struct arena scratch;
};

struct roster *roster_new(void)
{
	return mem_alloc(sizeof(struct roster));
}

void roster_free(struct roster *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->count; i++)
		free(r->slots[i].row);
	free(r->slots);
	arena_free(&r->scratch);
	free(r);
}

size_t roster_count(const struct roster *r)
{
	return r->count;
}

uint64_t roster_stamp(const struct roster *r)
{
	return r->count ? r->stamp : 0;
}

const struct roster_row *roster_at(const struct roster *r, size_t at)
{
	return r->slots[at].row;
}

static int by_sn(const void *sn, const void *slot)
{
	return strcmp(sn, ((const struct slot *)slot)->sn);
}

const struct roster_row *roster_find(const struct roster *r, const char *sn)
{
	const struct slot *found =
	    r->count ? bsearch(sn, r->slots, r->count, sizeof *r->slots, by_sn) : NULL;
	return found ? found->row : NULL;
}

/* ---- a row ---- */

static void drop_texts(struct device *d)
{
	for (size_t i = 0; i < NDROPPED; i++)
		device_set_text(d, &device_fields[dropped[i]], "");
}

static size_t texts_size(const struct device *d)
{
	size_t size = strlen(d->sn) + 1;
	for (size_t i = 0; i < device_nfields; i++) {
		const struct device_field *f = &device_fields[i];
		if (f->type == DEVICE_TEXT && *device_text(d, f))
			size += strlen(device_text(d, f)) + 1;
	}
	return size;
}

/* Texts that are empty are all one. */
static const char *move_text(char **to, const char *text)
{
	if (!*text)
		return "";
	const char *copy = *to;
	*to = stpcpy(*to, text) + 1;
	return copy;
}

static struct roster_row *row_new(const struct device *from, uint64_t stamp)
{
	struct device d = *from;
	drop_texts(&d);
	struct roster_row *row = mem_alloc(sizeof *row + texts_size(&d));
	char *to = (char *)(row + 1);
	d.sn = move_text(&to, d.sn);
	for (size_t i = 0; i < device_nfields; i++) {
		const struct device_field *f = &device_fields[i];
		if (f->type == DEVICE_TEXT)
			device_set_text(&d, f, move_text(&to, device_text(&d, f)));
	}
	row->device = d;
	row->changed = stamp;
	return row;
}

/* ---- bringing it up to date ---- */

/* What is made of it; nothing of the present one changes before all could be read. */
struct renewal {
	struct roster *roster;
	struct store *store;
	bool anew;  /* no row counts: it is another store */
	size_t old; /* how far we are in the present one */
	uint64_t stamp;
	struct slot *slots;
	size_t count, room;
	struct roster_row **gone; /* of the present one: they are not in the next */
	size_t ngone, gone_room;
	size_t *todo; /* slots whose rows must be read, … */
	size_t ntodo, todo_room;
	size_t next; /* … from this one on */
};

static void *grow(void *list, size_t *room, size_t size)
{
	*room = *room ? 2 * *room : 256;
	return mem_realloc(list, *room * size);
}

static void add_gone(struct renewal *w, struct roster_row *row)
{
	if (w->ngone == w->gone_room)
		w->gone = grow(w->gone, &w->gone_room, sizeof(struct roster_row *));
	w->gone[w->ngone++] = row;
}

static void add_todo(struct renewal *w, size_t slot)
{
	if (w->ntodo == w->todo_room)
		w->todo = grow(w->todo, &w->todo_room, sizeof *w->todo);
	w->todo[w->ntodo++] = slot;
}

static int compare_sn(const struct slot *slot, const struct store_stamp *one)
{
	int order = strncmp(slot->sn, one->sn, one->sn_size);
	return order ? order : slot->sn[one->sn_size] != '\0';
}

/* The present row of that device, if it is good. */
static struct roster_row *known_row(struct renewal *w, const struct store_stamp *one)
{
	struct roster *r = w->roster;
	int order = -1;
	while (w->old < r->count && (order = compare_sn(&r->slots[w->old], one)) < 0)
		add_gone(w, r->slots[w->old++].row);
	if (w->old == r->count || order > 0)
		return NULL;
	const struct slot *slot = &r->slots[w->old++];
	if (slot->stamp == one->stamp && !w->anew)
		return slot->row;
	add_gone(w, slot->row);
	return NULL;
}

static bool take_stamp(void *context, const struct store_stamp *one)
{
	struct renewal *w = context;
	if (!one->sn_size || one->sn_size > LIMIT_SN)
		return true;
	if (w->count == w->room)
		w->slots = grow(w->slots, &w->room, sizeof *w->slots);
	struct slot *slot = &w->slots[w->count];
	slot->row = known_row(w, one);
	slot->stamp = one->stamp;
	memcpy(slot->sn, one->sn, one->sn_size);
	slot->sn[one->sn_size] = '\0';
	if (!slot->row)
		add_todo(w, w->count);
	w->count++;
	return true;
}

/* One that is gone by now stays without a row. */
static void read_row(struct renewal *w, struct slot *slot)
{
	struct arena *a = &w->roster->scratch;
	struct device d;
	arena_reset(a);
	if (!store_device(w->store, a, slot->sn, &d))
		return;
	store_seen(w->store, &d);
	slot->row = row_new(&d, slot->stamp);
}

/* What one snapshot may take. */
static void read_part(struct renewal *w)
{
	for (size_t n = 0; w->next < w->ntodo && n < STORE_PART; n++)
		read_row(w, &w->slots[w->todo[w->next++]]);
}

static void read_stamps(struct renewal *w)
{
	struct roster *r = w->roster;
	w->room = r->count + r->count / 64 + 16;
	w->slots = mem_realloc(NULL, w->room * sizeof *w->slots);
	store_stamps_each(w->store, take_stamp, w);
	while (w->old < r->count)
		add_gone(w, r->slots[w->old++].row);
}

/* The walk and, in the same snapshot, the first part. `*same`: nothing has changed. */
static bool read_first(struct renewal *w, bool *same, struct err *e)
{
	struct roster *r = w->roster;
	if (!store_begin(w->store, e))
		return false;
	w->stamp = store_stamp(w->store);
	w->anew = !r->loaded || w->stamp < r->stamp;
	*same = !w->anew && w->stamp == r->stamp;
	if (!*same) {
		read_stamps(w);
		read_part(w);
	}
	return store_end(w->store, e);
}

static bool read_rest(struct renewal *w, struct err *e)
{
	while (w->next < w->ntodo) {
		if (!store_begin(w->store, e))
			return false;
		read_part(w);
		if (!store_end(w->store, e))
			return false;
	}
	return true;
}

static size_t drop_empty(const struct renewal *w)
{
	size_t kept = 0;
	for (size_t i = 0; i < w->count; i++) {
		if (w->slots[i].row)
			w->slots[kept++] = w->slots[i];
	}
	return kept;
}

/* The next one becomes the present one. */
static void renew(struct renewal *w)
{
	struct roster *r = w->roster;
	for (size_t i = 0; i < w->ngone; i++)
		free(w->gone[i]);
	free(r->slots);
	r->slots = w->slots;
	r->count = w->ntodo ? drop_empty(w) : w->count;
	r->stamp = w->stamp;
	r->loaded = true;
}

/* The present one stays. */
static void give_up(struct renewal *w)
{
	for (size_t i = 0; i < w->ntodo; i++)
		free(w->slots[w->todo[i]].row);
	free(w->slots);
}

bool roster_refresh(
    struct roster *r, struct store *s, int64_t now_ms, int64_t age_ms, struct err *e)
{
	struct renewal w = {.roster = r, .store = s};
	bool same = false;
	if (r->loaded && now_ms - r->at_ms < age_ms)
		return true;
	bool ok = read_first(&w, &same, e) && read_rest(&w, e);
	if (!ok)
		give_up(&w);
	else if (!same)
		renew(&w);
	if (ok)
		r->at_ms = now_ms;
	free(w.gone);
	free(w.todo);
	return ok;
}

/* ---- lists ---- */

static int compare(const void *left, const void *right, void *context)
{
	const struct roster_row *const *a = left, *const *b = right;
	const struct roster_query *q = context;
	return device_compare(&(*a)->device, &(*b)->device, q->sort, q->reverse);
}

static void sort(const struct roster_query *q, const struct roster_row **rows, size_t count)
{
	qsort_r(rows, count, sizeof(struct roster_row *), compare, (void *)q);
}

/*
 * Sorting a large fleet for one page of it would be a waste: a sample tells between which two rows that page lies,
 * most likely, and one walk finds those that lie there, too; and so on, until they are few.
 */
#define FEW 2000
#define SAMPLE 512
#define MARGIN 48 /* of a sample: four times what it is usually wrong by */

struct part {
	const struct roster_row **rows;
	size_t count;
	size_t from, wanted; /* the rows that are wanted, of these when they are sorted */
};

static const struct roster_row **take_sample(
    struct arena *a, const struct roster_query *q, const struct part *p)
{
	const struct roster_row **sample = arena_calloc(a, SAMPLE, sizeof(struct roster_row *));
	for (size_t i = 0; i < SAMPLE; i++)
		sample[i] = p->rows[i * p->count / SAMPLE];
	sort(q, sample, SAMPLE);
	return sample;
}

/* False: it could not be made smaller. */
static bool narrow(struct arena *a, const struct roster_query *q, struct part *p)
{
	const struct roster_row **sample = take_sample(a, q, p);
	size_t first = p->from * SAMPLE / p->count;
	size_t last = (p->from + p->wanted) * SAMPLE / p->count + 1 + MARGIN;
	const struct roster_row **low = first > MARGIN ? &sample[first - MARGIN] : NULL;
	const struct roster_row **high = last < SAMPLE ? &sample[last] : NULL;
	struct part next = {.rows = arena_calloc(a, p->count, sizeof(struct roster_row *))};
	size_t before = 0;
	for (size_t i = 0; i < p->count; i++) {
		if (low && compare(&p->rows[i], low, (void *)q) < 0)
			before++;
		else if (!high || compare(&p->rows[i], high, (void *)q) <= 0)
			next.rows[next.count++] = p->rows[i];
	}
	if (before > p->from || p->from + p->wanted > before + next.count || next.count == p->count)
		return false;
	next.from = p->from - before;
	next.wanted = p->wanted;
	*p = next;
	return true;
}

static const struct roster_row **cut(struct arena *a, const struct roster_query *q, struct part p)
{
	while (p.count > FEW && narrow(a, q, &p))
		;
	sort(q, p.rows, p.count);
	return p.rows + p.from;
}

static void turn(const struct roster_row **rows, size_t count)
{
	for (size_t i = 0; i < count / 2; i++) {
		const struct roster_row *row = rows[i];
		rows[i] = rows[count - 1 - i];
		rows[count - 1 - i] = row;
	}
}

static bool matches(const struct roster_query *q, const struct device *d)
{
	return (!q->filter || filter_matches(q->filter, d, q->judge)) &&
	       (!q->also || q->also(q->context, d));
}

#define ASKED_EVERY 1000 /* devices */

void roster_select(const struct roster *r, struct arena *a, const struct roster_query *q,
    struct roster_result *out)
{
	const struct roster_row **rows = arena_calloc(a, r->count, sizeof(struct roster_row *));
	*out = (struct roster_result){.rows = rows};
	for (size_t i = 0; i < r->count; i++) {
		const struct roster_row *row = r->slots[i].row;
		if (i % ASKED_EVERY == 0 && q->enough && q->enough(q->context)) {
			*out = (struct roster_result){.rows = rows, .stopped = true};
			return;
		}
		if (!matches(q, &row->device))
			continue;
		rows[out->matches++] = row;
		out->missing += fleet_presence(q->judge, &row->device) == FLEET_MISSING;
	}
	if (q->from >= out->matches || !q->most)
		return;
	size_t left = out->matches - q->from;
	out->count = q->most < left ? q->most : left;
	if (q->sort) {
		out->rows = cut(a, q, (struct part){rows, out->matches, q->from, out->count});
		return;
	}
	if (q->reverse)
		turn(rows, out->matches);
	out->rows = rows + q->from;
}
