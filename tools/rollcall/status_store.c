/* SPDX-License-Identifier: ISC */
#include "tools/rollcall/status_store.h"

#include "base/json.h"
#include "tools/rollcall/changes.h"

#include <inttypes.h>
#include <stdio.h>

static void read_info(const struct home *h, struct status_store *out)
{
	struct err e = {""};
	struct store *s = changes_open(h, &e);
	if (s && store_begin(s, &e)) {
		store_info(s, &out->info);
		store_end(s, &e);
	}
	store_close(s);
	if (*e.text && !*out->problem)
		snprintf(out->problem, sizeof out->problem, "%s", e.text);
}

void status_store_read(const struct home *h, const struct board *b, struct status_store *out)
{
	const struct board_writer *w = &b->writer;
	*out = (struct status_store){
	    .commits = BOARD_GET(w->commits),
	    .lists = BOARD_GET(w->lists),
	    .sightings = BOARD_GET(w->sightings),
	    .lost = BOARD_GET(w->lost),
	    .failures = BOARD_GET(w->failures),
	};
	size_t size = board_read(&w->problem, out->problem, BOARD_BLOCK);
	out->problem[size] = '\0';
	read_info(h, out);
}

void status_store_json(const struct status_store *s, struct buf *out)
{
	const struct store_info *i = &s->info;
	buf_addf(out,
	    "  \"store\": {\"devices\": %zu, \"records\": %zu, \"bytes\": %zu, \"readers\": %u, ",
	    i->devices, i->records, i->file_bytes, i->readers);
	buf_addf(out,
	    "\"commits\": %" PRIu64 ", \"changes\": %" PRIu64 ", \"sightings\": %" PRIu64
	    ", \"sightings_lost\": %" PRIu64 ", \"failures\": %" PRIu64 ", \"message\": ",
	    s->commits, s->lists, s->sightings, s->lost, s->failures);
	json_string(out, s->problem);
	buf_adds(out, "},\n");
}

void status_store_text(const struct status_store *s, struct buf *out)
{
	const struct store_info *i = &s->info;
	buf_addf(out,
	    "store          %zu device%s, %.1f MB; commits: %" PRIu64 ", failed: %" PRIu64,
	    i->devices, i->devices == 1 ? "" : "s", (double)i->file_bytes / 1048576, s->commits,
	    s->failures);
	if (s->lost)
		buf_addf(out, "; sightings lost: %" PRIu64, s->lost);
	buf_addc(out, '\n');
	if (*s->problem)
		buf_addf(out, "               %s\n", s->problem);
}
