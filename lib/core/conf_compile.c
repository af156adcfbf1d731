/* SPDX-License-Identifier: ISC */
/* The merged tree → struct config. The tree has no errors; what is left to do is copying. */
#include "core/conf_work.h"

#include "base/address.h"
#include "base/mem.h"
#include "base/text.h"
#include "core/alarm.h"
#include "core/urlmod.h"
#include "core/xpath.h"

#include <stdlib.h>
#include <string.h>

/* ---- settings that stand once: straight from the table ---- */

static const char *copy(struct config *c, const char *text)
{
	return arena_strdup(&c->arena, text);
}

static const char *copy_lower(struct config *c, const char *text)
{
	return arena_lower(&c->arena, text);
}

static const char *copy_word(struct config *c, const struct conf_rule *rule, const char *text)
{
	size_t n;
	const char *word = conf_type_word(rule, text, &n);
	return word ? arena_strndup(&c->arena, word, n) : copy(c, text);
}

/* "22, 23" → "22,23": it becomes one word of a command. */
static const char *copy_hours(struct config *c, const char *text)
{
	char *hours = arena_strdup(&c->arena, text), *to = hours;
	for (; *text; text++) {
		if (!text_is_space(*text))
			*to++ = *text;
	}
	*to = '\0';
	return hours;
}

static const char *compile_text(struct config *c, const struct conf_rule *rule, const char *value)
{
	return rule->type == CONF_TYPE_HOURS ? copy_hours(c, value) : copy_word(c, rule, value);
}

static void compile_setting(struct config *c, const struct conf_rule *rule, const char *value)
{
	void *field = (char *)c + rule->offset;
	if (rule->type == CONF_TYPE_NUMBER)
		conf_type_number(rule, value, (long *)field);
	else if (rule->type == CONF_TYPE_BOOL)
		conf_type_bool(value, (bool *)field);
	else
		*(const char **)field = compile_text(c, rule, value);
}

static void compile_settings(struct config *c, const struct conf_node *root)
{
	for (size_t i = 0; i < conf_nrules; i++) {
		const struct conf_rule *rule = &conf_rules[i];
		const struct conf_node *node =
		    rule->is_field ? conf_node_at(root, rule->element) : NULL;
		if (rule->is_field)
			compile_setting(
			    c, rule, node ? conf_node_value(node, rule->attribute) : "");
	}
}

/* ---- lists ---- */

/* All <name> below a node: their texts. */
static struct conf_list compile_list(
    struct config *c, const struct conf_node *parent, const char *name, bool lower)
{
	struct conf_list list = {0};
	if (!parent)
		return list;
	list.items = arena_calloc(&c->arena, conf_node_count(parent, name), sizeof *list.items);
	for (const struct conf_node *n = conf_node_child(parent, name); n; n = conf_node_same(n))
		list.items[list.count++] = lower ? copy_lower(c, n->text) : copy(c, n->text);
	return list;
}

/* An array with room for all nodes at a path. */
static void *array_for(
    struct config *c, const struct conf_node *root, const char *path, size_t size)
{
	const struct conf_node *n = conf_node_at(root, path);
	return arena_calloc(&c->arena, n ? conf_node_count(n->parent, n->name) : 0, size);
}

/* NULL when the attribute is not there. */
static const char *optional(struct config *c, const struct conf_node *n, const char *attribute)
{
	const struct conf_attr *attr = conf_node_attr(n, attribute);
	return attr ? copy(c, attr->value) : NULL;
}

static bool user_says(const struct conf_node *times, const char *attribute)
{
	const struct conf_attr *attr = times ? conf_node_attr(times, attribute) : NULL;
	return attr && attr->from.by_user;
}

_Static_assert(sizeof CONF_FIRST - 1 + LIMIT_NAME <= LIMIT_PHASE, "devices must be let in with it");

/*
 * A device that was staged runs the last phase's snippets once without time limits: a phase of that
 * effect stands before the last one when the user, not the defaults, limits times (spec §5).
 */
static void add_fake_phase(struct config *c, const struct conf_node *root)
{
	const struct conf_node *times = conf_node_at(root, "times");
	if (!user_says(times, "allow") || !user_says(times, "forcestaging") || !*c->times_allow ||
	    !c->times_forcestaging)
		return;
	struct conf_phase *last = &c->phases[c->nphases - 1];
	c->phases[c->nphases++] = *last;
	last->id = arena_concat(&c->arena, CONF_FIRST, last->id);
}

