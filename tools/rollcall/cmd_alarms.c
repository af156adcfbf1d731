/* SPDX-License-Identifier: ISC */
/* rollcall alarms: lists alarms, and takes note of them. */
#include "tools/rollcall/cli.h"

#include "base/json.h"
#include "base/limits.h"
#include "desk/alarms.h"
#include "desk/cells.h"
#include "tools/rollcall/table.h"
#include "tools/rollcall/who.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

static const char *text_of(struct arena *a, void (*cell)(struct buf *, int64_t), int64_t when)
{
	struct buf b = {0};
	if (when)
		cell(&b, when);
	const char *text = arena_strdup(a, buf_text(&b));
	buf_free(&b);
	return text;
}

static void print_text(struct arena *a, const struct alarms *all, struct buf *out)
{
	static const char *const titles[] = {
	    "state", "severity", "whose", "code", "since", "last", "times", "what"};
	struct table t = {.titles = titles, .columns = sizeof titles / sizeof *titles};
	for (size_t i = 0; i < all->count; i++) {
		const struct alarm *one = &all->list[i];
		const char *note = *one->note ? arena_concat(a, one->text, " [", one->acked_by,
						    ": ", one->note, "]")
					      : one->text;
		const char *cells[] = {alarms_state(one), alarm_severity_word(one->severity),
		    one->from, one->code,
		    text_of(a, cell_moment, one->raised ? one->raised : one->first),
		    text_of(a, cell_moment, one->last), arena_printf(a, "%" PRId64, one->count),
		    note};
		table_add(&t, cells);
	}
	table_print(&t, out);
	table_free(&t);
	if (!all->count)
		buf_adds(out, "no such alarm\n");
}

static void print_json(const struct alarms *all, struct buf *out)
{
	buf_addf(
	    out, "{\"active\": %zu, \"unnoted\": %zu, \"alarms\": [", all->active, all->unnoted);
	for (size_t i = 0; i < all->count; i++) {
		const struct alarm *a = &all->list[i];
		json_pair(out, i ? ",\n  {" : "\n  {", "from", a->from);
		json_pair(out, ", ", "code", a->code);
		json_pair(out, ", ", "state", alarms_state(a));
		json_pair(out, ", ", "severity", alarm_severity_word(a->severity));
		json_pair(out, ", ", "source", a->source);
		json_pair(out, ", ", "text", a->text);
		json_pair(out, ", ", "details", a->details);
		json_pair(out, ", ", "serial", a->serial);
		json_pair(out, ", ", "address", a->address);
		buf_addf(out,
		    ", \"first\": %" PRId64 ", \"last\": %" PRId64 ", \"count\": %" PRId64
		    ", \"raised\": %" PRId64 ", \"cleared\": %" PRId64 ", \"acked\": %" PRId64,
		    a->first, a->last, a->count, a->raised, a->cleared, a->acked);
		json_pair(out, ", ", "acked_by", a->acked_by);
		json_pair(out, ", ", "note", a->note);
		buf_addc(out, '}');
	}
	buf_adds(out, "]}\n");
}

static void print_csv(struct arena *a, const struct alarms *all, struct buf *out)
{
	buf_adds(out, "state,severity,whose,code,source,text,times,first,last,raised,cleared,"
		      "noted,noted by,note,address,serial,details\n");
	for (size_t i = 0; i < all->count; i++) {
		const struct alarm *one = &all->list[i];
		const char *const cells[] = {alarms_state(one), alarm_severity_word(one->severity),
		    one->from, one->code, one->source, one->text,
		    arena_printf(a, "%" PRId64, one->count), text_of(a, cell_moment, one->first),
		    text_of(a, cell_moment, one->last), text_of(a, cell_moment, one->raised),
		    text_of(a, cell_moment, one->cleared), text_of(a, cell_moment, one->acked),
		    one->acked_by, one->note, one->address, one->serial, one->details};
		for (size_t k = 0; k < sizeof cells / sizeof *cells; k++) {
			if (k)
				buf_addc(out, ',');
			cell_csv(out, cells[k]);
		}
		buf_addc(out, '\n');
	}
}

static bool note_them(const struct home *h, const struct options *o, struct arena *a,
    const struct alarms *all, struct err *e)
{
	const struct desk k = {.home = h, .who = who_name(), .now = (int64_t)time(NULL)};
	struct alarm_name *names = arena_calloc(a, all->count + 1, sizeof *names);
	size_t done;
	for (size_t i = 0; i < all->count; i++)
		names[i] =
		    (struct alarm_name){all->list[i].from, all->list[i].code, all->list[i].raised};
	return desk_note_alarms(&k, names, all->count, true, o->note ? o->note : "", &done, e);
}

static bool find(const struct home *h, const struct options *o, struct arena *a, struct alarms *all,
    struct err *e)
{
	const char **words = arena_calloc(a, o->line.nwords, sizeof *words);
	struct alarms_query q = {.words = words, .all = o->all};
	bool running = false;
	for (size_t i = 1; i < o->line.nwords; i++)
		words[q.nwords++] = arena_lower(a, o->line.words[i]);
	struct store *s = desk_store(h, e);
	const struct board *board = board_open(h->board, &running, NULL);
	bool ok = s && store_begin(s, e);
	if (ok) {
		alarms_find(s, running ? board : NULL, a, &q, all);
		ok = store_end(s, e);
	}
	board_close(board);
	store_close(s);
	return ok;
}

int cmd_alarms(const struct home *h, const struct options *o)
{
	struct arena a = {0};
	struct buf out = {0};
	struct err e = {""};
	struct alarms all = {.count = 0};
	int status = CLI_FINDING;
	if (o->note && !o->ack)
		return cli_misuse("--note is what --ack says: rollcall alarms --ack --note TEXT");
	if (o->json && o->csv)
		return cli_misuse("--json or --csv, not both");
	if (find(h, o, &a, &all, &e) && (!o->ack || note_them(h, o, &a, &all, &e))) {
		if (o->json)
			print_json(&all, &out);
		else if (o->csv)
			print_csv(&a, &all, &out);
		else
			print_text(&a, &all, &out);
		status = cli_print(&out, all.unnoted && !o->ack ? CLI_FINDING : CLI_FINE);
	} else {
		cli_fail("%s", e.text);
	}
	arena_free(&a);
	return status;
}
