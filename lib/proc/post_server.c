/* SPDX-License-Identifier: ISC */
/* What epoll says of: clients by their place, other descriptors by their number behind all places. */
#include "proc/post_server.h"

#include <errno.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define OTHERS 4 /* that are waited for besides */

static void client_close(struct post_client *c)
{
	if (c->fd >= 0)
		close(c->fd);
	buf_free(&c->request);
	*c = (struct post_client){.fd = -1};
}

static void client_add(struct post_server *s, int fd)
{
	for (size_t i = 0; i < POST_CLIENTS; i++) {
		struct post_client *c = &s->clients[i];
		struct epoll_event event = {.events = EPOLLIN, .data.u64 = i};
		if (c->fd >= 0)
			continue;
		if (epoll_ctl(s->epoll, EPOLL_CTL_ADD, fd, &event) != 0)
			break;
		c->fd = fd;
		return;
	}
	close(fd); /* it will try again */
}

static void clients_accept(struct post_server *s)
{
	int fd;
	while ((fd = accept4(s->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0)
		client_add(s, fd);
}

/* A request of a client, if one has come. */
static void client_read(const struct post_server *s, struct post_client *c)
{
	buf_reset(&c->request);
	char *to = buf_want(&c->request, s->most + 1);
	ssize_t n = recv(c->fd, to, s->most + 1, 0);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		client_close(c);
		return;
	}
	buf_took(&c->request, (size_t)n);
	c->waits = true;
}

void post_receipt(struct post_client *c, enum post_receipt receipt, const char *text)
{
	char bytes[1 + POST_TEXT + 1];
	int n = snprintf(bytes, sizeof bytes, "%c%s", (char)receipt, text);
	/* The first byte may be NUL: snprintf counts it all the same. */
	if (n > (int)sizeof bytes - 1)
		n = sizeof bytes - 1;
	c->waits = false;
	buf_reset(&c->request);
	if (send(c->fd, bytes, (size_t)n, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		client_close(c);
}

bool post_server_watch(struct post_server *s, int fd)
{
	struct epoll_event event = {.events = EPOLLIN, .data.u64 = POST_CLIENTS + (uint64_t)fd};
	return epoll_ctl(s->epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

void post_server_heed(struct post_server *s, int fd, bool on)
{
	struct epoll_event event = {
	    .events = on ? EPOLLIN : 0, .data.u64 = POST_CLIENTS + (uint64_t)fd};
	epoll_ctl(s->epoll, EPOLL_CTL_MOD, fd, &event);
}

bool post_server_open(struct post_server *s, int listen_fd, size_t most, struct err *e)
{
	*s = (struct post_server){.listen_fd = listen_fd, .most = most};
	for (size_t i = 0; i < POST_CLIENTS; i++)
		s->clients[i].fd = -1;
	s->epoll = epoll_create1(EPOLL_CLOEXEC);
	return (s->epoll >= 0 && post_server_watch(s, listen_fd)) ||
	       err_sys(e, "requests cannot be waited for");
}

void post_server_close(struct post_server *s)
{
	for (size_t i = 0; i < POST_CLIENTS; i++)
		client_close(&s->clients[i]);
	if (s->epoll >= 0)
		close(s->epoll);
	s->epoll = -1;
}

void post_server_wait(
    struct post_server *s, int wait_ms, void (*readable)(void *context, int fd), void *context)
{
	struct epoll_event events[POST_CLIENTS + OTHERS];
	int n = epoll_wait(s->epoll, events, POST_CLIENTS + OTHERS, wait_ms);
	for (int i = 0; i < n; i++) {
		uint64_t what = events[i].data.u64;
		if (what < POST_CLIENTS)
			client_read(s, &s->clients[what]);
		else if (what == POST_CLIENTS + (uint64_t)s->listen_fd)
			clients_accept(s);
		else
			readable(context, (int)(what - POST_CLIENTS));
	}
}

struct post_client *post_server_next(struct post_server *s, struct post_client *after)
{
	for (struct post_client *c = after ? after + 1 : s->clients; c < s->clients + POST_CLIENTS;
	     c++)
		if (c->fd >= 0 && c->waits)
			return c;
	return NULL;
}

void post_server_drain(struct post_server *s)
{
	for (size_t i = 0; i < POST_CLIENTS; i++) {
		struct post_client *c = &s->clients[i];
		if (c->fd < 0)
			continue;
		shutdown(c->fd, SHUT_RD);
		client_read(s, c);
	}
}
