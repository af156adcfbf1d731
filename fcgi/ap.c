/* SPDX-License-Identifier: ISC */
/* From FastCGI to lines and alarms. */
#include "fcgi/ap.h"

#include "base/file.h"
#include "base/log.h"
#include "base/num.h"
#include "base/text.h"
#include "core/alarm.h"
#include "core/change.h"
#include "core/entry.h"
#include "core/req.h"
#include "fcgi/env.h"
#include "fcgi/memory.h"
#include "fcgi/quiet.h"
#include "fcgi/reply.h"
#include "fcgi/server.h"
#include "fcgi/worker.h"
#include "guard/flood.h"
#include "home/logfile.h"
#include "proc/clock.h"

#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define FOLDER_MODE 0755 /* the web server shows it to those who may see it */
#define SYNC_MS 1000
#define COUNT_MS 60000 /* how often the files of devices are counted */
#define TELL_MS 60000  /* how often the log is told the same of somebody */
#define TOLD 16        /* of how many that is remembered */

enum kind { LOG, ALARM, KINDS };

/* A folder with a file for all, and perhaps one for each device. */
struct shelf {
	char *folder;
	char *path, *lock_path; /* of the file for all */
	struct logfile all;
	const char *device_lock; /* of the files of devices */
	long files;              /* of devices: so many are there */
};

/* Whom the log was told of. */
struct told {
	char who[LIMIT_HWID + 1];
	int64_t at_ms;
};

struct ap {
	const struct server *server;
	struct board_entries *board;
	struct memory memory;
	struct arena arena;
	struct reply reply;
	struct quiet quiet;
	struct buf body, line, changes;
	struct shelf shelves[KINDS];
	struct told told[TOLD];
	bool unsynced;
	int64_t synced_ms, counted_ms;
};

struct variables {
	const char *script, *info;
	struct req_input in;
};

#define VARIABLE(name, field) ENV_ROW(struct variables, name, field)
static const struct env_row variables[] = {
    VARIABLE("SCRIPT_NAME", script),
    VARIABLE("PATH_INFO", info),
    VARIABLE("REQUEST_METHOD", in.method),
    VARIABLE("QUERY_STRING", in.query),
    VARIABLE("REMOTE_ADDR", in.peer),
    ENV_ONCE(struct variables, "HTTP_X_FORWARDED_FOR", in.forwarded_for),
    VARIABLE("CONTENT_LENGTH", in.content_length),
};

/* ---- the log ---- */

/* Once in a while of each: what comes a thousand times a second must not fill our own log either. */
static bool is_told(struct ap *ap, const char *who)
{
	int64_t now = clock_now_ms();
	struct told *oldest = ap->told;
	for (size_t i = 0; i < TOLD; i++) {
		struct told *t = &ap->told[i];
		if (t->at_ms && now - t->at_ms < TELL_MS && strncmp(t->who, who, LIMIT_HWID) == 0)
			return true;
		if (t->at_ms < oldest->at_ms)
			oldest = t;
	}
	oldest->at_ms = now;
	snprintf(oldest->who, sizeof oldest->who, "%.*s", LIMIT_HWID, who);
	return false;
}

__attribute__((format(printf, 3, 4))) static void tell(
    struct ap *ap, const char *who, const char *format, ...)
{
	char text[LIMIT_LOG_LINE];
	va_list args;
	if (is_told(ap, who))
		return;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	quiet_warn(&ap->quiet, who, "%s", text);
}

/* ---- writing ---- */

static const char *const names[KINDS] = {[LOG] = "log", [ALARM] = "alarm"};

/* A device is called as its HWID: IP24-1d-00-8d. What is not does not get a file; nor does who takes ours. */
static bool is_file_name(const char *from)
{
	for (int i = 0; i < KINDS; i++) {
		if (strcmp(from, names[i]) == 0)
			return false;
	}
	return *from && *from != '-' && strlen(from) <= LIMIT_HWID && text_is_word(from, "-_");
}

static void count_files(struct shelf *s)
{
	DIR *folder = opendir(s->folder);
	s->files = 0;
	while (folder && readdir(folder))
		s->files++;
	if (folder)
		closedir(folder);
}

/* There is its file already, or there may be one more. */
static bool may_have_file(struct shelf *s, const char *path)
{
	if (access(path, F_OK) == 0)
		return true;
	return s->files < LIMIT_LOG_FILES && ++s->files;
}

/* For reading along, not for keeping: what cannot be written there is written for all. */
static void add_for_device(struct ap *ap, struct shelf *s, const char *from)
{
	const struct config *c = ap->server->config;
	struct err e;
	if (!c->logs_perdevice || !is_file_name(from))
		return;
	const char *path = arena_concat(&ap->arena, s->folder, "/", from, ".txt");
	if (!may_have_file(s, path))
		return;
	struct logfile one = {
	    .path = path,
	    .lock_path = s->device_lock,
	    .size_most = c->logs_size * 1024,
	    .keep = c->logs_keep,
	    .fd = -1,
	    .lock = -1,
	};
	if (!logfile_add(&one, ap->line.data, ap->line.size, &e))
		tell(ap, from, "%s", e.text);
	logfile_close(&one);
}

