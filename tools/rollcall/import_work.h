/* SPDX-License-Identifier: ISC */
/*
 * What the parts of `rollcall import` share. DIR is what is taken over: it may have been written by a
 * web server, so nothing that leads out of it is followed. HOME is ours: nothing in it is replaced.
 */
#ifndef ROLLCALL_IMPORT_WORK_H
#define ROLLCALL_IMPORT_WORK_H

#include "base/buf.h"
#include "base/err.h"
#include "core/conf.h"
#include "home/home.h"
#include "tools/rollcall/import_report.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct import {
	const struct home *home;
	const char *from;      /* DIR, its real path */
	int dir;               /* the same, open */
	struct config *source; /* what DIR's configuration says; NULL: it cannot be used */
	struct config *target; /* what HOME's does, else the shipped defaults */
	struct import_report report;
	bool progress; /* is to be shown */
};

/* ---- import_open.c: reading DIR ---- */

/*
 * Opens what is in DIR by its path, which may begin with DIR. -1: it cannot be used, and `e` says why;
 * e->text "": it does not exist.
 */
int import_open(const struct import *im, const char *path, int flags, struct err *e);
/* Appends a regular file of an open folder, no link; *mtime is its time. */
bool import_read(int folder, const char *name, size_t limit, struct buf *out,
    struct timespec *mtime, struct err *e);
/* The names in a folder, sorted; free them with import_names_free(). */
struct import_names {
	char **list;
	size_t count, room;
};
bool import_list(int folder, struct import_names *out, struct err *e);
void import_names_free(struct import_names *names);
/* .htaccess and the like: no file of ours is called so, and who has one does not miss it here. */
bool import_is_hidden(const char *name);
#define IMPORT_HIDDEN "a name that begins with a dot is hidden"
/* A folder's name as a configuration has it, else the usual one. */
const char *import_folder(const struct config *c, size_t field, const char *usual);

/* ---- import_files.c: writing HOME ---- */

/*
 * Puts a file into an open folder of HOME, where there is none of that name. IMPORT_LEFT_OUT: `e` says
 * why not. import_sync() the folder afterwards.
 */
enum import_outcome import_put(
    int folder, const char *name, const struct buf *bytes, struct timespec mtime, struct err *e);
bool import_sync(int folder, struct err *e);
/* The same in one step, by its path in HOME. */
enum import_outcome import_put_at(
    char *path, const struct buf *bytes, struct timespec mtime, struct err *e);
/*
 * Puts a file in the place of one that is there, which is called `aside` from now on. False: `e` says why
 * not, or (e->text "") there is one that is called so already.
 */
bool import_replace(int folder, const char *name, const char *aside, const struct buf *bytes,
    struct timespec mtime, struct err *e);
/* Makes a folder of HOME when it is missing, and opens it; -1 with `e`. */
int import_target(const char *path, struct err *e);
void import_files(struct import *im);

/* ---- the other parts ---- */

/* import_config.c: sets `source` and `target`. False: `e` says why nothing can be done. */
bool import_config(struct import *im, struct err *e);
/* import_devices.c */
void import_devices(struct import *im);

#endif
