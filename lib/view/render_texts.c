/* SPDX-License-Identifier: ISC */
/*
 * Texts go into a stylesheet before libxslt compiles it, so what is left to do for a page is plain XSLT:
 *
 *   t:say     xsl:text, and for {1} what stands in the first t:with
 *   t:count   xsl:choose: test="(SELECT) = 1"
 *   t:number  xsl:value-of with format-number()
 *   t:pick    xsl:choose with an xsl:when for each key that has the prefix
 *
 * Texts become text nodes: whatever stands in a catalogue, it cannot become markup.
 */
#include "view/render_texts.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "view/render.h"

#include <libxml/tree.h>
#include <stdlib.h>
#include <string.h>

#define NS_TEXTS "urn:rollcall:texts"
#define NS_XSL "http://www.w3.org/1999/XSL/Transform"
#define GROUP "number.group"   /* what stands between thousands */
#define FORMAT "'#%s##0', 'n'" /* layout.xsl has the xsl:decimal-format n */
#define ARGUMENTS 9            /* {1} to {9} */

/* ---- a catalogue ---- */

struct text {
	const char *key, *text;
};

struct texts {
	struct arena arena;
	const char *name;
	struct text *list; /* by key */
	size_t count;
};

static int by_key(const void *a, const void *b)
{
	return strcmp(((const struct text *)a)->key, ((const struct text *)b)->key);
}

static bool read_line(struct texts *t, const char *line, size_t n, size_t at, struct err *e)
{
	text_trim(&line, &n);
	if (n == 0 || *line == '#')
		return true;
	const char *equals = memchr(line, '=', n), *text = equals ? equals + 1 : NULL;
	size_t key_size = equals ? (size_t)(equals - line) : 0, size = n - key_size - 1;
	const char *key = line;
	text_trim(&key, &key_size);
	key = arena_strndup(&t->arena, key, key_size);
	if (!text_is_word(key, ".-_"))
		return err_set(e, "%s:%zu: no \"key = text\"", t->name, at);
	text_trim(&text, &size);
	if (size == 0)
		return err_set(e, "%s:%zu: %s has no text", t->name, at, key);
	t->list[t->count++] = (struct text){key, arena_strndup(&t->arena, text, size)};
	return true;
}

static bool read_lines(struct texts *t, const char *bytes, size_t size, struct err *e)
{
	const char *end = bytes + size;
	for (size_t at = 1; bytes < end; at++) {
		const char *line_end = memchr(bytes, '\n', (size_t)(end - bytes));
		line_end = line_end ? line_end : end;
		if (!read_line(t, bytes, (size_t)(line_end - bytes), at, e))
			return false;
		bytes = line_end + 1;
	}
	qsort(t->list, t->count, sizeof *t->list, by_key);
	for (size_t i = 1; i < t->count; i++)
		if (strcmp(t->list[i - 1].key, t->list[i].key) == 0)
			return err_set(e, "%s: %s stands twice", t->name, t->list[i].key);
	return true;
}

struct texts *texts_read(const char *name, const char *bytes, size_t size, struct err *e)
{
	struct texts *t = mem_alloc(sizeof *t);
	t->name = arena_strdup(&t->arena, name);
	size_t lines = 1;
	for (size_t i = 0; i < size; i++)
		lines += bytes[i] == '\n';
	t->list = arena_calloc(&t->arena, lines, sizeof *t->list);
	bool ok = text_is_utf8(bytes, size) ? read_lines(t, bytes, size, e)
					    : err_set(e, "%s is not UTF-8", name);
	if (ok)
		return t;
	texts_free(t);
	return NULL;
}

void texts_free(struct texts *t)
{
	if (!t)
		return;
	arena_free(&t->arena);
	free(t);
}

const char *texts_find(const struct texts *t, const char *key)
{
	const struct text wanted = {key, NULL};
	const struct text *found = bsearch(&wanted, t->list, t->count, sizeof wanted, by_key);
	return found ? found->text : NULL;
}

/* The number in "{1}" at the beginning of `s`; 0: none stands there. */
static unsigned argument(const char *s)
{
	return s[0] == '{' && s[1] >= '1' && s[1] <= '0' + ARGUMENTS && s[2] == '}'
		   ? (unsigned)(s[1] - '0')
		   : 0;
}

/* The arguments that a text wants, one bit each. */
static unsigned arguments(const char *text)
{
	unsigned bits = 0;
	while ((text = strchr(text, '{'))) {
		bits |= 1U << argument(text);
		text++;
	}
	return bits & ~1U;
}

