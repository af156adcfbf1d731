/* SPDX-License-Identifier: ISC */
/*
 * The supervisor with processes that do next to nothing. What a test waits for, it waits for in the
 * supervisor's own loop (the hook `tick`), by looking at the board; a test that waits in vain is ended
 * by SIGALRM.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/log.h"
#include "proc/super.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#define SLOTS 3
#define DEADLINE 30 /* seconds */

struct scene {
	struct board *board;
	int step; /* how far a test is */
	int32_t pids[SLOTS];
	unsigned hangups, ready_seen;
	bool over;
	/* What happens next; true: the test is over. */
	bool (*play)(struct scene *s, bool ready);
};

static struct scene scene;

static int32_t pid_of(unsigned slot)
{
	return atomic_load(&scene.board->slots[slot].pid);
}

static int64_t tick(void *context, int64_t now_ms, bool ready)
{
	struct scene *s = context;
	(void)now_ms;
	s->ready_seen += ready;
	if (!s->over && s->play(s, ready)) {
		s->over = true;
		kill(getpid(), SIGTERM);
	}
	return 5;
}

static void hangup(void *context)
{
	struct scene *s = context;
	s->hangups++;
}

static void child(void *context)
{
	(void)context;
}

static void wait_to_leave(const struct proc_self *self)
{
	struct pollfd p = {.fd = self->leave_fd, .events = POLLIN};
	poll(&p, 1, -1);
}

static int idle_main(const struct proc_self *self, void *context)
{
	(void)context;
	proc_idle(self);
	wait_to_leave(self);
	return 0;
}

/* Has done a job, and then waits. */
static int worked_main(const struct proc_self *self, void *context)
{
	proc_busy(self);
	atomic_fetch_add(&self->slot->requests, 1);
	return idle_main(self, context);
}

/* Busy for ever, the first time. */
static int hung_main(const struct proc_self *self, void *context)
{
	if (atomic_load(&self->slot->restarts))
		return idle_main(self, context);
	proc_busy(self);
	for (;;)
		pause();
}

/* Ends with 3 unless it finds itself as a worker should. */
static int picky_main(const struct proc_self *self, void *context)
{
	sigset_t blocked;
	sigprocmask(SIG_BLOCK, NULL, &blocked);
	if (!sigismember(&blocked, SIGTERM) || !sigismember(&blocked, SIGUSR1))
		return 3;
	return worked_main(self, context);
}

