/* SPDX-License-Identifier: ISC */
/*
 * News of alarms go to each target in their order, by a process for each that has something to hear (forward_tell.h):
 * one that hangs or fails holds up no other. How far each is, is known here and kept in the store after each step: what
 * is told twice after a crash is better than what is never told.
 */
#include "fcgi/keeper_jobs.h"

#include "base/limits.h"
#include "base/log.h"
#include "core/change.h"
#include "core/forward.h"
#include "fcgi/forward_own.h"
#include "fcgi/forward_tell.h"
#include "fcgi/forward_to.h"
#include "proc/clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define SUBJECT "forward"
#define LOOK_MS 1000
#define BUSY_MS 50         /* how often we listen to those that are at it */
#define KEEP_AGAIN_MS 5000 /* when the store cannot be written */
#define TRIM_MS 10000
#define TRIM_AT_ONCE 200       /* news that are looked at for their age */
#define CLOCK_STEADY_MS 600000 /* nothing is too old while the clock may just have been set wrong */
#define LEAVE_MS 1000
#define LEAVE_LOOK_US 10000

#define TASKS (OWN_MOST + FORWARD_AT_ONCE)

/* One thing that a target is being told. */
struct task {
	int64_t
	    through; /* when it has heard this it needs nothing up to there; 0: it is none of the store's */
	int64_t act;
	char code[ALARM_CODE + 1]; /* of an own alarm */
};

struct target {
	const struct conf_forward *to;
	bool known; /* the store has a record of it */
	bool due;   /* something may be told to it in this look */
	struct forward_state now, kept;
	char problem[FORWARD_PROBLEM], kept_problem[FORWARD_PROBLEM];
	struct teller teller;
	struct news *news;        /* what it is to hear, in the arena of this look … */
	struct task tasks[TASKS]; /* … and what of that the teller is at */
	size_t ntasks, done;
	int64_t skip;    /* up to here nothing is for it */
	int64_t rest_ms; /* it is told nothing until then */
};

/* The configuration is that of the process: another one, another process. */
static struct forwarder {
	struct keeper *k;
	struct target targets[LIMIT_FORWARDS];
	size_t count;
	bool loaded;      /* how far they were is known */
	bool deaf, blind; /* how far they are cannot be kept; the store cannot be read */
	int64_t keep_ms, trim_ms;
	struct own_alarms own;
} the;

/* ---- what the store knows ---- */

static void take_state(struct target *t, const struct forward_state *state)
{
	t->known = true;
	t->kept = *state;
	snprintf(t->kept_problem, sizeof t->kept_problem, "%s", state->problem);
	t->kept.id = t->to->id;
	t->kept.problem = t->kept_problem;
	int64_t failures = t->now.failures; /* own alarms may have been told before */
	t->now = t->kept;
	snprintf(t->problem, sizeof t->problem, "%s", state->problem);
	t->now.problem = t->problem;
	t->now.failures = failures > state->failures ? failures : state->failures;
	/* After a start, or with another configuration, it may well be there. */
	t->now.next = 0;
}

static void load(struct store *s)
{
	size_t count;
	const struct forward_state *list = store_forwards(s, &the.k->arena, &count);
	for (size_t i = 0; i < the.count; i++) {
		struct target *t = &the.targets[i];
		size_t n = 0;
		while (n < count && strcmp(list[n].id, t->to->id) != 0)
			n++;
		if (n < count)
			take_state(t, &list[n]);
		else /* it hears of what happens from now on */
			t->now.taken = store_news_last(s);
	}
}

static bool is_kept(const struct target *t)
{
	struct buf changed = {0};
	forward_encode(&changed, &t->kept, &t->now);
	bool same = t->known && changed.size == 0;
	buf_free(&changed);
	return same;
}

static void is_now_kept(struct target *t)
{
	t->known = true;
	t->kept = t->now;
	memcpy(t->kept_problem, t->problem, sizeof t->kept_problem);
	t->kept.problem = t->kept_problem;
}

/* Once, not each second; and when it is over. */
static void say(bool *fails, bool ok, const char *what, const struct err *e)
{
	if (ok == !*fails)
		return;
	*fails = !ok;
	if (ok)
		log_info(SUBJECT, "all is well again; before, %s", what);
	else
		log_warn(SUBJECT, "%s now: %s", what, e->text);
}