static void compile_phases(struct config *c, const struct conf_node *root)
{
	const struct conf_node *n = conf_node_at(root, "phases/phase");
	size_t count = n ? conf_node_count(n->parent, "phase") : 0;
	c->phases = arena_calloc(&c->arena, count + 1, sizeof *c->phases);
	for (; n; n = conf_node_same(n)) {
		const char *id = copy(c, conf_node_value(n, "id"));
		long seq = strtol(conf_node_value(n, "seq"), NULL, 10);
		c->phases[c->nphases++] = (struct conf_phase){id, id, seq};
	}
	add_fake_phase(c, root);
}

static void compile_environments(struct config *c, const struct conf_node *root)
{
	const struct conf_node *n = conf_node_at(root, "environments/environment");
	c->environments = array_for(c, root, "environments/environment", sizeof *c->environments);
	for (; n; n = conf_node_same(n))
		c->environments[c->nenvironments++] = (struct conf_environment){
		    copy(c, conf_node_value(n, "id")), compile_list(c, n, "implies", false)};
}

static void compile_classes(struct config *c, const struct conf_node *root)
{
	const struct conf_node *n = conf_node_at(root, "classes/class");
	c->classes = array_for(c, root, "classes/class", sizeof *c->classes);
	for (; n; n = conf_node_same(n))
		c->classes[c->nclasses++] = (struct conf_class){
		    copy(c, conf_node_value(n, "id")), compile_list(c, n, "model", true)};
}

static void compile_filenames(struct config *c, const struct conf_node *root)
{
	const struct conf_node *n = conf_node_at(root, "filenames/model");
	c->filenames = array_for(c, root, "filenames/model", sizeof *c->filenames);
	for (; n; n = conf_node_same(n))
		c->filenames[c->nfilenames++] =
		    (struct conf_filename){copy_lower(c, conf_node_value(n, "id")),
			optional(c, n, "prot"), optional(c, n, "boot")};
}

/* Of rows for one key the last counts: the user's. */
static struct conf_stdarg *stdarg_for(struct config *c, const char *key)
{
	for (size_t i = 0; i < c->nstdargs; i++) {
		if (strcmp(c->stdargs[i].key, key) == 0)
			return &c->stdargs[i];
	}
	return &c->stdargs[c->nstdargs++];
}

static void compile_stdargs(struct config *c, const struct conf_node *root)
{
	const struct conf_node *n = conf_node_at(root, "stdargs/stdarg");
	c->stdargs = array_for(c, root, "stdargs/stdarg", sizeof *c->stdargs);
	for (; n; n = conf_node_same(n)) {
		const char *key = copy(c, conf_node_value(n, "key"));
		*stdarg_for(c, key) = (struct conf_stdarg){key, optional(c, n, "value")};
	}
}

/* A class is called exactly as configured, a device type in lower case as caller.h has it. */
static struct conf_applies compile_condition(
    struct config *c, const struct conf_node *root, const struct conf_node *n)
{
	bool env = conf_node_attr(n, "env") != NULL;
	bool type =
	    !env && !conf_has_id(root, "classes/class", n->text) && conf_is_model(root, n->text);
	return (struct conf_applies){type ? copy_lower(c, n->text) : copy(c, n->text), env};
}

static size_t compile_applies(struct config *c, const struct conf_node *root,
    const struct conf_node *parent, struct conf_applies **out)
{
	size_t count = 0;
	*out =
	    arena_calloc(&c->arena, parent ? conf_node_count(parent, "applies") : 0, sizeof **out);
	const struct conf_node *n = parent ? conf_node_child(parent, "applies") : NULL;
	for (; n; n = conf_node_same(n))
		(*out)[count++] = compile_condition(c, root, n);
	return count;
}

static void compile_shows(struct config *c, const struct conf_node *parent, struct conf_query *q)
{
	q->shows = arena_calloc(&c->arena, conf_node_count(parent, "show"), sizeof *q->shows);
	for (const struct conf_node *n = conf_node_child(parent, "show"); n; n = conf_node_same(n))
		q->shows[q->nshows++] = (struct conf_show){copy(c, conf_node_value(n, "title")),
		    copy(c, n->text), xpath_compile(n->text, NULL)};
}

static void compile_queries(struct config *c, const struct conf_node *root)
{
	const struct conf_node *n = conf_node_at(root, "queries/query");
	c->queries = array_for(c, root, "queries/query", sizeof *c->queries);
	for (; n; n = conf_node_same(n)) {
		struct conf_query *q = &c->queries[c->nqueries++];
		q->id = copy(c, conf_node_value(n, "id"));
		q->title = copy(c, conf_node_value(n, "title"));
		q->cmd = copy(c, conf_node_child(n, "cmd")->text);
		q->napplies = compile_applies(c, root, n, &q->applies);
		compile_shows(c, n, q);
	}
}

/* ---- certificates ---- */

