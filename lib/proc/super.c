/* SPDX-License-Identifier: ISC */
#include "proc/super.h"

#include "base/log.h"
#include "proc/child.h"
#include "proc/clock.h"
#include "proc/policy.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* The supervisor at work. */
struct work {
	const struct super *super;
	struct policy policy;
	uint64_t requests[BOARD_SLOTS]; /* of a slot, when its present process started */
	int signal_fd;
	/* The board shows pids, but every process may write there: signals go by these alone. */
	pid_t pids[BOARD_SLOTS];
};

static int make_signalfd(const int *signals, size_t n)
{
	sigset_t set;
	sigemptyset(&set);
	for (size_t i = 0; i < n; i++)
		sigaddset(&set, signals[i]);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

void proc_busy(const struct proc_self *self)
{
	BOARD_SET(self->slot->busy_since_ms, clock_now_ms());
	BOARD_SET(self->slot->state, BOARD_BUSY);
}

void proc_idle(const struct proc_self *self)
{
	BOARD_SET(self->slot->state, BOARD_IDLE);
	BOARD_SET(self->slot->busy_since_ms, 0);
}

static const struct proc_kind *kind_of(const struct work *w, unsigned slot)
{
	return &w->super->kinds[w->policy.slots[slot].kind];
}

/* "update[3] (pid 4711)" */
static const char *name_of(const struct work *w, unsigned slot, char *out, size_t size)
{
	const struct board_slot *b = &w->super->board->slots[slot];
	snprintf(out, size, "%s[%u] (pid %d)", b->kind, slot, (int)w->pids[slot]);
	return out;
}

static void run_child(struct work *w, unsigned slot)
{
	static const int leave[] = {SIGTERM};
	const struct super *s = w->super;
	close(w->signal_fd);
	struct proc_self self = {
	    .board = s->board,
	    .slot = &s->board->slots[slot],
	    .index = slot,
	    .leave_fd = make_signalfd(leave, 1),
	};
	s->child(s->context);
	if (self.leave_fd < 0) {
		log_fatal(self.slot->kind, "no signalfd: %s", strerror(errno));
		exit(71);
	}
	const struct proc_kind *kind = kind_of(w, slot);
	exit(kind->main(&self, kind->context));
}

static void start(struct work *w, unsigned slot)
{
	struct board_slot *b = &w->super->board->slots[slot];
	BOARD_SET(b->state, BOARD_STARTING);
	BOARD_SET(b->busy_since_ms, 0);
	BOARD_SET(b->generation, w->policy.slots[slot].generation);
	BOARD_SET(b->since, (int64_t)time(NULL));
	w->requests[slot] = BOARD_GET(b->requests);
	pid_t pid = child_fork(SIGTERM, kind_of(w, slot)->data);
	if (pid == 0)
		run_child(w, slot);
	if (pid > 0) {
		w->pids[slot] = pid;
		BOARD_SET(b->pid, (int32_t)pid);
		return;
	}
	log_fatal(b->kind, "a process cannot be started: %s", strerror(errno));
	BOARD_SET(b->state, BOARD_EMPTY);
	policy_gone(&w->policy, slot, clock_now_ms());
}

static void act(struct work *w, const struct policy_action *a)
{
	char name[64];
	pid_t pid = w->pids[a->slot];
	switch (a->verb) {
	case POLICY_START:
		start(w, a->slot);
		return;
	case POLICY_ASK:
		kill(pid, SIGTERM);
		return;
	case POLICY_KILL:
		log_warn(name_of(w, a->slot, name, sizeof name), "%s and is killed", a->why);
		kill(pid, SIGKILL);
		return;
	}
}

/* What the board says of a process becomes events. */
static void look(struct work *w, unsigned slot)
{
	const struct board_slot *b = &w->super->board->slots[slot];
	int64_t busy_since = BOARD_GET(b->busy_since_ms);
	int32_t state = BOARD_GET(b->state);
	if (state == BOARD_IDLE || state == BOARD_BUSY)
		policy_ready(&w->policy, slot);
	if (busy_since || BOARD_GET(b->requests) != w->requests[slot])
		policy_worked(&w->policy, slot);
	policy_busy(&w->policy, slot, busy_since);
}

static void look_at_all(struct work *w)
{
	for (unsigned i = 0; i < w->policy.nslots; i++)
		if (w->policy.slots[i].life != POLICY_ABSENT)
			look(w, i);
}

static int slot_of(const struct work *w, pid_t pid)
{
	for (unsigned i = 0; i < w->policy.nslots; i++)
		if (w->pids[i] == pid)
			return (int)i;
	return -1;
}

/* The line in the log for one that did not leave in peace. */
static void obituary(const struct work *w, unsigned slot, int status)
{
	char name[64], how[128];
	uint64_t requests = BOARD_GET(w->super->board->slots[slot].requests) - w->requests[slot];
	child_obituary(status, how, sizeof how);
	log_warn(name_of(w, slot, name, sizeof name), "%s after %llu requests%s", how,
	    (unsigned long long)requests,
	    BOARD_GET(w->super->board->slots[slot].busy_since_ms) ? ", in the middle of one" : "");
}

static void bury(struct work *w, unsigned slot, int status, int64_t now_ms)
{
	struct board_slot *b = &w->super->board->slots[slot];
	look(w, slot); /* for its last deeds */
	if (status != 0) {
		obituary(w, slot, status);
		BOARD_COUNT(b->restarts);
	}
	w->pids[slot] = 0;
	BOARD_SET(b->pid, 0);
	BOARD_SET(b->state, BOARD_EMPTY);
	BOARD_SET(b->busy_since_ms, 0);
	policy_gone(&w->policy, slot, now_ms);
}

/* Children that are no process of a slot are helpers; who started them watches them otherwise. */
static void reap(struct work *w, int64_t now_ms)
{
	pid_t pid;
	int status;
	while ((pid = waitpid(-1, &status, WNOHANG | WUNTRACED | WCONTINUED)) > 0) {
		int slot = slot_of(w, pid);
		if (slot < 0)
			continue;
		if (WIFSTOPPED(status))
			policy_stopped(&w->policy, (unsigned)slot, now_ms);
		else if (WIFCONTINUED(status))
			policy_continued(&w->policy, (unsigned)slot);
		else
			bury(w, (unsigned)slot, status, now_ms);
	}
}

static void obey(struct work *w)
{
	struct signalfd_siginfo info;
	while (read(w->signal_fd, &info, sizeof info) == (ssize_t)sizeof info) {
		if (info.ssi_signo == SIGHUP)
			w->super->hangup(w->super->context);
		else if (info.ssi_signo != SIGCHLD)
			policy_stop(&w->policy);
	}
}

static void decide(struct work *w, int64_t now_ms)
{
	struct policy_action actions[BOARD_SLOTS];
	policy_renew(&w->policy, BOARD_GET(w->super->board->generation));
	size_t n = policy_decide(&w->policy, now_ms, actions);
	for (size_t i = 0; i < n; i++)
		act(w, &actions[i]);
}

/* One turn. Returns how long the next may be waited for, -1: all are gone. */
static int64_t turn(struct work *w)
{
	const struct super *s = w->super;
	int64_t now_ms = clock_now_ms();
	obey(w);
	look_at_all(w);
	reap(w, now_ms);
	if (w->policy.stopping && policy_all_gone(&w->policy))
		return -1;
	int64_t wait = s->tick(s->context, now_ms, policy_all_ready(&w->policy));
	decide(w, now_ms);
	int64_t policy = policy_wait(&w->policy, now_ms);
	return policy < wait ? policy : wait;
}

static void set_up(struct work *w)
{
	const struct super *s = w->super;
	for (unsigned k = 0; k < s->nkinds; k++)
		policy_add(&w->policy, s->kinds[k].count, s->kinds[k].job_ms, s->kinds[k].last);
	for (unsigned i = 0; i < w->policy.nslots; i++)
		snprintf(s->board->slots[i].kind, sizeof s->board->slots[i].kind, "%s",
		    kind_of(w, i)->name);
	BOARD_SET(s->board->nslots, w->policy.nslots);
	BOARD_SET(s->board->supervisor, (int32_t)getpid());
	BOARD_SET(s->board->started, (int64_t)time(NULL));
}

bool super_run(const struct super *s, struct err *e)
{
	static const int signals[] = {SIGCHLD, SIGTERM, SIGINT, SIGHUP};
	struct work w = {.super = s};
	signal(SIGPIPE, SIG_IGN);
	w.signal_fd = make_signalfd(signals, sizeof signals / sizeof *signals);
	if (w.signal_fd < 0)
		return err_sys(e, "no signalfd");
	set_up(&w);
	int64_t wait;
	while ((wait = turn(&w)) >= 0) {
		struct pollfd p = {.fd = w.signal_fd, .events = POLLIN};
		poll(&p, 1, (int)wait);
	}
	close(w.signal_fd);
	return true;
}