static void keep(void)
{
	struct buf list = {0};
	struct err e = {""};
	bool kept[LIMIT_FORWARDS] = {false};
	if (!the.loaded || clock_now_ms() < the.keep_ms)
		return;
	for (size_t i = 0; i < the.count; i++) {
		struct target *t = &the.targets[i];
		kept[i] = is_kept(t);
		if (!kept[i])
			change_forward(&list, t->known ? &t->kept : NULL, &t->now);
	}
	if (list.size) {
		bool ok = memory_keep(&the.k->memory, &list, &e);
		for (size_t i = 0; ok && i < the.count; i++) {
			if (!kept[i])
				is_now_kept(&the.targets[i]);
		}
		the.keep_ms = ok ? 0 : clock_now_ms() + KEEP_AGAIN_MS;
		say(&the.deaf, ok, "how far it is cannot be kept", &e);
	}
	buf_free(&list);
}

/* ---- listening ---- */

static void took(struct target *t, size_t index, size_t count)
{
	int64_t now = (int64_t)time(NULL);
	if (t->now.failures)
		log_info(SUBJECT, "%s is told again", t->to->id);
	for (; count && t->done < t->ntasks; count--) {
		const struct task *task = &t->tasks[t->done++];
		if (!task->through)
			own_heard(&the.own, index, task->code, task->act);
		forward_took(&t->now, task->through ? task->through : t->now.taken, true, now);
	}
	t->rest_ms = clock_now_ms() + forward_rest_ms(t->to);
	BOARD_COUNT(the.k->self->slot->requests);
}

static void failed(struct target *t, const char *why)
{
	if (!t->now.failures)
		log_warn(SUBJECT, "%s cannot be told: %s", t->to->id, why);
	snprintf(t->problem, sizeof t->problem, "%s", why);
	forward_failed(&t->now, t->problem, (int64_t)time(NULL));
}

static void listen_to(struct target *t, size_t index)
{
	struct teller_report r;
	enum teller_said said;
	while ((said = teller_listen(&t->teller, &r)) == TELLER_TOOK || said == TELLER_FAILED) {
		if (said == TELLER_TOOK)
			took(t, index, r.count);
		else
			failed(t, r.why);
	}
}

/* ---- telling ---- */

static bool is_for(const struct target *t, size_t index, const struct alarm_report *r)
{
	return r->severity >= t->to->severity && !own_is_known(&the.own, index, r);
}

static bool is_due(const struct target *t)
{
	return !t->teller.pid && t->now.next <= (int64_t)time(NULL) && t->rest_ms <= clock_now_ms();
}

static void add(struct target *t, const struct news *one, int64_t through)
{
	struct task *task = &t->tasks[t->ntasks];
	t->news[t->ntasks++] = *one;
	*task = (struct task){.through = through, .act = one->report.act};
	snprintf(task->code, sizeof task->code, "%s", one->report.code);
}

static void gather_own(struct target *t, size_t index)
{
	struct news own[OWN_MOST];
	size_t count = own_news(&the.own, index, own);
	for (size_t i = 0; i < count; i++) {
		if (own[i].report.severity >= t->to->severity)
			add(t, &own[i], 0);
	}
}

/* What is not for it is behind it once it has heard what was before. */
static void gather_stored(struct target *t, size_t index, struct store *s)
{
	size_t count, before = t->ntasks;
	const struct news *list =
	    store_news(s, &the.k->arena, t->now.taken, FORWARD_AT_ONCE, &count);
	for (size_t i = 0; i < count; i++) {
		if (is_for(t, index, &list[i].report))
			add(t, &list[i], list[i].number);
		else if (t->ntasks == before)
			t->skip = list[i].number;
		else
			t->tasks[t->ntasks - 1].through = list[i].number;
	}
}

/* `s` NULL: only own alarms can be told now. */
static void gather(struct store *s)
{
	for (size_t i = 0; i < the.count; i++) {
		struct target *t = &the.targets[i];
		t->due = is_due(t);
		if (!t->due)
			continue;
		t->ntasks = t->done = 0;
		t->skip = t->now.taken;
		t->news = arena_calloc(&the.k->arena, TASKS, sizeof *t->news);
		gather_own(t, i);
		if (s)
			gather_stored(t, i, s);
	}
}

