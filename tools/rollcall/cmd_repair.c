/* SPDX-License-Identifier: ISC */
/*
 * rollcall repair: is the store whole, and what can be done when it is not? Nothing is ever removed: a
 * store that is replaced goes aside under another name.
 */
#include "desk/apart.h"
#include "desk/desk.h"
#include "tools/rollcall/cli.h"
#include "tools/rollcall/who.h"

#include "base/file.h"
#include "base/num.h"
#include "proc/board.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* ---- is it whole? ---- */

static bool is_whole(const char *dir)
{
	struct err e = {""};
	bool ok = apart(apart_verify, dir, &e);
	if (!ok)
		cli_fail("%s", e.text);
	return ok;
}

static bool exists(const char *path)
{
	return access(path, F_OK) == 0;
}

/* ---- what can be done ---- */

static bool advise_copy(const struct home *h, struct buf *out)
{
	char age[32];
	time_t at = store_copied_at(h->store_copy);
	if (!at)
		return false;
	long seconds = (long)(time(NULL) - at);
	buf_addf(out,
	    "There is a copy in %s, %s old.\n"
	    "  rollcall repair --from %s    puts it in place; what was learnt since is missing\n",
	    h->store_copy, num_age(seconds < 0 ? 0 : seconds, age, sizeof age), h->store_copy);
	return true;
}

static int advise(const struct home *h)
{
	struct buf out = {0};
	buf_addf(&out, "\nThe store %s cannot be used. Stop the server first.\n", h->store);
	bool copy = advise_copy(h, &out);
	buf_addf(&out,
	    "  rollcall repair --start-over    begins with an empty one: each device is known again after\n"
	    "                                  its next poll; answers, deliveries and messages start anew\n"
	    "%s keeps the damaged one as %s.damaged-TIME. Configuration backups, snippets and\n"
	    "certificates are plain files and not concerned.\n",
	    copy ? "Either" : "--start-over", h->store);
	return cli_print(&out, CLI_FINDING);
}

/* The name that the store gets that is there; NULL: there is none, or it could not be moved. */
static bool move_aside(const struct home *h, struct buf *out)
{
	char stamp[32];
	time_t now = time(NULL);
	struct tm tm;
	if (!exists(h->store))
		return true;
	strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%SZ", gmtime_r(&now, &tm));
	struct buf aside = {0};
	buf_addf(&aside, "%s" STORE_BESIDE_DAMAGED "%s", h->store, stamp);
	for (int n = 2; exists(aside.data) && n < 100; n++) {
		buf_reset(&aside);
		buf_addf(&aside, "%s" STORE_BESIDE_DAMAGED "%s-%d", h->store, stamp, n);
	}
	bool ok = rename(h->store, aside.data) == 0;
	if (ok)
		buf_addf(out, "the store that was there is %s now\n", aside.data);
	else
		cli_fail("%s cannot be renamed: %s", h->store, strerror(errno));
	buf_free(&aside);
	return ok;
}

static int start_over(const struct home *h)
{
	struct buf out = {0};
	struct err e = {""};
	if (!move_aside(h, &out))
		return CLI_FINDING;
	if (!store_make(h->store, STORE_MAP_MB, &e)) {
		buf_free(&out);
		return cli_fail("%s", e.text);
	}
	buf_adds(&out, "the server begins with an empty one\n");
	bool kept = who_did(h, "", "repair", "the store was put aside, and begun anew");
	return cli_print(&out, kept ? CLI_FINE : CLI_FINDING);
}

/* Beside the store first: when there is no room for it, the store that is there stays there. */
static bool prepare(const char *from, const char *beside)
{
	struct err e = {""};
	struct store *s = store_open(from, STORE_READ, 0, &e);
	bool ok = s && store_copy(s, beside, &e);
	store_close(s);
	if (!ok)
		cli_fail("%s; nothing was changed", e.text);
	return ok;
}

static int put_copy(const struct home *h, const char *from, const char *beside)
{
	struct buf out = {0};
	if (!move_aside(h, &out)) {
		buf_free(&out);
		return CLI_FINDING;
	}
	if (rename(beside, h->store) != 0) {
		buf_free(&out);
		return cli_fail("%s cannot be put at %s: %s", beside, h->store, strerror(errno));
	}
	buf_addf(&out, "the copy %s is in place\n", from);
	struct buf text = {0};
	buf_addf(&text, "the store was put aside, and the copy %s put in its place", from);
	bool kept = who_did(h, "", "repair", text.data);
	buf_free(&text);
	return cli_print(&out, kept ? CLI_FINE : CLI_FINDING);
}

static int take_copy(const struct home *h, const char *from)
{
	struct buf beside = {0};
	if (file_is_same(from, h->store))
		return cli_fail("%s is the store itself; --from names a copy of it", from);
	if (!is_whole(from))
		return cli_fail("%s is not a store that can be used; nothing was changed", from);
	buf_addf(&beside, "%s.copied", h->store);
	int status = prepare(from, beside.data) ? put_copy(h, from, beside.data) : CLI_FINDING;
	buf_free(&beside);
	return status;
}

/* ---- the command ---- */

static int diagnose(const struct home *h)
{
	struct buf out = {0};
	if (access(h->data, R_OK | X_OK) != 0)
		return cli_fail(
		    "%s cannot be read: %s; run this as the user that the server runs as", h->data,
		    strerror(errno));
	if (!exists(h->store) && !store_copied_at(h->store_copy)) {
		buf_addf(&out, "there is no store yet; the server makes it when it starts\n");
		return cli_print(&out, CLI_FINE);
	}
	if (!is_whole(h->store))
		return advise(h);
	buf_addf(&out, "the store %s is whole\n", h->store);
	return cli_print(&out, CLI_FINE);
}

int cmd_repair(const struct home *h, const struct options *o)
{
	if (o->start_over && o->from)
		return cli_misuse("--start-over and --from exclude each other");
	if (!o->start_over && !o->from)
		return diagnose(h);
	if (board_is_running(h->board))
		return cli_fail("the server runs with %s: stop it first", h->dir);
	return o->from ? take_copy(h, o->from) : start_over(h);
}
