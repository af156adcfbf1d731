/* SPDX-License-Identifier: ISC */
/*
 * What a run came to: counters, and how long polls took. Pure.
 *
 * The latencies are a histogram whose buckets grow with the value, 32 to each doubling: a
 * percentile is at most 3 % too high, whatever the number of polls.
 */
#ifndef SIM_STATS_H
#define SIM_STATS_H

#include "tools/sim/script.h"

#include <stddef.h>
#include <stdint.h>

/* What can go wrong. */
enum fault {
	FAULT_NONE,
	FAULT_CONNECT, /* no connection, or no such host */
	FAULT_TLS,     /* no agreement on certificates; hung up behind the handshake */
	FAULT_TIMEOUT,
	FAULT_BROKEN, /* the connection ended in the middle */
	FAULT_URL,    /* a URL that is none */
	FAULT_HTTP_OTHER,
	FAULT_HTTP_3XX,
	FAULT_HTTP_4XX,
	FAULT_HTTP_5XX,
	FAULT_REPLY, /* truncated, too long, not text/plain, not CRLF */
	FAULTS
};

#define HISTOGRAM_BUCKETS 1152 /* 36 doublings: more than a day */

struct histogram {
	uint64_t buckets[HISTOGRAM_BUCKETS];
	uint64_t count, max; /* µs */
};

struct stats {
	uint64_t polls, polls_failed;
	uint64_t not_now;      /* what the server put off: 503 or 429 with Retry-After */
	uint64_t logs, alarms; /* entries that it took */
	uint64_t loads_prot, loads_boot;
	uint64_t answers, backups, puts_failed;
	uint64_t received, sent; /* bytes of bodies */
	uint64_t faults[FAULTS];
	struct script_counts script;
	struct histogram latency;
};

void histogram_add(struct histogram *h, uint64_t us);
/* The value that `percent` of 100 values do not exceed; 0 when there is none. */
uint64_t histogram_at(const struct histogram *h, unsigned percent);
/* "connect", "http-4xx" … */
const char *fault_name(enum fault fault);
/* Errors of all kinds, commands that were not understood included. */
uint64_t stats_errors(const struct stats *s);

#endif
