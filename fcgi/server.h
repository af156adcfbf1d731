/* SPDX-License-Identifier: ISC */
/*
 * What rollcalld serves: made by the supervisor, inherited by every process over fork.
 *
 * A process never changes it. The supervisor replaces `config` when a new one is good; processes that
 * were forked before keep theirs (copy on write), so all workers of a generation agree, and none of
 * them parses XML.
 */
#ifndef FCGI_SERVER_H
#define FCGI_SERVER_H

#include "core/conf.h"
#include "fcgi/options.h"
#include "home/home.h"
#include "proc/board.h"

struct flood;
struct render;
struct throttle;

struct server {
	struct options options;
	struct home home;
	const char *pki;  /* the folder with the keys of the web server, and the CAs of devices */
	const char *keys; /* the one that the administrator fills; that may be a copy of it */
	struct board *board;
	struct config *config;
	int listen_fd;             /* where workers accept */
	int admin_fd;              /* where those do that serve pages */
	int ap_fd;                 /* where those do that take logs and alarms */
	struct flood *flood;       /* of those: shared memory */
	struct render *render;     /* of pages */
	struct throttle *throttle; /* of sign-ins: shared memory */
	int writer_fd;             /* where the writer does */
	int signer_fd;             /* where the signer does */
	int sightings[2];          /* a pipe: see memory.h */
	int lookups[2];            /* a pipe: see lookup.h */
	bool faults;               /* ROLLCALL_FAULT=1: see fault.h */
};

#endif
