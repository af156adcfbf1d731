/* SPDX-License-Identifier: ISC */
/*
 * Looks after lighttpd's configuration (web_fill.h makes it) and other files (web.h).
 */
#include "tools/rollcall/web.h"

#include "base/arena.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/num.h"
#include "base/text.h"
#include "home/base_path.h"
#include "tools/rollcall/program.h"
#include "tools/rollcall/web_access.h"
#include "tools/rollcall/web_fill.h"
#include "tools/rollcall/web_proxies.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define SHOWN 8192 /* bytes of lighttpd's log that are shown */

int web_backlog(void)
{
	struct buf text = {0};
	long allowed = LIMIT_BACKLOG;
	if (file_read(AT_FDCWD, "/proc/sys/net/core/somaxconn", 64, &text, NULL)) {
		const char *digits = text.data;
		text_trim(&digits, &text.size);
		text.data[(size_t)(digits - text.data) + text.size] = '\0';
		num_parse(digits, 1, LIMIT_BACKLOG, &allowed);
	}
	buf_free(&text);
	return (int)allowed;
}

bool web_add_base(struct web *w, const char *base, struct err *e)
{
	const char *path = base_path_parse(base, e);
	if (!path || !web_access_base(path, e))
		return false;
	w->bases[w->nbases++] = path;
	return true;
}

/* ---- lighttpd's files ---- */

/* Beside the one in force while it is tried. */
static const char *config_path(struct arena *a, const struct web *w, const char *suffix)
{
	return arena_concat(a, w->home->web_config, suffix);
}

static bool write_config(const struct web *w, const char *suffix, struct err *e)
{
	struct buf text = {0};
	struct arena a = {0};
	const char *path = config_path(&a, w, suffix);
	bool ok = web_fill(w, suffix, &text, e) && file_write(path, text.data, text.size, 0640, e);
	buf_free(&text);
	arena_free(&a);
	return ok;
}

