/* SPDX-License-Identifier: ISC */
/* The event loop; see fleet.h. Touches the clock, signals, stderr for progress, and net.h. */
#include "tools/sim/fleet.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "tools/sim/certificate.h"
#include "tools/sim/config.h"
#include "tools/sim/report.h"

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#define TICK_MS 1000 /* the loop comes round at least this often, and so does progress */

static int64_t clock_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* The URL that device `i` is born with: --url, and its turn of --env. */
static void birth_url(const struct options *o, size_t number, struct buf *out)
{
	buf_reset(out);
	buf_adds(out, o->url);
	if (o->envs.count > 0)
		buf_addf(out, "%cenv=%s", strchr(o->url, '?') ? '&' : '?',
		    o->envs.items[number % o->envs.count]);
}

/* The certificate that --mtls has for a device. None: it makes one of its own when it is asked. */
static bool give_certificate(const struct options *o, struct device *d, struct err *e)
{
	char path[PATH_MAX];
	snprintf(path, sizeof path, "%s/%s.pem", o->mtls, device_names(d).hwid);
	if (access(path, F_OK) != 0)
		snprintf(path, sizeof path, "%s/device.pem", o->mtls);
	return access(path, F_OK) != 0 || certificate_load(d, path, path, e);
}

static bool give_certificates(struct fleet *f, struct err *e)
{
	const struct options *o = f->options;
	if (o->client_cert && !certificate_load(&f->impostor, o->client_cert,
				  o->client_key ? o->client_key : o->client_cert, e))
		return false;
	for (size_t i = 0; o->mtls && i < f->count; i++) {
		if (!give_certificate(o, &f->devices[i], e))
			return false;
	}
	return true;
}

static bool open_record(struct fleet *f, struct err *e)
{
	const char *path = f->options->record;
	f->record = path ? fopen(path, "ae") : NULL;
	return !path || f->record || err_sys(e, "--record %s", path);
}

static void make_devices(struct fleet *f)
{
	const struct options *o = f->options;
	struct buf url = {0};

	f->count = (size_t)o->devices;
	f->devices = mem_calloc(f->count, sizeof *f->devices);
	for (size_t i = 0; i < f->count; i++) {
		size_t number = (size_t)o->first + i;
		birth_url(o, number, &url);
		device_init(&f->devices[i], (uint32_t)number,
		    o->types.items[number % o->types.count], buf_text(&url));
		int64_t after = (int64_t)(o->spread * 1000 * (double)i / (double)f->count);
		heap_push(&f->due, f->now + after, (uint32_t)i);
	}
	if (o->trace)
		f->devices[o->traced - o->first].traced = true;
	buf_free(&url);
}

/* Each slot may hold a connection, and libcurl keeps some more open to use them again. */
static void allow_files(size_t slots)
{
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= 5 * slots + 64)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static bool watch_signals(struct fleet *f, struct err *e)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	f->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return f->signals >= 0 || err_sys(e, "signalfd");
}

bool fleet_init(struct fleet *f, const struct options *o, struct err *e)
{
	size_t slots = (size_t)o->parallel;

	*f = (struct fleet){.options = o, .signals = -1, .start = clock_ms()};
	f->now = f->start;
	f->report = f->now + TICK_MS;
	f->errands = mem_calloc(slots, sizeof *f->errands);
	f->free_slots = mem_calloc(slots, sizeof *f->free_slots);
	while (f->idle < slots) {
		f->free_slots[f->idle] = slots - 1 - f->idle;
		f->idle++;
	}
	f->settings = (struct net_settings){.slots = slots,
	    .limit = SCRIPT_MAX,
	    .cacert = o->cacert,
	    .insecure = o->insecure,
	    .resolve = (const char *const *)o->resolve.items};
	allow_files(slots);
	if (!watch_signals(f, e))
		return false;
	f->net = net_open(&f->settings, e);
	if (!f->net)
		return false;
	make_devices(f);
	return give_certificates(f, e) && open_record(f, e);
}

void fleet_free(struct fleet *f)
{
	if (f->net)
		net_close(f->net);
	for (size_t i = 0; i < (size_t)f->options->parallel; i++) {
		buf_free(&f->errands[i].reply);
		script_free(&f->errands[i].script);
		diary_page_free(&f->errands[i].page);
	}
	for (size_t i = 0; i < f->count; i++)
		device_free(&f->devices[i]);
	certificate_free(&f->impostor);
	if (f->signals >= 0)
		close(f->signals);
	if (f->record)
		fclose(f->record);
	free(f->errands);
	free(f->free_slots);
	free(f->devices);
	heap_free(&f->due);
	heap_free(&f->making);
}

