/* SPDX-License-Identifier: ISC */
/*
 * The backup of this server as a platform does it: every commands/@interval minutes the command file is fetched
 * (core/errand.h), and what is due in it is carried out: an archive is made (desk/archive.h) and sent to where the
 * command says, with PUT. All of that in a process of its own, so that alarms are passed on meanwhile.
 *
 * What was done stands in HOME/data/errands.txt, written after each command that succeeded.
 */
#include "fcgi/keeper_jobs.h"

#include "base/file.h"
#include "base/hide.h"
#include "base/log.h"
#include "base/text.h"
#include "core/errand.h"
#include "desk/archive.h"
#include "fcgi/forward_alarm.h"
#include "fcgi/forward_aside.h"
#include "fcgi/keeper_fetch.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <netpacket/packet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define SUBJECT "commands"
#define FILE_NAME "errands.txt"
#define ARCHIVE_NAME "errand-XXXXXX"
#define LOOK_MS 2000
#define BUSY_MS 250
#define FETCH_SECONDS 30
#define SEND_SECONDS 3600
#define ANSWER_MOST (64 << 10)
#define MEMORY_MOST (512 << 10)
#define NO_MAC "00-00-00-00-00-00"

/* One look at the command file, in the process aside. */
struct round {
	const struct keeper *k;
	struct arena arena;
	struct errands errands;
	struct errand_memory memory;
	struct errand_place place;
	char ip[FETCH_LOCAL];
	struct tm now;
	size_t failed;
	struct err first; /* why the first that failed did */
};

static const struct config *config_of(const struct round *r)
{
	return r->k->server->config;
}

static const char *hidden(struct arena *a, const char *url)
{
	struct buf out = {0};
	hide_passwords(&out, url);
	const char *text = arena_strdup(a, buf_text(&out));
	buf_free(&out);
	return text;
}

/* ---- what was done before ---- */

static const char *data_path(struct arena *a, const struct keeper *k, const char *name)
{
	return arena_concat(a, k->server->home.data, "/", name);
}

/* Without a file nothing was done; one that cannot be read counts as none. */
static void read_memory(const struct keeper *k, struct arena *a, struct errand_memory *out)
{
	struct buf text = {0};
	struct err e;
	const char *path = data_path(a, k, FILE_NAME);
	if (access(path, F_OK) == 0 && !file_read(AT_FDCWD, path, MEMORY_MOST, &text, &e))
		log_warn(SUBJECT, "%s", e.text);
	errand_memory_read(a, buf_text(&text), text.size, out);
	buf_free(&text);
}

static bool write_memory(struct round *r, struct err *e)
{
	struct buf text = {0};
	errand_memory_print(&text, &r->memory, &r->errands);
	bool ok = file_write(data_path(&r->arena, r->k, FILE_NAME), text.data, text.size, 0600, e);
	buf_free(&text);
	return ok;
}

/* ---- what stands in for #i, #m, #d ---- */

static bool is_address(const struct sockaddr *a, const char *ip)
{
	char text[INET6_ADDRSTRLEN] = "";
	if (a && a->sa_family == AF_INET)
		inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)a)->sin_addr, text,
		    sizeof text);
	if (a && a->sa_family == AF_INET6)
		inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)(const void *)a)->sin6_addr,
		    text, sizeof text);
	return strcmp(text, ip) == 0;
}

/* Of an interface, as devices write it. */
static const char *mac_of(struct arena *a, const struct ifaddrs *all, const char *interface)
{
	for (const struct ifaddrs *i = all; i; i = i->ifa_next) {
		if (!i->ifa_addr || i->ifa_addr->sa_family != AF_PACKET ||
		    strcmp(i->ifa_name, interface) != 0)
			continue;
		const struct sockaddr_ll *link = (const void *)i->ifa_addr;
		const unsigned char *b = link->sll_addr;
		return arena_printf(
		    a, "%02x-%02x-%02x-%02x-%02x-%02x", b[0], b[1], b[2], b[3], b[4], b[5]);
	}
	return NO_MAC;
}

