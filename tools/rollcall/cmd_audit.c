/* SPDX-License-Identifier: ISC */
/* rollcall audit: who did what, when. */
#include "tools/rollcall/cli.h"

#include "base/json.h"
#include "desk/cells.h"
#include "desk/desk.h"
#include "tools/rollcall/table.h"

#include <inttypes.h>

static void print_text(struct arena *a, const struct audit *list, size_t count, struct buf *out)
{
	static const char *const titles[] = {"when", "what", "device", "who", ""};
	struct table t = {.titles = titles, .columns = sizeof titles / sizeof *titles};
	struct buf when = {0};
	for (size_t i = 0; i < count; i++) {
		buf_reset(&when);
		cell_moment(&when, list[i].time);
		const char *cells[] = {arena_strdup(a, buf_text(&when)), list[i].what, list[i].sn,
		    list[i].who, list[i].text};
		table_add(&t, cells);
	}
	buf_free(&when);
	table_print(&t, out);
	table_free(&t);
	if (!count)
		buf_adds(out, "nothing was done yet that is written down here\n");
}

static void print_json(const struct audit *list, size_t count, struct buf *out)
{
	buf_adds(out, "{\"audit\": [");
	for (size_t i = 0; i < count; i++) {
		buf_addf(out, "%s\n  {\"time\": %" PRId64, i ? "," : "", list[i].time);
		json_pair(out, ", ", "what", list[i].what);
		json_pair(out, ", ", "who", list[i].who);
		json_pair(out, ", ", "sn", list[i].sn);
		json_pair(out, ", ", "text", list[i].text);
		buf_addc(out, '}');
	}
	buf_adds(out, "]}\n");
}

static bool read_audit(const struct home *h, struct arena *a, size_t most, struct audit **list,
    size_t *count, struct err *e)
{
	struct store *s = desk_store(h, e);
	bool ok = s && store_begin(s, e);
	if (ok) {
		*list = store_audit(s, a, most, count);
		ok = store_end(s, e);
	}
	store_close(s);
	return ok;
}

int cmd_audit(const struct home *h, const struct options *o)
{
	struct arena a = {0};
	struct buf out = {0};
	struct err e = {""};
	struct audit *list = NULL;
	size_t count = 0;
	int status = CLI_FINDING;
	if (!read_audit(h, &a, (size_t)o->most, &list, &count, &e)) {
		cli_fail("%s", e.text);
	} else {
		if (o->json)
			print_json(list, count, &out);
		else
			print_text(&a, list, count, &out);
		status = cli_print(&out, CLI_FINE);
	}
	arena_free(&a);
	return status;
}
