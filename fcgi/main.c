/* SPDX-License-Identifier: ISC */
/*
 * rollcalld: the supervisor of update and admin workers, the writer, the signer, the keeper and the lookup (DESIGN,
 * "What runs"). Sets up what they share, then runs until it is told to stop.
 */
#include "base/log.h"
#include "base/version.h"
#include "fcgi/admin.h"
#include "fcgi/ap.h"
#include "fcgi/forward.h"
#include "fcgi/keeper.h"
#include "fcgi/lookup.h"
#include "fcgi/memory.h"
#include "fcgi/reload.h"
#include "fcgi/server.h"
#include "fcgi/signer.h"
#include "fcgi/update.h"
#include "fcgi/writer.h"
#include "guard/flood.h"
#include "guard/throttle.h"
#include "home/swap.h"
#include "proc/child.h"
#include "proc/clock.h"
#include "proc/listen.h"
#include "proc/super.h"
#include "view/render.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define STATUS_FAILED 1
#define STATUS_USAGE 2
#define TAKE_OVER_MS 2000

/* The supervisor. `server` is what processes get to see. */
struct daemon {
	struct server server;
	struct reload reload;
	int64_t started_ms;
};

/* Processes of a supervisor that was killed may need a moment to leave. The home is ours by now. */
static int listen_at(const char *path, int type, unsigned mode, struct err *e)
{
	int fd;
	int64_t until_ms = clock_now_ms() + TAKE_OVER_MS;
	while ((fd = listen_unix(path, type, mode, e)) < 0 && errno == EADDRINUSE &&
	       clock_now_ms() < until_ms)
		usleep(50 * 1000);
	return fd;
}

static bool open_board(struct server *s, struct err *e)
{
	s->board = board_create(s->home.board, e);
	return s->board != NULL;
}

static bool open_log(const struct options *o, struct err *e)
{
	return !o->log || log_open(o->log) || err_sys(e, "the log %s cannot be opened", o->log);
}

static bool open_home(struct server *s, struct err *e)
{
	if (!home_open(&s->home, s->options.home, e))
		return false;
	s->pki = s->options.pki ? s->options.pki : s->home.pki;
	s->keys = s->options.keys ? s->options.keys : s->pki;
	return swap_finish(&s->home, e) && home_make(&s->home, e) && open_log(&s->options, e) &&
	       open_board(s, e);
}

/* ---- hooks ---- */

static bool workers_ready(const struct server *s)
{
	for (long i = 0; i < s->options.workers; i++) {
		int32_t state = BOARD_GET(s->board->slots[i].state);
		if (state != BOARD_IDLE && state != BOARD_BUSY)
			return false;
	}
	return true;
}

/* The first poll would be answered properly now; a master device is waited for, but not for long. */
static void announce(struct daemon *d, int64_t now_ms, bool ready)
{
	static const char line[] = "ready\n";
	int fd = (int)d->server.options.ready_fd;
	bool late = now_ms - d->started_ms >= LIMIT_READY_SECONDS * 1000L;
	if (fd < 0 || !(ready || (late && workers_ready(&d->server))))
		return;
	if (write(fd, line, sizeof line - 1) < 0)
		log_warn("--ready-fd", "%s", strerror(errno));
	close(fd);
	d->server.options.ready_fd = -1;
}

static int64_t tick(void *context, int64_t now_ms, bool ready)
{
	struct daemon *d = context;
	announce(d, now_ms, ready);
	return reload_tick(&d->reload, now_ms);
}

/* Workers get the new log by being replaced, as with a new configuration. */
static void hangup(void *context)
{
	struct daemon *d = context;
	struct err e;
	if (!open_log(&d->server.options, &e))
		log_warn("SIGHUP", "%s; the one before stays in use", e.text);
	log_info("SIGHUP", "the log is opened anew, workers are replaced one by one");
	BOARD_COUNT(d->server.board->generation);
	reload_now(&d->reload);
}

static void child(void *context)
{
	const struct daemon *d = context;
	if (d->server.options.ready_fd >= 0)
		close((int)d->server.options.ready_fd);
}

/* They wait for locks and the disk rather than compute. */
static unsigned ap_workers(void)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	return cores < 2 ? 2 : cores > LIMIT_AP_WORKERS ? LIMIT_AP_WORKERS : (unsigned)cores;
}

static bool run(struct daemon *d, struct err *e)
{
	const struct options *o = &d->server.options;
	const struct proc_kind kinds[] = {
	    {"update", (unsigned)o->workers, o->watchdog * 1000, false, LIMIT_WORKER_DATA,
		update_main, &d->server},
	    {"admin", LIMIT_ADMIN_WORKERS, LIMIT_ADMIN_SECONDS * 1000L, false, LIMIT_ADMIN_DATA,
		admin_main, &d->server},
	    {"ap", ap_workers(), LIMIT_AP_SECONDS * 1000L, false, LIMIT_WORKER_DATA, ap_main,
		&d->server},
	    {"keeper", 1, KEEPER_JOB_MS, false, LIMIT_WORKER_DATA, keeper_main, &d->server},
	    {"forward", 1, LIMIT_FORWARD_SECONDS * 1000L, false, LIMIT_WORKER_DATA, forward_main,
		&d->server},
	    {"lookup", 1, LOOKUP_JOB_MS, false, LIMIT_WORKER_DATA, lookup_main, &d->server},
	    {"signer", 1, LIMIT_SIGNER_SECONDS * 1000L, false, LIMIT_WORKER_DATA, signer_main,
		&d->server},
	    {"writer", 1, LIMIT_WRITER_SECONDS * 1000L, true, LIMIT_WORKER_DATA, writer_main,
		&d->server},
	};
	const struct super super = {
	    .board = d->server.board,
	    .kinds = kinds,
	    .nkinds = sizeof kinds / sizeof *kinds,
	    .context = d,
	    .tick = tick,
	    .hangup = hangup,
	    .child = child,
	};
	log_info("rollcalld", "version %s serves %s with %ld workers", ROLLCALL_VERSION,
	    d->server.home.dir, o->workers);
	if (d->server.faults)
		log_warn(
		    "rollcalld", "ROLLCALL_FAULT=1: ANY DEVICE CAN CRASH WORKERS. FOR TESTS ONLY");
	d->started_ms = clock_now_ms();
	return super_run(&super, e);
}

