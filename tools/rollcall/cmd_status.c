/* SPDX-License-Identifier: ISC */
/*
 * rollcall status: how the server of a home is, for an administrator at night and for a monitoring
 * system. Reads the board (proc/board.h), what `rollcall serve` says of itself (serving.h), and the
 * configuration to judge the master device's answer.
 */
#include "tools/rollcall/cli.h"

#include "base/json.h"
#include "base/limits.h"
#include "base/num.h"
#include "desk/serving.h"
#include "desk/status.h"
#include "tools/rollcall/status_store.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

/* All that is printed. */
struct report {
	struct status board;
	struct serving serving;
	uint64_t restarts; /* of all processes, lighttpd and rollcalld included */
	const char *master_state;
};

/* With the configuration that is in force: the last good one when the administrator's is not. */
static const char *read_master(const struct home *h, const struct status *s)
{
	const char *path = s->config == BOARD_CONFIG_GOOD ? h->user_config : h->good_config;
	struct buf bytes = {0};
	struct findings findings = {0};
	struct config *c = NULL;
	if (home_read_config(path, &bytes, NULL))
		c = home_compile(path, &bytes, &findings);
	const char *state = c ? master_state(c, &s->master, time(NULL)) : "unknown";
	if (c)
		conf_free(c);
	findings_free(&findings);
	buf_free(&bytes);
	return state;
}

/* ---- JSON ---- */

static void json_row(const struct status_row *r, struct buf *out)
{
	buf_adds(out, "{\"kind\": ");
	json_string(out, r->kind);
	buf_addf(out,
	    ", \"slot\": %u, \"pid\": %d, \"generation\": %u, \"state\": \"%s\", \"requests\": "
	    "%" PRIu64 ", \"restarts\": %u, \"since\": %" PRId64 "}",
	    r->slot, r->pid, r->generation, r->state, r->requests, r->restarts, r->since);
}

static void json_master(const struct report *r, struct buf *out)
{
	const struct master *m = &r->board.master;
	buf_addf(out, "  \"master\": {\"state\": \"%s\", \"firmware\": ", r->master_state);
	json_string(out, m->firmware);
	buf_adds(out, ", \"bootcode\": ");
	json_string(out, m->bootcode);
	buf_addf(out,
	    ", \"asked_at\": %lld, \"answered_at\": %lld, \"message\": ", (long long)m->asked_at,
	    (long long)m->answered_at);
	json_string(out, m->problem);
	buf_adds(out, "}\n");
}

static void json_entries(const struct status *s, struct buf *out)
{
	buf_addf(out,
	    "  \"entries\": {\"logs\": %" PRIu64 ", \"alarms\": %" PRIu64 ", \"refused\": %" PRIu64
	    ", \"limited\": %" PRIu64 ", \"failed\": %" PRIu64 "},\n",
	    s->entries.logs, s->entries.alarms, s->entries.refused, s->entries.limited,
	    s->entries.failed);
}

static void json_serving(const struct serving *v, struct buf *out)
{
	if (!v->pid) {
		buf_adds(out, "  \"serve\": null,\n  \"lighttpd\": null");
		return;
	}
	buf_addf(
	    out, "  \"serve\": {\"pid\": %ld, \"since\": %ld, \"addresses\": [", v->pid, v->since);
	for (size_t i = 0; i < v->naddresses; i++) {
		buf_adds(out, i ? ", " : "");
		json_string(out, v->addresses[i]);
	}
	buf_addf(out, "]},\n  \"lighttpd\": {\"pid\": %ld, \"restarts\": %ld, \"since\": %ld}",
	    v->lighttpd.pid, v->lighttpd.restarts, v->lighttpd.since);
}

static void json_polls(const struct status *s, struct buf *out)
{
	buf_adds(out, "  \"polls\": {");
	for (enum board_poll i = 0; i < BOARD_POLLS; i++)
		buf_addf(
		    out, "%s\"%s\": %" PRIu64, i ? ", " : "", status_poll_word(i), s->polls[i]);
	buf_adds(out, "},\n");
}

