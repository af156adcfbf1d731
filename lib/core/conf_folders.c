/* SPDX-License-Identifier: ISC */
/*
 * Folders that the administrator names. The web server publishes some of the home's, and a file with
 * secrets must not come to lie in one of them, whatever way its name is written.
 */
#include "core/conf_rules.h"

#include "base/path.h"

#include <string.h>

static const struct {
	const char *element, *attribute, *better;
} folders[] = {
    {"backup", "dir", "backup"},
    {"times", "dir", "scripts"},
    {"customcerts", "dir", "certs"},
    {"master", "cache", "data/master-info.xml"},
    {"status", "dir", "status"},
};

/* Of the home; each is BASE/NAME/ for the web server. */
static const char *const published[] = {"fw", "web"};

static void check_folder(struct rules *r, size_t which)
{
	const char *element = folders[which].element, *attribute = folders[which].attribute;
	const char *value = rules_setting(r, element, attribute);
	struct conf_origin from = rules_blame(r, element, attribute);
	if (!*value || *value == '/') /* where an absolute one leads is not known here */
		return;
	char *path = arena_alloc(r->arena, strlen(value) + 1);
	if (!path_normal(path, value)) {
		rules_say(r, FINDING_WARNING, from,
		    "%s/@%s is \"%.*s\", which leads out of the home directory: if that is meant, an absolute path is clearer",
		    element, attribute, findings_shown(value), value);
		return;
	}
	for (size_t i = 0; i < sizeof published / sizeof *published; i++) {
		if (path_is_in(path, published[i]))
			rules_say(r, FINDING_ERROR, from,
			    "%s/@%s is \"%.*s\", which is published by the web server at BASE/%s/; use another folder, e.g. %s",
			    element, attribute, findings_shown(value), value, published[i],
			    folders[which].better);
	}
}

void rule_folders(struct rules *r)
{
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
		check_folder(r, i);
}
