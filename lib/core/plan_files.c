/* SPDX-License-Identifier: ISC */
/*
 * Which snippet files could apply to this device, and which exist (spec §5; their names: snip_name.h).
 *
 * Phase outermost, environment innermost; "all" comes first in each place, but only where there is more
 * than one to choose from.
 */
#include "core/plan_parts.h"

#include "base/num.h"
#include "core/snip_name.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void add_choice(struct arena *a, struct conf_list *list, const char *name)
{
	const char *lower = arena_lower(a, name);
	if (!conf_list_has(list, lower))
		list->items[list->count++] = lower;
}

static struct conf_list choices(
    struct arena *a, bool all, const char *one, const struct conf_list *many)
{
	struct conf_list list = {arena_calloc(a, 2 + many->count, sizeof(const char *)), 0};
	if (all)
		add_choice(a, &list, SNIP_NAME_ALL);
	if (one)
		add_choice(a, &list, one);
	for (size_t i = 0; i < many->count; i++)
		add_choice(a, &list, many->items[i]);
	return list;
}

static void file_age(long seconds, char *out, size_t size)
{
	char age[32];
	num_age(labs(seconds), age, sizeof age);
	snprintf(out, size, seconds < 0 ? "dated %s in the future" : "%s old", age);
}

static void consider(
    struct plan *p, const struct plan_input *in, struct plan_files *files, const char *name)
{
	const struct snippet *s = snip_find(in->snippets, name);
	const char *dir = in->config->times_dir;
	char age[64];
	if (!s) {
		plan_say(p, CONCERN_FILES,
		    arena_concat(p->arena, "  ", dir, "/", name, " does not exist"));
		return;
	}
	file_age((long)(in->now - s->mtime), age, sizeof age);
	if (s->problem)
		/* Not plan_warn(): who watches the folder has told the log. */
		plan_note(
		    p, CONCERN_FILES, "warning: %s/%s is left out: %s", dir, name, s->problem);
	else
		plan_note(p, CONCERN_FILES, "  %s/%s, %s%s", dir, name, age,
		    s->utf8 ? "" : " (not UTF-8: sent as it is)");
	files->found[files->count++] = s;
	if (!files->youngest_name || s->mtime > files->youngest) {
		files->youngest = s->mtime;
		files->youngest_name = name;
	}
}

void plan_files(struct plan *p, const struct plan_input *in, struct plan_files *files)
{
	static const struct conf_list none = {NULL, 0};
	const struct config *c = in->config;
	const struct caller *who = &p->who;
	struct arena *a = p->arena;
	struct conf_list phases = choices(a, c->nphases > 1, who->phase->snippets, &none);
	struct conf_list classes = choices(a, c->nclasses > 1, NULL, &who->classes);
	struct conf_list envs = choices(a, c->nenvironments > 1, who->sn_env, &who->environments);

	files->found = arena_calloc(
	    a, phases.count * classes.count * envs.count, sizeof(const struct snippet *));
	plan_note(p, CONCERN_FILES, "snippets that could apply, in the order of sending:");
	for (size_t i = 0; i < phases.count; i++)
		for (size_t j = 0; j < classes.count; j++)
			for (size_t k = 0; k < envs.count; k++)
				consider(p, in, files,
				    snip_name_make(
					a, phases.items[i], classes.items[j], envs.items[k]));
}

bool plan_grace(struct plan *p, const struct plan_input *in, const struct plan_files *files)
{
	long grace = in->config->times_grace;
	if (!files->youngest_name)
		return true;
	long age = (long)(in->now - files->youngest);
	if (grace == CONF_ABSENT || age >= grace)
		return true;
	char text[64];
	file_age(age, text, sizeof text);
	plan_note(p, CONCERN_GRACE,
	    "files are being edited: %s/%s is %s, nothing is sent until it is %ld s old (times/@grace), in %ld s",
	    in->config->times_dir, files->youngest_name, text, grace, grace - age);
	return false;
}
