/* SPDX-License-Identifier: ISC */
/* Words in {braces} that stand for something else in a value: is each one that we know there? */
#include "core/conf_rules.h"

#include "base/text.h"

#include <string.h>

struct place {
	const char *element, *attribute; /* the attribute, or how its name begins */
	enum finding_kind kind;
	const char *what_happens; /* to an unknown word */
	const char *words[8];
};

static const struct place places[] = {
    {"fwstorage", "url", FINDING_ERROR, "no device would find such a file",
	{"{build}", "{model}", "{filetype}", "{filename}"}},
    {"customcerts", "CSR", FINDING_WARNING, "the value becomes empty",
	{"{realip}", "{ip}", "{proxy}", "{sn}", "{hwid}", "{name}", "{rdns}"}},
};

static bool knows(const struct place *p, const char *word)
{
	size_t i = 0;
	while (p->words[i] && strcmp(p->words[i], word) != 0)
		i++;
	return p->words[i] != NULL;
}

/* The first word in braces that is none of those; NULL without one. An open end counts as one. */
static const char *unknown(struct arena *a, const struct place *p, const char *value)
{
	while ((value = strchr(value, '{'))) {
		size_t n = 1 + strcspn(value + 1, "{}");
		n += value[n] == '}';
		const char *word = arena_strndup(a, value, n);
		if (!knows(p, word))
			return word;
		value += n;
	}
	return NULL;
}

static void check(struct rules *r, const struct conf_node *node, const struct conf_attr *attr,
    const struct place *p)
{
	const char *word = unknown(r->arena, p, attr->value);
	if (!word)
		return;
	struct conf_guess guess = conf_guess_for(word);
	const char *all = "";
	for (size_t i = 0; p->words[i]; i++) {
		conf_guess_try(&guess, p->words[i]);
		all = arena_printf(r->arena, "%s%s%s", all, i ? " " : "", p->words[i]);
	}
	rules_say(r, p->kind, conf_blame(node, attr->name),
	    "%s has %.*s, which stands for nothing (%s do): %s%s",
	    conf_path(r->arena, node, attr->name), findings_shown(word), word, all, p->what_happens,
	    conf_guess_text(r->arena, &guess));
}

/* Without the build in it the firmware of all builds would come from one place. */
static void check_build(struct rules *r)
{
	const char *url = rules_setting(r, "fwstorage", "url");
	if (*url && !strstr(url, "{build}") && !unknown(r->arena, &places[0], url))
		rules_say(r, FINDING_WARNING, rules_blame(r, "fwstorage", "url"),
		    "fwstorage/@url has no {build}: devices load every build from the same place");
}

void rule_meta_words(struct rules *r)
{
	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		const struct place *p = &places[i];
		const struct conf_node *node = rules_first(r, p->element);
		for (const struct conf_attr *attr = node ? node->attrs : NULL; attr;
		     attr = attr->next) {
			if (text_starts(attr->name, p->attribute))
				check(r, node, attr, p);
		}
	}
	check_build(r);
}
