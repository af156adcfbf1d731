/* SPDX-License-Identifier: ISC */
/*
 * State documents of DIR → changes of the store, in groups: a group is parsed, compared with what the
 * store knows, and applied; nothing of it is on disk before that.
 *
 * When a device was seen is the last thing that is written of it, together with its messages. So a
 * device that was taken half-way is taken again, and one that is known to have been seen at that time is
 * complete.
 */
#include "base/file.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"
#include "core/answer.h"
#include "core/change.h"
#include "core/req.h"
#include "core/state_parse.h"
#include "desk/desk.h"
#include "home/backups.h"
#include "tools/rollcall/import_work.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define GROUP 128
#define GROUP_BYTES ((size_t)4 << 20) /* of documents; one more may come on top */
#define SUFFIX ".xml"
#define TIME_MIN 946684800 /* 2000: before that no clock of a server was right */
#define MESSAGE_MOST 128   /* what a message takes beside its text */

/* A document that was read, and what becomes of it. */
struct job {
	const char *file;
	struct state_parsed doc;
	enum import_outcome outcome;
};

/* Lists of changes, each small enough to be sent at once. */
struct lists {
	struct buf *list;
	size_t count, room;
};

struct group {
	struct import *im;
	struct arena arena;
	struct job jobs[GROUP];
	size_t count, bytes;
	struct lists lists;
	struct buf work;
	const char *folder; /* of the documents, for the report */
	char *backups;      /* the folder of HOME with them */
	int64_t now;
};

/* ---- lists of changes ---- */

static void lists_begin(struct lists *all)
{
	if (!all->list || all->count == all->room) {
		all->room = all->room ? 2 * all->room : 8;
		all->list = mem_realloc(all->list, all->room * sizeof *all->list);
	}
	all->list[all->count++] = (struct buf){0};
}

/* Adds what must be applied together, and empties it. */
static void lists_add(struct lists *all, struct buf *changes)
{
	if (!changes->size)
		return;
	if (!all->list || all->list[all->count - 1].size + changes->size > LIMIT_POST)
		lists_begin(all);
	buf_add(&all->list[all->count - 1], changes->data, changes->size);
	buf_reset(changes);
}

static void lists_free(struct lists *all)
{
	for (size_t i = 0; i < all->count; i++)
		buf_free(&all->list[i]);
	free(all->list);
	*all = (struct lists){0};
}

/* ---- a document → changes ---- */

static void earlier(int64_t *first, int64_t time)
{
	if (time >= TIME_MIN && (!*first || time < *first))
		*first = time;
}

/* It does not say when the device was first heard of; the earliest time in it is what is known. */
static int64_t first_heard(const struct state_parsed *doc)
{
	int64_t first = doc->device.seen;
	earlier(&first, doc->device.firmware_at);
	earlier(&first, doc->device.bootcode_at);
	for (size_t i = 0; i < doc->nanswers; i++)
		earlier(&first, doc->answers[i].received);
	for (size_t i = 0; i < doc->ndeliveries; i++)
		earlier(&first, doc->deliveries[i].sent);
	for (size_t i = 0; i < doc->nmessages; i++)
		earlier(&first, doc->messages[i].time);
	return first;
}

/* What the document says, and where it says nothing what was known. */
static struct device merged(const struct device *was, const struct state_parsed *doc)
{
	struct device now = doc->device;
	now.created = first_heard(doc);
	if (!was)
		return now;
	for (size_t i = 0; i < device_nfields; i++) {
		const struct device_field *f = &device_fields[i];
		if (device_has(&now, f))
			continue;
		if (f->type == DEVICE_TEXT)
			device_set_text(&now, f, device_text(was, f));
		else
			device_set_number(&now, f, device_number(was, f));
	}
	if (was->created)
		now.created = was->created;
	return now;
}

