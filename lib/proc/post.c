/* SPDX-License-Identifier: ISC */
#include "proc/post.h"

#include "base/limits.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#define TRIES 3

static const char *whom(const struct post *p)
{
	return p->whom ? p->whom : "the writer";
}

/* Both ways take no longer than that; connecting neither. */
static bool set_patience(struct post *p, int wait_ms)
{
	const struct timeval wait = {wait_ms / 1000, wait_ms % 1000 * 1000L};
	p->wait_ms = wait_ms;
	return setsockopt(p->fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait) == 0 &&
	       setsockopt(p->fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait) == 0;
}

static bool connect_to(struct post *p, int wait_ms, struct err *e)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	if (strlen(p->path) >= sizeof at.sun_path)
		return err_set(e, "%s is too long for a socket", p->path);
	memcpy(at.sun_path, p->path, strlen(p->path));
	p->fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (p->fd >= 0 && set_patience(p, wait_ms) &&
	    connect(p->fd, (struct sockaddr *)&at, sizeof at) == 0)
		return true;
	err_sys(e, "%s cannot be reached at %s", whom(p), p->path);
	post_close(p);
	return false;
}

void post_close(struct post *p)
{
	if (p->fd >= 0)
		close(p->fd);
	p->fd = -1;
}

static bool put(const struct post *p, const void *bytes, size_t size)
{
	ssize_t n;
	do
		n = send(p->fd, bytes, size, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n >= 0;
}

/*
 * One that leaves shuts its connections down and still reads what was sent before: what could not be
 * sent it has not got, and its successor may have it.
 */
static bool put_somewhere(
    struct post *p, const void *bytes, size_t size, int wait_ms, struct err *e)
{
	for (int tries = 0; tries < TRIES; tries++) {
		if (p->fd < 0 && !connect_to(p, wait_ms, e))
			return false;
		if ((p->wait_ms == wait_ms || set_patience(p, wait_ms)) && put(p, bytes, size))
			return true;
		bool left = errno == EPIPE || errno == ECONNRESET;
		err_sys(e, "%s takes nothing", whom(p));
		post_close(p);
		if (!left)
			return false;
	}
	return false;
}

/* Keeps its text. False: what was asked for is not done, and `e` says why. */
static bool understand(struct post *p, enum post_receipt receipt, size_t size, struct err *e)
{
	p->said[size] = '\0';
	p->receipt = receipt;
	return receipt == POST_DONE || err_set(e, "%s", p->said);
}

static bool take_receipt(struct post *p, struct err *e)
{
	unsigned char receipt;
	struct iovec parts[] = {{&receipt, sizeof receipt}, {p->said, POST_TEXT}};
	struct msghdr message = {.msg_iov = parts, .msg_iovlen = sizeof parts / sizeof *parts};
	ssize_t n;
	do
		n = recvmsg(p->fd, &message, 0);
	while (n < 0 && errno == EINTR);
	if (n > 0)
		return understand(p, receipt, (size_t)n - sizeof receipt, e);
	/* What was sent may or may not be done; a late receipt must not be taken for that of another. */
	if (n == 0)
		err_set(e, "%s was ended before it gave a receipt", whom(p));
	else if (errno == EAGAIN)
		err_set(e, "%s gave no receipt in time", whom(p));
	else
		err_sys(e, "%s gave no receipt", whom(p));
	post_close(p);
	return false;
}

bool post_send(struct post *p, const void *bytes, size_t size, int wait_ms, struct err *e)
{
	size_t most = p->most ? p->most : LIMIT_POST;
	p->said[0] = '\0';
	if (size > most)
		return err_set(e, "%zu bytes are more than the %zu that %s takes at once", size,
		    most, whom(p));
	return put_somewhere(p, bytes, size, wait_ms, e) && take_receipt(p, e);
}
