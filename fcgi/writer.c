/* SPDX-License-Identifier: ISC */
#include "fcgi/writer.h"

#include "base/limits.h"
#include "base/log.h"
#include "core/change.h"
#include "fcgi/health.h"
#include "fcgi/server.h"
#include "fcgi/sightings.h"
#include "proc/clock.h"
#include "proc/histogram.h"
#include "proc/post_server.h"
#include "store/store.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define SUBJECT "store"
#define STATUS_ENVIRONMENT 71 /* EX_OSERR */
#define REAP_MS 200           /* a reader that died keeps pages from being used again */
#define LOOK_MS 1000

struct writer {
	const struct proc_self *self;
	const struct server *server;
	struct store *store;
	struct board_writer *board;
	bool leaving, watches_pipe;
	struct post_server post;
	struct sightings sightings;
	int64_t drained_ms, held_ms, reaped_ms, counted_ms;
	struct health health;
};

/* ---- committing ---- */

static void apply_sightings(struct writer *w)
{
	for (size_t i = 0; i < w->sightings.count; i++) {
		const struct seen_device *s = &w->sightings.devices[i];
		store_apply_seen(w->store, s->sn, s->time, s->polls);
	}
}

/* What goes into one transaction. */
struct batch {
	struct post_client **clients;
	size_t count;
	bool sightings;
};

/* Applies and commits; more than once when the map had to grow. */
static enum store_outcome try_batch(struct writer *w, const struct batch *b, struct err *e)
{
	enum store_outcome outcome = STORE_AGAIN;
	while (outcome == STORE_AGAIN) {
		if (!store_write(w->store, e))
			return STORE_DEAD;
		if (b->sightings)
			apply_sightings(w); /* they came before */
		for (size_t i = 0; i < b->count; i++)
			store_apply(
			    w->store, b->clients[i]->request.data, b->clients[i]->request.size);
		outcome = store_commit(w->store, e);
		if (outcome == STORE_AGAIN)
			log_info(SUBJECT,
			    "has become larger than status/@mapsize and was given more room");
	}
	return outcome;
}

static void done(struct writer *w, const struct batch *b, int64_t us)
{
	BOARD_COUNT(w->board->commits);
	histogram_add(&w->board->times, &histogram_times, (uint64_t)us);
	histogram_add(&w->board->batch, &histogram_sizes, b->count);
	for (size_t i = 0; i < b->count; i++) {
		BOARD_COUNT(w->board->lists);
		BOARD_COUNT(w->self->slot->requests);
		post_receipt(b->clients[i], POST_DONE, "");
	}
	if (b->sightings) {
		atomic_fetch_add_explicit(
		    &w->board->sightings, w->sightings.polls, memory_order_relaxed);
		sightings_clear(&w->sightings);
	}
	health_fine(&w->health);
}

static void failed(
    struct writer *w, const struct batch *b, enum store_outcome outcome, const struct err *e)
{
	for (size_t i = 0; i < b->count; i++) {
		BOARD_COUNT(w->board->failures);
		post_receipt(b->clients[i], POST_FAILED, e->text);
	}
	if (outcome == STORE_DAMAGED)
		log_warn(SUBJECT, "%s", e->text);
	else
		health_failed(&w->health, e->text);
}

static bool commit(struct writer *w, const struct batch *b);

/* A record that is damaged must not take along what is about other devices. */
static bool commit_apart(struct writer *w, const struct batch *b)
{
	bool alive = true;
	for (size_t i = 0; alive && i < b->count; i++)
		alive = commit(w, &(struct batch){b->clients + i, 1, false});
	if (alive && b->sightings)
		alive = commit(w, &(struct batch){NULL, 0, true});
	return alive;
}

/* False: the store must be opened anew, which the next writer does. */
static bool commit(struct writer *w, const struct batch *b)
{
	struct err e = {""};
	int64_t began_us = clock_now_us();
	enum store_outcome outcome = try_batch(w, b, &e);
	if (outcome == STORE_DAMAGED && b->count + b->sightings > 1)
		return commit_apart(w, b);
	if (outcome == STORE_DONE)
		done(w, b, clock_now_us() - began_us);
	else
		failed(w, b, outcome, &e);
	return outcome != STORE_DEAD;
}

/* ---- the loop ---- */

/* Is it one; and does something in it make us forget a device? */
static bool check_list(const struct buf *list, bool *forgets)
{
	struct change_cursor cursor;
	struct change one;
	change_open(&cursor, list->data, list->size);
	while (change_next(&cursor, &one))
		*forgets |= one.kind == CHANGE_FORGET;
	return list->size <= LIMIT_POST && !cursor.broken;
}

/* Those whose lists are to be kept; what is no list is refused. */
static size_t gather(struct writer *w, struct post_client *waiting[POST_CLIENTS], bool *forgets)
{
	size_t n = 0;
	for (struct post_client *c = NULL; (c = post_server_next(&w->post, c));) {
		bool does = false;
		if (check_list(&c->request, &does)) {
			waiting[n++] = c;
			*forgets |= does;
			continue;
		}
		log_warn(SUBJECT, "a list of changes that is none was refused");
		post_receipt(c, POST_REFUSED, "this is no list of changes");
	}
	return n;
}

