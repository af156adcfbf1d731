/* SPDX-License-Identifier: ISC */
#include "fcgi/keeper.h"

#include "base/log.h"
#include "fcgi/keeper_fetch.h"
#include "fcgi/server.h"
#include "proc/clock.h"

#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define SUBJECT "master device"

struct keeper {
	const struct proc_self *self;
	const struct server *server;
	struct master master;
	char said[sizeof((struct master *)NULL)->problem]; /* the problem that is in the log */
};

_Static_assert(sizeof(struct master) <= BOARD_BLOCK, "the board holds all of it");

static void publish(const struct keeper *k)
{
	board_write(&k->self->board->master, &k->master, sizeof k->master);
}

/* Once per change: a master device that is off line for a week must not fill the log. */
static void say(struct keeper *k)
{
	if (strcmp(k->said, k->master.problem) == 0)
		return;
	memcpy(k->said, k->master.problem, sizeof k->said);
	if (*k->said)
		log_warn(SUBJECT, "%s; %s", k->said,
		    *k->master.firmware ? "its last answer stays in use"
					: "nothing is known of it");
	else
		log_info(SUBJECT, "answers: firmware %s, boot code %s", k->master.firmware,
		    *k->master.bootcode ? k->master.bootcode : "none");
}

/* The builds change only when all of the answer is right. */
static void take_answer(struct keeper *k, const struct buf *answer)
{
	struct err e;
	if (!master_parse(buf_text(answer), answer->size, &k->master, &e)) {
		snprintf(k->master.problem, sizeof k->master.problem,
		    "its answer is not right: %.200s", e.text);
		return;
	}
	k->master.problem[0] = '\0';
	k->master.answered_at = k->master.asked_at;
	const struct server *s = k->server;
	if (!home_write_master(&s->home, s->config, buf_text(answer), answer->size, &e))
		log_warn(SUBJECT, "its answer cannot be kept: %s", e.text);
}

/* False: asked to leave. */
static bool ask(struct keeper *k)
{
	struct err e;
	struct buf answer = {0};
	time_t now = time(NULL);
	enum fetched fetched =
	    fetch(k->server->config->master_info, k->self->leave_fd, &answer, &e);
	if (fetched != FETCH_LEFT) {
		k->master.asked_at = now;
		if (fetched == FETCHED)
			take_answer(k, &answer);
		else
			snprintf(k->master.problem, sizeof k->master.problem, "%.200s", e.text);
		say(k);
		publish(k);
		BOARD_COUNT(k->self->slot->requests);
	}
	buf_free(&answer);
	return fetched != FETCH_LEFT;
}

static int64_t pause_ms(const struct keeper *k)
{
	int64_t seconds = k->server->config->master_expire;
	if (seconds == CONF_ABSENT || (*k->master.problem && seconds > LIMIT_MASTER_RETRY))
		seconds = LIMIT_MASTER_RETRY;
	return seconds * 1000;
}

/* False: asked to leave. */
static bool wait_until(const struct keeper *k, int64_t until_ms)
{
	static const int64_t longest = 3600L * 1000; /* poll(2) counts with an int */
	struct pollfd p = {.fd = k->self->leave_fd, .events = POLLIN};
	for (;;) {
		int64_t wait = until_ms - clock_now_ms();
		if (wait <= 0)
			return true;
		if (poll(&p, 1, (int)(wait < longest ? wait : longest)) > 0)
			return false;
	}
}

/* What was known before: a master device that is off line does no harm, not even after a restart. */
static void recall(struct keeper *k)
{
	struct err e;
	const struct server *s = k->server;
	if (!home_read_master(&s->home, s->config, &k->master, &e))
		log_warn(SUBJECT, "its last answer cannot be used: %s", e.text);
	publish(k);
}

int keeper_main(const struct proc_self *self, void *context)
{
	struct keeper k = {.self = self, .server = context};
	close(k.server->listen_fd);
	if (!master_is_asked(k.server->config)) {
		publish(&k);
		proc_idle(self);
		wait_until(&k, INT64_MAX);
		return 0;
	}
	recall(&k);
	/* Not marked as busy the first time: it is ready only when it has asked once. */
	while (ask(&k)) {
		proc_idle(self);
		if (!wait_until(&k, clock_now_ms() + pause_ms(&k)))
			return 0;
		proc_busy(self);
	}
	return 0;
}
