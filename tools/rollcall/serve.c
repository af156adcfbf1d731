/* SPDX-License-Identifier: ISC */
/* One loop over signals, two "I am ready" descriptors, and what is due (serve.h). */
#include "tools/rollcall/serve.h"

#include "base/log.h"
#include "desk/serving.h"
#include "home/swap.h"
#include "proc/child.h"
#include "proc/clock.h"
#include "tools/rollcall/cli.h"
#include "tools/rollcall/web_logs.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define START_MS 30000                        /* longer than any start should take */
#define LIGHTTPD_MS ((WEB_GRACE + 1) * 1000L) /* to finish requests, when it stops */
#define ROLLCALLD_MS 4000                     /* the same; together they stay below 15 s */
#define HASTY_MS 1000                         /* the same when it was asked for again */
#define GROUP_MS 1000                         /* for processes that were killed to be gone */
#define DRAIN_MS 300                          /* for what waits in the sockets of workers */
#define DEAF_MS 1000                          /* a lighttpd that starts can take a signal then */
#define LOOK_MS 2000                          /* how often files are looked at */

static bool watch_signals(struct serve *s, struct err *e)
{
	static const int wanted[] = {SIGCHLD, SIGTERM, SIGINT, SIGHUP, SIGUSR1};
	sigset_t set;
	sigemptyset(&set);
	for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
		/* A shell ignores SIGINT for what it starts with "&", and children would inherit it. */
		signal(wanted[i], SIG_DFL);
		sigaddset(&set, wanted[i]);
	}
	sigprocmask(SIG_BLOCK, &set, NULL);
	s->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return s->signals >= 0 || err_sys(e, "signals cannot be waited for");
}

/* ---- what `rollcall status` gets to know ---- */

static struct serving_program describe(const struct program *p)
{
	return (struct serving_program){(long)p->pid, (long)p->restarts, (long)p->since};
}

/* "https://127.0.0.1:8443/update/"; false: that one is not served. */
static bool address_of(const struct web *w, int i, char *out, size_t size)
{
	static const char *const schemes[] = {"http", "https", "mtls"};
	if (!listener_wanted(&w->listeners[i]))
		return false;
	snprintf(out, size, "%s://%s%s/", schemes[i], w->listeners[i].socket, w->bases[0]);
	return true;
}

_Static_assert(WEB_LISTENERS <= SERVING_ADDRESSES, "serving.h has room for each");

static void tell(const struct serve *s)
{
	struct err e;
	struct serving all = {
	    .pid = (long)getpid(),
	    .since = s->since,
	    .lighttpd = describe(&s->lighttpd),
	    .rollcalld = describe(&s->rollcalld),
	};
	for (int i = 0; i < WEB_LISTENERS; i++)
		all.naddresses +=
		    address_of(s->web, i, all.addresses[all.naddresses], SERVING_ADDRESS);
	if (!serving_write(s->web->home, &all, &e))
		log_warn("serve", "rollcall status will not be right: %s", e.text);
}

/* ---- starting ---- */

static bool start_rollcalld(struct serve *s, struct err *e)
{
	struct program *p = &s->rollcalld;
	int ends[2];
	if (pipe2(ends, O_CLOEXEC) != 0)
		return err_sys(e, "no pipe for %s", p->name);
	p->fds[0] = ends[1];
	p->nfds = 1;
	p->watch = ends[0];
	bool ok = program_start(p, e);
	close(ends[1]);
	if (!ok)
		program_unwatch(p);
	return ok;
}

static bool start_lighttpd(struct serve *s, struct err *e)
{
	struct program *p = &s->lighttpd;
	if (!s->leaving.pid)
		web_clean(s->web);
	p->nfds = 0;
	for (int i = 0; i < WEB_LISTENERS; i++) {
		if (listener_wanted(&s->web->listeners[i]))
			p->fds[p->nfds++] = s->web->listeners[i].fd;
	}
	if (!program_start(p, e))
		return false;
	p->watch = web_probe(s->web);
	return p->watch >= 0 || err_sys(e, "%s cannot be reached", p->name);
}

