/* SPDX-License-Identifier: ISC */
/* ADDR:PORT → an open socket (listener.h). */
#include "tools/rollcall/listener.h"

#include "base/num.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void fill_address(struct listener *l)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)&l->address;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&l->address;
	memset(&l->address, 0, sizeof l->address);
	if (inet_pton(AF_INET, l->host, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons((uint16_t)l->port);
		l->size = sizeof *v4;
	} else if (inet_pton(AF_INET6, l->host, &v6->sin6_addr) == 1) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons((uint16_t)l->port);
		l->size = sizeof *v6;
	}
}

static void name_socket(struct listener *l)
{
	bool v6 = l->address.ss_family == AF_INET6;
	snprintf(l->socket, sizeof l->socket, "%s%s%s:%u", v6 ? "[" : "", l->host, v6 ? "]" : "",
	    l->port);
}

/* Splits at the last colon and takes the brackets off. False: it has no such form. */
static bool split(const char *text, struct listener *l)
{
	const char *colon = strrchr(text, ':');
	long port;
	if (!colon || !num_parse(colon + 1, 0, 65535, &port))
		return false;
	size_t size = (size_t)(colon - text);
	bool bracketed = size > 2 && text[0] == '[' && colon[-1] == ']';
	if (bracketed) {
		text++;
		size -= 2;
	}
	if (size == 0 || size >= sizeof l->host || (!bracketed && memchr(text, ':', size)))
		return false;
	memcpy(l->host, text, size);
	l->host[size] = '\0';
	l->port = (unsigned)port;
	return true;
}

bool listener_parse(const char *option, const char *text, struct listener *l, struct err *e)
{
	*l = (struct listener){.option = option, .fd = -1};
	if (!text)
		return true;
	if (split(text, l))
		fill_address(l);
	if (!listener_wanted(l))
		return err_set(e, "%s %s: it must be ADDR:PORT, like 127.0.0.1:8080 or [::1]:8080",
		    option, text);
	name_socket(l);
	return true;
}

static bool bind_and_listen(struct listener *l, int backlog)
{
	int on = 1, off = 0;
	struct sockaddr *address = (struct sockaddr *)&l->address;
	setsockopt(l->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	/* [::] takes IPv4 as well, whatever the system's default is. */
	if (l->address.ss_family == AF_INET6)
		setsockopt(l->fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
	return bind(l->fd, address, l->size) == 0 && listen(l->fd, backlog) == 0 &&
	       getsockname(l->fd, address, &l->size) == 0;
}

bool listener_open(struct listener *l, int backlog, struct err *e)
{
	if (!listener_wanted(l))
		return true;
	l->fd = socket(l->address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (l->fd < 0 || !bind_and_listen(l, backlog)) {
		err_sys(e, "%s %s cannot be served%s", l->option, l->socket,
		    errno == EADDRINUSE ? ", another program does (port 0 picks a free one)" : "");
		listener_close(l);
		return false;
	}
	/* The port is at the same place in both families. */
	l->port = ntohs(((struct sockaddr_in *)&l->address)->sin_port);
	name_socket(l);
	return true;
}

bool listener_is_any(const struct listener *l)
{
	return strcmp(l->host, "0.0.0.0") == 0 || strcmp(l->host, "::") == 0;
}

bool listener_clash(const struct listener *a, const struct listener *b)
{
	if (!listener_wanted(a) || !listener_wanted(b) || a->port == 0 || a->port != b->port)
		return false;
	return listener_is_any(a) || listener_is_any(b) ||
	       memcmp(&a->address, &b->address, sizeof a->address) == 0;
}

void listener_close(struct listener *l)
{
	if (l->fd >= 0)
		close(l->fd);
	l->fd = -1;
}

bool listener_wanted(const struct listener *l)
{
	return l->size != 0;
}

int listener_connect(const struct listener *l)
{
	int fd = socket(l->address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (const struct sockaddr *)&l->address, l->size) == 0)
		return fd;
	int error = errno;
	if (fd >= 0)
		close(fd);
	errno = error;
	return -1;
}