static bool is_accepted(const struct web *w, const char *path, struct err *e)
{
	struct program p = {.name = "lighttpd", .watch = -1, .end_signal = SIGKILL};
	int status;
	program_arg(&p, w->program);
	program_arg(&p, "-tt");
	program_option(&p, "-f", path);
	if (!program_start(&p, e))
		return false;
	while (waitpid(p.pid, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return true;
	return err_set(
	    e, "%s does not accept %s (its reason is on standard error)", w->program, path);
}

/* A configuration that is refused stays for the administrator to look at. */
static bool check(const struct web *w, struct err *e)
{
	struct arena a = {0};
	const char *path = config_path(&a, w, WEB_TLS_NEW);
	bool ok = is_accepted(w, path, e);
	if (ok)
		unlink(path);
	arena_free(&a);
	return ok;
}

bool web_has_tls(const struct web *w)
{
	return listener_wanted(&w->listeners[WEB_HTTPS]) ||
	       listener_wanted(&w->listeners[WEB_MTLS]);
}

/* ---- what is wanted ---- */

static bool check_https(const struct web *w, struct err *e)
{
	const struct options *o = w->options;
	bool https = listener_wanted(&w->listeners[WEB_HTTPS]);
	return !o->force_https || https || o->trust_proxy.count ||
	       err_set(e,
		   "--force-https needs --https ADDR:PORT, or --trust-proxy ADDR where a proxy "
		   "speaks HTTPS for this server");
}

bool web_check(const struct web *w, struct err *e)
{
	const struct options *o = w->options;
	if (!check_https(w, e) || !web_proxies_check(&o->trust_proxy, e))
		return false;
	long connections = web_connections(w);
	if (connections < o->connections)
		log_warn("--connections",
		    "%ld are wanted, but no more than %ld can be had: each takes %d file descriptors "
		    "(ulimit -Hn; LimitNOFILE of systemd), and net.core.somaxconn must be as large",
		    o->connections, connections, WEB_FDS_A_CONNECTION);
	return true;
}

/* One that cannot be read closes more rather than less: lighttpd lets nobody in then. */
static bool is_there(const char *path)
{
	return access(path, F_OK) == 0;
}

bool web_is_stale(const struct web *w)
{
	return is_there(w->home->web_users) != w->users ||
	       is_there(w->home->webdav_users) != w->webdav_users;
}

static void find_modules(struct web *w, const char *path)
{
	const struct options *o = w->options;
	bool any = w->users || w->webdav_users;
	const bool wanted[WEB_MODULES] = {
	    [WEB_MODULE_REDIRECT] = o->force_https,
	    [WEB_MODULE_ACCESS] = true,
	    [WEB_MODULE_AUTH] = any,
	    [WEB_MODULE_AUTHN_FILE] = any,
	    [WEB_MODULE_EXTFORWARD] = o->trust_proxy.count > 0,
	    [WEB_MODULE_ALIAS] = true,
	    [WEB_MODULE_WEBDAV] =
		w->webdav_users || o->webdav_public.count || o->webdav_writable.count,
	    [WEB_MODULE_FASTCGI] = true,
	    [WEB_MODULE_SETENV] = true,
	    [WEB_MODULE_EXPIRE] = true,
	    [WEB_MODULE_STATICFILE] = true,
	    [WEB_MODULE_ACCESSLOG] = o->access_log,
	    [WEB_MODULE_OPENSSL] = web_has_tls(w),
	};
	memcpy(w->modules.wanted, wanted, sizeof wanted);
	web_modules_find(&w->modules, w->program, path);
}

static bool has_both(const struct web *w)
{
	return web_modules_has(&w->modules, WEB_MODULE_AUTH) &&
	       web_modules_has(&w->modules, WEB_MODULE_AUTHN_FILE);
}

static bool opens_db(struct arena *a, const struct web *w, const char *path)
{
	const char *text = arena_printf(a, "webdav.sqlite-db-name = \"%s\"\n", w->home->webdav_db);
	return web_modules_try(w->program, path, "\"mod_webdav\"", text);
}

/*
 * A broken file of locks is no reason to serve nothing; what was in it can be done without. Looked at once, before a
 * lighttpd uses it: later it could be busy, and seem broken.
 */
static void find_locks(struct arena *a, struct web *w, const char *path)
{
	const char *db = w->home->webdav_db, *aside = arena_printf(a, "%s.broken", db);
	if (w->locks || w->no_locks || !web_modules_has(&w->modules, WEB_MODULE_WEBDAV))
		return;
	w->locks = opens_db(a, w, path);
	/* Not when nothing can be tried: on a full disk, say. */
	if (!w->locks && web_modules_try(w->program, path, "\"mod_webdav\"", "") &&
	    rename(db, aside) == 0) {
		log_warn(db, "cannot be used; it is put aside as %s, and made anew", aside);
		w->locks = opens_db(a, w, path);
	}
	w->no_locks = !w->locks;
	if (w->no_locks)
		log_warn(db, "cannot be used; files below /webdav/ cannot be locked");
}

/* What can be asked of this lighttpd, and of the files that are there. */
static void look_around(struct web *w)
{
	struct arena a = {0};
	const char *path = config_path(&a, w, ".try");
	w->users = is_there(w->home->web_users);
	w->webdav_users = is_there(w->home->webdav_users);
	find_modules(w, path);
	find_locks(&a, w, path);
	w->asks = w->users && has_both(w);
	w->asks_webdav = w->webdav_users && has_both(w);
	w->closed = !w->asks && (w->users || w->options->public.count);
	arena_free(&a);
}

bool web_write(struct web *w, struct buf *changed, struct err *e)
{
	w->tls.home = w->home;
	w->tls.pki = w->pki;
	w->tls.server = web_has_tls(w);
	w->tls.cas = listener_wanted(&w->listeners[WEB_MTLS]);
	look_around(w);
	bool ok = file_mkdirs(w->home->uploads, 0700, e) && web_tls_stage(&w->tls, e) &&
		  write_config(w, WEB_TLS_NEW, e) && check(w, e) &&
		  web_tls_take(&w->tls, changed, e) && write_config(w, "", e);
	web_tls_drop(&w->tls);
	return ok;
}

void web_clean(const struct web *w)
{
	DIR *folder = opendir(w->home->uploads);
	struct dirent *file;
	while (folder && (file = readdir(folder))) {
		if (text_starts(file->d_name, "lighttpd-upload-"))
			unlinkat(dirfd(folder), file->d_name, 0);
	}
	if (folder)
		closedir(folder);
}

int web_probe(const struct web *w)
{
	struct buf request = {0};
	int fd = listener_connect(&w->listeners[WEB_HTTP]);
	if (fd < 0)
		return -1;
	buf_addf(&request, "GET %s/fw/ HTTP/1.0\r\n\r\n", w->bases[0]);
	bool ok = send(fd, request.data, request.size, MSG_NOSIGNAL) == (ssize_t)request.size;
	buf_free(&request);
	if (ok)
		return fd;
	close(fd);
	return -1;
}

static int open_log(const struct web *w)
{
	return open(w->home->web_log, O_RDONLY | O_CLOEXEC | O_NOCTTY);
}

long web_log_size(const struct web *w)
{
	struct stat st = {0};
	int fd = open_log(w);
	if (fd < 0)
		return 0;
	fstat(fd, &st);
	close(fd);
	return (long)st.st_size;
}

void web_show_log(const struct web *w, long from)
{
	char bytes[SHOWN];
	int fd = open_log(w);
	if (fd < 0)
		return;
	ssize_t n = pread(fd, bytes, sizeof bytes, from);
	if (n > 0)
		fwrite(bytes, 1, (size_t)n, stderr);
	close(fd);
}
