/* SPDX-License-Identifier: ISC */
/* rollcall trace: which devices are traced (home/traces.h); begins and ends it. */
#include "tools/rollcall/cli.h"

#include "base/date.h"
#include "base/json.h"
#include "core/filter.h"
#include "core/req.h"
#include "desk/cells.h"
#include "home/traces.h"
#include "proc/board.h"
#include "tools/rollcall/device_data.h"
#include "tools/rollcall/table.h"
#include "tools/rollcall/who.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- listing ---- */

static void print_text(const struct home *h, const struct traces *t, struct buf *out)
{
	static const char *const titles[] = {"device", "until", "file"};
	struct table table = {.titles = titles, .columns = sizeof titles / sizeof *titles};
	for (size_t i = 0; i < t->count; i++) {
		char until[DATE_SIZE], *file = traces_file(h, t->list[i].sn);
		const char *cells[] = {t->list[i].sn, date_second(t->list[i].until, until), file};
		table_add(&table, cells);
		free(file);
	}
	table_print(&table, out);
	table_free(&table);
	if (!t->count)
		buf_adds(out, "no device is traced\n");
}

static void json_trace(const struct home *h, const char *sn, int64_t until, struct buf *out)
{
	char *file = traces_file(h, sn);
	json_pair(out, "{", "sn", sn);
	buf_addf(out, ", \"until\": %" PRId64, until);
	json_pair(out, ", ", "file", file);
	buf_addc(out, '}');
	free(file);
}

static void print_json(const struct home *h, const struct traces *t, struct buf *out)
{
	buf_adds(out, "{\"traces\": [");
	for (size_t i = 0; i < t->count; i++) {
		buf_adds(out, i ? ",\n  " : "\n  ");
		json_trace(h, t->list[i].sn, t->list[i].until, out);
	}
	buf_adds(out, "]}\n");
}

static int list(const struct home *h, const struct options *o)
{
	struct traces t = {.count = 0};
	struct buf out = {0};
	struct err e = {""};
	if (!traces_read(&t, h, (int64_t)time(NULL), &e))
		return cli_fail("%s", e.text);
	if (o->json)
		print_json(h, &t, &out);
	else
		print_text(h, &t, &out);
	return cli_print(&out, CLI_FINE);
}

/* ---- beginning and ending ---- */

static void say(const struct home *h, const struct options *o, const char *sn, int64_t until,
    bool was, struct buf *out)
{
	char when[DATE_SIZE], *file = traces_file(h, sn);
	if (o->json) {
		json_trace(h, sn, until, out);
		buf_addc(out, '\n');
	} else if (until) {
		buf_addf(out, "%s is traced until %s: ", sn, date_second(until, when));
		cell_add(out, file);
		buf_addc(out, '\n');
	} else if (was) {
		buf_addf(out, "%s is traced no longer; what was written stays: ", sn);
		cell_add(out, file);
		buf_addc(out, '\n');
	} else {
		buf_addf(out, "%s was not traced\n", sn);
	}
	free(file);
}

static int set(const struct home *h, const struct options *o, const char *sn)
{
	struct buf out = {0};
	struct err e = {""};
	char when[DATE_SIZE], text[DATE_SIZE + 16] = "no longer";
	int64_t now = (int64_t)time(NULL), until = o->off ? 0 : now + o->minutes * 60;
	bool was = false, audited = true;
	if (!traces_set(h, sn, until, now, &was, &e))
		return cli_fail("%s", e.text);
	if (until)
		snprintf(text, sizeof text, "until %s", date_second(until, when));
	if (until || was)
		audited = who_did(h, sn, "trace", text);
	say(h, o, sn, until, was, &out);
	if (until && !board_is_running(h->board))
		cli_fail("no server runs with this home now; one that is started goes by it");
	return cli_print(&out, audited ? CLI_FINE : CLI_FINDING);
}

#define MAC 17 /* 00-90-33-30-00-af */

/* As the device will write it. */
static const char *new_serial(struct device_data *d, const char *text)
{
	const char *serial = filter_serial(&d->arena, text);
	return strlen(serial) == MAC && serial[2] == '-' ? serial : text;
}

/* A device that was never seen may be traced, too: then it is seen that way. */
static const char *find(struct device_data *d, const char *text)
{
	d->may_be_new = true;
	const struct device *found = device_find(d, text);
	if (found)
		return found->sn;
	if (d->meant || !*text)
		return NULL;
	if (req_is_serial(text)) {
		const char *sn = new_serial(d, text);
		cli_fail(
		    "no device is known by \"%s\": it is taken as the serial number %s", text, sn);
		return sn;
	}
	cli_fail(
	    "a serial number is made of letters, digits and dashes, and no device is known by anything else that was given");
	return NULL;
}

int cmd_trace(const struct home *h, const struct options *o)
{
	struct device_data d;
	int status = CLI_FINDING;
	if (o->line.nwords == 1)
		return o->off ? cli_misuse("which one no longer? rollcall trace SN --off")
			      : list(h, o);
	if (device_open(&d, h)) {
		const char *sn = find(&d, o->line.words[1]);
		device_close_store(&d); /* the audit may have to open it */
		if (sn)
			status = set(h, o, sn);
	}
	device_close(&d);
	return status;
}
