/* SPDX-License-Identifier: ISC */
#include "fcgi/lookup.h"

#include "base/text.h"
#include "core/change.h"
#include "fcgi/memory.h"

#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define NAME_MOST 253 /* a DNS name */
/* For the resolver, where the administrator says nothing else: a server that is dead holds up others. */
#define RESOLVER "timeout:2 attempts:1"

_Static_assert(sizeof(struct lookup) <= 512, "POSIX writes so much at once (PIPE_BUF)");

/* ---- the pipe ---- */

bool lookup_pipe(int fds[2], struct err *e)
{
	return pipe2(fds, O_CLOEXEC | O_NONBLOCK) == 0 || err_sys(e, "no pipe can be made");
}

void lookup_want(const struct server *s, const char *sn, const char *address)
{
	struct lookup one = {.sn = ""};
	if (strlen(sn) >= sizeof one.sn || strlen(address) >= sizeof one.address)
		return;
	memcpy(one.sn, sn, strlen(sn));
	memcpy(one.address, address, strlen(address));
	if (write(s->lookups[1], &one, sizeof one) != (ssize_t)sizeof one)
		return; /* it is full: a later poll asks again */
}

static bool take(const struct server *s, struct lookup *out)
{
	if (read(s->lookups[0], out, sizeof *out) != (ssize_t)sizeof *out)
		return false;
	out->sn[sizeof out->sn - 1] = '\0';
	out->address[sizeof out->address - 1] = '\0';
	return true;
}

/* ---- the resolver ---- */

/* Nothing is lost by it, and what is asked for is asked for again. */
static void leave_now(int number)
{
	(void)number;
	_exit(0);
}

/* Asks; whoever wants us to leave need not wait for the answer. */
static bool ask(const struct addrinfo *address, char *name, size_t size)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	int result = getnameinfo(
	    address->ai_addr, address->ai_addrlen, name, (socklen_t)size, NULL, 0, NI_NAMEREQD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return result == 0;
}

bool lookup_is_name(const char *name)
{
	return strlen(name) <= NAME_MOST && text_is_word(name, "-.") && *name != '-' &&
	       *name != '.' && !strstr(name, "..");
}

/* The name of a numeric address; "" when it has none, or is no address. */
static const char *name_of(struct arena *a, const char *address)
{
	const struct addrinfo numeric = {.ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_STREAM};
	struct addrinfo *found = NULL;
	char name[NI_MAXHOST] = "";
	if (getaddrinfo(address, NULL, &numeric, &found) != 0)
		return "";
	bool ok = ask(found, name, sizeof name) && lookup_is_name(name);
	freeaddrinfo(found);
	return ok ? arena_strdup(a, name) : "";
}

/* ---- one after the other ---- */

struct lookups {
	const struct server *server;
	struct memory memory;
	struct arena arena;
	struct buf changes;
};

/* Of a device that polls fast the same is asked several times; what moved on meanwhile asks anew. */
static bool is_wanted(const struct device *d, const struct lookup *one)
{
	return d->created && strcmp(d->realip, one->address) == 0 &&
	       strcmp(d->rdns_of, one->address) != 0;
}

/* What cannot be remembered now is asked for again by a later poll. */
static void answer(struct lookups *l, const struct lookup *one)
{
	struct device was, now;
	struct err e;
	arena_reset(&l->arena);
	buf_reset(&l->changes);
	if (!memory_device(&l->memory, &l->arena, one->sn, &was, &e) || !is_wanted(&was, one))
		return;
	now = was;
	now.rdns = name_of(&l->arena, one->address);
	now.rdns_of = one->address;
	change_device(&l->changes, one->sn, &was, &now);
	memory_keep(&l->memory, &l->changes, &e);
}

/* False: asked to leave. */
static bool wait_for_work(const struct proc_self *self, const struct server *s)
{
	struct pollfd p[] = {
	    {.fd = self->leave_fd, .events = POLLIN}, {.fd = s->lookups[0], .events = POLLIN}};
	while (poll(p, sizeof p / sizeof *p, -1) <= 0)
		;
	return !p[0].revents;
}

int lookup_main(const struct proc_self *self, void *context)
{
	struct lookups l = {.server = context};
	struct lookup one;
	const struct sigaction leave = {.sa_handler = leave_now};
	close(l.server->listen_fd);
	close(l.server->signer_fd);
	setenv("RES_OPTIONS", RESOLVER, 0);
	sigaction(SIGTERM, &leave, NULL);
	memory_init(&l.memory, l.server);
	proc_idle(self);
	while (wait_for_work(self, l.server)) {
		proc_busy(self);
		if (take(l.server, &one)) {
			answer(&l, &one);
			BOARD_COUNT(self->slot->requests);
		}
		proc_idle(self);
	}
	memory_close(&l.memory);
	buf_free(&l.changes);
	arena_free(&l.arena);
	return 0;
}
