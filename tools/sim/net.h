/* SPDX-License-Identifier: ISC */
/*
 * Transfers: the only file of the simulator that includes libcurl is net.c.
 *
 * There is a fixed number of slots, each good for one transfer at a time; who has which is the
 * caller's business. Redirects are not followed, proxies not asked. Connections are reused as
 * libcurl does by default, but never by another device. URLs and what stands in a struct net_from are
 * copied, bodies are not: they must stay until the transfer has ended.
 */
#ifndef SIM_NET_H
#define SIM_NET_H

#include "base/buf.h"
#include "base/err.h"
#include "tools/sim/certificate.h"
#include "tools/sim/stats.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct net;

struct net_settings {
	size_t slots;
	size_t limit;               /* bytes of a body that is kept */
	const char *cacert;         /* file, or NULL: the system's */
	bool insecure;              /* do not check the server's certificate */
	const char *const *resolve; /* HOST:PORT:ADDR, NULL at the end */
};

/* Who asks. */
struct net_from {
	const struct identity
	    *identity;       /* shown to a server that asks for a certificate; NULL: none */
	const char *address; /* of ours; NULL: any */
};

/* How a transfer ended. */
struct net_result {
	size_t slot;
	enum fault fault;
	long status;      /* HTTP, 0 when there was no answer */
	long retry_after; /* seconds, 0 when the server did not say */
	uint64_t us;      /* from the request to the end of the answer */
	uint64_t received, sent;
	bool is_text;    /* Content-Type: text/plain */
	const char *why; /* for people; valid until the slot is used again */
};

/* `settings` must outlive it. NULL: `e` says why. */
struct net *net_open(const struct net_settings *settings, struct err *e);
void net_close(struct net *net);
/* Starts a GET; the body is added to `keep`, or only counted when that is NULL. */
void net_get(
    struct net *net, size_t slot, const struct net_from *from, const char *url, struct buf *keep);
void net_put(struct net *net, size_t slot, const struct net_from *from, const char *url,
    const struct buf *body);
/* The same as POST. */
void net_post(struct net *net, size_t slot, const struct net_from *from, const char *url,
    const struct buf *body);
/* Lets transfers go on for at most `ms`; returns early when there is news, or `fd` is readable. */
void net_wait(struct net *net, int ms, int fd);
/* One transfer that has ended; its slot is free again. False: none. */
bool net_ended(struct net *net, struct net_result *r);

#endif