/* Leaves out the answers of which HOME has one that is as new; a name is part of its answer. */
static void drop_older_answers(struct group *g, struct store *known, struct state_parsed *doc)
{
	struct store_answer mine;
	size_t left = 0;
	for (size_t i = 0; i < doc->nanswers; i++) {
		struct parsed_answer *one = &doc->answers[i];
		bool older = store_answer(known, &g->arena, doc->device.sn, one->query, &mine) &&
			     mine.received >= one->received;
		if (older && *answer_name(&g->arena, one->query, one->xml, one->size))
			doc->device.name = "";
		else if (!older)
			doc->answers[left++] = *one;
	}
	doc->nanswers = left;
}

static void add_answers(struct group *g, const struct job *job)
{
	const struct state_parsed *doc = &job->doc;
	for (size_t i = 0; i < doc->nanswers; i++) {
		const struct parsed_answer *one = &doc->answers[i];
		change_answer(
		    &g->work, doc->device.sn, one->query, one->received, one->xml, one->size);
		lists_add(&g->lists, &g->work);
	}
}

static bool is_newer(
    const struct store_delivery *mine, size_t count, const struct parsed_delivery *one)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(mine[i].snippet, one->snippet) == 0)
			return mine[i].sent >= one->sent;
	}
	return false;
}

static void add_deliveries(struct group *g, struct store *known, const struct job *job)
{
	const struct state_parsed *doc = &job->doc;
	size_t count = 0;
	struct store_delivery *mine =
	    known ? store_deliveries(known, &g->arena, doc->device.sn, &count) : NULL;
	for (size_t i = 0; i < doc->ndeliveries; i++) {
		const struct parsed_delivery *one = &doc->deliveries[i];
		if (is_newer(mine, count, one))
			continue;
		change_delivery(&g->work, doc->device.sn, one->snippet, one->sent, one->version);
		lists_add(&g->lists, &g->work);
	}
}

static int by_time(const void *a, const void *b)
{
	const struct parsed_message *x = a, *y = b;
	return (x->time > y->time) - (x->time < y->time);
}

/* The messages that would still be kept, and when it was seen: together or not at all. */
static void add_end(struct group *g, const struct job *job)
{
	const struct state_parsed *doc = &job->doc;
	long keep = g->im->target->status_logkeep;
	size_t room = LIMIT_POST - MESSAGE_MOST, i = doc->nmessages, kept = 0;
	if (doc->nmessages)
		qsort(doc->messages, doc->nmessages, sizeof *doc->messages, by_time);
	while (i > 0 && kept < LIMIT_MESSAGES) {
		const struct parsed_message *one = &doc->messages[i - 1];
		size_t size = strlen(one->text) + MESSAGE_MOST;
		if ((keep != CONF_ABSENT && one->time < g->now - keep) || size > room)
			break;
		room -= size;
		kept++;
		i--;
	}
	for (; i < doc->nmessages; i++)
		change_message(
		    &g->work, doc->device.sn, doc->messages[i].time, doc->messages[i].text);
	change_touch(&g->work, doc->device.sn, doc->device.seen);
	lists_add(&g->lists, &g->work);
}

static enum import_outcome add_job(struct group *g, struct store *store, struct job *job)
{
	const char *sn = job->doc.device.sn;
	struct device was;
	bool known = store && store_device(store, &g->arena, sn, &was);
	if (known)
		store_seen(store, &was);
	if (known && was.seen >= job->doc.device.seen)
		return was.seen == job->doc.device.seen ? IMPORT_THERE : IMPORT_KEPT;
	if (known)
		drop_older_answers(g, store, &job->doc);
	const struct device now = merged(known ? &was : NULL, &job->doc);
	change_device(&g->work, sn, known ? &was : NULL, &now);
	lists_add(&g->lists, &g->work);
	add_answers(g, job);
	add_deliveries(g, known ? store : NULL, job);
	add_end(g, job);
	return IMPORT_TAKEN;
}

/* ---- a group ---- */

/* The store, in a snapshot. *none: there is not one yet, which is fine. */
static struct store *open_store(const struct home *h, bool *none, struct err *e)
{
	*none = access(h->store, F_OK) != 0 && errno == ENOENT;
	struct store *s = *none ? NULL : desk_store(h, e);
	if (s && !store_begin(s, e)) {
		store_close(s);
		s = NULL;
	}
	return s;
}