bool texts_cover(const struct texts *t, const struct texts *other, struct err *e)
{
	for (size_t i = 0; i < other->count; i++) {
		const struct text *o = &other->list[i];
		const char *text = texts_find(t, o->key);
		if (!text)
			return err_set(e, "%s has no %s", t->name, o->key);
		if (arguments(text) != arguments(o->text))
			return err_set(
			    e, "%s: %s has other {1} than in %s", t->name, o->key, other->name);
	}
	return true;
}

/* ---- making XSLT ---- */

struct work {
	const struct texts *texts;
	xmlDoc *doc;
	const char *file;
	xmlNs *xsl;
	unsigned names; /* of variables, so far */
	struct err *e;
};

static bool complain(struct work *w, const xmlNode *at, const char *what, const char *about)
{
	return err_set(w->e, "templates/%s:%ld: %s%s (%s)", w->file, xmlGetLineNo(at), what, about,
	    w->texts->name);
}

static xmlNode *element(struct work *w, const char *name)
{
	xmlNode *node = xmlNewDocNode(w->doc, w->xsl, (const xmlChar *)name, NULL);
	if (!node)
		mem_die(0);
	return node;
}

static void set(xmlNode *node, const char *name, const char *value)
{
	if (!xmlNewProp(node, (const xmlChar *)name, (const xmlChar *)value))
		mem_die(0);
}

static void add_text(struct work *w, xmlNode *parent, const char *text, size_t size)
{
	if (size == 0)
		return;
	xmlNode *node = element(w, "text");
	xmlAddChild(node, xmlNewDocTextLen(w->doc, (const xmlChar *)text, (int)size));
	xmlAddChild(parent, node);
}

/* Copies of what is in `from`. */
static void add_copies(struct work *w, xmlNode *parent, const xmlNode *from)
{
	for (xmlNode *n = from->children; n; n = n->next)
		xmlAddChild(parent, xmlDocCopyNode(n, w->doc, 1));
}

/* Adds a text to `parent`, with what is in args[i] for {i + 1}. */
static void add_filled(struct work *w, xmlNode *parent, const char *text, xmlNode *const *args)
{
	const char *start = text;
	for (; *text; text++) {
		unsigned n = argument(text);
		if (!n)
			continue;
		add_text(w, parent, start, (size_t)(text - start));
		add_copies(w, parent, args[n - 1]);
		start = text + 3;
		text += 2;
	}
	add_text(w, parent, start, (size_t)(text - start));
}

/* Takes the children of `holder` to where `at` stands, and drops both. */
static void replace(xmlNode *at, xmlNode *holder)
{
	while (holder->children) {
		xmlNode *n = holder->children;
		xmlUnlinkNode(n);
		xmlAddPrevSibling(at, n);
	}
	xmlFreeNode(holder);
	xmlUnlinkNode(at);
	xmlFreeNode(at);
}

static bool is_in(const xmlNode *n, const char *ns)
{
	return n->type == XML_ELEMENT_NODE && n->ns && strcmp((const char *)n->ns->href, ns) == 0;
}

/* An attribute that must be there; NULL: complained. Free with xmlFree(). */
static char *need(struct work *w, xmlNode *n, const char *name)
{
	char *value = (char *)xmlGetNoNsProp(n, (const xmlChar *)name);
	if (!value)
		complain(w, n, "this element needs an attribute ", name);
	return value;
}

/* The t:with of an element, from args[first] on; how many arguments there are then. */
static size_t collect(xmlNode *n, xmlNode **args, size_t first)
{
	for (xmlNode *child = n->children; child && first < ARGUMENTS; child = child->next)
		if (is_in(child, NS_TEXTS) && strcmp((const char *)child->name, "with") == 0)
			args[first++] = child;
	return first;
}

/* The text of a key that has exactly these arguments; NULL: complained. */
static const char *text_for(struct work *w, const xmlNode *at, const char *key, size_t count)
{
	const char *text = texts_find(w->texts, key);
	if (!text) {
		complain(w, at, "there is no text ", key);
		return NULL;
	}
	unsigned has = arguments(text);
	for (unsigned i = 1; i <= ARGUMENTS; i++)
		if ((has & 1U << i) && i > count) {
			complain(w, at, "this has a {…} without t:with: ", key);
			return NULL;
		}
	return text;
}

