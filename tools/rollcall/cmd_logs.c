/* SPDX-License-Identifier: ISC */
/* rollcall logs: prints what devices logged or reported, and follows it. */
#include "tools/rollcall/cli.h"

#include "base/json.h"
#include "desk/logs.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#define LOOK_NS 250000000

struct work {
	const struct home *home;
	const struct options *o;
	struct config *config;
	struct arena arena; /* of the query */
	struct logs_query query;
};

/* ---- one entry ---- */

/* A line of text is what stands in the file, with blanks for people instead of tabs. */
static void print_text(struct buf *out, const struct entry *entry)
{
	size_t at = out->size;
	entry_print(out, entry);
	for (size_t i = at; i < out->size; i++) {
		if (out->data[i] == '\t')
			out->data[i] = ' ';
	}
}

static void print_json(struct buf *out, const struct entry *entry)
{
	buf_addf(
	    out, "{\"received\": %" PRId64 ", \"time\": %" PRId64, entry->received, entry->time);
	json_pair(out, ", ", "from", entry->from);
	json_pair(out, ", ", "address", entry->address);
	json_pair(out, ", ", "event", entry->event);
	json_pair(out, ", ", "text", entry->text);
	buf_adds(out, ", \"more\": [");
	for (size_t i = 0; i < entry->nmore; i++) {
		json_pair(out, i ? ", {" : "{", "name", entry->more[i].name);
		json_pair(out, ", ", "value", entry->more[i].value);
		buf_addc(out, '}');
	}
	buf_adds(out, "]}\n");
}

static void print(const struct options *o, struct buf *out, const struct entry *entry)
{
	if (o->json)
		print_json(out, entry);
	else if (o->csv)
		logs_csv(out, entry);
	else
		print_text(out, entry);
}

/* ---- what is there, and what comes ---- */

/* The newest N, the oldest of them first. */
static bool print_found(struct work *w, struct logtail **tail, struct err *e)
{
	struct arena a = {0};
	struct buf out = {0};
	struct logs found = {.tail = NULL};
	if (w->o->csv)
		logs_csv(&out, NULL);
	bool ok = logs_find(w->home, w->config, &a, &w->query, &found, e);
	for (size_t i = ok ? found.count : 0; i-- > 0;)
		print(w->o, &out, &found.list[i]);
	*tail = found.tail;
	if (ok && *found.problem)
		ok = err_set(e, "%s", found.problem);
	ok = cli_print(&out, CLI_FINE) == CLI_FINE && ok;
	arena_free(&a);
	return ok;
}

/* Until somebody ends us, or nobody reads any more. */
static void follow(struct work *w, struct logtail *tail)
{
	const struct timespec pause = {0, LOOK_NS};
	struct arena a = {0};
	for (;;) {
		size_t size;
		const char *line;
		struct buf out = {0};
		struct entry entry;
		while ((line = logtail_next(tail, &size))) {
			if (logs_fits(&a, &w->query, line, size, &entry))
				print(w->o, &out, &entry);
			arena_reset(&a);
		}
		if (cli_print(&out, CLI_FINE) != CLI_FINE)
			break;
		nanosleep(&pause, NULL);
	}
	arena_free(&a);
}

static bool run(struct work *w, struct err *e)
{
	struct logtail *tail = NULL;
	bool ok = print_found(w, &tail, e);
	if (ok && tail)
		follow(w, tail);
	logtail_close(tail);
	return ok;
}

static bool read_query(struct work *w, struct err *e)
{
	const struct options *o = w->o;
	const char **words = arena_calloc(&w->arena, o->line.nwords, sizeof *words);
	int64_t now = (int64_t)time(NULL);
	w->query = (struct logs_query){.alarms = o->alarms,
	    .words = words,
	    .until = INT64_MAX,
	    .most = (size_t)o->most,
	    .follow = o->follow};
	for (size_t i = 1; i < o->line.nwords; i++)
		words[w->query.nwords++] = o->line.words[i];
	return (!o->since || logs_time(o->since, now, &w->query.since, e)) &&
	       (!o->until || logs_time(o->until, now, &w->query.until, e));
}

int cmd_logs(const struct home *h, const struct options *o)
{
	struct work w = {.home = h, .o = o};
	struct err e = {""};
	int status = CLI_FINE;
	if (o->json && o->csv)
		return cli_misuse("--json or --csv, not both");
	if (!read_query(&w, &e))
		status = cli_misuse("%s", e.text);
	else if (!(w.config = cli_config(h->user_config)))
		status = CLI_FINDING;
	else if (!run(&w, &e))
		status = cli_fail("%s", e.text);
	conf_free(w.config);
	arena_free(&w.arena);
	return status;
}
