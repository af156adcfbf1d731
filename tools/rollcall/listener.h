/* SPDX-License-Identifier: ISC */
/*
 * The sockets that clients connect to. `rollcall serve` opens them and hands them to lighttpd, so
 * that a port that is taken is said at once and by name, port 0 becomes a free port that nobody can
 * take away again, and connections wait while lighttpd is being restarted.
 */
#ifndef ROLLCALL_LISTENER_H
#define ROLLCALL_LISTENER_H

#include "base/err.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>

struct listener {
	const char *option; /* "--http" */
	char host[INET6_ADDRSTRLEN];
	char socket[INET6_ADDRSTRLEN + 9]; /* "127.0.0.1:8080", "[::1]:8080" */
	unsigned port;
	struct sockaddr_storage address;
	socklen_t size;
	int fd; /* -1: closed, or not wanted */
};

/* Reads ADDR:PORT or [ADDR]:PORT. `option` is for messages. NULL as text: a listener not wanted. */
bool listener_parse(const char *option, const char *text, struct listener *l, struct err *e);
/* Opens the socket; port and socket are what became of port 0. Nothing to do when not wanted. */
bool listener_open(struct listener *l, int backlog, struct err *e);
/* Both want the same port of the same address, or of all addresses. Before they are opened. */
bool listener_clash(const struct listener *a, const struct listener *b);
/* Its address stands for all that this host has. */
bool listener_is_any(const struct listener *l);
void listener_close(struct listener *l);
bool listener_wanted(const struct listener *l);
/* A connection to it that waits to be accepted; -1: errno says why. */
int listener_connect(const struct listener *l);

#endif
