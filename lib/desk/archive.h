/* SPDX-License-Identifier: ISC */
/*
 * The whole server as one file (tar, gzip): how a backup is made, also while the server runs.
 *
 *   rollcall-backup     first: lines "NAME VALUE" that say what it is and what is in it (archive_parts.h)
 *   config/… scripts/…  regular files and folders only, by their names in the home; the time of each is kept
 *   data/store/…        a copy of the store, of one moment after archive_make() was called
 *   outside/…           folders of the configuration that lie elsewhere
 *   rollcall-end        last: what all of it must add up to; without it an archive is not whole
 *
 * desk/restore.h puts one back.
 */
#ifndef DESK_ARCHIVE_H
#define DESK_ARCHIVE_H

#include "base/buf.h"
#include "base/err.h"
#include "core/conf.h"
#include "home/home.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	ARCHIVE_CONFIG = 1 << 0,    /* configuration, snippets, certificates, CA, statistics */
	ARCHIVE_STORE = 1 << 1,     /* what is known of devices */
	ARCHIVE_BACKUPS = 1 << 2,   /* configuration backups of devices */
	ARCHIVE_LOGS = 1 << 3,      /* of the server, and what devices logged and reported */
	ARCHIVE_KEYS = 1 << 4,      /* with ARCHIVE_CONFIG: files with private keys, too */
	ARCHIVE_PASSWORDS = 1 << 5, /* with ARCHIVE_CONFIG: passwords of the web server, too */
};
#define ARCHIVE_USUAL (ARCHIVE_CONFIG | ARCHIVE_STORE | ARCHIVE_BACKUPS)

struct archive_wish {
	const struct home *home;
	const struct config *config; /* says where folders are; NULL: where they are by default */
	const char *pki;             /* the folder of --pki; NULL: HOME/pki */
	unsigned parts;
	struct store
	    *store; /* open, no snapshot begun; NULL: there is none yet, or it is not wanted */
	/*
	 * Called now and then, at least once per MB (but not while the store is copied), NULL if nobody cares.
	 * False: it is to be given up.
	 */
	bool (*go_on)(void *context);
	void *context;
};

struct archive_made {
	size_t files;
	int64_t bytes;   /* of these files; the archive is smaller */
	size_t failed;   /* files that should be in it and cannot be read */
	struct buf said; /* lines: what is not in it, and why; buf_free() it */
};

/*
 * Writes one to `fd`, which may be a pipe; what was acknowledged before the call is in it. It needs room in
 * HOME/data for a copy of the store meanwhile; what one leaves there that is killed is removed by the next. Two
 * at a time wait for each other. False: what was written is of no use. `made->said` is to be freed in any case.
 */
bool archive_make(const struct archive_wish *w, int fd, struct archive_made *made, struct err *e);

#endif
