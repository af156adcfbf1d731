/* SPDX-License-Identifier: ISC */
/* What the web server is told to do: rules over settings (check_web.h). */
#include "desk/check_web.h"

#include "base/file.h"
#include "base/limits.h"
#include "base/num.h"
#include "base/text.h"
#include "desk/serving.h"
#include "home/base_path.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define WARN(f, file, ...) findings_add(f, FINDING_WARNING, file, 0, __VA_ARGS__)
#define FAIL(f, file, ...) findings_add(f, FINDING_ERROR, file, 0, __VA_ARGS__)

/* ---- paths ---- */

static bool covers(const char *rule, const char *path)
{
	size_t size = strlen(rule);
	if (rule[size - 1] == '/') /* "/" is everything: every path begins with it */
		return text_starts(path, rule) ||
		       (strlen(path) == size - 1 && strncmp(path, rule, size - 1) == 0);
	return text_starts(path, rule) &&
	       (!path[size] || (path[size] == '/' && !strchr(path + size + 1, '/')));
}

bool check_web_covers(const struct opt_list *paths, const char *path)
{
	for (size_t i = 0; i < paths->count; i++) {
		if (covers(paths->items[i], path))
			return true;
	}
	return false;
}

/* ---- what is public ---- */

static bool is_there(const char *path)
{
	return access(path, F_OK) == 0 || errno != ENOENT;
}

/* Something that devices ask for, and what becomes of those that show no password. */
struct asked {
	const char *path, *shown, *what;
};

static void check_asked(const struct home *h, const struct check_web *w, const char *base,
    const struct asked *asked, struct findings *f)
{
	struct buf path = {0};
	buf_addf(&path, "%s%s", base, asked->path);
	if (check_web_covers(&w->public_paths, buf_text(&path)))
		;
	else if (w->comes || is_there(h->web_users))
		WARN(f, h->server_conf,
		    "%s%s is not public: a device that %s must have a user and his password in its URL",
		    base, asked->shown, asked->what);
	else
		WARN(f, h->server_conf,
		    "%s%s is not public, and there are no users: a device that %s is refused; make it public "
		    "(rollcall help setup), or a user (rollcall setup --web-user NAME)",
		    base, asked->shown, asked->what);
	buf_free(&path);
}

/* Without any path, each base and /ap/ are public. */
static void check_public(const struct home *h, const struct check_web *w, struct findings *f)
{
	static const struct asked below_base[] = {
	    {"/update.php", "/update.php", "polls"},
	    {"/fw/build/model.bin", "/fw/", "loads firmware"},
	};
	static const struct asked logs = {"/ap/log.fcgi", "/ap/", "logs here"};
	if (!w->public_paths.count)
		return;
	for (size_t i = 0; i < w->bases.count; i++) {
		const char *base = base_path_parse(w->bases.items[i], NULL);
		for (size_t k = 0; base && k < sizeof below_base / sizeof *below_base; k++)
			check_asked(h, w, base, &below_base[k], f);
	}
	check_asked(h, w, "", &logs, f);
}

static void check_webdav(const struct home *h, const struct check_web *w, struct findings *f)
{
	static const char *const logs[] = {"/log/log.txt", "/alarm/alarm.txt"};
	for (size_t i = 0; i < w->webdav_writable.count; i++) {
		const char *path = w->webdav_writable.items[i];
		bool all = strcmp(path, "/") == 0;
		WARN(f, h->server_conf,
		    "webdav-writable = %s: whoever reaches this server may put files there and remove them%s",
		    path, all ? ", all of /webdav/ and what devices logged with it" : "");
	}
	for (size_t i = 0; i < sizeof logs / sizeof *logs; i++) {
		if (check_web_covers(&w->webdav_public, logs[i]) ||
		    check_web_covers(&w->webdav_writable, logs[i]))
			WARN(f, h->server_conf,
			    "everybody may read what devices %s: /webdav%s is public",
			    i ? "reported" : "logged", logs[i]);
	}
}

/* ---- ports ---- */

/* 0: there is none. */
static long port_of(const char *socket)
{
	const char *colon = socket ? strrchr(socket, ':') : NULL;
	return colon ? strtol(colon + 1, NULL, 10) : 0;
}

