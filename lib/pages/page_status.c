/* SPDX-License-Identifier: ISC */
/*
 * How the server and its machine are: one document, shown as a page and given out as XML for programs (in place of
 * /status.php, which had the output of df, free, uptime, ps, ss and top in it).
 */
#include "base/date.h"
#include "base/version.h"
#include "desk/expiry.h"
#include "desk/host.h"
#include "desk/serving.h"
#include "desk/status.h"
#include "home/traces.h"
#include "pages/page.h"
#include "pages/pages.h"
#include "proc/backlog.h"

/* ---- the machine ---- */

static void add_memory(struct doc *d, const struct host *h)
{
	doc_open(d, "memory");
	doc_number(d, "total", (int64_t)h->memory);
	doc_number(d, "available", (int64_t)h->memory_free);
	doc_number(d, "swap-total", (int64_t)h->swap);
	doc_number(d, "swap-free", (int64_t)h->swap_free);
	doc_close(d);
	doc_open(d, "load");
	doc_attrf(d, "one", "%.2f", h->load[0]);
	doc_attrf(d, "five", "%.2f", h->load[1]);
	doc_attrf(d, "fifteen", "%.2f", h->load[2]);
	doc_close(d);
}

static void add_sockets(struct doc *d, const struct host *h)
{
	doc_open(d, "sockets");
	doc_number(d, "all", (int64_t)h->sockets);
	doc_number(d, "tcp", (int64_t)h->tcp);
	doc_number(d, "tcp6", (int64_t)h->tcp6);
	doc_number(d, "tcp-closing", (int64_t)h->tcp_closing);
	doc_number(d, "udp", (int64_t)h->udp);
	doc_number(d, "udp6", (int64_t)h->udp6);
	doc_close(d);
}

static void add_host(struct page *p, struct doc *d)
{
	struct host h;
	host_read(&p->arena, p->site->home, &h);
	doc_open(d, "host");
	doc_attr(d, "name", h.name);
	doc_number(d, "cores", h.cores);
	doc_number(d, "uptime", h.uptime);
	doc_time(d, "booted", p->now - h.uptime);
	doc_number(d, "processes", (int64_t)h.processes);
	add_memory(d, &h);
	for (size_t i = 0; i < h.ndisks; i++) {
		const struct host_disk *one = &h.disks[i];
		doc_open(d, "disk");
		doc_attr(d, "path", one->path);
		doc_number(d, "size", (int64_t)one->size);
		doc_number(d, "used", (int64_t)one->used);
		doc_number(d, "available", (int64_t)one->available);
		doc_number(d, "percent", one->percent);
		doc_flag(d, "read-only", one->read_only);
		doc_flag(d, "full", (long)one->percent >= p->site->config->alarms_disk);
		doc_close(d);
	}
	add_sockets(d, &h);
	doc_close(d);
}

/* ---- the server ---- */

static void add_program(struct doc *d, const char *name, int64_t pid, int64_t since, long restarts)
{
	doc_open(d, "program");
	doc_attr(d, "name", name);
	if (pid)
		doc_number(d, "pid", pid);
	doc_time(d, "since", since);
	doc_number(d, "restarts", restarts);
	doc_close(d);
}

static void add_programs(struct page *p, struct doc *d, const struct status *s)
{
	struct serving v;
	serving_read(p->site->home, &v);
	if (v.pid) {
		add_program(d, "serve", v.pid, v.since, 0);
		add_program(d, "lighttpd", v.lighttpd.pid, v.lighttpd.since, v.lighttpd.restarts);
	}
	add_program(d, "rollcalld", s->supervisor, s->started, v.rollcalld.restarts);
	for (size_t i = 0; i < v.naddresses; i++)
		doc_leaf(d, "address", v.addresses[i]);
}

static void add_processes(struct doc *d, const struct status *s)
{
	for (size_t i = 0; i < s->nrows; i++) {
		const struct status_row *r = &s->rows[i];
		struct host_process process;
		host_process_read(r->pid, &process);
		doc_open(d, "process");
		doc_attr(d, "kind", r->kind);
		doc_number(d, "slot", r->slot);
		if (r->pid)
			doc_number(d, "pid", r->pid);
		doc_attr(d, "state", r->state);
		if (r->busy_ms)
			doc_number(d, "busy-ms", r->busy_ms);
		if (r->pid)
			doc_time(d, "since", r->since);
		doc_number(d, "requests", (int64_t)r->requests);
		doc_number(d, "restarts", r->restarts);
		doc_number(d, "generation", r->generation);
		doc_flag(d, "former", r->generation != s->generation);
		doc_number(d, "memory", (int64_t)process.memory);
		doc_number(d, "cpu-ms", process.cpu_ms);
		doc_close(d);
	}
}

static void add_queues(struct page *p, struct doc *d)
{
	static const char *const kinds[] = {"update", "ap", "admin"};
	const struct home *h = p->site->home;
	struct backlog list[] = {{.path = h->socket}, {.path = h->ap}, {.path = h->admin}};
	backlog_read(list, sizeof list / sizeof *list);
	for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
		if (list[i].waiting < 0)
			continue;
		doc_open(d, "queue");
		doc_attr(d, "kind", kinds[i]);
		doc_number(d, "waiting", list[i].waiting);
		doc_close(d);
	}
}

