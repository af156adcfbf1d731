/* SPDX-License-Identifier: ISC */
/*
 * Asks the server that runs for what is nobody's business, as a stranger would, over HTTP: its rules are the same on
 * all ports. Bounded in time, whatever answers there (check_web.h).
 */
#include "desk/check_web.h"

#include "base/buf.h"
#include "base/text.h"
#include "desk/serving.h"
#include "proc/clock.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ALL_MS 3000 /* for all questions together */

/* Below the root, and below each folder that is published. */
static const char *const private_paths[] = {
    "config/user-config.xml",
    "config/server.conf",
    "config/web.htdigest",
    "certs/",
    "scripts/",
    "backup/",
    "ca/ca.key",
    "pki/server.pem",
    "data/store/data.mdb",
    "run/lighttpd.conf",
    "log/rollcall.log",
};

struct question {
	char host[256], port[16];
	char base[SERVING_ADDRESS]; /* "/update/" */
	long long until;            /* CLOCK_MONOTONIC, milliseconds */
};

/* "http://0.0.0.0:80/update/": where it is reached from here. False: there is none. */
static bool find_server(const struct home *h, struct question *q)
{
	struct serving s;
	serving_read(h, &s);
	for (size_t i = 0; i < s.naddresses; i++) {
		const char *host = s.addresses[i] + strlen("http://");
		const char *slash =
		    text_starts(s.addresses[i], "http://") ? strchr(host, '/') : NULL;
		const char *colon = slash ? memrchr(host, ':', (size_t)(slash - host)) : NULL;
		if (!colon)
			continue;
		bool bracketed = *host == '[';
		snprintf(q->host, sizeof q->host, "%.*s", (int)(colon - host) - 2 * bracketed,
		    host + bracketed);
		snprintf(q->port, sizeof q->port, "%.*s", (int)(slash - colon) - 1, colon + 1);
		snprintf(q->base, sizeof q->base, "%s", slash);
		if (strcmp(q->host, "0.0.0.0") == 0)
			snprintf(q->host, sizeof q->host, "127.0.0.1");
		else if (strcmp(q->host, "::") == 0)
			snprintf(q->host, sizeof q->host, "::1");
		return true;
	}
	return false;
}

static bool wait_until(int fd, short what, long long until)
{
	struct pollfd p = {.fd = fd, .events = what};
	long long left = until - clock_now_ms();
	return left > 0 && poll(&p, 1, (int)left) == 1;
}

static int connect_to(const struct question *q)
{
	const struct addrinfo hints = {
	    .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV, .ai_socktype = SOCK_STREAM};
	struct addrinfo *address = NULL;
	int error = 0, fd = -1;
	socklen_t size = sizeof error;
	if (getaddrinfo(q->host, q->port, &hints, &address) != 0)
		return -1;
	fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool ok =
	    fd >= 0 &&
	    (connect(fd, address->ai_addr, address->ai_addrlen) == 0 || errno == EINPROGRESS) &&
	    wait_until(fd, POLLOUT, q->until) &&
	    getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && !error;
	freeaddrinfo(address);
	if (ok)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

/* The status of the answer; 0: there was none. */
static int ask(const struct question *q, const char *path)
{
	struct buf request = {0};
	char answer[64] = "";
	size_t n = 0;
	int fd = connect_to(q), status = 0;
	if (fd < 0)
		return 0;
	buf_addf(&request,
	    "GET %s HTTP/1.0\r\nHost: localhost\r\nUser-Agent: rollcall check\r\n\r\n", path);
	bool ok = send(fd, request.data, request.size, MSG_NOSIGNAL) == (ssize_t)request.size;
	while (ok && n < sizeof answer - 1 && wait_until(fd, POLLIN, q->until)) {
		ssize_t got = recv(fd, answer + n, sizeof answer - 1 - n, 0);
		if (got <= 0)
			break;
		n += (size_t)got;
	}
	answer[n] = '\0';
	if (sscanf(answer, "HTTP/1.%*1[01] %3d", &status) != 1)
		status = 0;
	close(fd);
	buf_free(&request);
	return status;
}

/* False: there is no use in asking on. */
static bool ask_for(
    const struct home *h, const struct question *q, const char *path, struct findings *f)
{
	int status = ask(q, path);
	if (status >= 200 && status < 300)
		findings_add(f, FINDING_ERROR, h->web_config, 0,
		    "the server that runs gives %s to everybody who asks (port %s): stop it, and find out "
		    "who publishes that",
		    path, q->port);
	if (!status)
		findings_add(f, FINDING_WARNING, h->web_config, 0,
		    "whether private files can be had from the server that runs cannot be said: port %s "
		    "does not answer",
		    q->port);
	return status != 0;
}

/* False: as above. */
static bool ask_below(
    const struct home *h, const struct question *q, const char *folder, struct findings *f)
{
	bool more = true;
	for (size_t i = 0; more && i < sizeof private_paths / sizeof *private_paths; i++) {
		struct buf path = {0};
		buf_addf(&path, "%s%s", folder, private_paths[i]);
		more = ask_for(h, q, buf_text(&path), f);
		buf_free(&path);
	}
	return more;
}

void check_web_ask(const struct home *h, struct findings *f)
{
	struct question q = {.until = clock_now_ms() + ALL_MS};
	struct buf firmware = {0};
	if (!find_server(h, &q))
		return;
	buf_addf(&firmware, "%sfw/", q.base);
	const char *const folders[] = {"/", q.base, buf_text(&firmware), "/webdav/"};
	bool more = true;
	for (size_t i = 0; more && i < sizeof folders / sizeof *folders; i++)
		more = (i && strcmp(folders[i], "/") == 0) || ask_below(h, &q, folders[i], f);
	buf_free(&firmware);
}
