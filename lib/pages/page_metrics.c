/* SPDX-License-Identifier: ISC */
/*
 * How the server is, for Prometheus: numbers of the board, of the fleet, of the alarms. For who is signed in, and for
 * programs that show metrics/@token. What cannot be read now is left out, and rollcall_store_readable says so: who
 * watches a server must hear from it when it is not well.
 */
#include "base/limits.h"
#include "base/metric.h"
#include "base/text.h"
#include "base/version.h"
#include "desk/alarms.h"
#include "desk/expiry.h"
#include "desk/host.h"
#include "desk/serving.h"
#include "desk/status.h"
#include "guard/password.h"
#include "pages/page.h"
#include "pages/page_fleet_sum.h"
#include "pages/pages.h"
#include "proc/backlog.h"
#include "proc/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUILDS 30     /* that have a number of their own: those that most devices run */
#define BUILD_MOST 64 /* bytes of its name */
#define OTHER "other"
#define US 1e6 /* in a second */

/* What numbers are taken of. */
struct scrape {
	struct page *p;
	struct buf *out;
	const struct board *board;
	struct status status;
	bool readable; /* the store is */
};

static void one(struct scrape *s, const char *name, const char *type, const char *help, double n)
{
	metric_family(s->out, name, type, help);
	metric_add(s->out, name, NULL, NULL, n);
}

/* ---- counters and states of the board ---- */

#define AT(field) offsetof(struct board, field)
static const struct counter {
	const char *name, *type, *help;
	size_t offset; /* of an _Atomic uint64_t on the board */
} counters[] = {
    {"rollcall_writer_commits_total", "counter", "Commits of the store that are on disk.",
	AT(writer.commits)},
    {"rollcall_writer_lists_total", "counter", "Lists of changes that are on disk.",
	AT(writer.lists)},
    {"rollcall_writer_failures_total", "counter", "Lists of changes that could not be written.",
	AT(writer.failures)},
    {"rollcall_writer_waiting", "gauge", "Lists of changes that the writer works on now.",
	AT(writer.waiting)},
    {"rollcall_sightings_total", "counter", "Polls of settled devices that were noted on disk.",
	AT(writer.sightings)},
    {"rollcall_sightings_lost_total", "counter",
	"Polls of settled devices that were not noted, because no place was left.",
	AT(writer.lost)},
    {"rollcall_sightings_waiting", "gauge", "Polls of settled devices that are still to be noted.",
	AT(writer.sightings_waiting)},
    {"rollcall_store_bytes", "gauge", "Size of the store on disk.", AT(writer.bytes)},
    {"rollcall_store_records", "gauge", "Records of devices in the store.", AT(writer.records)},
    {"rollcall_store_devices", "gauge", "Devices in the store.", AT(writer.devices)},
    {"rollcall_store_readers", "gauge", "Processes that read the store.", AT(writer.readers)},
};

static uint64_t counter_value(const struct board *b, const struct counter *c)
{
	return BOARD_GET(*(const _Atomic uint64_t *)((const char *)b + c->offset));
}

static void add_counters(struct scrape *s)
{
	for (size_t i = 0; i < sizeof counters / sizeof *counters; i++)
		one(s, counters[i].name, counters[i].type, counters[i].help,
		    (double)counter_value(s->board, &counters[i]));
}

static void add_server(struct scrape *s)
{
	const struct status *st = &s->status;
	metric_family(s->out, "rollcall_build_info", "gauge", "Always 1; the version is a label.");
	metric_add(s->out, "rollcall_build_info", "version", ROLLCALL_VERSION, 1);
	one(s, "rollcall_start_time_seconds", "gauge", "When the server was started.",
	    (double)st->started);
	one(s, "rollcall_writer_failing", "gauge", "1: nothing can be written to the store now.",
	    *st->store.problem != '\0');
	one(s, "rollcall_store_full", "gauge",
	    "1: new devices are refused, because there is no room for them.", st->store.full);
	one(s, "rollcall_config_good", "gauge",
	    "1: what is in the configuration file is in force; 0: it has a mistake.",
	    st->config == BOARD_CONFIG_GOOD);
	one(s, "rollcall_config_generation", "gauge",
	    "Grows with each configuration that came into force.", st->generation);
	one(s, "rollcall_config_loaded_time_seconds", "gauge",
	    "When the configuration came into force.", (double)st->loaded_at);
}

