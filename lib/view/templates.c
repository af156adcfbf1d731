/* SPDX-License-Identifier: ISC */
/*
 * The Makefile makes the list from what lies in the folder, so nobody can forget one: TEMPLATES(F) is
 * F(layout_xsl, "layout.xsl") and so on, by name.
 */
#include "view/templates.h"

#include "base/embed.h"
#include "base/md5.h"
#include "base/text.h"
#include "view/render.h"

#include <string.h>

#ifndef TEMPLATES /* who looks at this file alone (lint) */
#define TEMPLATES(F) F(layout_xsl, "layout.xsl")
#endif

#define FILE(symbol, name) EMBED(template, symbol, "templates/" name)
TEMPLATES(FILE)
#undef FILE

#define FILE(symbol, name) {name, template_##symbol, 0},
static struct template files[] = {TEMPLATES(FILE)};
#undef FILE
#define NFILES (sizeof files / sizeof *files)

#define FILE(symbol, name) template_##symbol##_end,
static const char *const ends[] = {TEMPLATES(FILE)};
#undef FILE

const struct template *templates(size_t *count)
{
	for (size_t i = 0; i < NFILES; i++)
		files[i].size = (size_t)(ends[i] - files[i].bytes);
	*count = NFILES;
	return files;
}

const struct template *template_find(const char *name)
{
	size_t count;
	const struct template *all = templates(&count);
	for (size_t i = 0; i < count; i++)
		if (strcmp(all[i].name, name) == 0)
			return &all[i];
	return NULL;
}

/* ---- what browsers load ---- */

static const struct {
	const char *end, *type;
} types[] = {
    {".css", "text/css; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".svg", "image/svg+xml"},
};

static const char *type_of(const char *name)
{
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (text_ends(name, types[i].end))
			return types[i].type;
	return NULL;
}

const struct render_file *render_file(const char *name)
{
	static struct render_file known[NFILES];
	const struct template *t = type_of(name) ? template_find(name) : NULL;
	if (!t)
		return NULL;
	struct render_file *file = &known[t - files];
	if (file->name)
		return file;
	char hex[MD5_HEX];
	struct md5 *md5 = md5_new();
	md5_reset(md5);
	md5_add(md5, t->bytes, t->size);
	md5_hex(md5, hex);
	md5_free(md5);
	*file = (struct render_file){t->name, type_of(name), t->bytes, t->size, ""};
	memcpy(file->version, hex, sizeof file->version - 1);
	return file;
}