static void run(int (*main_of)(const struct proc_self *, void *), int64_t job_ms,
    bool (*play)(struct scene *s, bool ready))
{
	struct err e = {""};
	scene = (struct scene){.play = play};
	scene.board = mmap(
	    NULL, sizeof(struct board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(scene.board, MAP_FAILED);
	const struct proc_kind kinds[] = {
	    {"test", SLOTS, job_ms, false, LIMIT_WORKER_DATA, main_of, NULL}};
	const struct super super = {
	    .board = scene.board,
	    .kinds = kinds,
	    .nkinds = 1,
	    .context = &scene,
	    .tick = tick,
	    .hangup = hangup,
	    .child = child,
	};
	alarm(DEADLINE);
	assert_true(super_run(&super, &e));
	alarm(0);
	for (unsigned i = 0; i < SLOTS; i++) {
		assert_int_equal(pid_of(i), 0);
		assert_int_equal(atomic_load(&scene.board->slots[i].state), BOARD_EMPTY);
	}
}

static uint32_t restarts(void)
{
	uint32_t n = 0;
	for (unsigned i = 0; i < SLOTS; i++)
		n += atomic_load(&scene.board->slots[i].restarts);
	return n;
}

static bool stop_when_ready(struct scene *s, bool ready)
{
	(void)s;
	return ready;
}

static void starts_and_stops(void **state)
{
	(void)state;
	run(idle_main, 1000, stop_when_ready);
	assert_int_equal(atomic_load(&scene.board->nslots), SLOTS);
	assert_int_equal(atomic_load(&scene.board->supervisor), getpid());
	assert_string_equal(scene.board->slots[SLOTS - 1].kind, "test");
	assert_int_equal(restarts(), 0);
}

static void processes_block_signals(void **state)
{
	(void)state;
	run(picky_main, 1000, stop_when_ready);
	assert_int_equal(restarts(), 0);
}

static bool kill_one(struct scene *s, bool ready)
{
	if (!ready)
		return false;
	if (s->step++ == 0) {
		s->pids[1] = pid_of(1);
		kill(s->pids[1], SIGKILL);
	}
	return pid_of(1) != s->pids[1];
}

static void replaces_one_that_was_killed(void **state)
{
	(void)state;
	run(worked_main, 1000, kill_one);
	assert_int_equal(atomic_load(&scene.board->slots[1].restarts), 1);
	assert_int_equal(restarts(), 1);
}

static bool until_restarts(struct scene *s, bool ready)
{
	(void)s;
	return ready && restarts() >= SLOTS;
}

static void replaces_those_that_hang(void **state)
{
	(void)state;
	run(hung_main, 50, until_restarts);
	assert_int_equal(restarts(), SLOTS);
}

static bool stop_one(struct scene *s, bool ready)
{
	if (!ready)
		return false;
	if (s->step++ == 0) {
		s->pids[0] = pid_of(0);
		kill(s->pids[0], SIGSTOP);
	}
	return pid_of(0) != s->pids[0];
}

static void replaces_one_that_was_stopped(void **state)
{
	(void)state;
	run(worked_main, 50, stop_one);
	assert_int_equal(restarts(), 1);
}

/* Counts generations up and sees every process replaced, and never two away at a time. */
static bool renew(struct scene *s, bool ready)
{
	unsigned away = 0, same = 0;
	if (s->step == 0 && !ready)
		return false;
	if (s->step++ == 0) {
		for (unsigned i = 0; i < SLOTS; i++)
			s->pids[i] = pid_of(i);
		atomic_fetch_add(&s->board->generation, 1);
	}
	for (unsigned i = 0; i < SLOTS; i++) {
		away += atomic_load(&s->board->slots[i].state) != BOARD_IDLE;
		same += pid_of(i) == s->pids[i];
	}
	assert_true(away <= 1);
	return ready && same == 0;
}

static void a_new_generation_replaces_one_by_one(void **state)
{
	(void)state;
	run(idle_main, 1000, renew);
	for (unsigned i = 0; i < SLOTS; i++)
		assert_int_equal(atomic_load(&scene.board->slots[i].generation), 1);
	assert_int_equal(restarts(), 0);
}

static bool hang_up(struct scene *s, bool ready)
{
	if (ready && s->step++ == 0)
		kill(getpid(), SIGHUP);
	return s->hangups > 0;
}

static void hangup_reaches_the_hook(void **state)
{
	(void)state;
	run(idle_main, 1000, hang_up);
	assert_int_equal(scene.hangups, 1);
}

static bool no_more_processes(struct scene *s, bool ready)
{
	static struct rlimit before;
	(void)ready;
	if (s->step++ == 0) {
		getrlimit(RLIMIT_NPROC, &before);
		struct rlimit none = {.rlim_cur = 0, .rlim_max = before.rlim_max};
		setrlimit(RLIMIT_NPROC, &none);
		return false;
	}
	if (s->step < 10)
		return false;
	setrlimit(RLIMIT_NPROC, &before);
	return true;
}

/* As root the limit does not hold and everybody starts: fine, too. */
static void goes_on_when_it_cannot_fork(void **state)
{
	(void)state;
	run(idle_main, 1000, no_more_processes);
}

/* The obituaries are wanted, but not among the results. */
static int quiet(void **state)
{
	(void)state;
	log_stderr(0);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(starts_and_stops),
	    cmocka_unit_test(processes_block_signals),
	    cmocka_unit_test(replaces_one_that_was_killed),
	    cmocka_unit_test(replaces_those_that_hang),
	    cmocka_unit_test(replaces_one_that_was_stopped),
	    cmocka_unit_test(a_new_generation_replaces_one_by_one),
	    cmocka_unit_test(hangup_reaches_the_hook),
	    cmocka_unit_test(goes_on_when_it_cannot_fork),
	};
	return cmocka_run_group_tests(tests, quiet, NULL);
}