static void add_master(struct scrape *s)
{
	const struct master *m = &s->status.master;
	if (!master_is_asked(s->p->site->config))
		return;
	one(s, "rollcall_master_up", "gauge",
	    "1: the master device answered when it was last asked.",
	    m->answered_at && !*m->problem);
	one(s, "rollcall_master_answered_time_seconds", "gauge",
	    "When the master device last answered; 0: never.", (double)m->answered_at);
	one(s, "rollcall_master_silent_seconds", "gauge",
	    "For how long the master device has not answered; 0: it did when it was last asked.",
	    *m->problem ? (double)(s->p->now -
				   (m->answered_at ? (int64_t)m->answered_at : s->status.started))
			: 0);
}

/* ---- polls, uploads, entries ---- */

struct sum {
	const char *name, *help;
	const struct board_histogram *of;
	const struct histogram_bounds *bounds;
	double unit;
};

static void add_histogram(struct scrape *s, const struct sum *sum)
{
	struct histogram h;
	const char *bucket = arena_concat(&s->p->arena, sum->name, "_bucket");
	char le[32];
	histogram_read(sum->of, &h);
	metric_family(s->out, sum->name, "histogram", sum->help);
	for (size_t i = 0; i < sum->bounds->count; i++) {
		snprintf(le, sizeof le, "%g", (double)sum->bounds->list[i] / sum->unit);
		metric_add(s->out, bucket, "le", le, (double)h.counts[i]);
	}
	metric_add(s->out, bucket, "le", "+Inf", (double)h.all);
	metric_add(s->out, arena_concat(&s->p->arena, sum->name, "_sum"), NULL, NULL,
	    (double)h.sum / sum->unit);
	metric_add(
	    s->out, arena_concat(&s->p->arena, sum->name, "_count"), NULL, NULL, (double)h.all);
}

static void add_histograms(struct scrape *s)
{
	const struct sum sums[] = {
	    {"rollcall_poll_duration_seconds",
		"Time from the whole request of a poll to its whole reply, in the worker.",
		&s->board->polls.times, &histogram_times, US},
	    {"rollcall_writer_commit_duration_seconds",
		"Time to apply changes and to have them on disk.", &s->board->writer.times,
		&histogram_times, US},
	    {"rollcall_writer_batch_lists", "Lists of changes that one commit took.",
		&s->board->writer.batch, &histogram_sizes, 1},
	};
	for (size_t i = 0; i < sizeof sums / sizeof *sums; i++)
		add_histogram(s, &sums[i]);
}

static void add_polls(struct scrape *s)
{
	metric_family(s->out, "rollcall_polls_total", "counter", "Polls, by what became of them.");
	for (enum board_poll i = 0; i < BOARD_POLLS; i++)
		metric_add(s->out, "rollcall_polls_total", "result", status_poll_word(i),
		    (double)s->status.polls[i]);
	metric_family(s->out, "rollcall_uploads_total", "counter",
	    "Backups and answers that devices sent, by what became of them.");
	metric_add(s->out, "rollcall_uploads_total", "result", "taken", (double)s->status.uploads);
	metric_add(s->out, "rollcall_uploads_total", "result", "refused",
	    (double)s->status.uploads_refused);
}

static void add_entries(struct scrape *s)
{
	const struct {
		const char *result;
		uint64_t count;
	} results[] = {{"log", s->status.entries.logs}, {"alarm", s->status.entries.alarms},
	    {"refused", s->status.entries.refused}, {"limited", s->status.entries.limited},
	    {"failed", s->status.entries.failed}};
	metric_family(s->out, "rollcall_entries_total", "counter",
	    "Logs and alarms of devices: taken as a log or an alarm; refused, because they were none; "
	    "limited, because somebody sent too many; failed, because they could not be written.");
	for (size_t i = 0; i < sizeof results / sizeof *results; i++)
		metric_add(s->out, "rollcall_entries_total", "result", results[i].result,
		    (double)results[i].count);
}

/* ---- processes ---- */