/* The store is closed again before anything is applied: a process may have it open once only. */
static bool compare(struct group *g, struct err *e)
{
	bool none, ok;
	struct store *s = open_store(g->im->home, &none, e);
	if (!s && !none)
		return false;
	for (size_t i = 0; i < g->count; i++)
		g->jobs[i].outcome = add_job(g, s, &g->jobs[i]);
	ok = !s || store_end(s, e);
	store_close(s);
	return ok;
}

static bool apply(struct group *g, struct err *e)
{
	for (size_t i = 0; i < g->lists.count; i++) {
		if (!desk_apply(g->im->home, &g->lists.list[i], e))
			return false;
	}
	return true;
}

static void report(
    const struct group *g, const char *file, enum import_outcome outcome, const char *why)
{
	struct buf what = {0};
	buf_addf(&what, "%s/%s", g->folder, file);
	import_add(&g->im->report, IMPORT_DEVICES, outcome, what.data, why);
	buf_free(&what);
}

static void report_job(struct group *g, const struct job *job, bool done)
{
	const struct state_parsed *doc = &job->doc;
	struct buf why = {0};
	if (done && job->outcome == IMPORT_TAKEN && doc->lost) {
		buf_adds(&why, doc->why);
		if (doc->lost > 1)
			buf_addf(&why, " (and %zu more)", doc->lost - 1);
	}
	report(g, job->file, done ? job->outcome : IMPORT_LEFT_OUT, why.data);
	buf_free(&why);
}

/* False: it stopped, and the report says why. */
static bool finish(struct group *g)
{
	struct err e = {""};
	bool ok = g->count == 0 || (compare(g, &e) && apply(g, &e));
	if (!ok)
		g->im->report.stopped = e;
	for (size_t i = 0; i < g->count; i++)
		report_job(g, &g->jobs[i], ok);
	lists_free(&g->lists);
	arena_reset(&g->arena);
	g->count = g->bytes = 0;
	return ok;
}

/* ---- reading ---- */

/* "SN.xml" → SN */
static const char *serial_of(struct arena *a, const char *file, struct err *e)
{
	const char *sn =
	    text_ends(file, SUFFIX) ? arena_strndup(a, file, strlen(file) - strlen(SUFFIX)) : "";
	if (req_is_serial(sn))
		return sn;
	err_set(e, "a state document is called SERIAL-NUMBER" SUFFIX);
	return NULL;
}

/* The name of the file and the document must mean the same device; its own spelling counts. */
static bool is_of(struct state_parsed *doc, const char *sn, struct err *e)
{
	if (!*doc->device.sn)
		doc->device.sn = sn;
	return text_same(doc->device.sn, sn) ||
	       err_set(e, "it is about another device, %s", doc->device.sn);
}

static bool is_time(const struct group *g, int64_t time)
{
	return time >= TIME_MIN && time <= g->now;
}

/* A document is written at each poll: where it cannot be right, the time of its file is. */
static void settle_seen(const struct group *g, struct state_parsed *doc, int64_t written)
{
	int64_t *seen = &doc->device.seen;
	if (!is_time(g, *seen))
		*seen = is_time(g, written) ? written : g->now;
	for (size_t i = 0; i < doc->nanswers; i++) {
		if (!is_time(g, doc->answers[i].received))
			doc->answers[i].received = *seen;
	}
}

/* That somebody has such a serial number is not worth a device: the next poll tells it, too. */
static bool says_anything(const struct group *g, const struct state_parsed *doc, struct err *e)
{
	bool any =
	    is_time(g, doc->device.seen) || doc->nanswers || doc->ndeliveries || doc->nmessages;
	for (size_t i = 0; i < device_nfields; i++)
		any = any || device_has(&doc->device, &device_fields[i]);
	return any || err_set(e, "nothing can be read of it%s%s", *doc->why ? ": " : "", doc->why);
}