bool fleet_all_settled(const struct fleet *f)
{
	return f->settled == f->count;
}

static void set_settled(struct fleet *f, struct device *d, bool settled)
{
	if (d->settled == settled)
		return;
	d->settled = settled;
	f->settled = settled ? f->settled + 1 : f->settled - 1;
	device_trace(d, "%s", settled ? "settled" : "not settled any more");
}

/* The device has nothing under way: its slot is free, and it is due again after `seconds`. */
static void rest(struct fleet *f, size_t slot, long seconds)
{
	struct errand *e = &f->errands[slot];
	struct device *d = e->device;

	e->device = NULL;
	f->free_slots[f->idle++] = slot;
	if (f->options->polls > 0 && d->polls >= f->options->polls) {
		device_trace(d, "stops, after %u polls", d->polls);
		return;
	}
	double ms = (double)seconds * 1000 / f->options->speed;
	device_trace(d, "waits %.3f s", ms / 1000);
	heap_push(&f->due, f->now + (int64_t)(ms < 1 ? 1 : ms), (uint32_t)(d - f->devices));
}

/* Whether this is one of the `fraction` of all polls; the same ones in every run. */
static bool is_chosen(const struct device *d, double fraction)
{
	return (double)(device_dice(d, d->polls) >> 11) * 0x1p-53 < fraction;
}

/* As whom a device asks for this URL; `identity` is where its certificate stands. */
static struct net_from from_of(
    struct fleet *f, struct device *d, const char *url, struct identity *identity)
{
	const struct opt_list *sources = &f->options->sources;
	struct net_from from = {0};
	if (text_starts(url, "https://")) {
		*identity = certificate_identity(f->options->client_cert ? &f->impostor : d);
		from.identity = identity;
	}
	if (sources->count > 0)
		from.address = sources->items[d->number % sources->count];
	return from;
}

static void get(struct fleet *f, size_t slot, const char *url, struct buf *keep)
{
	struct device *d = f->errands[slot].device;
	struct identity identity;
	struct net_from from = from_of(f, d, url, &identity);
	device_trace(d, "GET %s", url);
	net_get(f->net, slot, &from, url, keep);
}

static void put(struct fleet *f, size_t slot, const char *url, const struct buf *body)
{
	struct device *d = f->errands[slot].device;
	struct identity identity;
	struct net_from from = from_of(f, d, url, &identity);
	device_trace(d, "PUT %s: %zu bytes", url, body->size);
	net_put(f->net, slot, &from, url, body);
}

static void post(struct fleet *f, size_t slot, const char *url, const struct buf *body)
{
	struct device *d = f->errands[slot].device;
	struct identity identity;
	struct net_from from = from_of(f, d, url, &identity);
	device_trace(d, "POST %s: %s", url, buf_text(body));
	net_post(f->net, slot, &from, url, body);
}

static void poll_device(struct fleet *f, struct device *d)
{
	size_t slot = f->free_slots[--f->idle];
	struct errand *e = &f->errands[slot];
	struct buf url = {0};

	if (d->polls++ == 0)
		d->born = f->now;
	if (f->options->config_change > 0 && is_chosen(d, f->options->config_change)) {
		config_edit(d);
		device_trace(d, "an administrator changes something");
	}
	e->device = d;
	e->stage = ERRAND_POLL;
	buf_reset(&e->reply);
	device_poll_url(d, &url);
	get(f, slot, buf_text(&url), &e->reply);
	buf_free(&url);
}

static void poll_due(struct fleet *f)
{
	const struct heap_entry *first = heap_first(&f->due);
	for (; first && first->due <= f->now && f->idle > 0; first = heap_first(&f->due)) {
		struct device *d = &f->devices[first->who];
		heap_pop(&f->due);
		poll_device(f, d);
	}
}

static struct script_time device_time(const struct fleet *f, const struct device *d)
{
	time_t now = time(NULL);
	struct tm tm = {0};
	long hour = f->options->clock_hour;

