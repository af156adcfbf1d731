/* SPDX-License-Identifier: ISC */
/*
 * The machine that a server runs on: disks, memory, load, sockets, as Linux tells them in /proc. What it does not
 * tell (a container, another kernel) stays 0.
 */
#ifndef DESK_HOST_H
#define DESK_HOST_H

#include "base/arena.h"
#include "home/home.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A file system; of several folders on the same one the first is named. */
struct host_disk {
	const char *path;
	uint64_t size, used,
	    available;    /* bytes; as df has them: available is for us, not for root */
	unsigned percent; /* of what is not kept for root, rounded up */
	bool read_only;
};

struct host {
	char name[256];
	long cores;
	int64_t uptime;     /* seconds */
	double load[3];     /* of 1, 5, 15 minutes */
	uint64_t processes; /* of everybody */
	uint64_t memory, memory_free, swap,
	    swap_free; /* bytes; free: what programs could still get */
	uint64_t sockets, tcp, tcp6, tcp_closing, udp, udp6; /* closing: TIME_WAIT */
	const struct host_disk *disks;
	size_t ndisks;
};

/* In the arena. */
void host_read(struct arena *a, const struct home *h, struct host *out);

/* Of a process; all 0: there is none, or it may not be looked at. */
struct host_process {
	uint64_t memory; /* bytes that are its own or shared, and in memory now */
	int64_t cpu_ms;  /* that it has computed */
};
void host_process_read(int pid, struct host_process *out);

/* Parts of the above, for tests: texts as they stand in /proc. */
void host_parse_meminfo(const char *text, struct host *out);
void host_parse_sockstat(const char *text, struct host *out); /* also sockstat6 */
void host_parse_loadavg(const char *text, struct host *out);
bool host_parse_stat(const char *text, long ticks, struct host_process *out);

#endif
