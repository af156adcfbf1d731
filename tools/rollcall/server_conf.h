/* SPDX-License-Identifier: ISC */
/*
 * HOME/config/server.conf: what `rollcall serve` is to be told each time, as lines NAME = VALUE.
 *
 * NAME is an option of `rollcall serve`, without its dashes (options.c has the table): one that may be
 * repeated has a line each time, one without a value has "yes" or "no". A line that begins with #, and
 * what is behind a blank and #, is a comment. Who changes it says how this server listens, whom it lets in
 * and which program it runs: it must belong to root or to the user that the server runs as.
 */
#ifndef ROLLCALL_SERVER_CONF_H
#define ROLLCALL_SERVER_CONF_H

#include "base/buf.h"
#include "base/err.h"
#include "desk/check_web.h"
#include "tools/rollcall/cli.h"

#include <stdbool.h>

/*
 * Puts what the file says into all fields that were not given on the command line. `o` owns its lists
 * (options_copy(), options_parse()); options_free() in any case. Without a file nothing changes. False: it
 * cannot be used, and `e` says where and why.
 */
bool server_conf_read(const char *path, struct options *o, struct err *e);
/* Where it says that the keys are, when it says so: that of the home from now on. Owned by the home. */
bool server_conf_pki(struct home *h, struct err *e);
/* What that said as a finding, with its line. */
void server_conf_finding(const char *path, const struct err *e, struct findings *f);
/* May `o` be served so? Each of its values is what it must be, and no two are the same port. */
bool server_conf_check(const struct options *o, struct err *e);

/* The file as it stands; without one `out` stays empty. False: it is not to be trusted, or cannot be read. */
bool server_conf_load(const char *path, struct buf *out, struct err *e);
/*
 * What such a text says, with defaults for the rest; what it says is marked in line.given. `path` is what messages
 * call it. options_free() in any case.
 */
bool server_conf_parse(const char *path, const struct buf *text, struct options *o, struct err *e);
/*
 * The text with what is given in `o`, and without those in `drop`: lines about other things stay as they are, so do
 * comments. What is new is added at the end, below what it is for. False: a value cannot stand in it.
 */
bool server_conf_text(const char *path, const struct buf *before, const struct options *o,
    const struct opt_list *drop, struct buf *out, struct err *e);
/* Puts a text in place. The folder must be there. */
bool server_conf_write(const char *path, const struct buf *text, struct err *e);

/* The row of a setting; NULL: there is none of that name, and `e` says which one may have been meant. */
const struct opt *server_conf_find(const char *name, struct err *e);
/* May it stand in the file? */
bool server_conf_has(const struct opt *row);
/* May this text be its value, or one of a list? Numbers and flags are opt.h's. False: `e` begins with the option. */
bool server_conf_is_value(const struct opt *row, const char *text, struct err *e);
/* Adds each line that is for a setting as it stands in `o`: "http = 0.0.0.0:80\n". */
void server_conf_lines(const struct opt *row, const struct options *o, struct buf *out);

/* The same for a check. The lists stay those of `o`. */
void server_conf_web(const struct options *o, struct check_web *out);

#endif
