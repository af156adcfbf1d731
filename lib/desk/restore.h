/* SPDX-License-Identifier: ISC */
/*
 * Puts back what archive_make() saved, into an empty home, one that is not in use, or one whose server runs.
 *
 * First all of it is unpacked beside what is there, into HOME/restore.new, and checked there: the archive is whole,
 * nothing in it leads elsewhere, the store can be read and the configuration be served. Then it takes the place of
 * what was there, in one step (home/swap.h), and a server that runs begins anew with it.
 */
#ifndef DESK_RESTORE_H
#define DESK_RESTORE_H

#include "base/buf.h"
#include "base/err.h"
#include "home/home.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct restore_wish {
	const struct home *home;
	const char *who; /* for the audit */
	int64_t now;
	bool (*go_on)(void *context); /* as in struct archive_wish */
	void *context;
};

struct restore_facts {
	int64_t made; /* the backup; seconds since 1970 */
	char version[32], host[256];
	bool keys, passwords; /* are in it */
	bool store;
	size_t devices; /* in the store */
	size_t files;
	int64_t bytes;
	struct buf said; /* lines: what is not as one might expect; buf_free() it */
	bool finding;    /* one of them asks for something to be done */
	char aside[64];  /* the folder in the home that what is there now will go into */
};

/* Until the descriptor is closed nobody else restores or imports here. -1: `e` says why. */
int restore_lock(const struct home *h, struct err *e);

/* Of `fd`, which may be a pipe: after true all of it is in HOME/restore.new, after false nothing is. */
bool restore_prepare(const struct restore_wish *w, int fd, struct restore_facts *f, struct err *e);
/* Away with it again. */
void restore_drop(const struct home *h);
/*
 * Puts it in place. Nobody may use the home: the caller holds serving_lock(), and no rollcalld runs. False: either
 * all is as it was and restore.new is gone; or it was begun, and will be finished by whoever uses the home next.
 */
bool restore_here(const struct home *h, struct err *e);
/*
 * Has the `rollcall serve` that runs with this home do it, and waits until rollcalld answers again. It stops
 * rollcalld for a moment; devices are told to come again.
 */
bool restore_served(const struct restore_wish *w, struct err *e);

#endif
