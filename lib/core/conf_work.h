/* SPDX-License-Identifier: ISC */
/* The steps of conf_load() after reading: check each file, merge, check the whole, compile. */
#ifndef CORE_CONF_WORK_H
#define CORE_CONF_WORK_H

#include "core/conf.h"
#include "core/conf_guess.h"
#include "core/conf_tree.h"

/* One file by itself: unknown names, values, names that occur twice. `a` is scratch memory. */
void conf_check(struct arena *a, const struct conf_node *root, struct findings *f);

/*
 * Merges the user's tree (may be NULL) into that of the defaults (spec §3) and sorts what has a seq.
 * What we do not know is left behind.
 */
void conf_merge(struct arena *a, struct conf_node *defaults, const struct conf_node *user);

/* The merged whole: what must be there, and what must fit together. `a` is scratch memory. */
void conf_rules_check(struct arena *a, const struct conf_node *root, struct findings *f);

/* Is there one with this id among the elements at a path ("classes/class")? */
bool conf_has_id(const struct conf_node *root, const char *path, const char *id);
/* Is this a device type that is listed anywhere? Case aside. */
bool conf_is_model(const struct conf_node *root, const char *text);

/* Of a tree without errors; everything is copied. */
struct config *conf_compile(const struct conf_node *root);

/* Warns, in one line, that a device which names two environments loses one (spec §4). */
void conf_position_check(const struct config *c, const struct conf_node *root, struct findings *f);

#endif