/* Those of one kind stand together on the board. */
struct kind {
	const char *name;
	uint64_t restarts, requests, memory;
	size_t starting, idle, busy, missing;
	long busy_ms; /* of the one that has been at its job for longest */
};

static void count_row(struct kind *k, const struct status_row *r)
{
	struct host_process process;
	host_process_read(r->pid, &process);
	k->memory += process.memory;
	k->restarts += r->restarts;
	k->requests += r->requests;
	k->busy_ms = r->busy_ms > k->busy_ms ? r->busy_ms : k->busy_ms;
	switch (*r->state) { /* empty, starting, idle, busy */
	case 's':
		k->starting++;
		break;
	case 'i':
		k->idle++;
		break;
	case 'b':
		k->busy++;
		break;
	default:
		k->missing++;
	}
}

static struct kind *count_kinds(struct scrape *s, size_t *count)
{
	const struct status *st = &s->status;
	struct kind *list = arena_calloc(&s->p->arena, st->nrows + 1, sizeof *list);
	*count = 0;
	for (size_t i = 0; i < st->nrows; i++) {
		if (!*count || strcmp(list[*count - 1].name, st->rows[i].kind) != 0)
			list[(*count)++].name = st->rows[i].kind;
		count_row(&list[*count - 1], &st->rows[i]);
	}
	return list;
}

static void add_processes(struct scrape *s)
{
	size_t count;
	const struct kind *list = count_kinds(s, &count);
	metric_family(s->out, "rollcall_processes", "gauge", "Processes, by kind and state.");
	for (size_t i = 0; i < count; i++) {
		const struct {
			const char *state;
			size_t count;
		} states[] = {{"idle", list[i].idle}, {"busy", list[i].busy},
		    {"starting", list[i].starting}, {"missing", list[i].missing}};
		for (size_t n = 0; n < sizeof states / sizeof *states; n++)
			metric_add_two(s->out, "rollcall_processes", "kind", list[i].name, "state",
			    states[n].state, (double)states[n].count);
	}
	metric_family(s->out, "rollcall_process_restarts_total", "counter",
	    "Processes that had to be replaced, because they crashed, hung or grew.");
	for (size_t i = 0; i < count; i++)
		metric_add(s->out, "rollcall_process_restarts_total", "kind", list[i].name,
		    (double)list[i].restarts);
	metric_family(s->out, "rollcall_process_requests_total", "counter",
	    "Requests that processes have worked on; of the writer lists of changes, of others jobs.");
	for (size_t i = 0; i < count; i++)
		metric_add(s->out, "rollcall_process_requests_total", "kind", list[i].name,
		    (double)list[i].requests);
	metric_family(s->out, "rollcall_process_busy_seconds", "gauge",
	    "For how long the process of a kind that takes longest has been at its job.");
	for (size_t i = 0; i < count; i++)
		metric_add(s->out, "rollcall_process_busy_seconds", "kind", list[i].name,
		    (double)list[i].busy_ms / 1000);
	metric_family(s->out, "rollcall_process_resident_bytes", "gauge",
	    "Memory of processes, by kind; what they share is counted for each.");
	for (size_t i = 0; i < count; i++)
		metric_add(s->out, "rollcall_process_resident_bytes", "kind", list[i].name,
		    (double)list[i].memory);
}

static void add_programs(struct scrape *s)
{
	struct serving v;
	serving_read(s->p->site->home, &v);
	if (!v.pid)
		return; /* systemd runs them */
	metric_family(s->out, "rollcall_program_restarts_total", "counter",
	    "How often rollcall serve had to start a program again.");
	metric_add(s->out, "rollcall_program_restarts_total", "program", "lighttpd",
	    (double)v.lighttpd.restarts);
	metric_add(s->out, "rollcall_program_restarts_total", "program", "rollcalld",
	    (double)v.rollcalld.restarts);
}

static void add_queues(struct scrape *s)
{
	const struct home *h = s->p->site->home;
	struct backlog list[] = {{.path = h->socket}, {.path = h->ap}, {.path = h->admin}};
	static const char *const pools[] = {"update", "ap", "admin"};
	backlog_read(list, sizeof list / sizeof *list);
	metric_family(s->out, "rollcall_queue_connections", "gauge",
	    "Requests that wait for a process to take them, by kind of process.");
	for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
		if (list[i].waiting >= 0)
			metric_add(s->out, "rollcall_queue_connections", "kind", pools[i],
			    (double)list[i].waiting);
	}
}