/* Whoever has taken the folder away meant what was in it. */
static bool add_for_all(struct ap *ap, struct shelf *s, struct err *e)
{
	struct err none;
	if (logfile_add(&s->all, ap->line.data, ap->line.size, e))
		return true;
	return access(s->folder, F_OK) != 0 && file_mkdirs(s->folder, FOLDER_MODE, &none) &&
	       logfile_add(&s->all, ap->line.data, ap->line.size, e);
}

static bool write_line(struct ap *ap, enum kind kind, const struct entry *entry, struct err *e)
{
	struct shelf *s = &ap->shelves[kind];
	buf_reset(&ap->line);
	entry_print(&ap->line, entry);
	if (!add_for_all(ap, s, e))
		return false;
	add_for_device(ap, s, entry->from);
	ap->unsynced = true;
	return true;
}

/* What it does to alarms is on the disk then. */
static bool keep_alarm(struct ap *ap, const struct entry *entry, struct err *e)
{
	struct alarm_report report;
	alarm_report_of(&ap->arena, entry, &report);
	buf_reset(&ap->changes);
	change_alarm(&ap->changes, &report);
	return memory_keep(&ap->memory, &ap->changes, e);
}

/* ---- answering ---- */

static void refuse(struct ap *ap, const struct entry *entry, int status, const char *why)
{
	tell(ap, entry->address, "its entry is refused: %s", why);
	BOARD_COUNT(ap->board->refused);
	reply_refuse(&ap->reply, status, "This is no entry: %s.", why);
}

static void refuse_now(struct ap *ap, const struct entry *entry, const struct err *e)
{
	tell(ap, entry->address, "its entry cannot be kept: %s", e->text);
	BOARD_COUNT(ap->board->failed);
	buf_addf(&ap->reply.headers, "Retry-After: %d\r\n", LIMIT_RETRY_SECONDS);
	reply_refuse(&ap->reply, 503, "The entry cannot be kept now; send it again.");
}

/* In how many seconds it may say more; 0: now. */
static int64_t wait_of(struct ap *ap, const struct entry *entry)
{
	struct flood *f = ap->server->flood;
	int64_t now = clock_now_ms();
	const char *who = arena_concat(&ap->arena, entry->address, " ", entry->from);
	int64_t wait = flood_take(f, who, ap->server->config->logs_rate, now);
	return wait ? wait : flood_take(f, entry->address, AP_ALL_RATE, now);
}

static void refuse_more(struct ap *ap, const struct entry *entry, int64_t wait)
{
	tell(ap, *entry->from ? entry->from : entry->address,
	    "sends more than logs/@rate; entries are not taken");
	BOARD_COUNT(ap->board->limited);
	buf_addf(&ap->reply.headers, "Retry-After: %ld\r\n", (long)wait);
	reply_refuse(
	    &ap->reply, 429, "Too many entries; the next one is taken in %ld s.", (long)wait);
}

static void take(struct ap *ap, enum kind kind, const char *bytes, size_t size, const char *address)
{
	struct entry entry = {.from = ""};
	struct err e;
	bool ok = entry_parse(&ap->arena, bytes, size, &entry, &e);
	entry.address = address;
	entry.received = (int64_t)time(NULL);
	if (!ok) {
		refuse(ap, &entry, size > LIMIT_ENTRY ? 413 : 400, e.text);
		return;
	}
	int64_t wait = wait_of(ap, &entry);
	if (wait)
		refuse_more(ap, &entry, wait);
	else if (!write_line(ap, kind, &entry, &e) ||
		 (kind == ALARM && !keep_alarm(ap, &entry, &e)))
		refuse_now(ap, &entry, &e);
	else if (kind == LOG)
		BOARD_COUNT(ap->board->logs);
	else
		BOARD_COUNT(ap->board->alarms);
}

/* ---- requests ---- */

static const struct {
	const char *path;
	enum kind kind;
} routes[] = {
    {"/ap/log.fcgi", LOG},
    {"/ap/alarm.fcgi", ALARM},
};

static bool find_route(const char *path, enum kind *kind)
{
	for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
		if (strcmp(path, routes[i].path) != 0)
			continue;
		*kind = routes[i].kind;
		return true;
	}
	return false;
}

/* False: it was answered. */
static bool read_body(struct ap *ap, FCGX_Request *fcgi, const char *length)
{
	long size = 0;
	if (length && *length && !num_parse(length, 0, LIMIT_ENTRY, &size)) {
		BOARD_COUNT(ap->board->refused);
		reply_refuse(&ap->reply, 413, "An entry may be %d bytes long.", LIMIT_ENTRY);
		return false;
	}
	if (reply_read_body(fcgi->in, (size_t)size, &ap->body))
		return true;
	BOARD_COUNT(ap->board->refused);
	reply_refuse(&ap->reply, 400, "The entry broke off.");
	return false;
}

