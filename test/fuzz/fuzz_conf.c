/* SPDX-License-Identifier: ISC */
/*
 * core/conf: any bytes as the user's file over the shipped defaults. Either a configuration that keeps
 * its promises comes out, or findings that a person can read.
 */
#include "base/file.h"
#include "base/limits.h"
#include "base/text.h"
#include "core/conf.h"
#include "core/master.h"

#include <libxml/parser.h>

#include <assert.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct buf defaults, schema; /* read once, from the source tree */

static void read_once(const char *path, struct buf *out)
{
	struct err e;
	if (!out->size && !file_read(AT_FDCWD, path, LIMIT_CONFIG, out, &e))
		abort();
}

static void check_findings(const struct findings *f)
{
	for (size_t i = 0; i < f->count; i++) {
		const char *text = f->list[i].text;
		assert(*text && !text_has_control(text, strlen(text)));
		assert(f->list[i].line > 0);
	}
}

/* Fit to be a part of a word in a command. */
static void check_word(const char *text)
{
	assert(!text || (text_is_plain(text, strlen(text)) && !strchr(text, ' ')));
}

static void check_words(const struct config *c)
{
	check_word(c->master_info);
	check_word(c->fwstorage_url);
	for (size_t i = 0; i < c->nfilenames; i++) {
		check_word(c->filenames[i].prot);
		check_word(c->filenames[i].boot);
	}
	assert(!master_is_asked(c) || text_starts(c->master_info, "http"));
}

static void check_config(const struct config *c)
{
	assert(c->nphases > 0 && c->nphases <= LIMIT_PHASES + 2);
	assert(c->nenvironments > 0);
	for (size_t i = 0; i < c->nphases; i++)
		assert(text_is_word(c->phases[i].id, "_") && !text_same(c->phases[i].id, "all") &&
		       strlen(c->phases[i].id) <= LIMIT_PHASE);
	for (size_t i = 0; i < c->nqueries; i++)
		assert(*c->queries[i].cmd &&
		       !text_has_control(c->queries[i].cmd, strlen(c->queries[i].cmd)));
	for (size_t i = 0; i < c->nvalues; i++)
		assert(text_is_utf8(c->values[i].value, strlen(c->values[i].value)));
	assert(!*c->times_httpsurlmod == !c->urlmod);
}

static void print(const struct config *c)
{
	struct buf out = {0};
	conf_print(c, &out);
	conf_print_json(c, &out);
	assert(text_is_utf8(out.data, out.size));
	buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct findings f = {0};
	read_once("conf/default-config.xml", &defaults);
	read_once("conf/user-config.rng", &schema);
	const struct conf_source d = {"default-config.xml", buf_text(&defaults), defaults.size},
				 s = {"user-config.rng", buf_text(&schema), schema.size},
				 u = {"user-config.xml", (const char *)data, size};
	struct config *c = conf_load(&d, &u, &s, &f);
	assert((c != NULL) == (f.errors == 0));
	check_findings(&f);
	if (c) {
		check_config(c);
		check_words(c);
		print(c);
	}
	conf_free(c);
	findings_free(&f);
	xmlResetLastError();
	return 0;
}
