/* SPDX-License-Identifier: ISC */
/*
 * What the server notices of itself becomes alarms like those of devices: a row for each thing that is looked at. They
 * are raised when it begins and cleared when it is over. While the store cannot be written (which is one of
 * them) they stand on the board, where pages and forward.h find them.
 */
#include "fcgi/keeper_jobs.h"

#include "base/date.h"
#include "base/log.h"
#include "base/text.h"
#include "core/alarm.h"
#include "core/change.h"
#include "core/master.h"
#include "desk/ca_files.h"
#include "desk/serving.h"
#include "guard/client.h"
#include "proc/clock.h"

#include <string.h>
#include <sys/statvfs.h>
#include <time.h>

#define SUBJECT "alarms"
#define LOOK_MS 10000
#define TRIM_MS 3600000
#define RECENT_MS 600000 /* what happened once counts for so long */
#define DISK_SLACK 2     /* %: it is over when so much less is in use */
#define ON_BOARD 200     /* bytes of a text there: all of them have room */

/* One look at everything. */
struct look {
	struct keeper *k;
	struct board_watch *watch;
	int64_t now, now_ms;
	bool active;      /* this one, as far as the store knows */
	struct buf *text; /* what is wrong, for people */
};

/* ---- the disk ---- */

static bool stat_data(const struct look *l, struct statvfs *fs)
{
	return statvfs(l->k->server->home.data, fs) == 0;
}

/* As df has it: of what is not kept for root. */
static bool disk_is_full(const struct look *l)
{
	struct statvfs fs;
	if (!stat_data(l, &fs))
		return false;
	uint64_t used = (uint64_t)fs.f_blocks - fs.f_bfree, all = used + fs.f_bavail;
	uint64_t percent = all ? (used * 100 + all - 1) / all : 0;
	buf_addf(l->text, "%u%% of the disk with %s are in use", (unsigned)percent,
	    l->k->server->home.data);
	/* At the limit it is not raised and cleared again and again. */
	long limit = l->k->server->config->alarms_disk - (l->active ? DISK_SLACK : 0);
	return (long)percent >= limit;
}

static bool disk_is_read_only(const struct look *l)
{
	struct statvfs fs;
	buf_addf(l->text, "the file system of %s is mounted read-only", l->k->server->home.data);
	return stat_data(l, &fs) && (fs.f_flag & ST_RDONLY);
}

static bool store_fails(const struct look *l)
{
	char problem[BOARD_BLOCK + 1];
	size_t n = board_read(&l->k->server->board->writer.problem, problem, BOARD_BLOCK);
	problem[n] = '\0';
	buf_addf(l->text, "nothing can be stored: %s", problem);
	return *problem != '\0';
}

/* Is it so recent that it counts as being so now? */
static bool is_recent(const struct look *l, int64_t when_ms)
{
	return when_ms && l->now_ms - when_ms < RECENT_MS;
}

static bool entries_fail(const struct look *l)
{
	uint64_t failed = BOARD_GET(l->k->server->board->entries.failed);
	if (failed != BOARD_GET(l->watch->failed))
		BOARD_SET(l->watch->failed_ms, l->now_ms);
	BOARD_SET(l->watch->failed, failed);
	buf_adds(l->text,
	    "logs and alarms of devices cannot be written; devices were told to send them again");
	return is_recent(l, BOARD_GET(l->watch->failed_ms));
}

/* ---- processes ---- */

/* So many that had to be replaced within that time are too many. */
static bool processes_crash(const struct look *l)
{
	struct board_watch *w = l->watch;
	uint64_t restarts = board_restarts(l->k->server->board);
	for (uint64_t n = BOARD_GET(w->restarts); n < restarts; n++) {
		for (int i = 1; i < BOARD_CRASHES; i++)
			BOARD_SET(w->crashed_ms[i - 1], BOARD_GET(w->crashed_ms[i]));
		BOARD_SET(w->crashed_ms[BOARD_CRASHES - 1], l->now_ms);
	}
	BOARD_SET(w->restarts, restarts);
	buf_addf(l->text, "%d processes or more had to be replaced within %d minutes; see the log",
	    BOARD_CRASHES, RECENT_MS / 60000);
	return is_recent(l, BOARD_GET(w->crashed_ms[0]));
}

/* ---- configuration, master device ---- */

