/* SPDX-License-Identifier: ISC */
/* The job that asks the master device for the builds it runs (spec §7). */
#include "fcgi/keeper_jobs.h"

#include "base/log.h"
#include "fcgi/keeper_fetch.h"
#include "fcgi/server.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define SUBJECT "master device"

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
	const struct fetch how = {
	    .redirects = FETCH_REDIRECTS,
	    .url = k->server->config->master_info,
	    .seconds = LIMIT_MASTER_SECONDS,
	    .most = LIMIT_MASTER_INFO,
	    .leave_fd = k->self->leave_fd,
	};
	enum fetched fetched = fetch(&how, &answer, &e);
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

/* What was known before: a master device that is off line does no harm, not even after a restart. */
static void recall(struct keeper *k)
{
	struct err e;
	const struct server *s = k->server;
	if (!home_read_master(&s->home, s->config, &k->master, &e))
		log_warn(SUBJECT, "its last answer cannot be used: %s", e.text);
	publish(k);
}

int64_t keeper_master(struct keeper *k)
{
	if (!k->recalled) {
		k->recalled = true;
		if (!master_is_asked(k->server->config)) {
			publish(k);
			return KEEPER_NEVER;
		}
		recall(k);
	}
	return ask(k) ? pause_ms(k) : KEEPER_LEAVE;
}
