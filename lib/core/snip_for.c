/* SPDX-License-Identifier: ISC */
#include "core/snip_for.h"

#include "base/text.h"

#include <string.h>

/* Between the environments of a device record (core/device.h). */
#define BETWEEN ", "

static bool is_all(const char *part)
{
	return strcmp(part, SNIP_NAME_ALL) == 0;
}

/* Models are in lower case, types as devices write them. */
static bool lists(const struct conf_class *class, const char *type)
{
	size_t i = 0;
	while (i < class->models.count && !text_same(class->models.items[i], type))
		i++;
	return i < class->models.count;
}

static bool is_of_class(const struct config *c, const char *part, const char *type)
{
	if (is_all(part))
		return true;
	if (!*type)
		return false;
	if (text_same(part, type))
		return true;
	for (size_t i = 0; i < c->nclasses; i++) {
		if (text_same(c->classes[i].id, part) && lists(&c->classes[i], type))
			return true;
	}
	return false;
}

static bool is_serial_of(const char *part, const char *sn)
{
	char serial[LIMIT_SN + 1];
	return *sn && strcmp(snip_serial(sn, serial), part) == 0;
}

/* The next environment of a joined list; false at its end. */
static bool next_of(const char **list, const char **name, size_t *size)
{
	if (!**list)
		return false;
	const char *end = strstr(*list, BETWEEN);
	*name = *list;
	*size = end ? (size_t)(end - *list) : strlen(*list);
	*list = end ? end + strlen(BETWEEN) : *list + *size;
	return true;
}

static bool same_bytes(const char *part, const char *name, size_t size)
{
	size_t i = 0;
	while (i < size && part[i] && part[i] == text_lower(name[i]))
		i++;
	return i == size && !part[i];
}

static bool is_of_environment(const char *part, const struct device *d)
{
	if (is_all(part) || is_serial_of(part, d->sn))
		return true;
	const char *rest = d->environments, *name;
	size_t size;
	while (next_of(&rest, &name, &size)) {
		if (same_bytes(part, name, size))
			return true;
	}
	return false;
}

bool snip_is_for(const struct config *c, const struct snip_name *n, const struct device *d)
{
	return n->use != SNIP_UNUSED && is_of_environment(n->parts[SNIP_ENVIRONMENT], d) &&
	       is_of_class(c, n->parts[SNIP_CLASS], d->type);
}

bool snip_is_for_phase(const struct config *c, const struct snip_name *n, const char *phase)
{
	const struct conf_phase *p = conf_phase_find(c, phase);
	if (n->use == SNIP_UNUSED || !p)
		return false;
	return is_all(n->parts[SNIP_PHASE]) || text_same(n->parts[SNIP_PHASE], p->snippets);
}

/* ---- the words of a device ---- */

static void add(struct conf_list *list, const char *word)
{
	if (!conf_list_has(list, word))
		list->items[list->count++] = word;
}

static struct conf_list start(struct arena *a, size_t room, size_t configured)
{
	struct conf_list list = {arena_calloc(a, room + 1, sizeof(const char *)), 0};
	if (configured > 1)
		add(&list, SNIP_NAME_ALL);
	return list;
}

static struct conf_list classes_of(struct arena *a, const struct config *c, const char *type)
{
	struct conf_list list = start(a, c->nclasses + 1, c->nclasses);
	for (size_t i = 0; *type && i < c->nclasses; i++) {
		if (lists(&c->classes[i], type))
			add(&list, arena_lower(a, c->classes[i].id));
	}
	if (*type)
		add(&list, arena_lower(a, type));
	return list;
}

static struct conf_list environments_of(
    struct arena *a, const struct config *c, const struct device *d)
{
	struct conf_list list = start(a, strlen(d->environments) + 1, c->nenvironments);
	const char *rest = d->environments, *name;
	size_t size;
	while (next_of(&rest, &name, &size))
		add(&list, arena_lower(a, arena_strndup(a, name, size)));
	return list;
}

struct snip_words snip_words_of(struct arena *a, const struct config *c, const struct device *d)
{
	return (struct snip_words){classes_of(a, c, d->type), environments_of(a, c, d)};
}

const char *snip_serial(const char *sn, char text[LIMIT_SN + 1])
{
	size_t n = 0;
	while (n <= LIMIT_SN && sn[n]) {
		text[n] = sn[n] == '-' ? '_' : text_lower(sn[n]);
		n++;
	}
	text[n <= LIMIT_SN ? n : 0] = '\0';
	return text;
}
