/* SPDX-License-Identifier: ISC */
#include "core/conf.h"

#include "core/conf_work.h"
#include "core/conf_xml.h"
#include "core/urlmod.h"
#include "core/xpath.h"

#include <stdlib.h>
#include <string.h>

/* Everything that conf_load() works with, and gives back at its end. */
struct load {
	struct arena arena;
	struct conf_xml defaults, user;
	struct conf_node *merged, *mine; /* the defaults, later the whole; the user's */
};

static struct conf_node *read_one(struct load *l, struct conf_xml *x,
    const struct conf_source *source, bool by_user, struct findings *f)
{
	if (!conf_xml_open(x, source, f))
		return NULL;
	struct conf_node *root = conf_xml_tree(&l->arena, x, source, by_user, f);
	if (root)
		conf_check(&l->arena, root, f);
	return root;
}

/* The tree that all must be right in, NULL when something could not even be read. */
static const struct conf_node *read_all(struct load *l, const struct conf_source *defaults,
    const struct conf_source *user, const struct conf_source *schema, struct findings *f)
{
	l->merged = read_one(l, &l->defaults, defaults, false, f);
	if (user)
		l->mine = read_one(l, &l->user, user, true, f);
	if (!l->merged || (user && !l->mine))
		return NULL;
	/* Our own checks say things better; the schema is asked whether they forgot something. */
	if (user && f->errors == 0)
		conf_rng_check(&l->user, user, schema, f);
	conf_merge(&l->arena, l->merged, l->mine);
	return l->merged;
}

static bool stands_before(const struct finding *a, const struct finding *b)
{
	int file = strcmp(a->file, b->file);
	return file ? file < 0 : a->line < b->line;
}

/* By file and line; what was found first on a line stays first. */
static void sort(struct findings *f)
{
	for (size_t i = 1; i < f->count; i++) {
		struct finding one = f->list[i];
		size_t at = i;
		for (; at && stands_before(&one, &f->list[at - 1]); at--)
			f->list[at] = f->list[at - 1];
		f->list[at] = one;
	}
}

struct config *conf_load(const struct conf_source *defaults, const struct conf_source *user,
    const struct conf_source *schema, struct findings *f)
{
	struct load l = {0};
	struct config *c = NULL;
	const struct conf_node *root = read_all(&l, defaults, user, schema, f);
	if (root)
		conf_rules_check(&l.arena, root, f);
	if (root && f->errors == 0) {
		c = conf_compile(root);
		conf_position_check(c, root, f);
	}
	sort(f);
	conf_xml_close(&l.defaults);
	conf_xml_close(&l.user);
	arena_free(&l.arena);
	return c;
}

void conf_free(struct config *c)
{
	if (!c)
		return;
	urlmod_free(c->urlmod);
	for (size_t i = 0; i < c->nqueries; i++) {
		for (size_t k = 0; k < c->queries[i].nshows; k++)
			xpath_free(c->queries[i].shows[k].compiled);
	}
	arena_free(&c->arena);
	free(c);
}

const struct conf_phase *conf_phase_find(const struct config *c, const char *id)
{
	for (size_t i = 0; i < c->nphases; i++) {
		if (strcmp(c->phases[i].id, id) == 0)
			return &c->phases[i];
	}
	return NULL;
}

const struct conf_environment *conf_environment_find(const struct config *c, const char *id)
{
	for (size_t i = 0; i < c->nenvironments; i++) {
		if (strcmp(c->environments[i].id, id) == 0)
			return &c->environments[i];
	}
	return NULL;
}

const struct conf_filename *conf_filename_find(const struct config *c, const char *model)
{
	for (size_t i = 0; i < c->nfilenames; i++) {
		if (strcmp(c->filenames[i].id, model) == 0)
			return &c->filenames[i];
	}
	return NULL;
}

bool conf_list_has(const struct conf_list *list, const char *text)
{
	for (size_t i = 0; i < list->count; i++) {
		if (strcmp(list->items[i], text) == 0)
			return true;
	}
	return false;
}

const char *conf_list_join(struct arena *a, const struct conf_list *list, const char *between)
{
	size_t room = 1, gap = strlen(between);
	for (size_t i = 0; i < list->count; i++)
		room += strlen(list->items[i]) + gap;
	char *text = arena_alloc(a, room), *to = text;
	for (size_t i = 0; i < list->count; i++)
		to = stpcpy(stpcpy(to, i ? between : ""), list->items[i]);
	return text;
}