static void tell(void)
{
	struct err e;
	for (size_t i = 0; i < the.count; i++) {
		struct target *t = &the.targets[i];
		if (!t->due)
			continue;
		t->now.taken = t->skip;
		if (t->ntasks && !teller_begin(&t->teller, &the.k->arena, t->to, t->news, t->ntasks,
				     the.k->self->leave_fd, &e))
			failed(t, e.text);
	}
}

/* ---- forgetting ---- */

/* What nobody will hear any more, because it waited for too long. */
static void say_lost(int64_t done)
{
	for (size_t i = 0; i < the.count; i++) {
		if (the.targets[i].kept.taken < done)
			log_warn(SUBJECT,
			    "%s was never told of what happened more than %d days ago, which is given up",
			    the.targets[i].to->id, LIMIT_OUTBOX_DAYS);
	}
}

/* The number up to which nobody needs them. */
static int64_t done_with(struct store *s)
{
	size_t count;
	int64_t steady = clock_now_ms() - BOARD_GET(the.k->server->board->clock_steady_ms);
	int64_t old =
	    steady < CLOCK_STEADY_MS ? 0 : (int64_t)time(NULL) - LIMIT_OUTBOX_DAYS * (int64_t)86400;
	int64_t taken = the.count ? INT64_MAX : store_news_last(s);
	for (size_t i = 0; i < the.count; i++)
		taken = the.targets[i].kept.taken < taken ? the.targets[i].kept.taken : taken;
	const struct news *first = store_news(s, &the.k->arena, 0, TRIM_AT_ONCE, &count);
	return forward_done(first, count, taken, old);
}

static void trim(void)
{
	struct store *s = the.k->memory.store;
	struct buf list = {0};
	struct err e;
	if (clock_now_ms() < the.trim_ms || the.deaf)
		return;
	the.trim_ms = clock_now_ms() + TRIM_MS;
	if (!store_begin(s, &e))
		return;
	int64_t done = done_with(s);
	if (!store_end(s, &e) || !done)
		return;
	say_lost(done);
	change_news_trim(&list, done);
	if (!memory_keep(&the.k->memory, &list, &e))
		log_warn(SUBJECT, "what was told cannot be forgotten now: %s", e.text);
	buf_free(&list);
}

/* ---- a look ---- */

static void set_up(struct keeper *k)
{
	const struct config *c = k->server->config;
	if (the.k)
		return;
	the.k = k;
	for (; the.count < c->nforwards && the.count < LIMIT_FORWARDS; the.count++) {
		struct target *t = &the.targets[the.count];
		t->to = &c->forwards[the.count];
		t->now = (struct forward_state){.id = t->to->id, .problem = t->problem};
		t->kept = (struct forward_state){.id = t->to->id, .problem = t->kept_problem};
	}
}

/* False: it cannot be read now. */
static bool gather_all(struct err *e)
{
	struct store *s = memory_store(&the.k->memory, e);
	if (!s || !store_begin(s, e))
		return false;
	if (!the.loaded)
		load(s);
	own_compare(&the.own, s, &the.k->arena);
	gather(s);
	if (!store_end(s, e))
		return false;
	the.loaded = true;
	return true;
}

static bool is_any_busy(void)
{
	for (size_t i = 0; i < the.count; i++) {
		if (the.targets[i].teller.pid)
			return true;
	}
	return false;
}

int64_t forward_news(struct keeper *k)
{
	struct err e;
	set_up(k);
	arena_reset(&k->arena);
	for (size_t i = 0; i < the.count; i++)
		listen_to(&the.targets[i], i);
	own_look(&the.own, k->server->board, (int64_t)time(NULL));
	bool reads = gather_all(&e);
	if (!reads)
		gather(NULL);
	say(&the.blind, reads, "what happened cannot be read", &e);
	tell();
	keep();
	if (reads)
		trim();
	return is_any_busy() ? BUSY_MS : LOOK_MS;
}

/* What they took until now is kept: who comes after us need not tell it again. */
void forward_news_leave(struct keeper *k)
{
	int64_t until_ms = clock_now_ms() + LEAVE_MS;
	(void)k;
	for (size_t i = 0; i < the.count; i++)
		teller_leave(&the.targets[i].teller);
	while (is_any_busy() && clock_now_ms() < until_ms) {
		for (size_t i = 0; i < the.count; i++)
			listen_to(&the.targets[i], i);
		usleep(LEAVE_LOOK_US);
	}
	for (size_t i = 0; i < the.count; i++)
		teller_end(&the.targets[i].teller);
	if (!the.deaf)
		keep();
}