static bool drained_lately(const struct writer *w, int64_t now_ms)
{
	return now_ms - w->drained_ms < LIMIT_SIGHTING_MS;
}

/* The more are written together, the more of them share a page. */
static void take_sightings(struct writer *w, int64_t now_ms)
{
	bool none = w->sightings.count == 0;
	sightings_read(&w->sightings, w->server->sightings[0]);
	w->drained_ms = now_ms;
	if (none)
		w->held_ms = now_ms;
}

/* Everything that has come, on disk. */
static bool work(struct writer *w)
{
	struct post_client *waiting[POST_CLIENTS];
	int64_t now_ms = clock_now_ms();
	bool all = w->leaving;
	struct batch b = {waiting, gather(w, waiting, &all), false};
	if (all || !drained_lately(w, now_ms)) {
		take_sightings(w, now_ms);
		b.sightings = w->sightings.count > 0 &&
			      (all || now_ms - w->held_ms >= LIMIT_SIGHTING_HOLD_MS);
	}
	if (b.count == 0 && !b.sightings)
		return true;
	proc_busy(w->self);
	BOARD_SET(w->board->waiting, b.count);
	bool alive = commit(w, &b);
	BOARD_SET(w->board->waiting, 0);
	proc_idle(w->self);
	return alive;
}

static void reap(struct writer *w)
{
	int64_t now_ms = clock_now_ms();
	if (now_ms - w->reaped_ms < REAP_MS)
		return;
	w->reaped_ms = now_ms;
	store_reap(w->store);
}

/* How many sightings are not on the disk yet. */
static void count_sightings(struct writer *w)
{
	int bytes = 0;
	int64_t now_ms = clock_now_ms();
	if (now_ms - w->counted_ms < LOOK_MS)
		return;
	w->counted_ms = now_ms;
	if (ioctl(w->server->sightings[0], FIONREAD, &bytes) != 0)
		bytes = 0;
	BOARD_SET(w->board->sightings_waiting,
	    w->sightings.polls + (uint64_t)bytes / sizeof(struct sighting));
}

/* The pipe is not waited for while sightings are collected: each would wake us up. */
static void watch_pipe(struct writer *w, bool on)
{
	if (w->watches_pipe == on)
		return;
	w->watches_pipe = on;
	post_server_heed(&w->post, w->server->sightings[0], on);
}

/* In how many milliseconds there is something to do, even if nothing comes. */
static int pause_ms(const struct writer *w, int64_t now_ms)
{
	int64_t left = LOOK_MS;
	if (drained_lately(w, now_ms))
		left = w->drained_ms + LIMIT_SIGHTING_MS - now_ms;
	else if (w->sightings.count > 0)
		left = w->held_ms + LIMIT_SIGHTING_HOLD_MS - now_ms;
	return left > 0 ? (int)left : 0;
}

static void readable(void *context, int fd)
{
	struct writer *w = context;
	w->leaving |= fd == w->self->leave_fd;
}

static void wait_for_work(struct writer *w)
{
	int64_t now_ms = clock_now_ms();
	watch_pipe(w, !drained_lately(w, now_ms));
	post_server_wait(&w->post, pause_ms(w, now_ms), readable, w);
}

static bool set_up(struct writer *w)
{
	struct err e = {""};
	if (!post_server_open(&w->post, w->server->writer_fd, LIMIT_POST, &e)) {
		log_fatal(SUBJECT, "the writer cannot wait for work: %s", e.text);
		return false;
	}
	w->watches_pipe = true;
	if (post_server_watch(&w->post, w->self->leave_fd) &&
	    post_server_watch(&w->post, w->server->sightings[0]))
		return true;
	log_fatal(SUBJECT, "the writer cannot wait for work: %s", strerror(errno));
	return false;
}

int writer_main(const struct proc_self *self, void *context)
{
	static struct writer w; /* one per process */
	struct err e = {""};
	w = (struct writer){.self = self, .server = context};
	w.board = &w.server->board->writer;
	w.health = (struct health){.board = w.board, .folder = w.server->home.data};
	close(w.server->listen_fd);
	close(w.server->signer_fd);
	w.store =
	    store_open(w.server->home.store, STORE_WRITE, w.server->config->status_mapsize, &e);
	if (!w.store) {
		log_fatal(SUBJECT, "%s", e.text);
		board_write(&w.board->problem, e.text, strlen(e.text));
		return STATUS_ENVIRONMENT;
	}
	board_write(&w.board->problem, "", 0);
	if (!set_up(&w))
		return STATUS_ENVIRONMENT;
	health_look(&w.health, w.store);
	proc_idle(self);
	bool alive = true;
	while (alive && !w.leaving) {
		wait_for_work(&w);
		alive = work(&w);
		reap(&w);
		count_sightings(&w);
		health_look(&w.health, w.store);
	}
	if (alive) {
		post_server_drain(&w.post);
		work(&w);
	} else
		log_fatal(SUBJECT, "must be opened anew; the writer leaves");
	sightings_free(&w.sightings);
	store_close(w.store);
	return alive ? 0 : STATUS_ENVIRONMENT;
}