static void answer(struct ap *ap, FCGX_Request *fcgi, struct variables *v)
{
	enum kind kind;
	const char *method = v->in.method ? v->in.method : "";
	const char *query = v->in.query ? v->in.query : "";
	const char *path = v->info ? v->info : "";
	const char *address = req_client(&ap->arena, &v->in, ap->server->config);
	if (v->script && *v->script)
		path = arena_concat(&ap->arena, v->script, path);
	if (!find_route(path, &kind)) {
		reply_refuse(&ap->reply, 404, "There is nothing at this address.");
	} else if (strcmp(method, "GET") == 0) {
		take(ap, kind, query, strlen(query), address);
	} else if (strcmp(method, "POST") == 0) {
		if (read_body(ap, fcgi, v->in.content_length))
			take(ap, kind, buf_text(&ap->body), ap->body.size, address);
	} else {
		buf_adds(&ap->reply.headers, "Allow: GET, POST\r\n");
		reply_refuse(
		    &ap->reply, 405, "This method is not allowed here; allowed are: GET, POST.");
	}
}

/* ---- the process ---- */

static void sync_all(struct ap *ap)
{
	struct err e;
	if (!ap->unsynced)
		return;
	ap->unsynced = false;
	for (int i = 0; i < KINDS; i++) {
		if (logfile_sync(&ap->shelves[i].all, &e))
			continue;
		BOARD_COUNT(ap->board->failed);
		tell(ap, names[i], "%s", e.text);
	}
}

static void count_all(struct ap *ap, int64_t now)
{
	ap->counted_ms = now;
	for (int i = 0; i < KINDS; i++)
		count_files(&ap->shelves[i]);
}

static void look_after(struct ap *ap)
{
	int64_t now = clock_now_ms();
	if (now - ap->synced_ms >= SYNC_MS) {
		ap->synced_ms = now;
		sync_all(ap);
	}
	if (ap->server->config->logs_perdevice &&
	    (!ap->counted_ms || now - ap->counted_ms >= COUNT_MS))
		count_all(ap, now);
}

static void idle(void *state)
{
	struct ap *ap = state;
	quiet_flush(&ap->quiet, false);
	look_after(ap);
}

static void serve(void *state, FCGX_Request *fcgi)
{
	struct ap *ap = state;
	struct variables v = {.script = NULL};
	look_after(ap); /* under load there is always work, and never a moment without */
	arena_reset(&ap->arena);
	reply_reset(&ap->reply);
	buf_reset(&ap->body);
	env_read(fcgi->envp, variables, sizeof variables / sizeof *variables, &v);
	answer(ap, fcgi, &v);
	reply_send(&ap->reply, v.in.method && strcmp(v.in.method, "HEAD") == 0, fcgi->out);
}

static void open_shelf(struct ap *ap, enum kind kind, const char *dir)
{
	const struct config *c = ap->server->config;
	struct shelf *s = &ap->shelves[kind];
	struct buf path = {0};
	struct err e;
	s->folder = home_path(&ap->server->home, dir);
	if (!file_mkdirs(s->folder, FOLDER_MODE, &e))
		log_warn("ap", "%s; nothing can be taken", e.text);
	buf_addf(&path, "%s/%s.txt", s->folder, names[kind]);
	s->path = path.data;
	path = (struct buf){0};
	buf_addf(&path, "%s/%s.lock", ap->server->home.run, names[kind]);
	s->lock_path = path.data;
	/* Both may be in one folder; then they have the files of devices together. */
	bool shared = strcmp(s->folder, ap->shelves[LOG].folder) == 0;
	s->device_lock = ap->shelves[shared ? LOG : kind].lock_path;
	s->all = (struct logfile){.path = s->path,
	    .lock_path = s->lock_path,
	    .size_most = c->logs_size * 1024,
	    .keep = c->logs_keep,
	    .fd = -1,
	    .lock = -1};
}

static void close_shelf(struct shelf *s)
{
	logfile_close(&s->all);
	free(s->folder);
	free(s->path);
	free(s->lock_path);
}

int ap_main(const struct proc_self *self, void *context)
{
	static struct ap ap; /* one per process */
	const struct server *server = context;
	ap = (struct ap){.server = server, .board = &server->board->entries};
	close(server->signer_fd);
	memory_init(&ap.memory, server);
	open_shelf(&ap, LOG, server->config->logs_dir);
	open_shelf(&ap, ALARM, server->config->logs_alarmdir);
	const struct worker_pool pool = {
	    .listen_fd = server->ap_fd, .serve = serve, .idle = idle, .state = &ap};
	int status = worker_run(self, &pool);
	sync_all(&ap);
	quiet_flush(&ap.quiet, true);
	for (int i = 0; i < KINDS; i++)
		close_shelf(&ap.shelves[i]);
	memory_close(&ap.memory);
	arena_free(&ap.arena);
	reply_free(&ap.reply);
	buf_free(&ap.body);
	buf_free(&ap.line);
	buf_free(&ap.changes);
	return status;
}
