/* SPDX-License-Identifier: ISC */
#include "tools/rollcall/status_store.h"

#include "base/json.h"

#include <inttypes.h>

void status_store_json(const struct status_store *s, struct buf *out)
{
	buf_addf(out,
	    "  \"store\": {\"devices\": %" PRIu64 ", \"records\": %" PRIu64 ", \"bytes\": %" PRIu64
	    ", \"readers\": %" PRIu64 ", \"full\": %s, ",
	    s->devices, s->records, s->bytes, s->readers, s->full ? "true" : "false");
	buf_addf(out,
	    "\"commits\": %" PRIu64 ", \"changes\": %" PRIu64 ", \"sightings\": %" PRIu64
	    ", \"sightings_lost\": %" PRIu64 ", \"failures\": %" PRIu64 ", \"message\": ",
	    s->commits, s->lists, s->sightings, s->lost, s->failures);
	json_string(out, s->problem);
	buf_adds(out, "},\n");
}

void status_store_text(const struct status_store *s, struct buf *out)
{
	buf_addf(out,
	    "store          %" PRIu64 " device%s, %.1f MB; commits: %" PRIu64 ", failed: %" PRIu64,
	    s->devices, s->devices == 1 ? "" : "s", (double)s->bytes / 1048576, s->commits,
	    s->failures);
	if (s->lost)
		buf_addf(out, "; sightings lost: %" PRIu64, s->lost);
	buf_addc(out, '\n');
	if (*s->problem)
		buf_addf(out, "               %s\n", s->problem);
	if (s->full)
		buf_adds(out,
		    "               NO NEW DEVICE IS TAKEN: the disk is nearly full, or there are too many\n");
}
