/* SPDX-License-Identifier: ISC */
/* The loop of the keeper: a table of jobs, each with the time of its next turn. */
#include "fcgi/keeper.h"

#include "fcgi/keeper_jobs.h"
#include "proc/clock.h"

#include <poll.h>
#include <stdbool.h>
#include <unistd.h>

#define JOBS_MOST 16

static keeper_job *const jobs[] = {
    keeper_clock, /* before those that rely on it */
    keeper_master,
    keeper_expire,
    keeper_messages,
    keeper_copy,
    keeper_tally,
    keeper_sessions,
    keeper_alarms,
    keeper_alarms_trim,
    keeper_stats,
};
#define JOBS (sizeof jobs / sizeof *jobs)
_Static_assert(JOBS <= JOBS_MOST, "each has a time of its next turn");

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

static int64_t earliest(const int64_t *next_ms, size_t count)
{
	int64_t first = next_ms[0];
	for (size_t i = 1; i < count; i++) {
		if (next_ms[i] < first)
			first = next_ms[i];
	}
	return first;
}

/* False: asked to leave. */
static bool do_due(struct keeper *k, keeper_job *const *list, size_t count, int64_t *next_ms)
{
	for (size_t i = 0; i < count; i++) {
		if (next_ms[i] > clock_now_ms())
			continue;
		int64_t pause = list[i](k);
		if (pause == KEEPER_LEAVE)
			return false;
		next_ms[i] = pause == KEEPER_NEVER ? KEEPER_NEVER : clock_now_ms() + pause;
	}
	return true;
}

void keeper_run(struct keeper *k, keeper_job *const *list, size_t count)
{
	int64_t next_ms[JOBS_MOST] = {0};
	memory_init(&k->memory, k->server);
	close(k->server->listen_fd);
	close(k->server->signer_fd);
	/* Not marked as busy the first time: it is ready when each job was done once. */
	while (do_due(k, list, count, next_ms)) {
		proc_idle(k->self);
		if (!wait_until(k, earliest(next_ms, count)))
			break;
		proc_busy(k->self);
	}
	if (k->leave)
		k->leave(k);
	memory_close(&k->memory);
	arena_free(&k->arena);
}

int keeper_main(const struct proc_self *self, void *context)
{
	static struct keeper k; /* one per process */
	k = (struct keeper){.self = self, .server = context};
	keeper_run(&k, jobs, JOBS);
	return 0;
}
