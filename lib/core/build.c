/* SPDX-License-Identifier: ISC */
#include "core/build.h"

#include "base/text.h"

#include <string.h>

/* "" for none; NULL when it is the master device's and that never answered. */
static const char *find(const char *word, const char *of_master, const char *of_firmware)
{
	if (strcmp(word, "none") == 0)
		return "";
	if (strcmp(word, "master") == 0)
		return of_master;
	if (strcmp(word, "firmware") == 0)
		return of_firmware;
	return word;
}

static const struct conf_applies *find_unmet(const struct config *c, const struct build_who *who)
{
	for (size_t i = 0; i < c->nmaster_applies; i++) {
		if (!who->applies(who->context, &c->master_applies[i]))
			return &c->master_applies[i];
	}
	return NULL;
}

/* The models of a configuration are in lower case. */
static bool has_model(const struct conf_list *models, const char *type)
{
	char model[LIMIT_TYPE + 1];
	size_t n = strlen(type);
	if (n > LIMIT_TYPE)
		return false;
	memcpy(model, type, n + 1);
	text_lower_all(model);
	return conf_list_has(models, model);
}

static struct build no_build(enum build_verdict why)
{
	return (struct build){why, "", NULL};
}

struct build build_for(const struct config *c, const struct master *m, const struct build_who *who,
    enum build_kind kind)
{
	bool answered = m && m->answered_at;
	const char *prot = find(c->master_firmware, answered ? m->firmware : NULL, NULL);
	const char *boot = find(c->master_bootcode, answered ? m->bootcode : NULL, prot);
	if (!*c->master_info)
		return no_build(BUILD_OFF);
	if (!prot || !boot)
		return no_build(BUILD_UNKNOWN);
	const struct conf_applies *unmet = find_unmet(c, who);
	if (unmet)
		return (struct build){BUILD_UNMET, "", unmet};
	const char *number = kind == BUILD_FIRMWARE ? prot : boot;
	if (!*number)
		return no_build(BUILD_NONE);
	if (has_model(kind == BUILD_FIRMWARE ? &c->nofirmdev : &c->nobootdev, who->type))
		return no_build(BUILD_NOT_TYPE);
	return (struct build){BUILD_WANTED, number, NULL};
}