/* Backups were taken before: the newest one that is here counts, whatever the document calls it. */
static void find_backup(struct group *g, struct state_parsed *doc)
{
	struct device *d = &doc->device;
	struct backups_file *list = NULL;
	size_t count = 0;
	d->backup = "";
	if (!*d->hwid || !backups_list(&g->arena, g->backups, d->hwid, &list, &count, NULL) ||
	    !count)
		return;
	d->backup = list[count - 1].name;
	d->backup_at = list[count - 1].stored;
}

static bool read_job(
    struct group *g, int folder, const char *file, struct state_parsed *doc, struct err *e)
{
	struct buf bytes = {0};
	struct timespec mtime;
	const char *sn = serial_of(&g->arena, file, e);
	bool ok = sn && import_read(folder, file, LIMIT_STATE, &bytes, &mtime, e) &&
		  state_parse(&g->arena, buf_text(&bytes), bytes.size, doc, e) &&
		  is_of(doc, sn, e) && says_anything(g, doc, e);
	if (ok) {
		settle_seen(g, doc, mtime.tv_sec);
		find_backup(g, doc);
	}
	g->bytes += bytes.size;
	buf_free(&bytes);
	return ok;
}

static bool is_in(const struct group *g, const char *sn)
{
	for (size_t i = 0; i < g->count; i++) {
		if (strcmp(g->jobs[i].doc.device.sn, sn) == 0)
			return true;
	}
	return false;
}

/* False: it stopped. */
static bool take(struct group *g, int folder, const char *file)
{
	struct state_parsed doc;
	struct err e = {""};
	if (import_is_hidden(file)) {
		report(g, file, IMPORT_IGNORED, IMPORT_HIDDEN);
		return true;
	}
	if (g->count == GROUP || g->bytes > GROUP_BYTES) {
		if (!finish(g))
			return false;
	}
	if (!read_job(g, folder, file, &doc, &e)) {
		report(g, file, IMPORT_LEFT_OUT, e.text);
		return true;
	}
	/* Spelled differently: the store will tell which is newer. */
	if (is_in(g, doc.device.sn))
		return finish(g) && take(g, folder, file);
	g->jobs[g->count++] = (struct job){.file = arena_strdup(&g->arena, file), .doc = doc};
	return true;
}

static void show_progress(const struct import *im, size_t done, size_t all)
{
	if (im->progress && done % GROUP == 0)
		fprintf(stderr, "\rdevices: %zu of %zu", done, all);
	if (im->progress && done == all)
		fputs("\r\033[K", stderr);
}

static void take_all(struct group *g, int folder, const struct import_names *names)
{
	bool going = true;
	for (size_t i = 0; i < names->count; i++) {
		if (going)
			going = take(g, folder, names->list[i]);
		if (!going)
			report(g, names->list[i], IMPORT_LEFT_OUT, NULL);
		show_progress(g->im, i + 1, names->count);
	}
	if (going)
		finish(g);
}

void import_devices(struct import *im)
{
	struct err e = {""};
	struct import_names names = {0};
	const char *name = import_folder(im->source, offsetof(struct config, status_dir), "status");
	int folder = import_open(im, name, O_DIRECTORY, &e);
	if (folder < 0 && !*e.text && strcmp(name, "status") != 0)
		err_set(&e, "the configuration names this folder, but it does not exist");
	if (folder >= 0 && import_list(folder, &names, &e)) {
		struct group *g = mem_alloc(sizeof *g);
		g->im = im;
		g->folder = name;
		g->now = time(NULL);
		g->backups = home_path(im->home,
		    import_folder(im->target, offsetof(struct config, backup_dir), "backup"));
		take_all(g, folder, &names);
		arena_free(&g->arena);
		buf_free(&g->work);
		free(g->backups);
		free(g);
	}
	if (*e.text)
		import_add(&im->report, IMPORT_DEVICES, IMPORT_LEFT_OUT, name, e.text);
	import_names_free(&names);
	if (folder >= 0)
		close(folder);
}
