/* SPDX-License-Identifier: ISC */
/*
 * rollcall restore: a server from what `rollcall backup` saved. The file is opened as the caller, everything else is
 * done as the user that the home belongs to.
 */
#include "desk/restore.h"

#include "base/date.h"
#include "desk/serving.h"
#include "home/swap.h"
#include "proc/board.h"
#include "tools/rollcall/cli.h"
#include "tools/rollcall/owner.h"
#include "tools/rollcall/who.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MB 1000000.0

static volatile sig_atomic_t told_to_stop;

static void stop(int signal)
{
	(void)signal;
	told_to_stop = 1;
}

static bool go_on(void *context)
{
	(void)context;
	return !told_to_stop;
}

static void watch_signals(void)
{
	static const int all[] = {SIGINT, SIGTERM, SIGHUP};
	struct sigaction action = {.sa_handler = stop};
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		sigaction(all[i], &action, NULL);
}

static int open_file(const char *name, struct err *e)
{
	if (strcmp(name, "-") == 0)
		return STDIN_FILENO;
	int fd = open(name, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		err_sys(e, "%s cannot be read", name);
	return fd;
}

/* Nobody may begin to use the home before we are done. `served`: a `rollcall serve` does it for us. */
static bool take_home(const struct home *h, bool *served, struct err *e)
{
	struct serving now;
	serving_read(h, &now);
	*served = now.pid != 0;
	if (*served)
		return true;
	if (board_is_running(h->board))
		return err_set(e,
		    "rollcalld runs with %s, without `rollcall serve`: stop it, then it can be restored",
		    h->dir);
	return home_make(h, e) && serving_lock(h, e);
}

static void describe(const char *file, const struct restore_facts *f, struct buf *out)
{
	char made[DATE_SIZE];
	buf_addf(out, "%s: a backup of %s of %s, by version %s: %zu file%s, %.1f MB", file, f->host,
	    date_second(f->made, made), f->version, f->files, f->files == 1 ? "" : "s",
	    (double)f->bytes / MB);
	if (f->store)
		buf_addf(out, ", %zu device%s", f->devices, f->devices == 1 ? "" : "s");
	buf_addf(out, "%s%s\n%s", f->keys ? "" : "; without private keys",
	    f->passwords ? ""
	    : f->keys    ? "; without passwords of the web server"
			 : " and passwords of the web server",
	    buf_text(&f->said));
}

/* What changed the store while it was away from its place has told of it there. */
static bool put_back(const struct restore_wish *w, bool served, bool store, struct err *e)
{
	if (served ? !restore_served(w, e) : !restore_here(w->home, e))
		return false;
	return store || who_did(w->home, "", "restore", "from a backup without a store");
}

static int finish(const struct restore_wish *w, const struct options *o, bool served,
    const struct restore_facts *f)
{
	struct buf out = {0};
	struct err e = {""};
	char aside[4096];
	int status = f->finding ? CLI_FINDING : CLI_FINE;
	describe(o->line.words[1], f, &out);
	if (o->check) {
		restore_drop(w->home);
		buf_addf(&out, "it is whole and could be put back; nothing was changed\n");
		return cli_print(&out, status);
	}
	if (!put_back(w, served, f->store, &e)) {
		cli_print(&out, CLI_FINDING);
		return cli_fail("%s", e.text);
	}
	snprintf(aside, sizeof aside, "%s/%s", w->home->dir, f->aside);
	bool had = access(aside, F_OK) == 0;
	buf_addf(&out, "restored%s%s%s\n", served ? ", and in use" : "",
	    had ? "; what was there before is in " : "", had ? aside : "");
	return cli_print(&out, status);
}

static int run(const struct restore_wish *w, const struct options *o, int fd)
{
	struct err e = {""};
	struct restore_facts facts = {0};
	bool served = false;
	int status = CLI_FINDING;
	int lock = swap_finish(w->home, &e) ? restore_lock(w->home, &e) : -1;
	if (lock < 0 || (!o->check && !take_home(w->home, &served, &e)) ||
	    !restore_prepare(w, fd, &facts, &e))
		cli_fail("%s%s", e.text, lock < 0 ? "" : "; nothing was changed");
	else
		status = finish(w, o, served, &facts);
	if (lock >= 0)
		close(lock);
	buf_free(&facts.said);
	return status;
}

int cmd_restore(const struct home *h, const struct options *o)
{
	struct err e = {""};
	struct restore_wish w = {
	    .home = h, .who = who_name(), .now = (int64_t)time(NULL), .go_on = go_on};
	int fd = open_file(o->line.words[1], &e);
	watch_signals();
	int status = fd >= 0 && owner_become(h, &e) ? run(&w, o, fd) : cli_fail("%s", e.text);
	if (fd > STDIN_FILENO)
		close(fd);
	return status;
}
