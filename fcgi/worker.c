/* SPDX-License-Identifier: ISC */
/*
 * Connections are accepted here and not by libfcgi, for three reasons: libfcgi waits up to 2 s for a
 * new connection's first byte; the watchdog must know of a connection before the first byte is read,
 * because half a header blocks libfcgi for ever; and between libfcgi's test for a signal and its
 * accept() there is a gap. libfcgi takes an open connection for a kept one (ipcFd, keepConnection)
 * and reads the next request from it. It has no listening socket: after a connection without a
 * proper request it tries to accept from -1, which fails, and comes back.
 *
 * We close connections, too: libfcgi would wait for the web server to close first.
 */
#include "fcgi/worker.h"

#include "base/limits.h"
#include "base/log.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define STATUS_ENVIRONMENT 71 /* EX_OSERR: the system lacks something, e.g. descriptors */
/*
 * EPOLLEXCLUSIVE: a connection wakes one worker that waits, not all. If that one dies before it accepts,
 * nobody else is told; so everybody looks by himself now and then. Then the pool may look after its own.
 */
#define LOOK_MS 500

enum work { WORK_COME, WORK_NONE, WORK_LEAVE, WORK_FAIL };

static bool watch(int epoll, int fd, uint32_t events)
{
	struct epoll_event e = {.events = events, .data.fd = fd};
	return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &e) == 0;
}

static int make_epoll(const struct proc_self *self, const struct worker_pool *pool)
{
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	if (epoll >= 0 && watch(epoll, pool->listen_fd, EPOLLIN | EPOLLEXCLUSIVE) &&
	    watch(epoll, self->leave_fd, EPOLLIN))
		return epoll;
	log_fatal("worker", "cannot wait for connections: %s", strerror(errno));
	return -1;
}

/* To leave goes before work: under load there is always work. */
static enum work wait_for_work(const struct proc_self *self, int epoll)
{
	struct epoll_event events[2];
	int n = epoll_wait(epoll, events, 2, LOOK_MS);
	if (n < 0 && errno != EINTR) {
		log_fatal("worker", "cannot wait for connections: %s", strerror(errno));
		return WORK_FAIL;
	}
	for (int i = 0; i < n; i++)
		if (events[i].data.fd == self->leave_fd)
			return WORK_LEAVE;
	return n > 0 ? WORK_COME : WORK_NONE;
}

static bool is_out_of_resources(int number)
{
	return number == EMFILE || number == ENFILE || number == ENOBUFS || number == ENOMEM;
}

static void read_rest(FCGX_Stream *in)
{
	char thrown_away[4096];
	while (FCGX_GetStr(thrown_away, sizeof thrown_away, in) > 0)
		;
}

static void serve_connection(
    const struct proc_self *self, const struct worker_pool *pool, FCGX_Request *request, int fd)
{
	proc_busy(self);
	request->ipcFd = fd;
	request->keepConnection = 1;
	if (FCGX_Accept_r(request) == 0) {
		pool->serve(pool->state, request);
		read_rest(request->in);
		request->keepConnection = 1;
		FCGX_Finish_r(request);
		BOARD_COUNT(self->slot->requests);
	}
	if (request->ipcFd >= 0)
		close(request->ipcFd);
	request->ipcFd = -1;
	proc_idle(self);
}

/*
 * Without descriptors a worker cannot go on, and trying again at once would only fill the log. A new
 * one starts with the supervisor's, later if that does not help (policy.h).
 */
static bool accept_and_serve(
    const struct proc_self *self, const struct worker_pool *pool, FCGX_Request *request)
{
	int fd = accept4(pool->listen_fd, NULL, NULL, SOCK_CLOEXEC);
	if (fd >= 0) {
		serve_connection(self, pool, request, fd);
		return true;
	}
	if (!is_out_of_resources(errno))
		return true; /* another worker was faster, or the peer is gone */
	log_fatal("worker", "cannot accept a connection and leaves: %s", strerror(errno));
	return false;
}

static uint64_t requests_of(const struct proc_self *self)
{
	return BOARD_GET(self->slot->requests);
}

int worker_run(const struct proc_self *self, const struct worker_pool *pool)
{
	FCGX_Request request;
	if (FCGX_Init() != 0 || FCGX_InitRequest(&request, -1, 0) != 0) {
		log_fatal("worker", "libfcgi cannot be initialised");
		return STATUS_ENVIRONMENT;
	}
	int epoll = make_epoll(self, pool);
	if (epoll < 0)
		return STATUS_ENVIRONMENT;
	proc_idle(self);
	const uint64_t last = requests_of(self) + LIMIT_WORKER_REQUESTS;
	while (requests_of(self) < last) {
		enum work work = wait_for_work(self, epoll);
		if (work == WORK_LEAVE)
			return 0;
		if (work == WORK_NONE)
			pool->idle(pool->state);
		if (work == WORK_FAIL || !accept_and_serve(self, pool, &request))
			return STATUS_ENVIRONMENT;
	}
	return 0;
}
