/* SPDX-License-Identifier: ISC */
/* The three parts of a snippet's name, each looked up in a list of what there is (names.h). */
#include "tools/rollcall/names.h"

#include "base/text.h"
#include "tools/rollcall/cli.h"

#include <string.h>

enum { PHASE, CLASS, ENVIRONMENT, PARTS };

static const char *const part_names[PARTS] = {"phase", "class", "environment"};
static const char *const every[PARTS] = {"every phase", "every class", "every environment"};

/* What may stand in a part, "all" included when it may. */
struct words {
	const char **list;
	size_t count;
};

static bool has(const struct words *w, const char *word)
{
	for (size_t i = 0; i < w->count; i++) {
		if (strcmp(w->list[i], word) == 0)
			return true;
	}
	return false;
}

static void add(struct words *w, const char *word)
{
	w->list[w->count++] = word;
}

static struct words start(struct arena *a, size_t room, size_t configured)
{
	struct words w = {arena_calloc(a, room + 1, sizeof *w.list), 0};
	if (configured > 1)
		add(&w, "all"); /* where there is but one, "all" is never looked for */
	return w;
}

static struct words phase_words(struct arena *a, const struct config *c)
{
	struct words w = start(a, c->nphases, c->nphases);
	for (size_t i = 0; i < c->nphases; i++) {
		/* The fake last phase has no files of its own. */
		if (strcmp(c->phases[i].id, c->phases[i].snippets) == 0)
			add(&w, c->phases[i].id);
	}
	return w;
}

/* A device is in its classes, and in one that is called like its type. */
static struct words class_words(struct arena *a, const struct config *c)
{
	size_t room = c->nclasses;
	for (size_t i = 0; i < c->nclasses; i++)
		room += c->classes[i].models.count;
	struct words w = start(a, room, c->nclasses);
	for (size_t i = 0; i < c->nclasses; i++)
		add(&w, c->classes[i].id);
	for (size_t i = 0; i < c->nclasses; i++) {
		for (size_t k = 0; k < c->classes[i].models.count; k++)
			add(&w, c->classes[i].models.items[k]);
	}
	return w;
}

static struct words environment_words(struct arena *a, const struct config *c)
{
	struct words w = start(a, c->nenvironments, c->nenvironments);
	for (size_t i = 0; i < c->nenvironments; i++)
		add(&w, c->environments[i].id);
	return w;
}

/* "00_90_33_30_00_af": the snippet of one device. */
static bool is_serial(const char *word)
{
	size_t n = strlen(word);
	if (n != 17)
		return false;
	for (size_t i = 0; i < n; i++) {
		bool hex = text_is_digit(word[i]) || (word[i] >= 'a' && word[i] <= 'f');
		if (i % 3 == 2 ? word[i] != '_' : !hex)
			return false;
	}
	return true;
}

/* Cuts "a-b-c.txt" into its parts; false when it is no such name. A part has no dash. */
static bool cut(struct arena *a, const char *file, const char *parts[PARTS])
{
	size_t n = strlen(file);
	if (!text_ends(file, ".txt"))
		return false;
	char *name = arena_strndup(a, file, n - 4);
	for (int i = 0; i < PARTS; i++) {
		parts[i] = name;
		char *dash = strchr(name, '-');
		if (!dash != (i == PARTS - 1))
			return false;
		if (dash) {
			*dash = '\0';
			name = dash + 1;
		}
	}
	return *parts[0] && *parts[1] && *parts[2];
}

static const char *suggest(
    struct arena *a, const struct words *words, const char *const *parts, int i)
{
	const char *right[PARTS] = {parts[0], parts[1], parts[2]};
	right[i] = cli_nearest(parts[i], words[i].list, words[i].count);
	if (!right[i] && strcmp(parts[i], "all") == 0 && words[i].count == 1)
		right[i] = words[i].list[0];
	if (!right[i])
		return arena_printf(a, "there is no %s \"%s\"", part_names[i], parts[i]);
	return arena_printf(a, "there is no %s \"%s\"; did you mean %s-%s-%s.txt?", part_names[i],
	    parts[i], right[0], right[1], right[2]);
}

static const char *describe_part(struct arena *a, const char *word, int i, bool known)
{
	if (!known)
		return arena_printf(a, "the device %s", word);
	if (strcmp(word, "all") == 0)
		return every[i];
	return arena_printf(a, "%s %s", part_names[i], word);
}

static struct name_use judge(struct arena *a, const struct words *words, const char *file)
{
	const char *parts[PARTS], *texts[PARTS];
	if (!cut(a, file, parts))
		return (struct name_use){
		    false, "no snippet's name: it must be PHASE-CLASS-ENVIRONMENT.txt"};
	for (int i = 0; i < PARTS; i++) {
		bool known = has(&words[i], parts[i]);
		if (!known && !(i == ENVIRONMENT && is_serial(parts[i])))
			return (struct name_use){false, suggest(a, words, parts, i)};
		texts[i] = describe_part(a, parts[i], i, known);
	}
	return (struct name_use){true, arena_printf(a, "%s, %s, %s", texts[0], texts[1], texts[2])};
}

struct name_use names_judge(struct arena *a, const struct config *c, const char *file)
{
	const struct words words[PARTS] = {
	    phase_words(a, c), class_words(a, c), environment_words(a, c)};
	char *lower = arena_strdup(a, file);
	text_lower_all(lower);
	struct name_use use = judge(a, words, file);
	if (!use.used && strcmp(lower, file) != 0 && judge(a, words, lower).used)
		use.text = arena_printf(a, "names are in lower case: %s", lower);
	return use;
}