static bool start_what_is_due(struct serve *s, struct err *e)
{
	int64_t now = clock_now_ms();
	bool rollcalld = s->rollcalld.start_at && s->rollcalld.start_at <= now;
	bool lighttpd = s->lighttpd.start_at && s->lighttpd.start_at <= now;
	if ((rollcalld && !start_rollcalld(s, e)) || (lighttpd && !start_lighttpd(s, e)))
		return false;
	if (rollcalld || lighttpd)
		tell(s);
	return true;
}

static void print_ready(const struct web *w)
{
	char address[SERVING_ADDRESS];
	fputs("rollcall: ready", stdout);
	for (int i = 0; i < WEB_LISTENERS; i++) {
		if (address_of(w, i, address, sizeof address))
			printf(" %s", address);
	}
	putchar('\n');
	fflush(stdout);
}

static void look_at_watch(struct serve *s, struct program *p)
{
	char byte;
	p->ready = read(p->watch, &byte, 1) == 1;
	program_unwatch(p);
	if (p->ready && s->announced)
		log_info(p->name, "is ready again, process %d", (int)p->pid);
	if (s->announced || !s->lighttpd.ready || !s->rollcalld.ready)
		return;
	s->announced = true;
	print_ready(s->web);
}

/* ---- a restore (desk/restore.h) ---- */

/* What it left behind is gone when we are. Where nobody buries the dead, they are not waited for long. */
static void end_group(const struct program *p)
{
	const struct timespec pause = {0, 10000000};
	if (!p->group || kill(-p->group, SIGKILL) != 0)
		return;
	for (int i = 0; i < GROUP_MS / 10 && kill(-p->group, 0) == 0; i++)
		nanosleep(&pause, NULL);
}

/* rollcalld is gone. One that finds what was begun and not finished will not start. */
static void finish_restore(struct serve *s)
{
	const struct home *h = s->web->home;
	struct err e = {""};
	int64_t now = clock_now_ms();
	end_group(&s->rollcalld);
	s->restore_by = 0;
	if (swap_begin(h, &e))
		log_info("restore", "what was in the backup is in its place");
	else
		log_warn("restore", "%s", e.text);
	if (swap_is_prepared(h))
		swap_refuse(h, &e);
	s->rollcalld.start_at = now;
	renew_ask(&s->renew, now, false);
}

static void begin_restore(struct serve *s)
{
	struct err e;
	const struct home *h = s->web->home;
	if (!s->announced || s->restore_by || !swap_is_prepared(h) || swap_is_refused(h, &e))
		return;
	log_info("restore", "rollcalld is stopped for a moment");
	/* From now on lighttpd answers 503; what it has handed over is still answered. */
	unlink(h->socket);
	unlink(h->admin);
	unlink(h->ap);
	s->restore_asked = false;
	s->restore_by = clock_now_ms() + DRAIN_MS;
	if (!s->rollcalld.pid)
		finish_restore(s);
}

/* One that does not stop is ended. */
static void hurry_restore(struct serve *s)
{
	int64_t now = clock_now_ms();
	if (!s->restore_by || now < s->restore_by)
		return;
	kill(s->rollcalld.pid, s->restore_asked ? SIGKILL : s->rollcalld.end_signal);
	s->restore_by = now + (s->restore_asked ? HASTY_MS : ROLLCALLD_MS);
	s->restore_asked = true;
}

/* ---- what happens ---- */

/* False: it must not or need not be started again, and we end with it. */
static bool bury(struct serve *s, struct program *p, int status, struct err *e)
{
	char how[80];
	child_obituary(status, how, sizeof how);
	p->pid = 0;
	p->ready = false;
	program_unwatch(p);
	if (s->stopping)
		return true;
	if (s->restore_by && p == &s->rollcalld) {
		finish_restore(s);
		return true;
	}
	s->failed = p;
	if (!s->announced)
		return err_set(e, "%s %s before it was ready", p->name, how);
	/* Its workers end their requests, and go. */
	kill(-p->group, p->end_signal);
	if (!program_died(p, clock_now_ms()))
		return err_set(e, "%s %s, the %dth time within %d s", p->name, how, PROGRAM_DEATHS,
		    PROGRAM_DEATHS_MS / 1000);
	log_warn(p->name, "%s; it is started again", how);
	s->failed = NULL;
	tell(s);
	return true;
}

