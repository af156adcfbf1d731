/* SPDX-License-Identifier: ISC */
/*
 * When lighttpd is to be given new files of TLS (web_tls.h): one of them changed and is not being written
 * any more, a revocation list runs out, or somebody asked for it.
 */
#ifndef ROLLCALL_RENEW_H
#define ROLLCALL_RENEW_H

#include "base/stamp.h"
#include "tools/rollcall/web.h"

#include <stdbool.h>
#include <stdint.h>

struct renew {
	struct web *web;
	struct stamp found[WEB_TLS_SOURCES]; /* at the last look */
	int64_t next_ms;  /* when to look again; 0: never, there is nothing to look at */
	int64_t since_ms; /* when a change was seen first; 0: all is as it was */
	bool wanted;      /* somebody asked */
	time_t until;     /* a list in force runs out then; 0: none does */
	struct err said;  /* why lighttpd has no lists, as it was logged */
};

/* `web` was written at `now_ms` (CLOCK_MONOTONIC), for the first time. */
void renew_start(struct renew *r, struct web *web, int64_t now_ms);
/* Looks at once; `always`: they are to be given even when nothing changed. */
void renew_ask(struct renew *r, int64_t now_ms, bool always);
/*
 * To be called when next_ms has come. True: lighttpd is to be replaced now, it was given new files, or
 * that was asked for. What is not right is logged, once for each change, and nothing happens then.
 */
bool renew_look(struct renew *r, int64_t now_ms);

#endif