static void check_mtls_port(const char *file, long port, struct findings *f)
{
	if (port == 80 || port == 443)
		FAIL(f, file,
		    "mutual TLS is on port %ld, where browsers and devices without a certificate come, too, and "
		    "would be shut out: give it one of its own, like 444 (mtls)",
		    port);
}

static void check_ports(const struct home *h, const struct check_web *w, struct findings *f)
{
	check_mtls_port(h->server_conf, port_of(w->mtls), f);
	if (w->force_https && !w->https)
		FAIL(f, h->server_conf,
		    "force-https sends browsers to HTTPS, but that is not served: set https, too");
	if (w->http && w->auth && strcmp(w->auth, "basic") == 0 &&
	    (is_there(h->web_users) || is_there(h->webdav_users)))
		WARN(f, h->server_conf,
		    "auth = basic sends passwords as they are, over HTTP, too: digest does not");
}

/* What it says of itself is "mtls://0.0.0.0:444/update/". */
void check_web_running(const struct home *h, struct findings *f)
{
	struct serving s;
	serving_read(h, &s);
	for (size_t i = 0; i < s.naddresses; i++) {
		const char *socket = s.addresses[i] + strlen("mtls://");
		if (!text_starts(s.addresses[i], "mtls://"))
			continue;
		const char *slash = strchrnul(socket, '/');
		const char *colon = memrchr(socket, ':', (size_t)(slash - socket));
		if (colon)
			check_mtls_port(s.addresses[i], port_of(colon), f);
	}
}

void check_web_settings(const struct home *h, const struct check_web *w, struct findings *f)
{
	check_ports(h, w, f);
	check_public(h, w, f);
	check_webdav(h, w, f);
}

/* ---- limits ---- */

/*
 * After a power cut all devices come within a minute or two, and a connection lasts for some seconds. More than an
 * eighth of them at a time have not been seen (test/bench, G4).
 */
#define DEVICES_A_CONNECTION 8
#define FDS_A_CONNECTION 4
#define FDS_ENOUGH ((rlim_t)LIMIT_CONNECTIONS * FDS_A_CONNECTION)

/* The line "Max open files 1024 4096 files" of /proc/PID/limits: what is in force. 0: it cannot be said. */
static long limit_of(long pid)
{
	struct buf path = {0}, text = {0};
	long most = 0;
	buf_addf(&path, "/proc/%ld/limits", pid);
	if (file_read(AT_FDCWD, buf_text(&path), 65536, &text, NULL)) {
		const char *line = strstr(buf_text(&text), "Max open files");
		most = line ? strtol(line + strlen("Max open files"), NULL, 10) : 0;
	}
	buf_free(&path);
	buf_free(&text);
	return most;
}

/* Of the lighttpd that runs, else what one would be allowed that is started like this. */
static long most_fds(const struct home *h)
{
	struct serving serving;
	struct rlimit limit;
	serving_read(h, &serving);
	long most = serving.lighttpd.pid ? limit_of(serving.lighttpd.pid) : 0;
	if (most)
		return most;
	bool known = getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_max < FDS_ENOUGH;
	return (long)(known ? limit.rlim_max : FDS_ENOUGH);
}

void check_web_limits(
    const struct home *h, const struct check_web *w, size_t devices, struct findings *f)
{
	long connections = w && w->connections ? w->connections : LIMIT_CONNECTIONS_NORMAL;
	long fds = most_fds(h);
	size_t wanted = devices / DEVICES_A_CONNECTION;
	if (wanted > LIMIT_CONNECTIONS)
		wanted = LIMIT_CONNECTIONS;
	if ((size_t)connections < wanted)
		WARN(f, h->server_conf,
		    "connections = %ld is little for %zu known devices, which all come at once after a power "
		    "cut: %zu or more",
		    connections, devices, wanted);
	if (fds / FDS_A_CONNECTION < connections && (size_t)(fds / FDS_A_CONNECTION) < wanted)
		WARN(f, h->server_conf,
		    "the web server may open %ld files, that is %ld connections, which is little for %zu known "
		    "devices: raise the limit of open files to %zu (ulimit -n, LimitNOFILE=)",
		    fds, fds / FDS_A_CONNECTION, devices, wanted * FDS_A_CONNECTION);
}
