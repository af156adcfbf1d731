/* SPDX-License-Identifier: ISC */
/*
 * Environments that are lost by position (spec §4): when a device names two, the second only gets the
 * places that the first leaves free. Which devices name two we cannot know; what would be lost if one
 * did, we can.
 */
#include "core/caller.h"
#include "core/conf_work.h"

#include "base/text.h"

#include <string.h>

#define ENVIRONMENTS_TRIED 64 /* the work grows with the square */
#define WARNINGS_MOST 10

/* What of the second is not there when a device names both: NULL, or its names. */
static const char *lost(
    struct arena *a, const struct config *c, const char *one, const struct conf_environment *two)
{
	const char *both[] = {one, two->id};
	const struct conf_list names = {both, 2};
	const struct conf_list got = caller_environments(a, c, &names, NULL);
	const char *text = NULL;
	for (size_t i = 0; i < two->implies.count; i++) {
		const char *name = two->implies.items[i];
		if (!conf_list_has(&got, name))
			text = text ? arena_printf(a, "%s, \"%s\"", text, name)
				    : arena_printf(a, "\"%s\"", name);
	}
	return text;
}

static bool may_meet(const struct conf_environment *one, const struct conf_environment *two)
{
	return one != two && !conf_list_has(&one->implies, two->id) &&
	       !conf_list_has(&two->implies, one->id);
}

static struct conf_origin where(const struct conf_node *root, const char *id)
{
	const struct conf_node *n = conf_node_at(root, "environments/environment");
	while (n && strcmp(conf_node_value(n, "id"), id) != 0)
		n = conf_node_same(n);
	return n ? n->from : root->from;
}

/* One finding for an environment, whatever it loses to. */
static bool check_one(struct arena *a, const struct config *c, const struct conf_node *root,
    const struct conf_environment *two, struct findings *f)
{
	const char *first = NULL, *what = NULL;
	size_t others = 0;
	for (size_t i = 0; i < c->nenvironments && i < ENVIRONMENTS_TRIED; i++) {
		const struct conf_environment *one = &c->environments[i];
		const char *gone = may_meet(one, two) ? lost(a, c, one->id, two) : NULL;
		others += gone && first;
		if (gone && !first) {
			first = one->id;
			what = gone;
		}
	}
	if (!first)
		return false;
	struct conf_origin from = where(root, two->id);
	findings_add(f, FINDING_WARNING, from.file, from.line,
	    "environments/environment[%s]: a device with env=%s,%s does not get %s%s: the places are taken (set combine=\"all\" in <environments> if it should)",
	    two->id, first, two->id, what,
	    others ? arena_printf(a, " (and so with %zu others before it)", others) : "");
	return true;
}

static size_t configured_by_user(const struct conf_node *root)
{
	size_t count = 0;
	const struct conf_node *n = conf_node_at(root, "environments/environment");
	for (; n; n = conf_node_same(n))
		count += n->from.by_user;
	return count;
}

void conf_position_check(const struct config *c, const struct conf_node *root, struct findings *f)
{
	struct arena scratch = {0};
	size_t warnings = 0;
	if (strcmp(c->environments_combine, "all") == 0 || configured_by_user(root) < 2)
		return;
	for (size_t i = 0; i < c->nenvironments && i < ENVIRONMENTS_TRIED; i++) {
		if (warnings < WARNINGS_MOST)
			warnings += check_one(&scratch, c, root, &c->environments[i], f);
	}
	arena_free(&scratch);
}
