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

/* All paths are absolute; home.c has the table of them. */
struct home {
	char *dir;
	char *user_config; /* DIR/config/user-config.xml */
	char *
	    imported_config; /* DIR/config/user-config.imported.xml: one that `rollcall import` found */
	char *server_conf;  /* DIR/config/server.conf: what `rollcall serve` is to do */
	char *web_users;    /* DIR/config/web.htdigest: who may see what is not public … */
	char *webdav_users; /* DIR/config/webdav.htdigest: … and who all of /webdav/ */
	char *good_config;  /* DIR/data/user-config.good.xml: the last one that was served */
	char *run, *log, *data;
	char *fw;        /* DIR/fw: published by the web server */
	char *webdav;    /* DIR/webdav: the same, for those who may (WebDAV) */
	char *webdav_db; /* DIR/data/webdav.db: locks and properties of those files */
	char *pki;       /* DIR/pki: keys, where --pki names no other folder */
	char *ca;        /* DIR/ca: our own CA; only the signer reads the key */
	char *ca_cert, *ca_key, *ca_crl; /* DIR/ca/ca.pem, ca.key, crl.pem */
	char *signer;                    /* DIR/run/signer.sock: where the signer listens */
	char *web_crl;    /* DIR/run/client-crl.pem: what lighttpd is given of revocation lists */
	char *board;      /* DIR/run/board: see proc/board.h */
	char *socket;     /* DIR/run/update.sock: where the workers listen */
	char *admin;      /* DIR/run/admin.sock: where those do that serve pages */
	char *ap;         /* DIR/run/ap.sock: where those do that take logs and alarms */
	char *writer;     /* DIR/run/writer.sock: where the writer does */
	char *store;      /* DIR/data/store: see store/store.h */
	char *store_copy; /* DIR/data/store-copy: a copy of it, made once a day */
	char *serve_lock; /* DIR/run/serve.lock: held by the `rollcall serve` that runs here */
	char *serve_says; /* DIR/run/serve: what that says of itself */
	char *
	    export_lock; /* DIR/run/export.lock: held by the process that makes an export with values */
	char *web_config; /* DIR/run/lighttpd.conf */
	char *uploads;    /* DIR/run/upload: bodies that lighttpd is receiving */
	char *log_file;   /* DIR/log/rollcall.log */
	char *web_log;    /* DIR/log/lighttpd-error.log */
	char *access_log; /* DIR/log/lighttpd-access.log */
};

/* `dir` NULL: $ROLLCALL_HOME, else /var/lib/rollcall. It must exist. Free with home_close(). */
bool home_open(struct home *h, const char *dir, struct err *e);
void home_close(struct home *h);
/*
 * Makes the folders that are missing: config scripts certs backup fw webdav data run log. Those that
 * a web server publishes (fw, webdav) can be read by everybody who may enter the home, whatever the
 * umask is; those that are there stay as they are. False also when the home, data, run or log could be
 * changed by another user.
 */
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
/*
 * Those bytes, checked and compiled with the shipped defaults and schema; NULL: see the findings.
 * Free with conf_free().
 */
struct config *home_compile(const char *name, const struct buf *bytes, struct findings *f);

/* What looks at the snippet folder again and again. */
struct snipdir;
/*
 * `dir` is copied. Reads nothing yet. `say`: what is wrong is logged, once; of all processes that look
 * at one folder, one should say it.
 */
struct snipdir *snipdir_new(const char *dir, bool say) __attribute__((returns_nonnull));
void snipdir_free(struct snipdir *d);
/*
 * The catalogue, up to date: looks at the folder unless it did so less than LIMIT_SNIPPET_RESCAN_MS ago
 * (`now_ms` is CLOCK_MONOTONIC), and reads only files that changed. Works without inotify.
 */
const struct snippets *snipdir_refresh(struct snipdir *d, long long now_ms);
/* What was wrong with the folder as a whole when it was last looked at; "": nothing. */
const char *snipdir_problem(const struct snipdir *d);

/*
 * The master device's answer in its cache file; answered_at and asked_at are the time of the file. True
 * without a file, too: nothing is known then, and *m stays as it is. False: the file cannot be used, e
 * says why, and *m stays as it is.
 */
bool home_read_master(
    const struct home *h, const struct config *c, struct master *m, struct err *e);
bool home_write_master(
    const struct home *h, const struct config *c, const char *bytes, size_t size, struct err *e);

#endif