	if (hour < 0 && localtime_r(&now, &tm))
		hour = tm.tm_hour;
	double minutes = (double)(f->now - d->born) / 60000 * f->options->speed;
	return (struct script_time){.hour = (int)hour, .age = (long)minutes};
}

/* A new certificate outlives the run, as it does a restart of a real device. */
static void keep_certificate(const struct fleet *f, struct device *d)
{
	char path[PATH_MAX];
	struct err e;
	if (!f->options->keep)
		return;
	snprintf(path, sizeof path, "%s/%s.pem", f->options->mtls, device_names(d).hwid);
	if (!certificate_save(d, path, &e))
		log_warn(device_names(d).sn, "its certificate is not kept: %s", e.text);
}

/* It is busy, and makes its key when it is its turn. */
static void queue_key(struct fleet *f, struct device *d)
{
	if (d->making_key || !certificate_is_due(d))
		return;
	d->making_key = true;
	heap_push(&f->making, f->now, (uint32_t)(d - f->devices));
}

static void make_key(struct fleet *f)
{
	const struct heap_entry *first = heap_first(&f->making);
	if (!first)
		return;
	struct device *d = &f->devices[first->who];
	heap_pop(&f->making);
	d->making_key = false;
	if (certificate_is_due(d))
		certificate_make(d);
}

/* Sends the next entry; when there is none, the device rests. */
static void tell(struct fleet *f, size_t slot)
{
	struct errand *e = &f->errands[slot];
	e->stage = ERRAND_DIARY;
	diary_next(e->device, (int64_t)time(NULL), &e->page);
	if (e->page.kind == DIARY_NOTHING)
		rest(f, slot, device_wait(e->device));
	else if (e->page.posted)
		post(f, slot, buf_text(&e->page.url), &e->page.body);
	else
		get(f, slot, buf_text(&e->page.url), NULL);
}

/* Executes until the script wants the network, and starts what it wants. */
static void execute(struct fleet *f, size_t slot)
{
	struct errand *e = &f->errands[slot];
	struct script *s = &e->script;
	struct device *d = e->device;

	e->stage = ERRAND_SCRIPT;
	switch (script_run(s)) {
	case SCRIPT_GET:
		get(f, slot, buf_text(&s->url), NULL);
		return;
	case SCRIPT_PUT:
		put(f, slot, buf_text(&s->url), &s->body);
		return;
	case SCRIPT_END:
		queue_key(f, d);
		if (s->enrolled)
			keep_certificate(f, d);
		set_settled(f, d, script_settled(s));
		diary_go_on(d, f->options->logs, f->options->alarms);
		tell(f, slot);
	}
}

/* Whether a poll brought a reply that may be executed; else the result says what is wrong. */
static bool is_script(struct errand *e, struct net_result *r)
{
	if (r->fault == FAULT_NONE && r->status != 200) {
		r->fault = FAULT_HTTP_OTHER;
	} else if (r->fault == FAULT_NONE && !r->is_text) {
		r->fault = FAULT_REPLY;
		r->why = "the reply is not text/plain";
	} else if (r->fault == FAULT_NONE && !script_check(e->reply.data, e->reply.size, &e->why)) {
		r->fault = FAULT_REPLY;
		r->why = e->why.text;
	}
	return r->fault == FAULT_NONE;
}

/* The server cannot at the moment, and says so: no fault. A device asks again when it would anyway. */
static bool is_put_off(const struct net_result *r)
{
	return (r->status == 503 || r->status == 429) && r->retry_after > 0;
}

/* For whoever wants to know what left the server, and over what. */
static void record(const struct fleet *f, const struct errand *e, const struct net_result *r)
{
	struct buf url = {0};
	if (!f->record)
		return;
	device_poll_url(e->device, &url);
	fprintf(f->record, "== %ld %s\n", r->status, buf_text(&url));
	fwrite(buf_text(&e->reply), 1, e->reply.size, f->record);
	buf_free(&url);
}

