/* SPDX-License-Identifier: ISC */
/*
 * The home directory: what Rollcall reads from an administrator's folder (DESIGN, "One home
 * directory").
 *
 * The one room that knows where things lie. It reads files and hands bytes to lib/core, which reads
 * none. Also keeps the files that are compiled in: the shipped defaults, the schema, the web
 * server's configuration.
 */
#ifndef HOME_HOME_H
#define HOME_HOME_H

#include "base/buf.h"
#include "base/err.h"
#include "core/conf.h"
#include "core/master.h"
#include "core/snip.h"

#include <stdbool.h>
#include <time.h>

struct home {
	char *dir;         /* absolute */
	char *user_config; /* DIR/config/user-config.xml */
	char *good_config; /* DIR/data/user-config.good.xml: the last one that was served */
	char *run, *log, *data;
};

/* `dir` NULL: $ROLLCALL_HOME, else /var/lib/rollcall. It must exist. Free with home_close(). */
bool home_open(struct home *h, const char *dir, struct err *e);
void home_close(struct home *h);
/* Makes the folders that are missing: config scripts certs backup fw webdav data run log. */
bool home_make(const struct home *h, struct err *e);
/* A name from the configuration, relative to the home; free() it. */
char *home_path(const struct home *h, const char *name);

/* Files that are compiled in. */
struct home_shipped {
	const char *name; /* "conf/default-config.xml" */
	const char *bytes;
	size_t size;
};
/* NULL when there is none of that name. */
const struct home_shipped *home_shipped(const char *name);

/* The user's configuration as bytes; a file that does not exist is an error. */
bool home_read_config(const char *path, struct buf *out, struct err *e);
/* Those bytes, checked and compiled with the shipped defaults and schema; NULL: see the findings. */
struct config *home_compile(const char *name, const struct buf *bytes, struct findings *f);

/* What looks at the snippet folder again and again. */
struct snipdir;
/* `dir` is copied. Reads nothing yet. */
struct snipdir *snipdir_new(const char *dir) __attribute__((returns_nonnull));
void snipdir_free(struct snipdir *d);
/*
 * The catalogue, up to date: looks at the folder unless it did so less than LIMIT_SNIPPET_RESCAN_MS
 * ago
 * (`now_ms` is CLOCK_MONOTONIC), and reads only files that changed. Works without inotify.
 */
const struct snippets *snipdir_refresh(struct snipdir *d, long long now_ms);

/* The master device's answer in its cache file. False: none, or not readable (the reason is in e). */
bool home_read_master(
    const struct home *h, const struct config *c, struct master *m, struct err *e);
bool home_write_master(
    const struct home *h, const struct config *c, const char *bytes, size_t size, struct err *e);

#endif
