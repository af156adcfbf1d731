/* SPDX-License-Identifier: ISC */
/* rollcall config: the merged configuration, and where each value came from. */
#include "tools/rollcall/cli.h"

int cmd_config(const struct home *h, const struct options *o)
{
	struct buf out = {0};
	struct config *c = cli_config(h->user_config);
	if (!c)
		return CLI_FINDING;
	if (o->json)
		conf_print_json(c, &out);
	else
		conf_print(c, &out);
	conf_free(c);
	return cli_print(&out, CLI_FINE);
}