/* ---- the fleet ---- */

static void add_states(struct scrape *s, const char *name, const char *help, const size_t *counts,
    size_t n, const char *(*word)(size_t which))
{
	metric_family(s->out, name, "gauge", help);
	for (size_t i = 0; i < n; i++)
		metric_add(s->out, name, "state", word(i), (double)counts[i]);
}

static const char *presence_word(size_t which)
{
	return fleet_presence_name((enum fleet_presence)which);
}

static const char *build_word(size_t which)
{
	return fleet_build_name((enum fleet_build)which);
}

static const char *cert_word(size_t which)
{
	return fleet_cert_name((enum fleet_cert)which);
}

static int by_count(const void *a, const void *b)
{
	const struct fleet_name *x = a, *y = b;
	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	return strcmp(x->name, y->name);
}

/* As a build is written; what devices say may be anything. */
static bool is_plain(const char *name)
{
	return !*name || (strlen(name) <= BUILD_MOST && text_is_word(name, ".-_"));
}

/* So many have a number of their own, the rest have one together. */
static void add_builds(struct scrape *s, const struct fleet_sum *sum)
{
	static const char *const name = "rollcall_devices_by_firmware";
	struct fleet_name sorted[FLEET_NAMES];
	size_t left = sum->count, named = 0;
	memcpy(sorted, sum->firmwares.list, sum->firmwares.count * sizeof *sorted);
	qsort(sorted, sum->firmwares.count, sizeof *sorted, by_count);
	metric_family(s->out, name, "gauge",
	    "Devices by the firmware build that they run; \"\": not known; \"other\": all others.");
	for (size_t i = 0; i < sum->firmwares.count && named < BUILDS; i++) {
		if (!sorted[i].count || !is_plain(sorted[i].name) ||
		    strcmp(sorted[i].name, OTHER) == 0)
			continue;
		metric_add(s->out, name, "build", sorted[i].name, (double)sorted[i].count);
		left -= sorted[i].count;
		named++;
	}
	metric_add(s->out, name, "build", OTHER, (double)left);
}

/* NULL: the store cannot be read. */
static const struct fleet_sum *count_fleet(struct scrape *s)
{
	struct page *p = s->p;
	struct master master;
	const struct fleet_judge judge = page_judge(p, &master);
	const struct roster *r = s->readable ? page_roster(p) : NULL;
	if (!r)
		return NULL;
	if (!p->site->fleet)
		p->site->fleet = fleet_sum_new();
	fleet_sum_refresh(p->site->fleet, r, &judge, clock_now_ms());
	return p->site->fleet;
}

static void add_fleet(struct scrape *s)
{
	const struct fleet_sum *sum = count_fleet(s);
	s->readable = sum != NULL;
	if (!sum)
		return;
	add_states(s, "rollcall_devices",
	    "Devices that were seen lately, and those that are missing.", sum->presence,
	    FLEET_PRESENCES, presence_word);
	one(s, "rollcall_devices_unsettled", "gauge",
	    "Devices that have not reached their last phase, or have something to do.",
	    (double)sum->unsettled);
	add_builds(s, sum);
	add_states(s, "rollcall_devices_firmware", "Devices by how their firmware is.",
	    sum->firmware, FLEET_BUILDS, build_word);
	add_states(s, "rollcall_devices_bootcode", "Devices by how their boot code is.",
	    sum->bootcode, FLEET_BUILDS, build_word);
	add_states(s, "rollcall_devices_certificate", "Devices by how their certificate is.",
	    sum->cert, FLEET_CERTS, cert_word);
}

/* ---- alarms ---- */

