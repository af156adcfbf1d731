/* SPDX-License-Identifier: ISC */
/* rollcall copy: a consistent copy of the store, while the server runs. */
#include "tools/rollcall/changes.h"
#include "tools/rollcall/cli.h"

#include <unistd.h>

int cmd_copy(const struct home *h, const struct options *o)
{
	struct err e = {""};
	struct buf out = {0};
	const char *to = o->line.words[1];
	struct store *s = changes_open(h, &e);
	bool ok = s && store_copy(s, to, &e);
	store_close(s);
	if (!ok)
		return cli_fail("%s", e.text);
	buf_addf(&out, "copied to %s; rollcall repair --from %s puts it in place\n", to, to);
	return cli_print(&out, CLI_FINE);
}
