/* SPDX-License-Identifier: ISC */
/* rollcall stats: statistics as CSV, up to this moment. */
#include "tools/rollcall/cli.h"

#include "core/conf.h"
#include "desk/desk.h"
#include "desk/stats.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static bool take(void *context, const char *bytes, size_t size)
{
	(void)context;
	return fwrite(bytes, 1, size, stdout) == size;
}

static int print(const struct stats_source *s, const struct stats_wish *w)
{
	struct err e = {""};
	bool ok = stats_print(s, w, &e);
	if (!ok && *e.text)
		return cli_fail("%s", e.text);
	if (fflush(stdout) != 0 || ferror(stdout))
		return cli_fail("standard output cannot be written");
	return ok ? CLI_FINE : CLI_FINDING;
}

static int print_month(const struct home *h, const struct options *o, const struct config *c,
    const struct stats_wish *w)
{
	struct err e = {""};
	bool running = false;
	struct stats_source s = {.home = h, .config = c, .now = (int64_t)time(NULL)};
	s.store = desk_store(h, &e);
	if (!s.store)
		return cli_fail("%s", e.text);
	const struct board *board = board_open(h->board, &running, NULL);
	s.board = running ? board : NULL;
	struct stats_wish wish = *w;
	if (!o->month)
		wish.month = stats_month(s.now);
	int status = print(&s, &wish);
	board_close(board);
	store_close(s.store);
	return status;
}

int cmd_stats(const struct home *h, const struct options *o)
{
	struct stats_wish w = {.kind = o->devices ? STATS_DEVICES : STATS_SERVER,
	    .separator = o->comma ? ',' : '\0',
	    .take = take};
	if (o->month && !stats_month_parse(o->month, &w.month))
		return cli_misuse("--month is written as YYYY-MM: --month 2026-03");
	struct config *c = cli_config(h->user_config);
	if (!c)
		return CLI_FINDING;
	int status = stats_are_on(c)
			 ? print_month(h, o, c, &w)
			 : cli_fail("no statistics are kept (statistics/@dir is empty)");
	conf_free(c);
	return status;
}
