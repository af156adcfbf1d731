/* SPDX-License-Identifier: ISC */
#include "fcgi/writer.h"

#include "base/limits.h"
#include "base/log.h"
#include "core/change.h"
#include "fcgi/health.h"
#include "fcgi/server.h"
#include "fcgi/sightings.h"
#include "proc/clock.h"
#include "proc/post.h"
#include "store/store.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define SUBJECT "store"
#define STATUS_ENVIRONMENT 71 /* EX_OSERR */
#define CLIENTS (LIMIT_WORKERS + 64)
#define REAP_MS 200 /* a reader that died keeps pages from being used again */
#define LOOK_MS 1000

/* Somebody who sends lists. */
struct client {
	int fd;       /* -1: none */
	bool waits;   /* for the receipt of `list` */
	bool forgets; /* something in it */
	struct buf list;
};

struct writer {
	const struct proc_self *self;
	const struct server *server;
	struct store *store;
	struct board_writer *board;
	int epoll;
	bool leaving, watches_pipe;
	struct client clients[CLIENTS];
	struct sightings sightings;
	int64_t drained_ms, held_ms, reaped_ms;
	struct health health;
};

/* ---- clients ---- */

static void client_close(struct client *c)
{
	close(c->fd);
	buf_free(&c->list);
	*c = (struct client){.fd = -1};
}

static void client_add(struct writer *w, int fd)
{
	for (size_t i = 0; i < CLIENTS; i++) {
		struct client *c = &w->clients[i];
		struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
		if (c->fd >= 0)
			continue;
		if (epoll_ctl(w->epoll, EPOLL_CTL_ADD, fd, &event) != 0)
			break;
		c->fd = fd;
		return;
	}
	close(fd); /* nobody needs so many; it will try again */
}