/* "2.5"; ABOVE: more than can be told. */
static void add_time(struct doc *d, const char *name, const struct status *s, unsigned percent)
{
	uint64_t us = histogram_quantile(&s->poll_times, &histogram_times, percent);
	if (us == UINT64_MAX)
		doc_attr(d, name, "10000+");
	else if (us)
		doc_attrf(d, name, "%g", (double)us / 1000);
}

static void add_polls(struct doc *d, const struct status *s)
{
	doc_open(d, "polls");
	doc_number(d, "count", (int64_t)s->polls_all);
	add_time(d, "half-ms", s, 50);
	add_time(d, "most-ms", s, 99);
	for (enum board_poll i = 0; i < BOARD_POLLS; i++) {
		doc_open(d, "result");
		doc_attr(d, "name", status_poll_word(i));
		doc_number(d, "count", (int64_t)s->polls[i]);
		doc_close(d);
	}
	doc_close(d);
	doc_open(d, "uploads");
	doc_number(d, "taken", (int64_t)s->uploads);
	doc_number(d, "refused", (int64_t)s->uploads_refused);
	doc_close(d);
	doc_open(d, "entries");
	doc_number(d, "logs", (int64_t)s->entries.logs);
	doc_number(d, "alarms", (int64_t)s->entries.alarms);
	doc_number(d, "refused", (int64_t)s->entries.refused);
	doc_number(d, "limited", (int64_t)s->entries.limited);
	doc_number(d, "failed", (int64_t)s->entries.failed);
	doc_close(d);
}

static void add_store(struct doc *d, const struct status_store *s)
{
	doc_open(d, "store");
	doc_attr(d, "state", *s->problem ? "problem" : s->full ? "full" : "good");
	doc_number(d, "devices", (int64_t)s->devices);
	doc_number(d, "records", (int64_t)s->records);
	doc_number(d, "bytes", (int64_t)s->bytes);
	doc_number(d, "readers", (int64_t)s->readers);
	doc_number(d, "commits", (int64_t)s->commits);
	doc_number(d, "changes", (int64_t)s->lists);
	doc_number(d, "failures", (int64_t)s->failures);
	doc_number(d, "waiting", (int64_t)s->waiting);
	doc_number(d, "sightings", (int64_t)s->sightings);
	doc_number(d, "sightings-waiting", (int64_t)s->sightings_waiting);
	doc_number(d, "sightings-lost", (int64_t)s->lost);
	if (*s->problem)
		doc_text(d, s->problem);
	doc_close(d);
}

static void add_master(struct page *p, struct doc *d, const struct master *m)
{
	doc_open(d, "master");
	doc_attr(d, "state", master_state(p->site->config, m, p->now));
	doc_attr(d, "firmware", m->firmware);
	doc_attr(d, "bootcode", m->bootcode);
	doc_time(d, "asked", m->asked_at);
	doc_time(d, "answered", m->answered_at);
	if (*m->problem)
		doc_text(d, m->problem);
	doc_close(d);
}

static void add_certificates(struct page *p, struct doc *d)
{
	size_t count;
	const struct expiry *list = expiry_read(&p->arena, p->site->home, p->site->pki, &count);
	for (size_t i = 0; i < count; i++) {
		doc_open(d, "certificate");
		doc_attr(d, "file", list[i].name);
		doc_time(d, "until", list[i].until);
		doc_attr(d, "state",
		    list[i].problem           ? "unreadable"
		    : list[i].until <= p->now ? "expired"
		    : list[i].until - p->now <= (int64_t)p->site->config->alarms_certs * DATE_DAY
			? "expiring"
			: "good");
		doc_text(d, list[i].problem);
		doc_close(d);
	}
}

static void add_traces(struct page *p, struct doc *d)
{
	struct traces t = {.count = 0};
	traces_read(&t, p->site->home, p->now, NULL);
	for (size_t i = 0; i < t.count; i++) {
		doc_open(d, "traced");
		doc_attr(d, "sn", t.list[i].sn);
		doc_time(d, "until", t.list[i].until);
		doc_close(d);
	}
}

static void add_server(struct page *p, struct doc *d)
{
	struct status s;
	if (!p->site->board)
		return;
	status_read(p->site->board, &s);
	doc_open(d, "server");
	doc_time(d, "started", s.started);
	doc_number(d, "generation", s.generation);
	doc_time(d, "loaded", s.loaded_at);
	doc_attr(d, "configuration", status_config_word(s.config));
	doc_attr(d, "loglevel", p->site->config->loglevel);
	doc_number(d, "restarts", (int64_t)s.restarts);
	if (s.config != BOARD_CONFIG_GOOD)
		doc_leaf(d, "message", s.message);
	add_programs(p, d, &s);
	add_polls(d, &s);
	add_queues(p, d);
	add_store(d, &s.store);
	add_master(p, d, &s.master);
	add_certificates(p, d);
	add_traces(p, d);
	add_processes(d, &s);
	doc_close(d);
}

/* ---- the page, and the document alone ---- */

void page_status(struct page *p)
{
	struct doc *d = page_begin(p, "status");
	doc_open(d, "status");
	add_server(p, d);
	add_host(p, d);
	doc_close(d);
	page_show(p, "status");
}

void page_status_xml(struct page *p)
{
	struct doc *d = doc_new("status");
	doc_attr(d, "version", ROLLCALL_VERSION);
	doc_time(d, "now", p->now);
	add_server(p, d);
	add_host(p, d);
	buf_adds(&p->reply.body, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
	doc_print(d, &p->reply.body);
	doc_free(d);
	page_data(p, "application/xml; charset=utf-8");
}