static const char *find_mac(struct arena *a, const char *ip)
{
	struct ifaddrs *all = NULL;
	const char *mac = NO_MAC;
	if (getifaddrs(&all) != 0)
		return mac;
	for (const struct ifaddrs *i = all; i; i = i->ifa_next) {
		if (is_address(i->ifa_addr, ip))
			mac = mac_of(a, all, i->ifa_name);
	}
	freeifaddrs(all);
	return mac;
}

static void find_place(struct round *r)
{
	char date[32];
	time_t now = time(NULL);
	localtime_r(&now, &r->now);
	strftime(date, sizeof date, "%Y%m%d-%H%M%S", &r->now);
	r->ip[strcspn(r->ip, "%")] = '\0'; /* a zone is nothing for a URL */
	r->place = (struct errand_place){
	    .ip = r->ip, .mac = find_mac(&r->arena, r->ip), .date = arena_strdup(&r->arena, date)};
}

/* ---- one command ---- */

static const unsigned parts[] = {
    [ERRAND_ALL] = ARCHIVE_USUAL,
    [ERRAND_CONFIG] = ARCHIVE_CONFIG,
    [ERRAND_DEVICES] = ARCHIVE_STORE | ARCHIVE_BACKUPS,
    [ERRAND_LOGS] = ARCHIVE_LOGS,
};

static bool goes_on(void *context)
{
	const struct round *r = context;
	struct pollfd p = {.fd = r->k->self->leave_fd, .events = POLLIN};
	return poll(&p, 1, 0) <= 0;
}

static void say_lines(const char *text)
{
	while (*text) {
		int n = (int)strcspn(text, "\n");
		log_warn(SUBJECT, "%.*s", n, text);
		text += n + (text[n] == '\n');
	}
}

static bool make_archive(struct round *r, const struct errand *errand, int fd, struct err *e)
{
	const struct server *server = r->k->server;
	struct archive_made made = {.failed = 0};
	struct archive_wish w = {.home = &server->home,
	    .config = server->config,
	    .pki = server->keys,
	    .parts = parts[errand->what],
	    .go_on = goes_on,
	    .context = r};
	if (w.parts & ARCHIVE_STORE)
		w.store = store_open(server->home.store, STORE_READ, 0, e);
	bool ok = (w.store || !(w.parts & ARCHIVE_STORE)) && archive_make(&w, fd, &made, e);
	if (ok && made.failed) /* what is left out on purpose is not worth a line each time */
		say_lines(buf_text(&made.said));
	store_close(w.store);
	buf_free(&made.said);
	return ok;
}

/* A file without a name: nothing of it stays, however this ends. */
static int open_archive(struct round *r, struct err *e)
{
	char *path = arena_strdup(&r->arena, data_path(&r->arena, r->k, ARCHIVE_NAME));
	int fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0)
		err_sys(e, "%s cannot be made", path);
	else
		unlink(path);
	return fd;
}

static bool send_archive(struct round *r, int fd, const char *url, struct err *e)
{
	struct buf answer = {0};
	/* Who can change the commands shall not be sent the password. */
	bool known = fetch_is_same_host(config_of(r)->commands_url, url);
	const struct fetch how = {.url = url,
	    .user = known ? config_of(r)->commands_user : NULL,
	    .password = known ? config_of(r)->commands_password : NULL,
	    .file = arena_printf(&r->arena, "/proc/self/fd/%d", fd),
	    .seconds = SEND_SECONDS,
	    .most = ANSWER_MOST,
	    .leave_fd = r->k->self->leave_fd};
	bool ok = fetch(&how, &answer, e) == FETCHED;
	buf_free(&answer);
	return ok;
}

static bool carry_out(struct round *r, const struct errand *errand, struct err *e)
{
	long number = errand_number(errand, errand_find(&r->memory, errand));
	const char *url = errand_url(&r->arena, errand->url, &r->place, number);
	int fd = open_archive(r, e);
	bool ok = fd >= 0 && make_archive(r, errand, fd, e) && send_archive(r, fd, url, e);
	if (fd >= 0)
		close(fd);
	if (!ok)
		return false;
	log_info(SUBJECT, "%s was sent to %s", errand->name, hidden(&r->arena, url));
	errand_note(&r->arena, &r->memory, errand, errand_hour(&r->now), number);
	return write_memory(r, e);
}

/* ---- all of them ---- */