static bool say(struct work *w, xmlNode *at)
{
	char *key = need(w, at, "key");
	xmlNode *args[ARGUMENTS], *holder = element(w, "holder");
	const char *text = key ? text_for(w, at, key, collect(at, args, 0)) : NULL;
	xmlFree(key);
	if (text) {
		add_filled(w, holder, text, args);
		replace(at, holder);
		return true;
	}
	xmlFreeNode(holder);
	return false;
}

/* <xsl:value-of select="format-number(…)"/> as child of `parent`. */
static void add_number(struct work *w, xmlNode *parent, const char *select)
{
	const char *group = texts_find(w->texts, GROUP);
	struct buf b = {0};
	buf_addf(&b, "format-number(%s, " FORMAT ")", select, group ? group : ",");
	xmlNode *value = element(w, "value-of");
	set(value, "select", buf_text(&b));
	xmlAddChild(parent, value);
	buf_free(&b);
}

static bool number(struct work *w, xmlNode *at)
{
	char *select = need(w, at, "select");
	if (!select)
		return false;
	xmlNode *holder = element(w, "holder");
	add_number(w, holder, select);
	replace(at, holder);
	xmlFree(select);
	return true;
}

/* <xsl:when test="…"> or <xsl:otherwise> in a choose; `test` NULL: the latter. */
static xmlNode *add_case(struct work *w, xmlNode *choose, const char *test)
{
	xmlNode *node = xmlAddChild(choose, element(w, test ? "when" : "otherwise"));
	if (test)
		set(node, "test", test);
	return node;
}

static const char *text_of_count(
    struct work *w, xmlNode *at, const char *key, const char *end, size_t args)
{
	struct buf full = {0};
	buf_addf(&full, "%s.%s", key, end);
	const char *text = text_for(w, at, buf_text(&full), args);
	buf_free(&full);
	return text;
}

static bool count_parts(struct work *w, xmlNode *at, const char *key, const char *select)
{
	xmlNode *args[ARGUMENTS] = {element(w, "holder")};
	xmlNode *number_holder = args[0];
	add_number(w, number_holder, select);
	size_t n = collect(at, args, 1);
	const char *one = text_of_count(w, at, key, "one", n);
	const char *many = one ? text_of_count(w, at, key, "many", n) : NULL;
	if (many) {
		struct buf test = {0};
		buf_addf(&test, "(%s) = 1", select);
		xmlNode *holder = element(w, "holder");
		xmlNode *choose = xmlAddChild(holder, element(w, "choose"));
		add_filled(w, add_case(w, choose, buf_text(&test)), one, args);
		add_filled(w, add_case(w, choose, NULL), many, args);
		replace(at, holder);
		buf_free(&test);
	}
	xmlFreeNode(number_holder);
	return many;
}

static bool count(struct work *w, xmlNode *at)
{
	char *key = need(w, at, "key"), *select = need(w, at, "select");
	bool ok = key && select && count_parts(w, at, key, select);
	xmlFree(key);
	xmlFree(select);
	return ok;
}

/* Cases for all keys with that prefix; how many. */
static size_t add_picks(struct work *w, xmlNode *choose, const char *variable, const char *prefix)
{
	size_t found = 0;
	struct buf test = {0};
	for (size_t i = 0; i < w->texts->count; i++) {
		const struct text *t = &w->texts->list[i];
		if (!text_starts(t->key, prefix))
			continue;
		found++;
		buf_reset(&test);
		buf_addf(&test, "$%s = '%s'", variable, t->key + strlen(prefix));
		add_text(w, add_case(w, choose, buf_text(&test)), t->text, strlen(t->text));
	}
	buf_free(&test);
	return found;
}

static void pick_parts(struct work *w, xmlNode *at, const char *prefix, const char *select)
{
	struct buf name = {0}, value = {0};
	buf_addf(&name, "t-%u", ++w->names);
	buf_addf(&value, "string(%s)", select);
	xmlNode *holder = element(w, "holder");
	xmlNode *variable = xmlAddChild(holder, element(w, "variable"));
	set(variable, "name", buf_text(&name));
	set(variable, "select", buf_text(&value));
	xmlNode *choose = xmlAddChild(holder, element(w, "choose"));
	buf_reset(&value);
	buf_addf(&value, "$%s", buf_text(&name));
	size_t found = add_picks(w, choose, buf_text(&name), prefix);
	/* A choose without any case is none; what is left then is the value. */
	xmlNode *otherwise = found ? add_case(w, choose, NULL) : holder;
	xmlNode *as_is = xmlAddChild(otherwise, element(w, "value-of"));
	set(as_is, "select", buf_text(&value));
	if (!found) {
		xmlUnlinkNode(choose);
		xmlFreeNode(choose);
	}
	replace(at, holder);
	buf_free(&name);
	buf_free(&value);
}