static void print_json(const struct report *r, struct buf *out)
{
	const struct status *s = &r->board;
	buf_addf(out,
	    "{\n  \"supervisor\": {\"pid\": %d, \"started\": %" PRId64 ", \"restarts\": %ld},\n",
	    s->supervisor, s->started, r->serving.rollcalld.restarts);
	json_serving(&r->serving, out);
	buf_adds(out, ",\n");
	buf_adds(out, "  \"processes\": [");
	for (size_t i = 0; i < s->nrows; i++) {
		buf_adds(out, i ? ",\n    " : "\n    ");
		json_row(&s->rows[i], out);
	}
	buf_addf(out,
	    "],\n  \"generation\": %u, \"requests\": %" PRIu64 ", \"restarts\": %" PRIu64 ",\n",
	    s->generation, s->requests, r->restarts);
	buf_addf(
	    out, "  \"config\": {\"state\": \"%s\", \"message\": ", status_config_word(s->config));
	json_string(out, s->message);
	buf_addf(out, ", \"loaded_at\": %" PRId64 "},\n", s->loaded_at);
	json_entries(s, out);
	status_store_json(&s->store, out);
	json_polls(s, out);
	json_master(r, out);
	buf_adds(out, "}\n");
}

/* ---- text ---- */

/* "3.0 h": since a moment, until now. */
static const char *age(int64_t since, char *out, size_t size)
{
	int64_t seconds = (int64_t)time(NULL) - since;
	return num_age(seconds < 0 ? 0 : (long)seconds, out, size);
}

static void text_row(const struct status_row *r, struct buf *out)
{
	char up[32] = "-", state[48], requests[24] = "-";
	if (r->pid)
		age(r->since, up, sizeof up);
	if (r->busy_ms >= 1000)
		snprintf(state, sizeof state, "%s %ld s", r->state, r->busy_ms / 1000);
	else
		snprintf(state, sizeof state, "%s", r->state);
	if (status_is_worker(r))
		snprintf(requests, sizeof requests, "%" PRIu64, r->requests);
	buf_addf(out, "%-10s %4u %8d  %-10s %10s %12s %9u %11u\n", r->kind, r->slot, r->pid, state,
	    up, requests, r->restarts, r->generation);
}

static void text_master(const struct report *r, struct buf *out)
{
	const struct master *m = &r->board.master;
	char when[32];
	buf_addf(out, "master device  %s", r->master_state);
	if (*m->firmware)
		buf_addf(out, ", firmware %s", m->firmware);
	if (*m->bootcode)
		buf_addf(out, ", boot code %s", m->bootcode);
	if (m->answered_at)
		buf_addf(out, ", answered %s ago", age(m->answered_at, when, sizeof when));
	if (*m->problem)
		buf_addf(out, "\n               %s", m->problem);
	buf_addc(out, '\n');
}

/* Nothing when nobody has sent one. */
static void text_entries(const struct status *s, struct buf *out)
{
	const struct {
		const char *text;
		uint64_t count;
	} parts[] = {{"logs", s->entries.logs}, {"alarms", s->entries.alarms},
	    {"refused", s->entries.refused}, {"too many", s->entries.limited},
	    {"NOT WRITTEN", s->entries.failed}};
	const char *before = "entries        ";
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		if (!parts[i].count)
			continue;
		buf_addf(out, "%s%s: %" PRIu64, before, parts[i].text, parts[i].count);
		before = ", ";
	}
	if (*before == ',')
		buf_addc(out, '\n');
}

static void text_program(const char *name, long pid, int64_t since, long restarts, struct buf *out)
{
	char when[32];
	buf_addf(out, "%-14s ", name);
	if (pid)
		buf_addf(out, "process %ld, running for %s", pid, age(since, when, sizeof when));
	else
		buf_adds(out, "does not run");
	if (restarts)
		buf_addf(out, ", restarts: %ld", restarts);
	buf_addc(out, '\n');
}

static void text_serving(const struct serving *v, struct buf *out)
{
	if (!v->pid)
		return; /* under systemd; lighttpd is the system's then */
	text_program("serve", v->pid, v->since, 0, out);
	text_program("lighttpd", v->lighttpd.pid, v->lighttpd.since, v->lighttpd.restarts, out);
}

static void text_addresses(const struct serving *v, struct buf *out)
{
	for (size_t i = 0; i < v->naddresses; i++)
		buf_addf(out, "%-14s %s\n", i ? "" : "addresses", v->addresses[i]);
}

