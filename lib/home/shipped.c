/* SPDX-License-Identifier: ISC */
/* The defaults and what else a home is made of, compiled in. */
#include "home/home.h"

#include "base/embed.h"

#include <string.h>

#define SHIPPED(F)                             \
	F(defaults, "conf/default-config.xml") \
	F(schema, "conf/user-config.rng")      \
	F(dtd, "conf/full-config.dtd")         \
	F(lighttpd, "lighttpd/lighttpd.conf")

#define FILE(symbol, path) EMBED(shipped, symbol, path)
SHIPPED(FILE)
#undef FILE

const struct home_shipped *home_shipped(const char *name)
{
	static struct home_shipped files[] = {
#define ROW(symbol, path) {path, shipped_##symbol, 0},
	    SHIPPED(ROW)
#undef ROW
	};
	static const char *const ends[] = {
#define ROW(symbol, path) shipped_##symbol##_end,
	    SHIPPED(ROW)
#undef ROW
	};
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		if (strcmp(files[i].name, name) != 0)
			continue;
		files[i].size = (size_t)(ends[i] - files[i].bytes);
		return &files[i];
	}
	return NULL;
}
