/* SPDX-License-Identifier: ISC */
/*
 * GET /healthz: is the server well? For those who watch it from outside and for load balancers, so
 * nobody signs in and nothing is told but words. 503 when devices are not served as they should be now: the store
 * cannot be read, or nothing can be written to it. A mistake in the configuration, or no room for new devices,
 * is said, and those that are known are served all the same: 200.
 */
#include "fcgi/endpoints.h"

#include <string.h>

/* What is looked at; each says how it is, in a word. */
struct part {
	const char *name;
	const char *(*state)(struct exchange *x);
	const char *good, *bearable; /* bearable: not as it should be, but devices are served */
};

/* One of them answers this. */
static const char *polls_state(struct exchange *x)
{
	(void)x;
	return "ok";
}

static bool is_there(const struct board *b, const char *kind)
{
	for (uint32_t i = 0; i < BOARD_GET(b->nslots) && i < BOARD_SLOTS; i++) {
		if (strcmp(b->slots[i].kind, kind) == 0 && BOARD_GET(b->slots[i].pid))
			return true;
	}
	return false;
}

/* The writer says why nothing can be written now; one that is not there does not. */
static const char *writer_state(struct exchange *x)
{
	const struct board *b = x->server->board;
	char problem[BOARD_BLOCK + 1];
	if (!is_there(b, "writer"))
		return "missing";
	problem[board_read(&b->writer.problem, problem, BOARD_BLOCK)] = '\0';
	return *problem ? "failing" : BOARD_GET(b->writer.full) ? "full" : "ok";
}

static const char *store_state(struct exchange *x)
{
	struct err e;
	struct store *s = memory_store(&x->memory, &e);
	return s && store_begin(s, &e) && store_end(s, &e) ? "ok" : "unreadable";
}

static const char *configuration_state(struct exchange *x)
{
	return BOARD_GET(x->server->board->config_state) == BOARD_CONFIG_GOOD ? "ok" : "bad";
}

static const struct part parts[] = {
    {"polls", polls_state, "ok", NULL},
    {"store", store_state, "ok", NULL},
    {"writer", writer_state, "ok", "full"},
    {"configuration", configuration_state, "ok", "bad"},
};

void ep_health(struct exchange *x)
{
	bool healthy = true;
	struct buf says = {0};
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		const struct part *p = &parts[i];
		const char *state = p->state(x);
		healthy &=
		    strcmp(state, p->good) == 0 || (p->bearable && strcmp(state, p->bearable) == 0);
		buf_addf(&says, ", \"%s\": \"%s\"", p->name, state);
	}
	x->reply.status = healthy ? 200 : 503;
	x->reply.type = "application/json";
	buf_addf(
	    &x->reply.body, "{\"healthy\": %s%s}\n", healthy ? "true" : "false", buf_text(&says));
	buf_free(&says);
}