/*
 * Only a process of its own may open the store (PITFALLS §3.1). One that is damaged is found here, before
 * anything is answered: we do not guess what was in it.
 */
static bool try_store(const struct server *s)
{
	struct err e;
	pid_t pid = child_begin(SIGKILL);
	if (pid == 0) {
		struct store *store =
		    store_open(s->home.store, STORE_WRITE, s->config->status_mapsize, &e);
		bool ok = store && store_verify(store, &e);
		if (!store)
			log_fatal("rollcalld", "%s", e.text);
		else if (!ok)
			log_fatal("rollcalld", "%s; rollcall repair says what can be done", e.text);
		store_close(store);
		_exit(ok ? 0 : STATUS_FAILED);
	}
	int status = pid > 0 ? child_wait(pid) : 0;
	if (WIFSIGNALED(status))
		log_fatal("rollcalld",
		    "the store %s is damaged inside: nothing was changed; rollcall repair says what can be done",
		    s->home.store);
	return pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool open_ways(struct server *s, struct err *e)
{
	s->listen_fd = listen_at(s->home.socket, SOCK_STREAM, 0660, e);
	if (s->listen_fd < 0)
		return false;
	s->writer_fd = listen_at(s->home.writer, SOCK_SEQPACKET, 0600, e);
	if (s->writer_fd < 0)
		return false;
	s->admin_fd = listen_at(s->home.admin, SOCK_STREAM, 0660, e);
	if (s->admin_fd < 0)
		return false;
	s->ap_fd = listen_at(s->home.ap, SOCK_STREAM, 0660, e);
	if (s->ap_fd < 0)
		return false;
	s->signer_fd = listen_at(s->home.signer, SOCK_SEQPACKET, 0600, e);
	return s->signer_fd >= 0 && memory_pipe(s->sightings, e) && lookup_pipe(s->lookups, e);
}

/* Stylesheets are loaded before fork: one that is wrong is found now, and each process has them. */
static bool open_pages(struct server *s, struct err *e)
{
	s->throttle = throttle_new();
	s->flood = flood_new();
	if (!s->throttle || !s->flood)
		return err_sys(e, "no memory can be shared");
	s->render = render_new(e);
	return s->render != NULL;
}

static int serve(struct daemon *d)
{
	struct err e;
	if (!open_home(&d->server, &e)) {
		log_fatal("rollcalld", "%s", e.text);
		return STATUS_FAILED;
	}
	d->reload.server = &d->server;
	if (!reload_first(&d->reload) || !try_store(&d->server))
		return STATUS_FAILED;
	if (!open_pages(&d->server, &e) || !open_ways(&d->server, &e) || !run(d, &e)) {
		log_fatal("rollcalld", "%s", e.text);
		return STATUS_FAILED;
	}
	unlink(d->server.home.socket);
	unlink(d->server.home.admin);
	unlink(d->server.home.ap);
	unlink(d->server.home.writer);
	unlink(d->server.home.signer);
	log_info("rollcalld", "has stopped");
	return 0;
}

static int print_help(void)
{
	struct buf text = {0};
	buf_adds(&text,
	    "usage: rollcalld [OPTION]...\n\n"
	    "Answers the update polls of devices, behind a web server that speaks FastCGI "
	    "on HOME/run/update.sock.\n\n");
	opt_help(&options_table, 0, &text);
	return opt_print(&text) ? 0 : STATUS_FAILED;
}

static int print_version(void)
{
	struct buf text = {0};
	opt_version("rollcalld", &text);
	return opt_print(&text) ? 0 : STATUS_FAILED;
}

static int start(struct daemon *d, int argc, char **argv)
{
	struct err e;
	if (!options_parse(&d->server.options, argc, argv, &e)) {
		fprintf(stderr, "rollcalld: %s\n", e.text);
		return STATUS_USAGE;
	}
	if (d->server.options.help)
		return print_help();
	if (d->server.options.version)
		return print_version();
	return serve(d);
}

int main(int argc, char **argv)
{
	static struct daemon the_one; /* lives as long as any process */
	const char *faults = getenv("ROLLCALL_FAULT");
	the_one.server.faults = faults && strcmp(faults, "1") == 0;
	log_init("rollcalld");
	umask(027);
	int status = start(&the_one, argc, argv);
	options_free(&the_one.server.options);
	return status;
}
