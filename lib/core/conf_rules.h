/* SPDX-License-Identifier: ISC */
/* What the rules for the merged whole have in common; private to the files that hold them. */
#ifndef CORE_CONF_RULES_H
#define CORE_CONF_RULES_H

#include "core/conf_work.h"

struct rules {
	struct arena *arena;
	const struct conf_node *root;
	struct findings *findings;
};

void rules_say(struct rules *r, enum finding_kind kind, struct conf_origin from, const char *format,
    ...) __attribute__((format(printf, 4, 5)));
/* A setting that stands once: "" when it is not there. */
const char *rules_setting(const struct rules *r, const char *element, const char *attribute);
/* Of a setting that is true or false. */
bool rules_is_true(const struct rules *r, const char *element, const char *attribute);
/* Where to look when it is wrong. */
struct conf_origin rules_blame(const struct rules *r, const char *element, const char *attribute);
/* The first node of a group, e.g. "phases/phase". */
const struct conf_node *rules_first(const struct rules *r, const char *path);
/* Tries the ids of a group. */
void rules_guess_ids(const struct rules *r, const char *path, struct conf_guess *g);

/* conf_folders.c: no folder of secrets may be published. */
void rule_folders(struct rules *r);
/* conf_meta.c: words in {braces}. */
void rule_meta_words(struct rules *r);

/* conf_certs.c: certificates, our own CA, and what forced trust needs. */
void rule_certificates(struct rules *r);
void rule_internal_ca(struct rules *r);
void rule_forced_trust(struct rules *r);

/* conf_alarms.c: where alarms are passed on to. */
void rule_forwards(struct rules *r);

/* conf_platform.c: what the server does for itself. */
void rule_commands(struct rules *r);
void rule_statistics(struct rules *r);

/* conf_show.c: what is shown must not cost too much, and should be there. */
void rule_shows(struct rules *r);

#endif