static bool configuration_is_bad(const struct look *l)
{
	char message[BOARD_BLOCK + 1];
	const struct board *b = l->k->server->board;
	size_t n = board_read(&b->config_message, message, BOARD_BLOCK);
	message[n] = '\0';
	buf_addf(l->text, "the configuration has a mistake, the one before stays in force: %.400s",
	    message);
	return BOARD_GET(b->config_state) != BOARD_CONFIG_GOOD;
}

/* It may never have answered: then since we began to ask. */
static bool master_is_silent(const struct look *l)
{
	struct master m;
	const struct config *c = l->k->server->config;
	const struct board *b = l->k->server->board;
	if (!master_is_asked(c) || board_read(&b->master, &m, sizeof m) != sizeof m || !*m.problem)
		return false;
	int64_t since = m.answered_at ? (int64_t)m.answered_at : BOARD_GET(b->started);
	buf_addf(
	    l->text, "the master device does not answer: %.*s", (int)sizeof m.problem, m.problem);
	return l->now - since >= c->alarms_master;
}

/* ---- certificates ---- */

static bool expires_soon(const struct look *l, const char *what, int64_t until)
{
	char text[DATE_SIZE];
	int64_t margin = (int64_t)l->k->server->config->alarms_certs * DATE_DAY;
	if (until - l->now > margin)
		return false;
	buf_addf(l->text, "%s%s %s on %s", l->text->size ? "; " : "", what,
	    until <= l->now ? "has expired" : "expires", date_day(until, text));
	return true;
}

/*
 * The one that is served: `rollcall serve` gives lighttpd a copy, which stays in force when what it was made of is
 * replaced by something broken. NULL: none is.
 */
static const char *server_certificate(const struct look *l)
{
	const struct server *s = l->k->server;
	struct arena *a = &l->k->arena;
	struct serving serving;
	serving_read(&s->home, &serving);
	if (!serving.pid)
		return arena_concat(a, s->pki, "/server.pem");
	for (size_t i = 0; i < serving.naddresses; i++) {
		if (!text_starts(serving.addresses[i], "http:"))
			return arena_concat(a, s->home.run, "/pki/server.pem");
	}
	return NULL;
}

static bool server_certificate_expires(const struct look *l)
{
	const char *path = server_certificate(l);
	struct cert cert;
	struct err e;
	return path && ca_file_cert(&l->k->arena, path, &cert, &e) &&
	       expires_soon(l, "the certificate of the web server", cert.until);
}

static bool ca_expires_soon(const struct look *l, const char *cn, const char *path, int64_t until)
{
	return expires_soon(l, arena_printf(&l->k->arena, "the CA \"%s\" in %s", cn, path), until);
}

/* Those whose devices are let in. */
static bool client_ca_expires(const struct look *l)
{
	static const char *const none[] = {NULL};
	struct arena *a = &l->k->arena;
	struct err e;
	struct cert ca;
	const char *path = ca_clients(a, &l->k->server->home, l->k->server->pki);
	struct client_trust *t = client_trust_load(path, none, &e);
	bool soon = false;
	for (size_t i = 0; t && i < client_trust_count(t); i++) {
		client_trust_ca(t, a, i, &ca);
		soon |= ca_expires_soon(l, ca.cn, path, ca.until);
	}
	client_trust_free(t);
	return soon;
}

static bool own_ca_expires(const struct look *l)
{
	size_t count;
	const struct ca_file *own = ca_files(&l->k->arena, &l->k->server->home, &count);
	bool soon = false;
	for (size_t i = 0; i < count; i++) {
		if (!own[i].former && !own[i].problem)
			soon |= ca_expires_soon(l, own[i].cert.cn, own[i].path, own[i].cert.until);
	}
	return soon;
}

static bool ca_expires(const struct look *l)
{
	bool own = own_ca_expires(l);
	return client_ca_expires(l) || own;
}

/* ---- all of them ---- */

static const struct {
	const char *code;
	enum alarm_severity severity;
	bool (*look)(const struct look *l);
	bool other; /* what is wrong may become something else meanwhile: then it is said anew */
} checks[] = {
    {"store", ALARM_MAJOR, store_fails, false},
    {"disk-full", ALARM_MAJOR, disk_is_full, false},
    {"disk-read-only", ALARM_MAJOR, disk_is_read_only, false},
    {"entries", ALARM_MAJOR, entries_fail, false},
    {"processes", ALARM_MAJOR, processes_crash, false},
    {"configuration", ALARM_MAJOR, configuration_is_bad, true},
    {"master-silent", ALARM_INDETERMINATE, master_is_silent, false},
    {"server-certificate", ALARM_INDETERMINATE, server_certificate_expires, false},
    {"ca-certificate", ALARM_INDETERMINATE, ca_expires, false},
};
#define CHECKS (sizeof checks / sizeof *checks)