/* "<= 1 ms": half of them, and nearly all of them. */
static void text_time(const struct status *s, unsigned percent, const char *which, struct buf *out)
{
	uint64_t us = histogram_quantile(&s->poll_times, &histogram_times, percent);
	if (us == UINT64_MAX)
		buf_addf(out, ", %s in more than 10 s", which);
	else
		buf_addf(out, ", %s within %g ms", which, (double)us / 1000);
}

static void text_polls(const struct status *s, struct buf *out)
{
	uint64_t bad = s->polls[BOARD_POLL_TURNED_AWAY] + s->polls[BOARD_POLL_REFUSED] +
		       s->polls[BOARD_POLL_FAILED];
	buf_addf(out, "polls          %" PRIu64, s->polls_all);
	if (bad)
		buf_addf(out, ", refused: %" PRIu64, bad);
	if (s->poll_times.all) {
		text_time(s, 50, "half of them", out);
		text_time(s, 99, "99 of 100", out);
	}
	buf_addc(out, '\n');
}

static void print_text(const struct home *h, const struct report *r, struct buf *out)
{
	const struct status *s = &r->board;
	static const char *const explained[] = {[BOARD_CONFIG_GOOD] = "good",
	    [BOARD_CONFIG_BAD] = "BAD, the one before stays in force",
	    [BOARD_CONFIG_LAST_GOOD] = "BAD, started with the last good one"};
	char when[32];
	buf_addf(out, "%s\n", h->dir);
	text_serving(&r->serving, out);
	text_program("rollcalld", s->supervisor, s->started, r->serving.rollcalld.restarts, out);
	text_addresses(&r->serving, out);
	buf_addf(out, "configuration  %s; generation %u, loaded %s ago\n", explained[s->config],
	    s->generation, age(s->loaded_at, when, sizeof when));
	if (s->config != BOARD_CONFIG_GOOD)
		buf_addf(out, "               %s\n", s->message);
	text_master(r, out);
	status_store_text(&s->store, out);
	text_polls(s, out);
	text_entries(s, out);
	buf_addf(out, "requests       %" PRIu64 "; processes replaced: %" PRIu64 "\n\n",
	    s->requests, r->restarts);
	buf_addf(out, "%-10s %4s %8s  %-10s %10s %12s %9s %11s\n", "process", "slot", "pid",
	    "state", "running", "requests", "restarts", "generation");
	for (size_t i = 0; i < s->nrows; i++)
		text_row(&s->rows[i], out);
}

/* ---- the command ---- */

static int not_running(const struct home *h, bool json)
{
	struct buf out = {0};
	struct serving serving;
	serving_read(h, &serving);
	if (json) {
		buf_adds(&out, "{\n  \"supervisor\": null,\n");
		json_serving(&serving, &out);
		buf_adds(&out, "\n}\n");
	}
	if (serving.pid)
		cli_fail("%s: rollcalld does not run; rollcall serve (process %ld) starts it",
		    h->dir, serving.pid);
	else
		cli_fail("%s: not running; rollcall serve starts it", h->dir);
	return cli_print(&out, CLI_FINDING);
}

static int print_running(const struct home *h, const struct board *board, bool json)
{
	struct report r = {.master_state = ""};
	struct buf out = {0};
	status_read(board, &r.board);
	serving_read(h, &r.serving);
	r.restarts = r.board.restarts + (uint64_t)r.serving.lighttpd.restarts +
		     (uint64_t)r.serving.rollcalld.restarts;
	r.master_state = read_master(h, &r.board);
	if (json)
		print_json(&r, &out);
	else
		print_text(h, &r, &out);
	const struct status *s = &r.board;
	bool fine = s->config == BOARD_CONFIG_GOOD && !*s->store.problem && !s->store.full;
	return cli_print(&out, fine ? CLI_FINE : CLI_FINDING);
}

int cmd_status(const struct home *h, const struct options *o)
{
	bool running = false;
	struct err e = {""};
	if (access(h->board, F_OK) != 0 && errno == ENOENT)
		return not_running(h, o->json);
	const struct board *board = board_open(h->board, &running, &e);
	if (!board)
		return cli_fail("%s: how the server is cannot be read: %s", h->dir, e.text);
	int status = running ? print_running(h, board, o->json) : not_running(h, o->json);
	board_close(board);
	return status;
}
