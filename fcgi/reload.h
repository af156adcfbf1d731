/* SPDX-License-Identifier: ISC */
/*
 * The configuration file at the supervisor: looked at every second, checked by a process of its own
 * (checker.h), compiled once, and handed to new processes by fork.
 *
 * A file with a mistake never comes into force: what was in force stays, the log says every finding,
 * the board the first. What is in force is kept in HOME/data/user-config.good.xml, for a start while
 * the file has a mistake.
 */
#ifndef FCGI_RELOAD_H
#define FCGI_RELOAD_H

#include "base/buf.h"
#include "base/stamp.h"
#include "fcgi/checker.h"
#include "fcgi/server.h"

#include <stdbool.h>
#include <stdint.h>

enum reload_step {
	RELOAD_WATCHING, /* for the file to change */
	RELOAD_SETTLING, /* it has changed; until it stays the same: somebody may be writing */
	RELOAD_CHECKING, /* its bytes were read and are being checked */
	RELOAD_STEPS,
};

/* Initialise with {.server = …}. */
struct reload {
	struct server *server;
	enum reload_step step;
	int64_t next_ms;       /* when to look again */
	struct stamp seen;     /* of what was read last; zeroes when there was no file */
	struct stamp settling; /* of what is being waited for */
	struct buf bytes;      /* what is being checked */
	struct buf in_force;   /* what server->config was made of */
	struct checker checker;
};

/*
 * At the start: sets server->config, from the file or from the last good one. False: there is
 * neither; what is wrong was printed on stderr.
 */
bool reload_first(struct reload *r);
/* Looks, checks, and brings into force. Returns in how many milliseconds it wants to be called again. */
int64_t reload_tick(struct reload *r, int64_t now_ms);
/* Somebody asked: looks at once. */
void reload_now(struct reload *r);

#endif