static void poll_ended(struct fleet *f, struct net_result *r)
{
	struct errand *e = &f->errands[r->slot];
	struct device *d = e->device;

	record(f, e, r);
	f->stats.polls++;
	if (r->status > 0)
		histogram_add(&f->stats.latency, r->us);
	if (is_put_off(r)) {
		f->stats.not_now++;
		device_trace(d, "not now, says the server");
		rest(f, r->slot, device_wait(d));
		return;
	}
	if (is_script(e, r)) {
		device_trace(
		    d, "%ld, %zu bytes, %.1f ms", r->status, e->reply.size, (double)r->us / 1000);
		script_start(&e->script, d, device_time(f, d), &f->stats.script, &e->reply);
		execute(f, r->slot);
		return;
	}
	f->stats.polls_failed++;
	f->stats.faults[r->fault]++;
	device_trace(d, "failed (%s): %s", fault_name(r->fault), r->why);
	rest(f, r->slot, device_wait(d));
}

/* What a transfer of a script is counted as. */
static void count_transfer(struct stats *stats, const struct script *s, bool fine)
{
	switch (s->purpose) {
	case SCRIPT_FIRMWARE:
		stats->loads_prot += fine;
		return;
	case SCRIPT_BOOTCODE:
		stats->loads_boot += fine;
		return;
	case SCRIPT_BACKUP:
		stats->backups += fine;
		stats->puts_failed += !fine;
		return;
	case SCRIPT_ANSWER:
		stats->answers += fine;
		stats->puts_failed += !fine;
	}
}

static void transfer_ended(struct fleet *f, struct net_result *r)
{
	struct errand *e = &f->errands[r->slot];
	bool fine = r->fault == FAULT_NONE;

	if (is_put_off(r)) {
		f->stats.not_now++;
	} else {
		f->stats.faults[r->fault] += !fine;
		count_transfer(&f->stats, &e->script, fine);
	}
	device_trace(e->device, "%s: %s", fine ? "done" : fault_name(r->fault), r->why);
	script_answered(&e->script, fine);
	execute(f, r->slot);
}

/* What the server did not take is sent again after the next poll. */
static void diary_ended(struct fleet *f, struct net_result *r)
{
	struct errand *e = &f->errands[r->slot];
	enum diary_kind kind = e->page.kind;

	if (r->fault == FAULT_NONE) {
		f->stats.logs += kind == DIARY_LOG;
		f->stats.alarms += kind == DIARY_ALARM;
		diary_taken(e->device, kind);
		tell(f, r->slot);
		return;
	}
	if (is_put_off(r))
		f->stats.not_now++;
	else
		f->stats.faults[r->fault]++;
	device_trace(e->device, "keeps it (%s): %s", fault_name(r->fault), r->why);
	rest(f, r->slot, device_wait(e->device));
}

static void all_ended(struct fleet *f)
{
	static void (*const ended[])(struct fleet *, struct net_result *) = {
	    [ERRAND_POLL] = poll_ended,
	    [ERRAND_SCRIPT] = transfer_ended,
	    [ERRAND_DIARY] = diary_ended,
	};
	struct net_result r;
	while (net_ended(f->net, &r)) {
		f->stats.received += r.received;
		f->stats.sent += r.sent;
		ended[f->errands[r.slot].stage](f, &r);
	}
}

static int64_t end_of(const struct fleet *f)
{
	double seconds = f->options->duration;
	return seconds > 0 ? f->start + (int64_t)(seconds * 1000) : INT64_MAX;
}

static bool is_over(const struct fleet *f)
{
	if (f->stopped || f->now >= end_of(f))
		return true;
	if (f->options->until_settled && fleet_all_settled(f))
		return true;
	return f->idle == (size_t)f->options->parallel && !heap_first(&f->due);
}

/* Until when there is nothing to do but to wait for the network. */
static int wait_ms(const struct fleet *f)
{
	const struct heap_entry *first = f->idle > 0 ? heap_first(&f->due) : NULL;
	int64_t until = heap_first(&f->making) ? f->now : f->now + TICK_MS, end = end_of(f);
	if (first && first->due < until)
		until = first->due;
	if (end < until)
		until = end;
	return until > f->now ? (int)(until - f->now) : 0;
}

static void round_of(struct fleet *f)
{
	struct signalfd_siginfo info;

	poll_due(f);
	make_key(f);
	net_wait(f->net, wait_ms(f), f->signals);
	f->now = clock_ms();
	all_ended(f);
	if (read(f->signals, &info, sizeof info) > 0)
		f->stopped = true;
	if (f->options->progress && f->now >= f->report) {
		report_progress(f);
		f->report = f->now + TICK_MS;
	}
}

void fleet_run(struct fleet *f)
{
	while (!is_over(f))
		round_of(f);
}
