/* SPDX-License-Identifier: ISC */
/*
 * rollcall serve: prepares a home directory, then lives in serve.c.
 *
 * Everything that can be wrong is found here, before a process is started: addresses, the home being
 * served already, ports that are taken, programs that are missing, what lighttpd does not accept.
 */
#include "tools/rollcall/cli.h"

#include "base/arena.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/mem.h"
#include "desk/serving.h"
#include "home/swap.h"
#include "proc/board.h"
#include "proc/clock.h"
#include "tools/rollcall/keys.h"
#include "tools/rollcall/serve.h"
#include "tools/rollcall/server_conf.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define OTHER_MS 15000 /* the longest that a server which was told to stop takes */

static const char minimal_config[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    "<!-- What is to be different from the defaults. See user-config.xml(5); `rollcall config` prints\n"
    "     all settings, `rollcall check` says what is wrong here. Changes are picked up by themselves. -->\n"
    "<config>\n"
    "\t<!-- Where the wanted firmware is asked for; without it no firmware is sent.\n"
    "\t<master info=\"http://192.0.2.1/CMD0/box_info.xml\"/>\n"
    "\t-->\n"
    "</config>\n";

/* ---- one server a home ---- */

/* The process of the rollcalld that runs in this home; 0: none does. */
static int running_rollcalld(const struct home *h)
{
	bool running = false;
	const struct board *board = board_open(h->board, &running, NULL);
	int pid = board && running ? (int)BOARD_GET(board->supervisor) : 0;
	board_close(board);
	return pid;
}

/* That of a `rollcall serve` that was killed ends by itself, after the requests it has in work. */
static bool wait_for_other(const struct home *h, struct err *e)
{
	const struct timespec pause = {0, 50000000};
	int64_t until = clock_now_ms() + OTHER_MS;
	int pid = running_rollcalld(h), told = 0;
	for (; pid && clock_now_ms() < until; pid = running_rollcalld(h)) {
		if (!told++)
			log_info(
			    h->dir, "rollcalld (process %d) runs here; waiting for its end", pid);
		nanosleep(&pause, NULL);
	}
	return !pid || err_set(e, "%s is served already, by rollcalld (process %d)", h->dir, pid);
}

/* ---- programs ---- */

/* Looks for a program in folders that colons separate; free() what comes out. */
static char *find_in(const char *folders, const char *name)
{
	while (*folders) {
		struct buf path = {0};
		size_t size = strcspn(folders, ":");
		buf_addf(&path, "%.*s/%s", (int)size, folders, name);
		if (path.data[0] == '/' && access(path.data, X_OK) == 0)
			return path.data;
		buf_free(&path);
		folders += size + (folders[size] == ':');
	}
	return NULL;
}

static char *find_lighttpd(const char *wanted, struct err *e)
{
	char real[PATH_MAX];
	if (wanted && realpath(wanted, real) && access(real, X_OK) == 0)
		return mem_strdup(real);
	if (wanted) {
		err_sys(e, "--lighttpd %s cannot be run", wanted);
		return NULL;
	}
	const char *path = getenv("PATH");
	char *found = find_in(path ? path : "", "lighttpd");
	if (!found)
		found = find_in("/usr/sbin:/usr/local/sbin", "lighttpd");
	if (!found)
		err_set(e, "lighttpd is not installed, or not where --lighttpd FILE says");
	return found;
}

/* Beside ourselves (as built), in ../sbin (as installed), or in $PATH. */
static char *find_rollcalld(struct err *e)
{
	struct buf folders = {0};
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
	self[n > 0 ? n : 0] = '\0';
	char *slash = strrchr(self, '/');
	if (slash) {
		*slash = '\0';
		buf_addf(&folders, "%s:%s/../sbin:", self, self);
	}
	const char *path = getenv("PATH");
	buf_adds(&folders, path ? path : "");
	char *found = find_in(buf_text(&folders), "rollcalld");
	if (!found)
		err_set(
		    e, "rollcalld was not found, neither in %s nor in ../sbin nor in $PATH", self);
	buf_free(&folders);
	return found;
}

/* ---- what is to be served ---- */

static bool add_bases(const struct options *o, struct web *w, struct err *e)
{
	for (size_t i = 0; i < o->base.count; i++) {
		if (!web_add_base(w, o->base.items[i], e))
			return false;
	}
	return true;
}

/* Before anything is opened or made: what is wrong here is wrong use. */
static bool read_options(const struct options *o, struct web *w, struct err *e)
{
	w->options = o;
	if (!o->http)
		return err_set(e,
		    "serve needs --http ADDR:PORT, like --http 127.0.0.1:8080, or http = ADDR:PORT in %s",
		    w->home->server_conf);
	return server_conf_check(o, e) &&
	       listener_parse("--http", o->http, &w->listeners[WEB_HTTP], e) &&
	       listener_parse("--https", o->https, &w->listeners[WEB_HTTPS], e) &&
	       listener_parse("--mtls", o->mtls, &w->listeners[WEB_MTLS], e) &&
	       add_bases(o, w, e) && web_check(w, e);
}

/* A link that leads nowhere now is there; so is what we may not look at. */
static bool is_missing(const char *path)
{
	struct stat st;
	return lstat(path, &st) != 0 && errno == ENOENT;
}

/*
 * Only where nothing was ever served. A file that was lost is for the administrator to bring back: an
 * empty one in its place would take the configuration of a whole fleet away.
 */
static bool make_config(const struct home *h, struct err *e)
{
	if (!is_missing(h->user_config))
		return true;
	if (!is_missing(h->good_config)) {
		log_warn(h->user_config, "is missing; it is not made anew, because %s is there",
		    h->good_config);
		return true;
	}
	if (!is_missing(h->imported_config))
		return err_set(e,
		    "there is no %s, but one that was imported: correct %s (rollcall check says what "
		    "is wrong in it) and name it user-config.xml, or move it away to begin without",
		    h->user_config, h->imported_config);
	if (!file_write(h->user_config, minimal_config, sizeof minimal_config - 1, 0640, e))
		return false;
	log_info(h->user_config, "was missing: made one that changes nothing");
	return true;
}

static bool make_home(const struct home *h, struct err *e)
{
	if (strlen(h->socket) >= sizeof((struct sockaddr_un *)NULL)->sun_path)
		return err_set(
		    e, "%s is too long for the sockets in it; choose a shorter --home", h->run);
	if (!home_make(h, e) || !serving_lock(h, e) || !wait_for_other(h, e) || !swap_finish(h, e))
		return false;
	if (!log_open(h->log_file))
		return err_sys(e, "%s cannot be written", h->log_file);
	return make_config(h, e);
}

static bool open_listeners(struct web *w, struct err *e)
{
	for (int i = 0; i < WEB_LISTENERS; i++) {
		if (!listener_open(&w->listeners[i], web_backlog(), e))
			return false;
	}
	return true;
}

static bool make_keys(const struct web *w, struct err *e)
{
	const struct listener *https = &w->listeners[WEB_HTTPS], *mtls = &w->listeners[WEB_MTLS];
	if (!web_has_tls(w))
		return true;
	return keys_make(w->pki, w->home->ca_cert, https, mtls, e);
}

/* ---- the command ---- */

/* Owned texts; freed when the server has ended. */
struct paths {
	char *rollcalld, *pki;
	const char *workers_pki; /* the folder that the workers read */
	char workers[16], watchdog[16];
	struct arena arena;
};

static void set_rollcalld(
    struct program *p, const struct web *w, const struct options *o, struct paths *paths)
{
	snprintf(paths->watchdog, sizeof paths->watchdog, "%ld", o->watchdog);
	snprintf(paths->workers, sizeof paths->workers, "%ld", o->workers);
	*p = (struct program){.name = "rollcalld", .end_signal = SIGTERM};
	program_arg(p, paths->rollcalld);
	program_option(p, "--home", w->home->dir);
	program_option(p, "--log", w->home->log_file);
	program_option(p, "--ready-fd", PROGRAM_FIRST_FD);
	program_option(p, "--pki", paths->workers_pki);
	program_option(p, "--keys", paths->pki);
	program_option(p, "--watchdog", paths->watchdog);
	if (o->workers)
		program_option(p, "--workers", paths->workers);
	for (size_t i = 0; i < w->nbases; i++)
		program_option(p, "--base", *w->bases[i] ? w->bases[i] : "/");
}

static void set_lighttpd(struct program *p, const struct web *w)
{
	*p = (struct program){.name = "lighttpd", .end_signal = SIGINT, .activated = true};
	program_arg(p, w->program);
	program_arg(p, "-D");
	program_option(p, "-f", w->home->web_config);
}

static bool set_paths(
    const struct home *h, const struct options *o, struct web *w, struct paths *p, struct err *e)
{
	char real[PATH_MAX];
	const char *pki = o->pki ? o->pki : h->pki;
	if (!file_mkdirs(pki, 0700, e))
		return false;
	if (!realpath(pki, real))
		return err_sys(e, "the folder %s cannot be used for keys", pki);
	w->pki = p->pki = mem_strdup(real);
	/* What lighttpd and the workers go by is the same, and whole. */
	p->workers_pki =
	    listener_wanted(&w->listeners[WEB_MTLS]) ? web_tls_folder(&p->arena, h) : p->pki;
	w->program = find_lighttpd(o->lighttpd, e);
	p->rollcalld = w->program ? find_rollcalld(e) : NULL;
	return p->rollcalld != NULL;
}

static int serve(const struct home *h, const struct options *o)
{
	struct err e = {""};
	struct paths paths = {0};
	struct web web = {.home = h};
	struct serve s = {.web = &web, .signals = -1};
	struct buf changed = {0};
	if (!read_options(o, &web, &e))
		return cli_misuse("%s", e.text);
	int status;
	if (make_home(h, &e) && set_paths(h, o, &web, &paths, &e) && open_listeners(&web, &e) &&
	    make_keys(&web, &e) && web_write(&web, &changed, &e)) {
		set_rollcalld(&s.rollcalld, &web, o, &paths);
		set_lighttpd(&s.lighttpd, &web);
		status = serve_run(&s);
	} else {
		status = cli_fail("%s", e.text);
	}
	buf_free(&changed);
	arena_free(&paths.arena);
	free(paths.rollcalld);
	free(paths.pki);
	free(web.program);
	return status;
}

int cmd_serve(const struct home *h, const struct options *given)
{
	struct options o;
	struct err e = {""};
	options_copy(&o, given);
	/* What a restore began that did not come to its end counts already: server.conf, too. */
	bool ok = !swap_is_begun(h) || (home_make(h, &e) && swap_finish(h, &e));
	ok = ok && server_conf_read(h->server_conf, &o, &e);
	int status = ok ? serve(h, &o) : cli_fail("%s", e.text);
	options_free(&o);
	return status;
}