static bool pick(struct work *w, xmlNode *at)
{
	char *prefix = need(w, at, "prefix"), *select = need(w, at, "select");
	bool ok = prefix && select;
	if (ok)
		pick_parts(w, at, prefix, select);
	xmlFree(prefix);
	xmlFree(select);
	return ok;
}

static const struct {
	const char *name;
	bool (*make)(struct work *w, xmlNode *at);
} kinds[] = {{"say", say}, {"count", count}, {"number", number}, {"pick", pick}};

/* ---- attributes ---- */

/* What stands for [[key]]: a text, or for [[@FILE]] the name of a file with its version. */
static bool add_value(struct work *w, xmlNode *at, const char *key, bool doubled, struct buf *out)
{
	const struct render_file *file = *key == '@' ? render_file(key + 1) : NULL;
	if (file) {
		buf_addf(out, "%s?v=%s", file->name, file->version);
		return true;
	}
	const char *text = texts_find(w->texts, key);
	if (!text)
		return complain(w, at, "there is no text ", key);
	for (; *text; text++) {
		if (doubled && (*text == '{' || *text == '}'))
			buf_addc(out, *text);
		buf_addc(out, *text);
	}
	return true;
}

static bool fill_value(struct work *w, xmlNode *at, char *value, struct buf *out)
{
	/* Attributes of result elements hold expressions in braces; a text has none. */
	bool doubled = !is_in(at, NS_XSL);
	for (char *open; (open = strstr(value, "[[")); value = strstr(value, "]]") + 2) {
		buf_add(out, value, (size_t)(open - value));
		value = open + 2;
		char *close = strstr(value, "]]");
		if (!close)
			return complain(w, at, "[[ without ]]", "");
		*close = '\0';
		bool ok = add_value(w, at, value, doubled, out);
		*close = ']';
		if (!ok)
			return false;
	}
	buf_adds(out, value);
	return true;
}

static bool expand_attribute(struct work *w, xmlNode *n, xmlAttr *a)
{
	char *value = (char *)xmlNodeListGetString(w->doc, a->children, 1);
	struct buf out = {0};
	bool has = value && strstr(value, "[[");
	bool ok = !has || fill_value(w, n, value, &out);
	if (has && ok)
		xmlSetNsProp(n, a->ns, a->name, (const xmlChar *)buf_text(&out));
	xmlFree(value);
	buf_free(&out);
	return ok;
}

/* ---- the whole ---- */

static bool expand_element(struct work *w, xmlNode *n);

static bool expand_children(struct work *w, xmlNode *parent)
{
	for (xmlNode *n = parent->children, *next; n; n = next) {
		next = n->next;
		if (n->type == XML_ELEMENT_NODE && !expand_element(w, n))
			return false;
	}
	return true;
}

/* Of t:… nothing may be left, or the declaration would stand in every page. */
static void drop_declaration(xmlNode *n)
{
	for (xmlNs **ns = &n->nsDef; *ns;) {
		xmlNs *one = *ns;
		if (strcmp((const char *)one->href, NS_TEXTS) != 0) {
			ns = &one->next;
			continue;
		}
		*ns = one->next;
		one->next = NULL;
		xmlFreeNs(one);
	}
}

static bool expand_text(struct work *w, xmlNode *n)
{
	const char *name = (const char *)n->name;
	if (strcmp(name, "with") == 0)
		return true; /* whoever it belongs to takes it */
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (strcmp(kinds[i].name, name) == 0)
			return kinds[i].make(w, n);
	return complain(w, n, "there is no t:", name);
}

static bool expand_element(struct work *w, xmlNode *n)
{
	for (xmlAttr *a = n->properties; a; a = a->next)
		if (!expand_attribute(w, n, a))
			return false;
	if (!expand_children(w, n))
		return false;
	if (is_in(n, NS_TEXTS))
		return expand_text(w, n);
	drop_declaration(n);
	return true;
}

bool texts_expand(const struct texts *t, void *stylesheet, const char *file, struct err *e)
{
	struct work w = {.texts = t, .doc = stylesheet, .file = file, .e = e};
	xmlNode *root = xmlDocGetRootElement(w.doc);
	w.xsl = xmlSearchNsByHref(w.doc, root, (const xmlChar *)NS_XSL);
	if (!w.xsl)
		return complain(&w, root, "this is no stylesheet", "");
	return expand_element(&w, root);
}