static void clients_accept(struct writer *w)
{
	int fd;
	while ((fd = accept4(w->server->writer_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0)
		client_add(w, fd);
}

static void give_receipt(struct client *c, enum post_receipt receipt, const char *text)
{
	char bytes[512];
	int n = snprintf(bytes, sizeof bytes, "%c%s", (char)receipt, text);
	/* The first byte may be NUL: snprintf counts it all the same. */
	if (n > (int)sizeof bytes - 1)
		n = sizeof bytes - 1;
	c->waits = false;
	buf_reset(&c->list);
	if (send(c->fd, bytes, (size_t)n, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		client_close(c);
}

static bool check_list(struct client *c)
{
	struct change_cursor cursor;
	struct change one;
	c->forgets = false;
	change_open(&cursor, c->list.data, c->list.size);
	while (change_next(&cursor, &one))
		c->forgets |= one.kind == CHANGE_FORGET;
	return !cursor.broken;
}

/* A list of a client, if one has come. One that is no list is refused at once. */
static void client_read(struct client *c)
{
	buf_reset(&c->list);
	char *to = buf_want(&c->list, LIMIT_POST + 1);
	ssize_t n = recv(c->fd, to, LIMIT_POST + 1, 0);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		client_close(c);
		return;
	}
	buf_took(&c->list, (size_t)n);
	if (n > LIMIT_POST || !check_list(c)) {
		log_warn(SUBJECT, "a list of changes that is none was refused");
		give_receipt(c, POST_REFUSED, "this is no list of changes");
		return;
	}
	c->waits = true;
}

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
	struct client **clients;
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
			store_apply(w->store, b->clients[i]->list.data, b->clients[i]->list.size);
		outcome = store_commit(w->store, e);
		if (outcome == STORE_AGAIN)
			log_info(SUBJECT,
			    "has become larger than status/@mapsize and was given more room");
	}
	return outcome;
}

static void done(struct writer *w, const struct batch *b)
{
	BOARD_COUNT(w->board->commits);
	for (size_t i = 0; i < b->count; i++) {
		BOARD_COUNT(w->board->lists);
		BOARD_COUNT(w->self->slot->requests);
		give_receipt(b->clients[i], POST_DONE, "");
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
		give_receipt(b->clients[i], POST_FAILED, e->text);
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
	enum store_outcome outcome = try_batch(w, b, &e);
	if (outcome == STORE_DAMAGED && b->count + b->sightings > 1)
		return commit_apart(w, b);
	if (outcome == STORE_DONE)
		done(w, b);
	else
		failed(w, b, outcome, &e);
	return outcome != STORE_DEAD;
}

/* ---- the loop ---- */

static size_t gather(struct writer *w, struct client *waiting[CLIENTS])
{
	size_t n = 0;
	for (size_t i = 0; i < CLIENTS; i++) {
		if (w->clients[i].fd >= 0 && w->clients[i].waits)
			waiting[n++] = &w->clients[i];
	}
	return n;
}

static bool any_forgets(const struct batch *b)
{
	for (size_t i = 0; i < b->count; i++)
		if (b->clients[i]->forgets)
			return true;
	return false;
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
	struct client *waiting[CLIENTS];
	int64_t now_ms = clock_now_ms();
	struct batch b = {waiting, gather(w, waiting), false};
	bool all = w->leaving || any_forgets(&b);
	if (all || !drained_lately(w, now_ms)) {
		take_sightings(w, now_ms);
		b.sightings = w->sightings.count > 0 &&
			      (all || now_ms - w->held_ms >= LIMIT_SIGHTING_HOLD_MS);
	}
	if (b.count == 0 && !b.sightings)
		return true;
	proc_busy(w->self);
	bool alive = commit(w, &b);
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

/* The pipe is not waited for while sightings are collected: each would wake us up. */
static void watch_pipe(struct writer *w, bool on)
{
	if (w->watches_pipe == on)
		return;
	w->watches_pipe = on;
	struct epoll_event event = {.events = on ? EPOLLIN : 0, .data.ptr = &w->sightings};
	epoll_ctl(w->epoll, EPOLL_CTL_MOD, w->server->sightings[0], &event);
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

static void wait_for_work(struct writer *w)
{
	struct epoll_event events[CLIENTS + 3];
	int64_t now_ms = clock_now_ms();
	watch_pipe(w, !drained_lately(w, now_ms));
	int n = epoll_wait(w->epoll, events, CLIENTS + 3, pause_ms(w, now_ms));
	for (int i = 0; i < n; i++) {
		void *what = events[i].data.ptr;
		if (what == w->self)
			w->leaving = true;
		else if (what == w->server)
			clients_accept(w);
		else if (what != &w->sightings)
			client_read(what);
	}
}

/*
 * Nothing that was sent may be lost: nobody can send on a connection that was shut down, and what
 * they had sent before is still read.
 */
static void leave(struct writer *w)
{
	for (size_t i = 0; i < CLIENTS; i++) {
		struct client *c = &w->clients[i];
		if (c->fd < 0)
			continue;
		shutdown(c->fd, SHUT_RD);
		client_read(c);
	}
	work(w);
}

static bool watch(struct writer *w, int fd, void *what)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = what};
	return epoll_ctl(w->epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

static bool set_up(struct writer *w)
{
	for (size_t i = 0; i < CLIENTS; i++)
		w->clients[i].fd = -1;
	w->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (w->epoll >= 0 && watch(w, w->self->leave_fd, (void *)w->self) &&
	    watch(w, w->server->writer_fd, (void *)w->server) &&
	    watch(w, w->server->sightings[0], &w->sightings)) {
		w->watches_pipe = true;
		return true;
	}
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
		health_look(&w.health, w.store);
	}
	if (alive)
		leave(&w);
	else
		log_fatal(SUBJECT, "must be opened anew; the writer leaves");
	sightings_free(&w.sightings);
	store_close(w.store);
	return alive ? 0 : STATUS_ENVIRONMENT;
}