static bool fetch_file(struct round *r, struct err *e)
{
	struct buf text = {0};
	const char *url = config_of(r)->commands_url;
	const struct fetch how = {.url = url,
	    .user = config_of(r)->commands_user,
	    .password = config_of(r)->commands_password,
	    .redirects = FETCH_REDIRECTS,
	    .seconds = FETCH_SECONDS,
	    .most = LIMIT_ERRANDS_FILE,
	    .leave_fd = r->k->self->leave_fd,
	    .local = r->ip};
	bool ok = fetch(&how, &text, e) == FETCHED;
	if (ok)
		errand_parse(&r->arena, buf_text(&text), text.size, &r->errands);
	buf_free(&text);
	if (ok)
		return true;
	const struct err why = *e;
	return err_set(e, "%.200s cannot be fetched: %.280s", hidden(&r->arena, url), why.text);
}

static void do_one(struct round *r, const struct errand *errand)
{
	struct err e = {""};
	if (!errand_is_due(errand, errand_find(&r->memory, errand), &r->now) ||
	    carry_out(r, errand, &e))
		return;
	log_warn(
	    SUBJECT, "%s to %s failed: %s", errand->name, hidden(&r->arena, errand->url), e.text);
	if (!r->failed++)
		err_set(&r->first, "%s: %.400s", errand->name, e.text);
}

/* Once, until it is something else. */
static void say_wrong(struct round *r)
{
	int64_t said = errand_said(&r->errands);
	for (size_t i = 0; said != r->memory.said && i < r->errands.nsaid; i++)
		log_warn(SUBJECT, "%s", r->errands.said[i]);
	r->memory.said = said;
}

static bool do_all(struct round *r, struct err *e)
{
	read_memory(r->k, &r->arena, &r->memory);
	r->memory.fetched = (int64_t)time(NULL);
	bool ok = fetch_file(r, e);
	if (!ok)
		return false;
	find_place(r);
	say_wrong(r);
	if (!write_memory(r, e))
		return false;
	for (size_t i = 0; i < r->errands.count && goes_on(r); i++)
		do_one(r, &r->errands.list[i]);
	return !r->failed || err_set(e, "%s", r->first.text);
}

static bool work(void *context, struct err *e)
{
	struct round r = {.k = context};
	return do_all(&r, e);
}

/* ---- the job ---- */

static struct {
	struct aside aside;
	int64_t next; /* when the file is fetched next, by the time of day */
	bool called, began;
} the;

static void begin(struct keeper *k)
{
	struct errand_memory memory;
	if (the.began)
		return;
	read_memory(k, &k->arena, &memory);
	the.next = memory.fetched + k->server->config->commands_interval * 60;
	the.began = true;
}

/* A clock that was set back is no reason to wait for longer. */
static bool is_due(const struct keeper *k, int64_t now)
{
	return now >= the.next || the.next - now > k->server->config->commands_interval * 60;
}

static void ended(struct keeper *k, bool ok, const struct err *e)
{
	if (ok) {
		forward_alarm(k, FORWARD_ALARM_BACKUP, NULL);
		return;
	}
	log_warn(SUBJECT, "not everything could be done: %s", e->text);
	forward_alarm(k, FORWARD_ALARM_BACKUP, "the commands of commands/@url: %s", e->text);
}

int64_t forward_errands(struct keeper *k)
{
	struct err e = {""};
	if (!the.called) { /* the writer may be making the store now */
		the.called = true;
		return LOOK_MS;
	}
	if (!*k->server->config->commands_url) {
		forward_alarm(k, FORWARD_ALARM_BACKUP, NULL);
		return KEEPER_NEVER;
	}
	begin(k);
	switch (aside_look(&the.aside, &e)) {
	case ASIDE_BUSY:
		return BUSY_MS;
	case ASIDE_DONE:
		ended(k, true, &e);
		return LOOK_MS;
	case ASIDE_FAILED:
		ended(k, false, &e);
		return LOOK_MS;
	case ASIDE_NONE:
		break;
	}
	if (!is_due(k, (int64_t)time(NULL)))
		return LOOK_MS;
	the.next = (int64_t)time(NULL) + k->server->config->commands_interval * 60;
	if (!aside_begin(&the.aside, work, k, LIMIT_ERRANDS_SECONDS, &e))
		ended(k, false, &e);
	return BUSY_MS;
}
