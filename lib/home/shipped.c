/* SPDX-License-Identifier: ISC */
/*
 * The files that are compiled in, so that a program and its defaults can never be of different
 * versions. The Makefile rebuilds this when one of them changes; paths start at the root of the
 * source tree.
 */
#include "home/home.h"

#include <string.h>

#define SHIPPED(F)                             \
	F(defaults, "conf/default-config.xml") \
	F(schema, "conf/user-config.rng")      \
	F(dtd, "conf/full-config.dtd")         \
	F(lighttpd, "lighttpd/lighttpd.conf")

#define EMBED(symbol, path)                         \
	__asm__(".section .rodata\n"                \
		".global shipped_" #symbol "\n"     \
		"shipped_" #symbol ":\n"            \
		".incbin \"" path "\"\n"            \
		".global shipped_" #symbol "_end\n" \
		"shipped_" #symbol "_end:\n"        \
		".byte 0\n"                         \
		".previous\n");                     \
	extern const char shipped_##symbol[], shipped_##symbol##_end[];
SHIPPED(EMBED)

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
