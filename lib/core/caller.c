/* SPDX-License-Identifier: ISC */
#include "core/caller.h"

#include "base/limits.h"
#include "base/text.h"

#include <string.h>

static struct conf_list list_new(struct arena *a, size_t room)
{
	return (struct conf_list){arena_calloc(a, room, sizeof(const char *)), 0};
}

static void list_add(struct conf_list *list, const char *text)
{
	list->items[list->count++] = text;
}

static void list_add_once(struct conf_list *list, const char *text)
{
	if (!conf_list_has(list, text))
		list_add(list, text);
}

/* ---- environments ---- */

/* The environment and what it implies, not recursive. */
static struct conf_list expand(struct arena *a, const struct config *c, const char *name)
{
	const struct conf_environment *e = conf_environment_find(c, name);
	struct conf_list list = list_new(a, 1 + (e ? e->implies.count : 0));
	list_add(&list, name);
	for (size_t i = 0; e && i < e->implies.count; i++)
		list_add(&list, e->implies.items[i]);
	return list;
}

static size_t room_for(const struct config *c, const struct conf_list *names)
{
	size_t room = 0;
	for (size_t i = 0; i < names->count; i++) {
		const struct conf_environment *e = conf_environment_find(c, names->items[i]);
		room += 1 + (e ? e->implies.count : 0);
	}
	return room;
}

struct conf_list caller_environments(struct arena *a, const struct config *c,
    const struct conf_list *names, struct conf_list *dropped)
{
	bool all = strcmp(c->environments_combine, "all") == 0;
	size_t room = room_for(c, names);
	struct conf_list by_place = list_new(a, room), lost = list_new(a, room);

	for (size_t i = 0; i < names->count; i++) {
		struct conf_list more = expand(a, c, names->items[i]);
		/* A list only contributes the places that those before it did not fill (§4). */
		size_t from = all ? 0 : by_place.count;
		for (size_t k = 0; k < more.count && k < from; k++)
			list_add(&lost, more.items[k]);
		for (size_t k = from; k < more.count; k++)
			list_add(&by_place, more.items[k]);
	}

	struct conf_list result = list_new(a, room), gone = list_new(a, room);
	for (size_t i = 0; i < by_place.count; i++)
		list_add_once(&result, by_place.items[i]);
	for (size_t i = 0; i < lost.count; i++) {
		if (!conf_list_has(&result, lost.items[i]))
			list_add_once(&gone, lost.items[i]);
	}
	if (dropped)
		*dropped = gone;
	return result;
}

static struct conf_list split(struct arena *a, const char *text)
{
	struct conf_list list = list_new(a, strlen(text) + 1);
	for (;;) {
		const char *name = text;
		size_t n = strcspn(text, ","), size = n;
		text_trim(&name, &size);
		list_add(&list, arena_strndup(a, name, size));
		if (text[n] == '\0')
			return list;
		text += n + 1;
	}
}

static const char *guess(struct arena *a, const char *name, const char *const *names, size_t n)
{
	const char *near = text_nearest(name, names, n);
	return near ? arena_concat(a, "; did you mean \"", near, "\"?") : "";
}

/* NULL: it is configured. */
static const char *fault_of_environment(struct arena *a, const struct config *c, const char *name)
{
	size_t n = strlen(name);
	if (n > LIMIT_ENV)
		return arena_printf(a,
		    "the name of an environment is %zu bytes long, at most %d are allowed", n,
		    LIMIT_ENV);
	if (conf_environment_find(c, name))
		return NULL;
	const char **names = arena_calloc(a, c->nenvironments, sizeof *names);
	for (size_t i = 0; i < c->nenvironments; i++)
		names[i] = c->environments[i].id;
	return arena_printf(a, "environment \"%s\" is not configured (environments/environment)%s",
	    req_show(a, name), guess(a, name, names, c->nenvironments));
}

static void find_environments(
    struct arena *a, const struct config *c, const struct request *r, struct caller *who)
{
	struct conf_list names = split(a, r->env ? r->env : c->environments[0].id);
	if (names.count > LIMIT_ENVS) {
		who->unknown = arena_printf(a, "%zu environments are named, at most %d are allowed",
		    names.count, LIMIT_ENVS);
		return;
	}
	for (size_t i = 0; i < names.count && !who->unknown; i++)
		who->unknown = fault_of_environment(a, c, names.items[i]);
	if (!who->unknown)
		who->environments = caller_environments(a, c, &names, &who->dropped);
}

/* ---- classes and phase ---- */

static void find_classes(
    struct arena *a, const struct config *c, const char *type, struct caller *who)
{
	const char *model = arena_lower(a, type);
	who->classes = list_new(a, c->nclasses + 1);
	for (size_t i = 0; i < c->nclasses; i++) {
		if (conf_list_has(&c->classes[i].models, model))
			list_add(&who->classes, c->classes[i].id);
	}
	list_add_once(&who->classes, model);
}

static const char *fault_of_phase(struct arena *a, const struct config *c, const char *name)
{
	const char **names = arena_calloc(a, c->nphases, sizeof *names);
	for (size_t i = 0; i < c->nphases; i++)
		names[i] = c->phases[i].id;
	return arena_printf(a, "phase \"%s\" is not configured (phases/phase)%s", req_show(a, name),
	    guess(a, name, names, c->nphases));
}

/* There is always a phase (conf.h): one that is not named is the first. */
static void find_phase(
    struct arena *a, const struct config *c, const struct request *r, struct caller *who)
{
	const char *name = r->phase && *r->phase ? r->phase : c->phases[0].id;
	who->phase = conf_phase_find(c, name);
	if (!who->phase)
		who->unknown = fault_of_phase(a, c, name);
	else if (who->phase + 1 < c->phases + c->nphases)
		who->next = who->phase + 1;
}

static void find_missing(struct arena *a, const struct request *r, struct caller *who)
{
	struct conf_list missing = list_new(a, REQ_REQUIRED);
	for (size_t i = 0; i < REQ_REQUIRED; i++) {
		if (!req_arg(r, req_required[i]))
			list_add(&missing, req_required[i]);
	}
	who->missing = missing.count ? conf_list_join(a, &missing, ", ") : NULL;
}

static const char *serial_environment(struct arena *a, const char *sn)
{
	char *name = arena_lower(a, sn);
	for (char *p = name; *p; p++) {
		if (*p == '-')
			*p = '_';
	}
	return name;
}

void caller_find(
    struct arena *a, const struct config *c, const struct request *r, struct caller *who)
{
	*who = (struct caller){0};
	find_missing(a, r, who);
	find_environments(a, c, r, who);
	if (!who->unknown)
		find_phase(a, c, r, who);
	if (r->type)
		find_classes(a, c, r->type, who);
	if (r->sn)
		who->sn_env = serial_environment(a, r->sn);
}

bool caller_applies(const struct caller *who, const struct conf_applies *applies)
{
	if (strcmp(applies->text, "*") == 0)
		return true;
	return conf_list_has(applies->env ? &who->environments : &who->classes, applies->text);
}
