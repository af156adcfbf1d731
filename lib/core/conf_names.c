/* SPDX-License-Identifier: ISC */
/* Is a name configured? Asked by the checks and by the compiler, so that both mean the same. */
#include "base/text.h"
#include "core/conf_work.h"

#include <string.h>

bool conf_has_id(const struct conf_node *root, const char *path, const char *id)
{
	const struct conf_node *n = conf_node_at(root, path);
	while (n && strcmp(conf_node_value(n, "id"), id) != 0)
		n = conf_node_same(n);
	return n != NULL;
}

static bool has_model(const struct conf_node *parent, const char *text)
{
	const struct conf_node *m = parent ? conf_node_child(parent, "model") : NULL;
	while (m && !text_same(m->text, text) && !text_same(conf_node_value(m, "id"), text))
		m = conf_node_same(m);
	return m != NULL;
}

bool conf_is_model(const struct conf_node *root, const char *text)
{
	static const char *const lists[] = {"nobootdev", "nofirmdev", "filenames"};
	const struct conf_node *class = conf_node_at(root, "classes/class");
	while (class && !has_model(class, text))
		class = conf_node_same(class);
	bool found = class != NULL;
	for (size_t i = 0; i < sizeof lists / sizeof *lists && !found; i++)
		found = has_model(conf_node_at(root, lists[i]), text);
	return found;
}
