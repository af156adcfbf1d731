/* SPDX-License-Identifier: ISC */
#include "desk/status.h"

#include "proc/clock.h"

#include <string.h>

const char *status_config_word(enum board_config c)
{
	static const char *const words[] = {[BOARD_CONFIG_GOOD] = "good",
	    [BOARD_CONFIG_BAD] = "bad",
	    [BOARD_CONFIG_LAST_GOOD] = "last-good"};
	return words[c];
}

const char *status_poll_word(enum board_poll p)
{
	static const char *const words[] = {[BOARD_POLL_SETTLED] = "settled",
	    [BOARD_POLL_COMMANDS] = "commands",
	    [BOARD_POLL_TURNED_AWAY] = "turned-away",
	    [BOARD_POLL_REFUSED] = "refused",
	    [BOARD_POLL_FAILED] = "failed"};
	return words[p];
}

static const char *state_word(int state)
{
	static const char *const words[] = {[BOARD_EMPTY] = "empty",
	    [BOARD_STARTING] = "starting",
	    [BOARD_IDLE] = "idle",
	    [BOARD_BUSY] = "busy"};
	return state >= 0 && state <= BOARD_BUSY ? words[state] : "empty";
}

static void read_row(const struct board_slot *slot, unsigned i, struct status_row *row)
{
	int64_t busy = BOARD_GET(slot->busy_since_ms);
	*row = (struct status_row){.kind = slot->kind,
	    .slot = i,
	    .state = state_word(BOARD_GET(slot->state)),
	    .generation = BOARD_GET(slot->generation),
	    .restarts = BOARD_GET(slot->restarts),
	    .pid = BOARD_GET(slot->pid),
	    .requests = BOARD_GET(slot->requests),
	    .since = BOARD_GET(slot->since),
	    .busy_ms = busy ? (long)(clock_now_ms() - busy) : 0};
}

bool status_is_worker(const struct status_row *r)
{
	return strcmp(r->kind, "update") == 0;
}

static void read_rows(const struct board *b, struct status *s)
{
	s->nrows = BOARD_GET(b->nslots);
	if (s->nrows > BOARD_SLOTS)
		s->nrows = BOARD_SLOTS;
	for (unsigned i = 0; i < s->nrows; i++) {
		read_row(&b->slots[i], i, &s->rows[i]);
		s->requests += status_is_worker(&s->rows[i]) ? s->rows[i].requests : 0;
		s->restarts += s->rows[i].restarts;
	}
}

static void read_text(const struct board_block *block, char text[BOARD_BLOCK + 1])
{
	text[board_read(block, text, BOARD_BLOCK)] = '\0';
}

static void read_store(const struct board_writer *w, struct status_store *out)
{
	*out = (struct status_store){
	    .devices = BOARD_GET(w->devices),
	    .records = BOARD_GET(w->records),
	    .bytes = BOARD_GET(w->bytes),
	    .readers = BOARD_GET(w->readers),
	    .full = BOARD_GET(w->full) != 0,
	    .commits = BOARD_GET(w->commits),
	    .lists = BOARD_GET(w->lists),
	    .sightings = BOARD_GET(w->sightings),
	    .lost = BOARD_GET(w->lost),
	    .failures = BOARD_GET(w->failures),
	    .waiting = BOARD_GET(w->waiting),
	    .sightings_waiting = BOARD_GET(w->sightings_waiting),
	};
	read_text(&w->problem, out->problem);
}

static void read_polls(const struct board_polls *p, struct status *s)
{
	for (size_t i = 0; i < BOARD_POLLS; i++)
		s->polls_all += s->polls[i] = BOARD_GET(p->results[i]);
	histogram_read(&p->times, &s->poll_times);
}

static void read_entries(const struct board_entries *b, struct status *s)
{
	s->entries.logs = BOARD_GET(b->logs);
	s->entries.alarms = BOARD_GET(b->alarms);
	s->entries.refused = BOARD_GET(b->refused);
	s->entries.limited = BOARD_GET(b->limited);
	s->entries.failed = BOARD_GET(b->failed);
}

void status_read(const struct board *b, struct status *s)
{
	int config = BOARD_GET(b->config_state);
	*s = (struct status){
	    .supervisor = BOARD_GET(b->supervisor),
	    .started = BOARD_GET(b->started),
	    .loaded_at = BOARD_GET(b->config_loaded),
	    .generation = BOARD_GET(b->generation),
	};
	s->config = config >= 0 && config <= BOARD_CONFIG_LAST_GOOD ? (enum board_config)config
								    : BOARD_CONFIG_BAD;
	read_text(&b->config_message, s->message);
	if (board_read(&b->master, &s->master, sizeof s->master) != sizeof s->master)
		s->master = (struct master){.answered_at = 0};
	read_rows(b, s);
	read_store(&b->writer, &s->store);
	read_polls(&b->polls, s);
	s->uploads = BOARD_GET(b->uploads.taken);
	s->uploads_refused = BOARD_GET(b->uploads.refused);
	read_entries(&b->entries, s);
}
