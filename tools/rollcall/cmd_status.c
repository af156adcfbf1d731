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
#include "proc/board.h"
#include "proc/clock.h"
#include "tools/rollcall/status_store.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* A copy of what the board says, so that all numbers printed are of one moment. */
struct row {
	const char *kind, *state;
	unsigned slot, generation, restarts;
	int pid;
	uint64_t requests; /* of the keeper: questions */
	int64_t since;
	long busy_ms;
};

struct status {
	int supervisor;
	int64_t started, loaded_at;
	unsigned generation;
	struct row rows[BOARD_SLOTS];
	size_t nrows;
	uint64_t requests; /* of devices */
	uint64_t restarts; /* of all processes, lighttpd and rollcalld included */
	struct serving serving;
	enum board_config config;
	char message[BOARD_BLOCK + 1];
	struct master master;
	const char *master_state;
	struct status_store store;
};

static const char *const config_words[] = {[BOARD_CONFIG_GOOD] = "good",
    [BOARD_CONFIG_BAD] = "bad",
    [BOARD_CONFIG_LAST_GOOD] = "last-good"};

static const char *state_word(int state)
{
	static const char *const words[] = {[BOARD_EMPTY] = "empty",
	    [BOARD_STARTING] = "starting",
	    [BOARD_IDLE] = "idle",
	    [BOARD_BUSY] = "busy"};
	return state >= 0 && state <= BOARD_BUSY ? words[state] : "empty";
}

static void read_row(const struct board_slot *slot, unsigned i, struct row *row)
{
	int64_t busy = BOARD_GET(slot->busy_since_ms);
	*row = (struct row){.kind = slot->kind,
	    .slot = i,
	    .state = state_word(BOARD_GET(slot->state)),
	    .generation = BOARD_GET(slot->generation),
	    .restarts = BOARD_GET(slot->restarts),
	    .pid = BOARD_GET(slot->pid),
	    .requests = BOARD_GET(slot->requests),
	    .since = BOARD_GET(slot->since),
	    .busy_ms = busy ? (long)(clock_now_ms() - busy) : 0};
}

static bool is_worker(const struct row *r)
{
	return strcmp(r->kind, "update") == 0;
}

static void read_board(const struct board *b, struct status *s)
{
	s->supervisor = BOARD_GET(b->supervisor);
	s->started = BOARD_GET(b->started);
	s->generation = BOARD_GET(b->generation);
	int config = BOARD_GET(b->config_state);
	s->config = config >= 0 && config <= BOARD_CONFIG_LAST_GOOD ? (enum board_config)config
								    : BOARD_CONFIG_BAD;
	s->loaded_at = BOARD_GET(b->config_loaded);
	s->nrows = BOARD_GET(b->nslots);
	if (s->nrows > BOARD_SLOTS)
		s->nrows = BOARD_SLOTS;
	for (unsigned i = 0; i < s->nrows; i++) {
		read_row(&b->slots[i], i, &s->rows[i]);
		s->requests += is_worker(&s->rows[i]) ? s->rows[i].requests : 0;
		s->restarts += s->rows[i].restarts;
	}
	size_t size = board_read(&b->config_message, s->message, BOARD_BLOCK);
	s->message[size] = '\0';
	if (board_read(&b->master, &s->master, sizeof s->master) != sizeof s->master)
		s->master = (struct master){0};
}

static void read_serving(const struct home *h, struct status *s)
{
	serving_read(h, &s->serving);
	s->restarts +=
	    (uint64_t)s->serving.lighttpd.restarts + (uint64_t)s->serving.rollcalld.restarts;
}

/* With the configuration that is in force: the last good one when the administrator's is not. */
static void read_master(const struct home *h, struct status *s)
{
	const char *path = s->config == BOARD_CONFIG_GOOD ? h->user_config : h->good_config;
	struct buf bytes = {0};
	struct findings findings = {0};
	struct config *c = NULL;
	if (home_read_config(path, &bytes, NULL))
		c = home_compile(path, &bytes, &findings);
	s->master_state = c ? master_state(c, &s->master, time(NULL)) : "unknown";
	if (c)
		conf_free(c);
	findings_free(&findings);
	buf_free(&bytes);
}

/* ---- JSON ---- */

static void json_row(const struct row *r, struct buf *out)
{
	buf_adds(out, "{\"kind\": ");
	json_string(out, r->kind);
	buf_addf(out,
	    ", \"slot\": %u, \"pid\": %d, \"generation\": %u, \"state\": \"%s\", \"requests\": "
	    "%" PRIu64 ", \"restarts\": %u, \"since\": %" PRId64 "}",
	    r->slot, r->pid, r->generation, r->state, r->requests, r->restarts, r->since);
}

