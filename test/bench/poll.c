/* SPDX-License-Identifier: ISC */
/*
 * What a poll costs without web server and FastCGI: the request parsed, the decision made, the
 * reply written, N times. Where state is kept (status/@dir), the device is read from the store, too, and
 * what the writer would be told is put together. Run under callgrind with two different N, the difference
 * divided by the difference of N is the number of instructions a poll takes; it repeats exactly.
 *
 *     poll HOME N 'QUERY' [HOST]
 */
#include "base/arena.h"
#include "base/log.h"
#include "core/change.h"
#include "core/plan.h"
#include "core/script.h"
#include "core/track.h"
#include "home/home.h"
#include "store/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct bench {
	struct home home;
	struct config *config;
	struct snipdir *snippets;
	struct md5 *md5;
	const char *query, *host;
	struct store *store; /* NULL: no state is kept */
	struct buf changes;
	bool sighting; /* the last poll changed nothing but when its device was seen */
};

static const struct device *read_device(struct bench *b, struct arena *a, const char *sn)
{
	struct err e;
	struct device *d = arena_alloc(a, sizeof *d);
	if (!store_begin(b->store, &e))
		return NULL;
	store_device(b->store, a, sn, d);
	return store_end(b->store, &e) ? d : NULL;
}

static void track(struct bench *b, const struct plan_input *in, const struct plan *plan)
{
	buf_reset(&b->changes);
	b->sighting = track_poll(in, plan, &b->changes) == TRACK_SIGHTED;
}

static size_t one_poll(struct bench *b, struct arena *a, struct buf *out)
{
	struct req_input input = {
	    .method = "GET",
	    .path = "/update/update.php",
	    .query = b->query,
	    .host = b->host,
	    .port = "80",
	    .peer = "127.0.0.1", /* as fill.c has it */
	};
	struct request request;
	struct plan plan;
	arena_reset(a);
	buf_reset(out);
	req_parse(a, &input, b->config, &request);
	struct plan_input in = {
	    .config = b->config,
	    .snippets = snipdir_refresh(b->snippets, 0),
	    .request = &request,
	    .device = b->store ? read_device(b, a, request.sn) : NULL,
	    .md5 = b->md5,
	    .now = time(NULL),
	};
	plan_make(a, &in, &plan);
	script_write(&plan, out);
	if (in.device)
		track(b, &in, &plan);
	return out->size;
}

/* True also when no state is kept. */
static bool start_store(struct bench *b, const char *dir, struct err *e)
{
	char path[4096];
	if (!*b->config->status_dir)
		return true;
	snprintf(path, sizeof path, "%s/data/store", dir);
	b->store = store_open(path, STORE_READ, 0, e);
	return b->store != NULL;
}

static bool start(struct bench *b, const char *dir, const char *query)
{
	struct err e;
	struct buf bytes = {0};
	struct findings findings = {0};
	if (!home_open(&b->home, dir, &e) || !home_read_config(b->home.user_config, &bytes, &e)) {
		log_fatal("poll", "%s", e.text);
		return false;
	}
	b->config = home_compile("user-config.xml", &bytes, &findings);
	buf_free(&bytes);
	findings_free(&findings);
	if (!b->config)
		return false;
	if (!start_store(b, dir, &e)) {
		log_fatal("poll", "%s", e.text);
		return false;
	}
	char *scripts = home_path(&b->home, b->config->times_dir);
	b->snippets = snipdir_new(scripts, true);
	b->md5 = md5_new();
	b->query = query;
	free(scripts);
	return true;
}

int main(int argc, char **argv)
{
	struct bench b = {0};
	struct arena a = {0};
	struct buf out = {0};
	if (argc != 4 && argc != 5) {
		fprintf(stderr, "usage: poll HOME N QUERY [HOST]\n");
		return 2;
	}
	b.host = argc == 5 ? argv[4] : "update.example";
	if (!start(&b, argv[1], argv[3]))
		return 1;
	size_t bytes = 0;
	for (long n = atol(argv[2]); n > 0; n--)
		bytes = one_poll(&b, &a, &out);
	printf("%zu bytes\n%s", bytes, buf_text(&out));
	if (b.store)
		printf("%s\n", b.sighting ? "a sighting" : "it changed something");
	arena_free(&a);
	buf_free(&out);
	buf_free(&b.changes);
	if (b.store)
		store_close(b.store);
	md5_free(b.md5);
	snipdir_free(b.snippets);
	conf_free(b.config);
	home_close(&b.home);
	return 0;
}
