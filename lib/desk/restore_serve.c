/* SPDX-License-Identifier: ISC */
/* A restore by the server that runs: it is asked, and watched until it answers devices again. */
#include "desk/restore.h"

#include "desk/serving.h"
#include "home/swap.h"
#include "proc/board.h"
#include "proc/clock.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#define TAKE_MS 60000 /* until it is begun */
#define DONE_MS 60000 /* until rollcalld answers after that */
#define ASK_MS 1000   /* a signal may be lost beside another one */
#define PAUSE_NS 20000000

struct asking {
	const struct restore_wish *w;
	struct serving serving;
	int64_t asked_ms;
	struct err *e;
};

static void pause_a_little(void)
{
	const struct timespec pause = {0, PAUSE_NS};
	nanosleep(&pause, NULL);
}

static bool ask(struct asking *a, int64_t now_ms)
{
	const union sigval value = {.sival_int = SERVING_RESTORE};
	if (a->asked_ms && now_ms - a->asked_ms < ASK_MS)
		return true;
	a->asked_ms = now_ms;
	return sigqueue((pid_t)a->serving.pid, SIGHUP, value) == 0 ||
	       err_sys(a->e, "the server (process %ld) cannot be asked", a->serving.pid);
}

/* Is the same one still there? */
static bool still_serves(struct asking *a)
{
	long pid = a->serving.pid;
	serving_read(a->w->home, &a->serving);
	bool same = a->serving.pid == pid;
	a->serving.pid = pid;
	return same || err_set(a->e, "the server ended meanwhile");
}

static bool go_on(const struct asking *a)
{
	return !a->w->go_on || a->w->go_on(a->w->context) || err_set(a->e, "it was given up");
}

static bool wait_until_begun(struct asking *a)
{
	int64_t now = clock_now_ms(), until = now + TAKE_MS;
	for (; swap_is_prepared(a->w->home); now = clock_now_ms()) {
		if (swap_is_refused(a->w->home, a->e) || !still_serves(a) || !go_on(a) ||
		    !ask(a, now))
			return false;
		if (now >= until)
			return err_set(a->e,
			    "the server (process %ld) did not do it within %d s; its log may say why",
			    a->serving.pid, TAKE_MS / 1000);
		pause_a_little();
	}
	return true;
}

/* Do its workers answer? */
static bool answers(const struct home *h)
{
	bool running = false, ready = false;
	const struct board *b = board_open(h->board, &running, NULL);
	for (size_t i = 0; b && running && i < BOARD_SLOTS; i++) {
		int32_t state = BOARD_GET(b->slots[i].state);
		ready |= strcmp(b->slots[i].kind, "update") == 0 &&
			 (state == BOARD_IDLE || state == BOARD_BUSY);
	}
	board_close(b);
	return ready && running;
}

static bool wait_until_done(struct asking *a)
{
	int64_t until = clock_now_ms() + DONE_MS;
	while (swap_is_begun(a->w->home) || !answers(a->w->home)) {
		if (!still_serves(a))
			return false;
		if (clock_now_ms() >= until)
			return err_set(a->e,
			    "the server does not answer devices after %d s; its log says why",
			    DONE_MS / 1000);
		pause_a_little();
	}
	return true;
}

bool restore_served(const struct restore_wish *w, struct err *e)
{
	struct asking a = {.w = w, .e = e};
	serving_read(w->home, &a.serving);
	if (!a.serving.pid)
		return err_set(e, "no server runs with %s", w->home->dir);
	if (wait_until_begun(&a))
		return wait_until_done(&a);
	/* It may take it at the last moment, and then it takes all of it. */
	return !swap_drop(w->home, NULL) && swap_is_begun(w->home) && wait_until_done(&a);
}