static void json_master(const struct status *s, struct buf *out)
{
	const struct master *m = &s->master;
	buf_addf(out, "  \"master\": {\"state\": \"%s\", \"firmware\": ", s->master_state);
	json_string(out, m->firmware);
	buf_adds(out, ", \"bootcode\": ");
	json_string(out, m->bootcode);
	buf_addf(out,
	    ", \"asked_at\": %lld, \"answered_at\": %lld, \"message\": ", (long long)m->asked_at,
	    (long long)m->answered_at);
	json_string(out, m->problem);
	buf_adds(out, "}\n");
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

static void print_json(const struct status *s, struct buf *out)
{
	buf_addf(out,
	    "{\n  \"supervisor\": {\"pid\": %d, \"started\": %" PRId64 ", \"restarts\": %ld},\n",
	    s->supervisor, s->started, s->serving.rollcalld.restarts);
	json_serving(&s->serving, out);
	buf_adds(out, ",\n");
	buf_adds(out, "  \"processes\": [");
	for (size_t i = 0; i < s->nrows; i++) {
		buf_adds(out, i ? ",\n    " : "\n    ");
		json_row(&s->rows[i], out);
	}
	buf_addf(out,
	    "],\n  \"generation\": %u, \"requests\": %" PRIu64 ", \"restarts\": %" PRIu64 ",\n",
	    s->generation, s->requests, s->restarts);
	buf_addf(out, "  \"config\": {\"state\": \"%s\", \"message\": ", config_words[s->config]);
	json_string(out, s->message);
	buf_addf(out, ", \"loaded_at\": %" PRId64 "},\n", s->loaded_at);
	status_store_json(&s->store, out);
	json_master(s, out);
	buf_adds(out, "}\n");
}

/* ---- text ---- */

/* "3.0 h": since a moment, until now. */
static const char *age(int64_t since, char *out, size_t size)
{
	int64_t seconds = (int64_t)time(NULL) - since;
	return num_age(seconds < 0 ? 0 : (long)seconds, out, size);
}

static void text_row(const struct row *r, struct buf *out)
{
	char up[32] = "-", state[48], requests[24] = "-";
	if (r->pid)
		age(r->since, up, sizeof up);
	if (r->busy_ms >= 1000)
		snprintf(state, sizeof state, "%s %ld s", r->state, r->busy_ms / 1000);
	else
		snprintf(state, sizeof state, "%s", r->state);
	if (is_worker(r))
		snprintf(requests, sizeof requests, "%" PRIu64, r->requests);
	buf_addf(out, "%-10s %4u %8d  %-10s %10s %12s %9u %11u\n", r->kind, r->slot, r->pid, state,
	    up, requests, r->restarts, r->generation);
}

static void text_master(const struct status *s, struct buf *out)
{
	const struct master *m = &s->master;
	char when[32];
	buf_addf(out, "master device  %s", s->master_state);
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

static void print_text(const struct home *h, const struct status *s, struct buf *out)
{
	static const char *const explained[] = {[BOARD_CONFIG_GOOD] = "good",
	    [BOARD_CONFIG_BAD] = "BAD, the one before stays in force",
	    [BOARD_CONFIG_LAST_GOOD] = "BAD, started with the last good one"};
	char when[32];
	buf_addf(out, "%s\n", h->dir);
	text_serving(&s->serving, out);
	text_program("rollcalld", s->supervisor, s->started, s->serving.rollcalld.restarts, out);
	text_addresses(&s->serving, out);
	buf_addf(out, "configuration  %s; generation %u, loaded %s ago\n", explained[s->config],
	    s->generation, age(s->loaded_at, when, sizeof when));
	if (s->config != BOARD_CONFIG_GOOD)
		buf_addf(out, "               %s\n", s->message);
	text_master(s, out);
	status_store_text(&s->store, out);
	buf_addf(out, "requests       %" PRIu64 "; processes replaced: %" PRIu64 "\n\n",
	    s->requests, s->restarts);
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
	struct status s = {0};
	struct buf out = {0};
	read_board(board, &s);
	read_serving(h, &s);
	read_master(h, &s);
	status_store_read(board, &s.store);
	if (json)
		print_json(&s, &out);
	else
		print_text(h, &s, &out);
	bool fine = s.config == BOARD_CONFIG_GOOD && !*s.store.problem && !s.store.full;
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