static bool reap(struct serve *s, struct err *e)
{
	struct program *all[] = {&s->lighttpd, &s->rollcalld};
	bool ok = true;
	if (s->leaving.pid && waitpid(s->leaving.pid, NULL, WNOHANG) == s->leaving.pid)
		s->leaving.pid = s->leaving.group = 0;
	for (size_t i = 0; i < 2; i++) {
		int status;
		if (all[i]->pid && waitpid(all[i]->pid, &status, WNOHANG) == all[i]->pid)
			ok = bury(s, all[i], status, e) && ok;
	}
	return ok;
}

static void pass_on(const struct program *p, int signal)
{
	if (p->pid)
		kill(p->pid, signal);
}

/*
 * The new one accepts from the same sockets, and what arrives until it does waits in them. (A lighttpd 1.4.69
 * that is told to restart itself can lose a connection that it accepts while it does.)
 */
static bool replace_lighttpd(struct serve *s, struct err *e)
{
	program_unwatch(&s->lighttpd);
	s->leaving = s->lighttpd;
	s->leave_by = clock_now_ms() + LIGHTTPD_MS;
	s->deaf_until = clock_now_ms() + DEAF_MS;
	bool ok = start_lighttpd(s, e);
	pass_on(&s->leaving, SIGINT);
	tell(s);
	return ok;
}

/* What lighttpd is owed, as soon as it can take it. */
static bool pay_lighttpd(struct serve *s, struct err *e)
{
	int64_t now = clock_now_ms();
	if (s->leaving.pid && now >= s->leave_by)
		kill(s->leaving.pid, SIGKILL);
	if (!s->lighttpd.ready || now < s->deaf_until)
		return true;
	if (s->replace && !s->leaving.pid) {
		s->replace = s->reopen = false;
		return replace_lighttpd(s, e);
	}
	if (s->reopen)
		pass_on(&s->lighttpd, SIGHUP); /* opens its logs anew */
	s->reopen = false;
	return true;
}

static bool look_at_certificates(struct serve *s, struct err *e)
{
	int64_t now = clock_now_ms();
	if (s->announced && s->renew.next_ms && now >= s->renew.next_ms &&
	    renew_look(&s->renew, now))
		s->replace = true;
	return pay_lighttpd(s, e);
}

static void look_at_files(struct serve *s)
{
	int64_t now = clock_now_ms();
	if (!s->announced || now < s->look_at)
		return;
	s->look_at = now + LOOK_MS;
	if (web_logs_rotate(s->web->home, &s->log_problem))
		s->reopen = true;
	if (web_is_stale(s->web)) {
		log_info(
		    "lighttpd", "is started anew, because its users (rollcall setup) came or went");
		renew_ask(&s->renew, now, true);
	}
}

static bool obey(struct serve *s, const struct signalfd_siginfo *signal, struct err *e)
{
	/* From a terminal that was closed, SIGHUP means that nobody is there any more. */
	bool hung_up = signal->ssi_signo == SIGHUP && signal->ssi_code == SI_KERNEL;
	bool restore = signal->ssi_signo == SIGHUP && signal->ssi_code == SI_QUEUE &&
		       signal->ssi_int == SERVING_RESTORE;
	if (signal->ssi_signo == SIGCHLD)
		return reap(s, e);
	if (signal->ssi_signo == SIGTERM || signal->ssi_signo == SIGINT || hung_up) {
		s->hasty = s->stopping;
		s->stopping = true;
	} else if (restore) {
		begin_restore(s);
	} else if (signal->ssi_signo == SIGHUP) {
		if (!log_open(s->web->home->log_file))
			log_warn(
			    s->web->home->log_file, "cannot be opened anew: %s", strerror(errno));
		pass_on(&s->rollcalld, SIGHUP);
		s->reopen = true;
		renew_ask(&s->renew, clock_now_ms(), false);
	} else if (signal->ssi_signo == SIGUSR1) {
		renew_ask(&s->renew, clock_now_ms(), true);
	}
	return true;
}

static bool obey_all(struct serve *s, struct err *e)
{
	struct signalfd_siginfo signal;
	bool ok = true;
	while (read(s->signals, &signal, sizeof signal) == sizeof signal)
		ok = obey(s, &signal, e) && ok;
	return ok;
}

/* ---- waiting ---- */

static int milliseconds_until(int64_t when)
{
	int64_t left = when - clock_now_ms();
	return left < 0 ? 0 : (int)left;
}