static void add_alarms(struct scrape *s)
{
	struct page *p = s->p;
	struct alarms all = {.count = 0};
	struct store_info info = {.format = 0};
	size_t active[ALARM_MAJOR + 1] = {0};
	struct err e;
	if (!s->readable || !store_begin(p->site->store, &e))
		return;
	alarms_find(p->site->store, s->board, &p->arena, &(struct alarms_query){.nwords = 0}, &all);
	store_info(p->site->store, &info);
	s->readable = store_end(p->site->store, &e);
	if (!s->readable)
		return;
	for (size_t i = 0; i < all.count; i++) {
		int64_t severity = all.list[i].severity;
		active[severity >= 0 && severity <= ALARM_MAJOR ? severity : ALARM_MAJOR]++;
	}
	metric_family(
	    s->out, "rollcall_alarms_active", "gauge", "Alarms that are active, by severity.");
	for (int64_t i = 0; i <= ALARM_MAJOR; i++)
		metric_add(s->out, "rollcall_alarms_active", "severity", alarm_severity_word(i),
		    (double)active[i]);
	one(s, "rollcall_alarms_unnoted", "gauge", "Active alarms that nobody has taken note of.",
	    (double)all.unnoted);
	one(s, "rollcall_alarm_news_waiting", "gauge",
	    "News of alarms that are kept until they are passed on to all targets.",
	    (double)info.news);
}

/* ---- certificates, the machine ---- */

static void add_certificates(struct scrape *s)
{
	size_t count;
	const struct expiry *list =
	    expiry_read(&s->p->arena, s->p->site->home, s->p->site->pki, &count);
	metric_family(s->out, "rollcall_certificate_expiry_time_seconds", "gauge",
	    "Until when the certificate of the server or of a CA is valid; 0: it cannot be read.");
	for (size_t i = 0; i < count; i++)
		metric_add(s->out, "rollcall_certificate_expiry_time_seconds", "file", list[i].name,
		    (double)list[i].until);
}

static void add_disks(struct scrape *s)
{
	struct host host;
	host_read(&s->p->arena, s->p->site->home, &host);
	metric_family(s->out, "rollcall_disk_size_bytes", "gauge", "Size of a file system.");
	for (size_t i = 0; i < host.ndisks; i++)
		metric_add(s->out, "rollcall_disk_size_bytes", "path", host.disks[i].path,
		    (double)host.disks[i].size);
	metric_family(s->out, "rollcall_disk_available_bytes", "gauge",
	    "What is left of a file system for the server.");
	for (size_t i = 0; i < host.ndisks; i++)
		metric_add(s->out, "rollcall_disk_available_bytes", "path", host.disks[i].path,
		    (double)host.disks[i].available);
}

/* ---- the page ---- */

static bool may_read(struct page *p)
{
	const char *token = p->site->config->metrics_token;
	if (p->request.role >= ROLE_VIEWER)
		return true;
	if (*token && p->request.bearer && token_same(token, p->request.bearer))
		return true;
	p->reply.status = 401;
	buf_adds(&p->reply.headers, "WWW-Authenticate: Bearer realm=\"Rollcall\"\r\n");
	buf_addf(&p->reply.body, "%s\n",
	    *token
		? "Sign in, or show metrics/@token of the configuration: Authorization: Bearer TOKEN"
		: "Sign in. For programs, set metrics/@token in the configuration.");
	page_data(p, "text/plain; charset=utf-8");
	return false;
}

/* What page_fail() left there when something could not be read. */
static void start_over(struct page *p)
{
	buf_reset(&p->reply.body);
	p->reply.status = 200;
}

static bool open_store(struct page *p)
{
	bool open = page_store(p) != NULL;
	start_over(p);
	return open;
}

void page_metrics(struct page *p)
{
	struct buf out = {0};
	struct scrape s = {.p = p, .out = &out, .board = p->site->board};
	if (!may_read(p))
		return;
	if (!s.board) {
		page_fail(p, 503, "The server does not say how it is.");
		return;
	}
	status_read(s.board, &s.status);
	s.readable = open_store(p);
	add_server(&s);
	add_polls(&s);
	add_histograms(&s);
	add_counters(&s);
	add_entries(&s);
	add_processes(&s);
	add_programs(&s);
	add_queues(&s);
	add_master(&s);
	add_fleet(&s);
	add_alarms(&s);
	add_certificates(&s);
	add_disks(&s);
	one(&s, "rollcall_store_readable", "gauge", "1: the store can be read.", s.readable);
	start_over(p);
	buf_add(&p->reply.body, buf_text(&out), out.size);
	page_data(p, METRIC_TYPE);
	buf_free(&out);
}