/* What is said of those that are active as far as the store knows, else NULL; what cannot be read is not. */
static void read_active(struct keeper *k, const char *active[CHECKS])
{
	struct err e;
	struct alarm alarm;
	struct store *s = memory_store(&k->memory, &e);
	memset(active, 0, CHECKS * sizeof *active);
	if (!s || !store_begin(s, &e))
		return;
	for (size_t i = 0; i < CHECKS; i++) {
		if (store_alarm(s, &k->arena, ALARM_SERVER, checks[i].code, &alarm) && alarm.raised)
			active[i] = alarm.text;
	}
	if (!store_end(s, &e))
		memset(active, 0, CHECKS * sizeof *active);
}

enum alarm_severity keeper_alarm_severity(const char *code)
{
	size_t i = 0;
	while (i < CHECKS && strcmp(checks[i].code, code) != 0)
		i++;
	return i < CHECKS ? checks[i].severity : ALARM_MAJOR;
}

struct alarm_report keeper_alarm_report(const char *code, enum alarm_severity severity,
    enum alarm_act act, int64_t time, const char *text)
{
	return (struct alarm_report){
	    .from = ALARM_SERVER,
	    .code = code,
	    .act = act,
	    .time = time,
	    .severity = severity,
	    .source = "rollcall",
	    .text = text,
	    .details = "",
	    .serial = "",
	    .address = "",
	};
}

static void report(struct buf *list, size_t i, bool on, int64_t now, const char *text)
{
	const struct alarm_report r = keeper_alarm_report(
	    checks[i].code, checks[i].severity, on ? ALARM_RAISE : ALARM_CLEAR, now, text);
	change_alarm(list, &r);
}

/* A line of it on the board (board.h). */
static void note(struct buf *now, size_t i, const char *text, size_t size)
{
	char clean[ON_BOARD + 1];
	text_clean(clean, sizeof clean, text, size);
	buf_addf(now, "%s\t%s\n", checks[i].code, clean);
}

static void look_at_all(
    struct look *l, const char *const active[CHECKS], struct buf *list, struct buf *now)
{
	struct buf *text = l->text;
	for (size_t i = 0; i < CHECKS; i++) {
		buf_reset(text);
		l->active = active[i] != NULL;
		bool on = checks[i].look(l);
		bool other =
		    on && active[i] && checks[i].other && strcmp(active[i], buf_text(text)) != 0;
		if (on)
			note(now, i, buf_text(text), text->size);
		if (on != l->active || other)
			report(list, i, on, l->now, on ? buf_text(text) : "");
	}
}

/* What was before the first look since the supervisor started is not ours to tell. */
static void begin_watch(struct board *b)
{
	if (BOARD_GET(b->watch.begun))
		return;
	BOARD_SET(b->watch.restarts, board_restarts(b));
	BOARD_SET(b->watch.failed, BOARD_GET(b->entries.failed));
	BOARD_SET(b->watch.begun, 1);
}

int64_t keeper_alarms(struct keeper *k)
{
	struct board *b = k->server->board;
	struct buf list = {0}, now = {0}, text = {0};
	struct look l = {.k = k,
	    .watch = &b->watch,
	    .now = (int64_t)time(NULL),
	    .now_ms = clock_now_ms(),
	    .text = &text};
	const char *active[CHECKS] = {NULL};
	struct err e;
	arena_reset(&k->arena);
	begin_watch(b);
	if (k->begun)
		read_active(k, active);
	look_at_all(&l, active, &list, &now);
	bool kept = k->begun && memory_keep(&k->memory, &list, &e);
	board_write(&b->own_alarms, buf_text(&now), kept ? 0 : now.size);
	buf_free(&list);
	buf_free(&now);
	buf_free(&text);
	return LOOK_MS;
}

int64_t keeper_alarms_trim(struct keeper *k)
{
	struct buf list = {0};
	struct err e;
	int64_t days = k->server->config->alarms_keep;
	change_alarms_trim(&list, (int64_t)time(NULL) - days * DATE_DAY);
	if (k->begun && !memory_keep(&k->memory, &list, &e))
		log_warn(SUBJECT, "old ones cannot be forgotten now: %s", e.text);
	buf_free(&list);
	return k->begun ? TRIM_MS : LOOK_MS;
}