/* "One, Two" → the names, without blanks at their ends; without a separator it is all one name. */
static void compile_canames(struct config *c)
{
	const char *at = c->customcerts_caname, *separator = c->customcerts_canamesep;
	size_t gap = strlen(separator), most = 1;
	for (const char *p = at; gap && (p = strstr(p, separator)); p += gap)
		most++;
	c->canames.items = arena_calloc(&c->arena, most, sizeof *c->canames.items);
	for (const char *end; at; at = end ? end + gap : NULL) {
		end = gap ? strstr(at, separator) : NULL;
		const char *name = at;
		size_t size = end ? (size_t)(end - at) : strlen(at);
		text_trim(&name, &size);
		if (size)
			c->canames.items[c->canames.count++] = arena_strndup(&c->arena, name, size);
	}
}

/* The bits are behind the address, in the mask, or it is a single address. */
static const char *compile_network(struct config *c, const struct conf_node *n)
{
	const char *address = conf_node_value(n, "network");
	long bits = address_bits(address);
	if (strchr(address, '/'))
		return copy(c, address);
	conf_type_netmask(conf_node_value(n, "netmask"), &bits);
	return arena_printf(&c->arena, "%s/%ld", address, bits);
}

static void compile_auto_sign(struct config *c, const struct conf_node *root)
{
	const struct conf_node *n = conf_node_at(root, "customcerts/auto-sign-off");
	c->auto_sign.items =
	    array_for(c, root, "customcerts/auto-sign-off", sizeof *c->auto_sign.items);
	for (; n; n = conf_node_same(n))
		c->auto_sign.items[c->auto_sign.count++] = compile_network(c, n);
}

/* ---- alarms ---- */

static int severity_of(const char *word)
{
	for (int i = ALARM_MAJOR; i > ALARM_MINOR; i--) {
		if (text_same(word, alarm_severity_word(i)))
			return i;
	}
	return ALARM_MINOR;
}

static void compile_forwards(struct config *c, const struct conf_node *root)
{
	const struct conf_node *n = conf_node_at(root, "alarms/forward");
	c->forwards = array_for(c, root, "alarms/forward", sizeof *c->forwards);
	for (; n; n = conf_node_same(n)) {
		c->forwards[c->nforwards++] = (struct conf_forward){
		    .id = copy(c, conf_node_value(n, "id")),
		    .to = copy(c, conf_node_value(n, "to")),
		    .user = copy(c, conf_node_value(n, "user")),
		    .password = copy(c, conf_node_value(n, "password")),
		    .from = copy(c, conf_node_value(n, "from")),
		    .severity = severity_of(conf_node_value(n, "severity")),
		};
	}
}

/* ---- what it all came from ---- */

static void add_value(
    struct config *c, const char *path, const char *value, const struct conf_origin *from)
{
	c->values[c->nvalues++] = (struct conf_value){
	    path, copy(c, value), copy(c, from->file), from->line, from->by_user};
}

static size_t count_values(const struct conf_node *node)
{
	size_t n = *node->text != '\0';
	for (const struct conf_attr *attr = node->attrs; attr; attr = attr->next)
		n++;
	for (const struct conf_node *child = node->first; child; child = child->next)
		n += count_values(child);
	return n;
}

static void compile_values(struct config *c, const struct conf_node *node)
{
	for (const struct conf_attr *attr = node->attrs; attr; attr = attr->next)
		add_value(c, conf_path(&c->arena, node, attr->name), attr->value, &attr->from);
	if (*node->text)
		add_value(c, conf_path(&c->arena, node, NULL), node->text, &node->text_from);
	for (const struct conf_node *child = node->first; child; child = child->next)
		compile_values(c, child);
}

struct config *conf_compile(const struct conf_node *root)
{
	struct config *c = mem_alloc(sizeof *c);
	const struct conf_node *proxies = conf_node_at(root, "proxies");
	compile_settings(c, root);
	compile_phases(c, root);
	compile_environments(c, root);
	compile_classes(c, root);
	c->nobootdev = compile_list(c, conf_node_at(root, "nobootdev"), "model", true);
	c->nofirmdev = compile_list(c, conf_node_at(root, "nofirmdev"), "model", true);
	c->proxies = compile_list(c, proxies, "proxy", false);
	compile_filenames(c, root);
	compile_stdargs(c, root);
	c->nmaster_applies =
	    compile_applies(c, root, conf_node_at(root, "master"), &c->master_applies);
	compile_queries(c, root);
	compile_canames(c);
	compile_auto_sign(c, root);
	compile_forwards(c, root);
	c->values = arena_calloc(&c->arena, count_values(root), sizeof *c->values);
	compile_values(c, root);
	c->urlmod = *c->times_httpsurlmod ? urlmod_new(c->times_httpsurlmod, NULL) : NULL;
	return c;
}