/* The first of these times; 0 stands for never. */
static int64_t earlier(int64_t a, int64_t b)
{
	return !a || (b && b < a) ? b : a;
}

/* Until the next thing that is due; -1: for ever. */
static int time_to_wait(const struct serve *s, int64_t deadline)
{
	int64_t first = s->announced ? s->renew.next_ms : deadline;
	first = s->announced ? earlier(first, s->look_at) : first;
	first = earlier(first, s->lighttpd.start_at);
	first = earlier(first, s->rollcalld.start_at);
	first = earlier(first, s->restore_by);
	if (s->leaving.pid)
		first = earlier(first, s->leave_by);
	if ((s->reopen || (s->replace && !s->leaving.pid)) && s->lighttpd.ready)
		first = earlier(first, s->deaf_until);
	return first ? milliseconds_until(first) : -1;
}

static bool step(struct serve *s, int64_t deadline, struct err *e)
{
	/* poll() passes over a descriptor that is -1. */
	struct pollfd all[] = {{s->signals, POLLIN, 0}, {s->rollcalld.watch, POLLIN, 0},
	    {s->lighttpd.watch, POLLIN, 0}};
	if (poll(all, 3, time_to_wait(s, deadline)) < 0 && errno != EINTR)
		return err_sys(e, "nothing can be waited for");
	if (all[1].revents)
		look_at_watch(s, &s->rollcalld);
	if (all[2].revents)
		look_at_watch(s, &s->lighttpd);
	look_at_files(s);
	hurry_restore(s);
	if (!obey_all(s, e) || !start_what_is_due(s, e) || !look_at_certificates(s, e))
		return false;
	if (s->announced || s->stopping || clock_now_ms() <= deadline)
		return true;
	s->failed = s->rollcalld.ready ? &s->lighttpd : &s->rollcalld;
	return err_set(e, "%s is not ready after %d s", s->failed->name, START_MS / 1000);
}

/* ---- stopping ---- */

/* Until it is gone, the time is up, or somebody is in a hurry. */
static void wait_for_end(struct serve *s, const struct program *p, int64_t deadline)
{
	bool was_hasty = s->hasty;
	struct pollfd signals = {s->signals, POLLIN, 0};
	while (p->pid && s->hasty == was_hasty && clock_now_ms() < deadline) {
		poll(&signals, 1, milliseconds_until(deadline));
		obey_all(s, NULL);
	}
}

static void stop_program(struct serve *s, struct program *p, int64_t grace_ms)
{
	const int harder[] = {p->end_signal, SIGTERM, SIGKILL};
	for (size_t i = 0; i < sizeof harder / sizeof *harder && p->pid; i++) {
		kill(p->pid, harder[i]);
		wait_for_end(s, p, clock_now_ms() + (s->hasty || i ? HASTY_MS : grace_ms));
	}
	end_group(p);
}

/* The web server first: what it has accepted is still answered. */
static void stop(struct serve *s)
{
	s->stopping = true;
	for (int i = 0; i < WEB_LISTENERS; i++)
		listener_close(&s->web->listeners[i]);
	stop_program(s, &s->lighttpd, LIGHTTPD_MS);
	/* Told again, it would forget what it has accepted. */
	wait_for_end(s, &s->leaving, s->leave_by);
	stop_program(s, &s->leaving, 0);
	stop_program(s, &s->rollcalld, ROLLCALLD_MS);
}

int serve_run(struct serve *s)
{
	struct err e = {""};
	long log_size = web_log_size(s->web);
	int64_t deadline = clock_now_ms() + START_MS;
	s->lighttpd.watch = s->rollcalld.watch = -1;
	s->since = (long)time(NULL);
	renew_start(&s->renew, s->web, clock_now_ms());
	bool ok = watch_signals(s, &e) && start_rollcalld(s, &e) && start_lighttpd(s, &e);
	if (ok)
		tell(s);
	while (ok && !s->stopping)
		ok = step(s, deadline, &e);
	stop(s);
	serving_end(s->web->home);
	web_tls_forget(&s->web->tls);
	if (s->signals >= 0)
		close(s->signals);
	if (ok)
		return CLI_FINE;
	if (s->failed == &s->lighttpd)
		web_show_log(s->web, log_size);
	return cli_fail("%s", e.text);
}
