/* SPDX-License-Identifier: ISC */
#include "core/snip_name.h"

#include "base/text.h"
#include "core/conf_guess.h"
#include "core/req.h"

#include <string.h>

#define SUFFIX ".txt"

const char *snip_name_make(
    struct arena *a, const char *phase, const char *class, const char *environment)
{
	return arena_concat(a, phase, "-", class, "-", environment, SUFFIX);
}

/* ---- the words that stand in names because somebody configured them ---- */

struct words {
	struct conf_list of[SNIP_PARTS];
};

static void add(struct arena *a, struct conf_list *list, const char *word)
{
	list->items[list->count++] = arena_lower(a, word);
}

/* Room for "all" and `room` more; "all" is never looked for where there is but one. */
static struct conf_list start(struct arena *a, size_t room, size_t configured)
{
	struct conf_list list = {arena_calloc(a, room + 1, sizeof(const char *)), 0};
	if (configured > 1)
		add(a, &list, SNIP_NAME_ALL);
	return list;
}

/* The fake last phase has no files of its own. */
static struct conf_list phase_words(struct arena *a, const struct config *c)
{
	struct conf_list list = start(a, c->nphases, c->nphases);
	for (size_t i = 0; i < c->nphases; i++) {
		if (strcmp(c->phases[i].id, c->phases[i].snippets) == 0)
			add(a, &list, c->phases[i].id);
	}
	return list;
}

/* A class that no device can be in by its type is none to us. */
static bool has_devices(const struct conf_class *class)
{
	size_t i = 0;
	while (i < class->models.count && !req_is_type(class->models.items[i]))
		i++;
	return i < class->models.count;
}

static struct conf_list class_words(struct arena *a, const struct config *c)
{
	struct conf_list list = start(a, c->nclasses, c->nclasses);
	for (size_t i = 0; i < c->nclasses; i++) {
		if (has_devices(&c->classes[i]))
			add(a, &list, c->classes[i].id);
	}
	return list;
}

static struct conf_list environment_words(struct arena *a, const struct config *c)
{
	struct conf_list list = start(a, c->nenvironments, c->nenvironments);
	for (size_t i = 0; i < c->nenvironments; i++)
		add(a, &list, c->environments[i].id);
	return list;
}

/* ---- one part ---- */

enum kind {
	WRONG,
	WORD, /* one of the words */
	TYPE, /* a device type that a class lists */
	OWN,  /* what only a device can be called: another type, a serial number */
};

static bool is_listed(const struct config *c, const char *type)
{
	size_t i = 0;
	while (i < c->nclasses && !conf_list_has(&c->classes[i].models, type))
		i++;
	return i < c->nclasses;
}

/* As caller.c makes it: lower case, _ for -. A serial number itself has no _ (req.h). */
static bool is_serial(struct arena *a, const char *part)
{
	char *sn = arena_strdup(a, part);
	for (char *c = strchr(sn, '_'); c; c = strchr(c, '_'))
		*c = '-';
	return req_is_serial(sn);
}

static enum kind kind_of(struct arena *a, const struct config *c, const struct words *words,
    enum snip_part i, const char *part)
{
	if (conf_list_has(&words->of[i], part))
		return WORD;
	if (strcmp(arena_lower(a, part), part) != 0 || strcmp(part, SNIP_NAME_ALL) == 0)
		return WRONG;
	if (i == SNIP_CLASS && req_is_type(part))
		return is_listed(c, part) ? TYPE : OWN;
	return i == SNIP_ENVIRONMENT && is_serial(a, part) ? OWN : WRONG;
}

/* The nearest word to a part, NULL when none is near. */
static const char *nearest_word(const struct conf_list *words, const char *part)
{
	/* Who writes "all" where it means nothing means all there is. */
	if (strcmp(part, SNIP_NAME_ALL) == 0 && words->count == 1)
		return words->items[0];
	struct conf_guess guess = conf_guess_for(part);
	for (size_t i = 0; i < words->count; i++)
		conf_guess_try(&guess, words->items[i]);
	return guess.best;
}

/* ---- the whole ---- */

/* A phase has no dash, nor has an environment; a device type may have one. */
static bool cut(struct arena *a, const char *file, const char *parts[SNIP_PARTS])
{
	const char *first = strchr(file, '-'), *last = strrchr(file, '-');
	if (!text_ends(file, SUFFIX) || first == last)
		return false;
	const char *end = file + strlen(file) - strlen(SUFFIX);
	parts[SNIP_PHASE] = arena_strndup(a, file, (size_t)(first - file));
	parts[SNIP_CLASS] = arena_strndup(a, first + 1, (size_t)(last - first - 1));
	parts[SNIP_ENVIRONMENT] = arena_strndup(a, last + 1, (size_t)(end - last - 1));
	return true;
}

static const char *nearest_name(struct arena *a, const struct words *words,
    const struct snip_name *name, const enum kind kinds[SNIP_PARTS])
{
	const char *parts[SNIP_PARTS];
	bool differs = false;
	for (int i = 0; i < SNIP_PARTS; i++) {
		bool doubtful = kinds[i] == WRONG || kinds[i] == OWN;
		const char *word = doubtful ? nearest_word(&words->of[i], name->parts[i]) : NULL;
		if (kinds[i] == WRONG && !word)
			return NULL;
		parts[i] = word ? word : name->parts[i];
		differs |= word != NULL;
	}
	return differs ? snip_name_make(a, parts[0], parts[1], parts[2]) : NULL;
}

static struct snip_name judge(
    struct arena *a, const struct config *c, const struct words *words, const char *file)
{
	struct snip_name name = {
	    .use = SNIP_UNUSED, .parts = {"", "", ""}, .unknown = SNIP_PARTS, .nearest = NULL};
	enum kind kinds[SNIP_PARTS];
	if (!cut(a, file, name.parts))
		return name;
	for (int i = SNIP_PARTS - 1; i >= 0; i--) {
		kinds[i] = kind_of(a, c, words, (enum snip_part)i, name.parts[i]);
		if (kinds[i] == WRONG)
			name.unknown = (enum snip_part)i;
	}
	if (name.unknown == SNIP_PARTS)
		name.use = kinds[SNIP_CLASS] == OWN ? SNIP_USED_TYPE : SNIP_USED;
	name.serial = kinds[SNIP_ENVIRONMENT] == OWN;
	name.nearest = nearest_name(a, words, &name, kinds);
	return name;
}

struct snip_name snip_name_parse(struct arena *a, const struct config *c, const char *file)
{
	const struct words words = {
	    {phase_words(a, c), class_words(a, c), environment_words(a, c)}};
	struct snip_name name = judge(a, c, &words, file);
	const char *lower = arena_lower(a, file);
	if (name.use != SNIP_UNUSED || strcmp(lower, file) == 0)
		return name;
	struct snip_name small = judge(a, c, &words, lower);
	name.nearest = small.use == SNIP_UNUSED ? small.nearest : lower;
	return name;
}
