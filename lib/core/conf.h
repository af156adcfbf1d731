/* SPDX-License-Identifier: ISC */
/*
 * The configuration: what an administrator wants, compiled (spec §3).
 *
 * conf_load() takes the shipped defaults and the user's file as bytes, merges the second over the
 * first, checks the result and compiles it into a struct config. It reads no file and no clock. Only a
 * configuration without an error comes out; what is wrong or doubtful comes out as findings, each with
 * file and line, what is wrong and what would be right.
 *
 * A struct config never changes after it was made, holds no pointer into the XML it came from, and can
 * be shared by processes that fork from its maker.
 */
#ifndef CORE_CONF_H
#define CORE_CONF_H

#include "base/arena.h"
#include "base/buf.h"
#include "core/findings.h"
#include "core/settings.h"

#include <stdbool.h>
#include <stddef.h>

#define CONF_ABSENT (-1L)    /* a NUMBER that is not set */
#define CONF_FIRST "_first_" /* the fake last phase (§5) is this and the id of the last one */

/* A list of names or texts. */
struct conf_list {
	const char **items;
	size_t count;
};

/* A condition, <applies>: a class, an environment (`env`), or "*". */
struct conf_applies {
	const char *text;
	bool env;
};

struct conf_phase {
	const char *id;       /* what devices carry in their URL */
	const char *snippets; /* whose snippets are sent: of the fake last phase, the last one's */
	long seq;
};

struct conf_environment {
	const char *id;
	struct conf_list implies;
};

struct conf_class {
	const char *id;
	struct conf_list models; /* lower case */
};

struct conf_filename {
	const char *id, *prot, *boot; /* id in lower case; prot, boot NULL when not given */
};

struct conf_stdarg {
	const char *key;
	const char *value; /* NULL: the argument is dropped from new URLs */
};

struct conf_show {
	const char *title, *xpath;
	struct xpath *compiled;
};

struct conf_query {
	const char *id, *title;
	const char *cmd; /* trimmed */
	struct conf_applies *applies;
	size_t napplies;
	struct conf_show *shows;
	size_t nshows;
};

/* Where alarms are passed on to. */
struct conf_forward {
	const char *id, *to, *user, *password, *from;
	int severity; /* enum alarm_severity: the least */
};

/* A value and where it came from: for `rollcall config`. */
struct conf_value {
	const char *path; /* "times/@grace", "phases/phase[update]/@seq" */
	const char *value;
	const char *file; /* the name the source was given with */
	unsigned line;
	bool by_user; /* false: a shipped default */
};

struct urlmod;
struct xpath;

struct config {
	struct arena arena; /* all that hangs below */

#define CONF_FIELD(element, attribute, field, type, min, max, unit, help) CONF_FIELD_##type field;
	CONF_SETTINGS(CONF_FIELD)
#undef CONF_FIELD

	struct conf_phase *phases; /* by seq, the fake last phase in its place; at least one */
	size_t nphases;
	struct conf_environment *environments; /* as configured; at least one */
	size_t nenvironments;
	struct conf_class *classes; /* as configured */
	size_t nclasses;
	struct conf_list nobootdev, nofirmdev; /* models, lower case */
	struct conf_filename *filenames;
	size_t nfilenames;
	struct conf_stdarg *stdargs;
	size_t nstdargs;
	struct conf_applies *master_applies; /* all must hold */
	size_t nmaster_applies;
	struct conf_query *queries;
	size_t nqueries;
	struct conf_list canames;   /* the names in customcerts/@CAname, trimmed; none is empty */
	struct conf_list auto_sign; /* networks of customcerts/auto-sign-off, ADDRESS/BITS */
	struct conf_list proxies;   /* addresses, or ADDRESS/BITS, that may set X-Forwarded-For */

	struct conf_forward *forwards;
	size_t nforwards;

	struct urlmod *urlmod; /* times/@httpsurlmod compiled; NULL when empty */

	struct conf_value *values; /* the merged configuration, in order */
	size_t nvalues;
};

/* A text to be parsed, and the name it goes by in messages. */
struct conf_source {
	const char *name;
	const char *bytes;
	size_t size;
};

/*
 * Makes a configuration, or NULL when f->errors is not 0 afterwards. `user` may be NULL (the defaults
 * alone). `schema` is RELAX NG (conf/user-config.rng). What is returned does not need the sources any
 * more. Free with conf_free().
 */
struct config *conf_load(const struct conf_source *defaults, const struct conf_source *user,
    const struct conf_source *schema, struct findings *f);
void conf_free(struct config *c);

/* A value as it may be shown: in one line, without a password. */
void conf_value_show(const struct conf_value *v, struct buf *out);
/* Its unit ("s", "days", …; "": none) and what it is for, in English. False: nothing is known of it. */
bool conf_value_about(const struct conf_value *v, const char **unit, const char **help);
/* "times/@grace = 90 (default)" / "… (user-config.xml:12)", one line each; passwords are hidden. */
void conf_print(const struct config *c, struct buf *out);
/* The same as a JSON array. */
void conf_print_json(const struct config *c, struct buf *out);

/* NULL when there is none of that name. */
const struct conf_phase *conf_phase_find(const struct config *c, const char *id);
const struct conf_environment *conf_environment_find(const struct config *c, const char *id);
/* The same for a row of <filenames>; `model` in lower case. */
const struct conf_filename *conf_filename_find(const struct config *c, const char *model);

bool conf_list_has(const struct conf_list *list, const char *text);
/* "a+b+c" */
const char *conf_list_join(struct arena *a, const struct conf_list *list, const char *between);

#endif
