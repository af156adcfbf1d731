/* SPDX-License-Identifier: ISC */
/* The tables of settings.h, compiled once, and looking things up in them. */
#include "core/conf_schema.h"

#include "core/conf.h"

#include <string.h>

const struct conf_element conf_elements[] = {
#define ROW(path, most) {path, most},
    CONF_ELEMENTS(ROW)
#undef ROW
};
const size_t conf_nelements = sizeof conf_elements / sizeof *conf_elements;

const struct conf_rule conf_rules[] = {
#define SETTING(element, attribute, field, type, min, max, unit, help)               \
	{element, #attribute, CONF_TYPE_##type, min, max, unit, CONF_NEED_MAY, true, \
	    offsetof(struct config, field), help},
    CONF_SETTINGS(SETTING)
#undef SETTING
#define ITEM(element, attribute, type, min, max, need, help) \
	{element, attribute, CONF_TYPE_##type, min, max, "", CONF_NEED_##need, false, 0, help},
	CONF_ITEMS(ITEM)
#undef ITEM
};
const size_t conf_nrules = sizeof conf_rules / sizeof *conf_rules;

static const struct {
	const char *element, *attribute, *words;
} words[] = {
#define WORDS(element, attribute, list) {element, #attribute, list},
    CONF_WORDS(WORDS)
#undef WORDS
};

/* Is `path` the path of a child `name` of `parent`? */
static bool is_child(const char *path, const char *parent, const char *name)
{
	size_t n = strlen(parent);
	if (strncmp(path, parent, n) != 0)
		return false;
	path += n;
	if (n && *path++ != '/')
		return false;
	return strcmp(path, name) == 0;
}

const struct conf_element *conf_element_find(const struct conf_element *parent, const char *name)
{
	if (!parent)
		return strcmp(name, "config") == 0 ? conf_elements : NULL;
	for (size_t i = 1; i < conf_nelements; i++) {
		if (is_child(conf_elements[i].path, parent->path, name))
			return &conf_elements[i];
	}
	return NULL;
}

const struct conf_rule *conf_rule_find(const struct conf_element *element, const char *attribute)
{
	for (size_t i = 0; i < conf_nrules; i++) {
		const struct conf_rule *r = &conf_rules[i];
		if (strcmp(r->element, element->path) == 0 && strcmp(r->attribute, attribute) == 0)
			return r;
	}
	return NULL;
}

const char *conf_rule_words(const struct conf_rule *rule)
{
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (strcmp(words[i].element, rule->element) == 0 &&
		    strcmp(words[i].attribute, rule->attribute) == 0)
			return words[i].words;
	}
	return "";
}

const char *conf_element_name(const struct conf_element *element)
{
	const char *slash = strrchr(element->path, '/');
	if (slash)
		return slash + 1;
	return *element->path ? element->path : "config";
}
