/* SPDX-License-Identifier: ISC */
/* rollcall backups: the configuration backups of a device, and where they are. */
#include "tools/rollcall/cli.h"

#include "base/json.h"
#include "desk/cells.h"
#include "tools/rollcall/device_backups.h"

#include <time.h>

static void print_text(const struct device_backups *b, struct buf *out)
{
	time_t now = time(NULL);
	buf_addf(out, "%s\n", b->folder);
	for (size_t i = 0; i < b->count; i++) {
		const struct backups_file *f = &b->files[i];
		buf_addf(out, "%8ld  %10zu bytes  ", f->number, f->size);
		cell_when(out, f->stored, now);
		buf_addf(out, "  %s\n", f->name);
	}
}

static void print_json(const struct device_backups *b, struct buf *out)
{
	buf_adds(out, "{\"hwid\": ");
	json_string(out, b->hwid);
	buf_adds(out, ", \"folder\": ");
	json_string(out, b->folder);
	buf_adds(out, ", \"backups\": [");
	for (size_t i = 0; i < b->count; i++) {
		const struct backups_file *f = &b->files[i];
		buf_addf(out, "%s\n  {\"number\": %ld, \"file\": ", i ? "," : "", f->number);
		json_string(out, f->name);
		buf_addf(out, ", \"stored\": %lld, \"size\": %zu}", (long long)f->stored, f->size);
	}
	buf_adds(out, "]}\n");
}

int cmd_backups(const struct home *h, const struct options *o)
{
	struct device_backups b;
	struct buf out = {0};
	int status = CLI_FINDING;
	if (device_backups(h, o->line.words[1], &b)) {
		if (o->json)
			print_json(&b, &out);
		else
			print_text(&b, &out);
		status = cli_print(&out, CLI_FINE);
	}
	arena_free(&b.arena);
	return status;
}
