/* SPDX-License-Identifier: ISC */
/*
 * Environments that are lost by position (spec §4): when a device names two, the second only gets the
 * places that the first leaves free, so its own name is lost at least. Which devices name two we cannot
 * know; that it would surprise, we can say, once, with an example.
 */
#include "core/caller.h"
#include "core/conf_work.h"

#include <string.h>

#define ENVIRONMENTS_TRIED 64 /* the work grows with the square */

/* What a pair is good for as an example: the more, the better. */
enum worth {
	NOTHING_LOST,
	RELATED,     /* one implies the other: who would name both? */
	NAME_LOST,   /* only the name of the second */
	IMPLIED_LOST /* something that it implies as well: nobody asked for that by name */
};

struct pair {
	const char *names[2];
	enum worth worth;
};

/* What of the second is not there when a device names both. */
static struct conf_list lost(struct arena *a, const struct config *c, const char *const *names)
{
	const char *both[] = {names[0], names[1]};
	const struct conf_list list = {both, 2};
	struct conf_list dropped;
	caller_environments(a, c, &list, &dropped);
	return dropped;
}

static enum worth worth_of(struct arena *a, const struct config *c,
    const struct conf_environment *one, const struct conf_environment *two)
{
	const struct conf_list dropped = lost(a, c, (const char *[]){one->id, two->id});
	if (!dropped.count)
		return NOTHING_LOST;
	if (conf_list_has(&one->implies, two->id) || conf_list_has(&two->implies, one->id))
		return RELATED;
	return dropped.count > conf_list_has(&dropped, two->id) ? IMPLIED_LOST : NAME_LOST;
}

/* The first of the best. */
static struct pair example(
    const struct config *c, const struct conf_environment **mine, size_t count)
{
	struct arena scratch = {0};
	struct pair best = {.worth = NOTHING_LOST};
	for (size_t i = 0; i < count * count && best.worth < IMPLIED_LOST; i++) {
		const struct conf_environment *one = mine[i / count], *two = mine[i % count];
		enum worth found = worth_of(&scratch, c, one, two);
		if (found > best.worth)
			best = (struct pair){{one->id, two->id}, found};
		arena_reset(&scratch);
	}
	arena_free(&scratch);
	return best;
}

void conf_position_check(const struct config *c, const struct conf_node *root, struct findings *f)
{
	const struct conf_environment *mine[ENVIRONMENTS_TRIED];
	size_t count = 0;
	const struct conf_node *group = conf_node_at(root, "environments");
	const struct conf_node *n = conf_node_child(group, "environment");
	for (; n && count < ENVIRONMENTS_TRIED; n = conf_node_same(n)) {
		if (n->from.by_user)
			mine[count++] = conf_environment_find(c, conf_node_value(n, "id"));
	}
	if (strcmp(c->environments_combine, "all") == 0)
		return;
	const struct pair p = example(c, mine, count);
	if (p.worth == NOTHING_LOST)
		return;
	struct arena scratch = {0};
	const struct conf_list gone = lost(&scratch, c, p.names);
	findings_add(f, FINDING_WARNING, group->from.file, group->from.line,
	    "environments: a device that names several gets only the first of each position: with env=%s,%s it does not get %s (combine=\"all\" in <environments> keeps all)",
	    p.names[0], p.names[1], conf_list_join(&scratch, &gone, ", "));
	arena_free(&scratch);
}
