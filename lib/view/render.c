/* SPDX-License-Identifier: ISC */
/*
 * libxslt within bounds (PITFALLS §4.4): stylesheets come from what is compiled in and from nowhere else, they
 * may read, write and load nothing, steps are counted, and a page that met any error is none. No extensions.
 *
 * In memory the stylesheets are called templates/NAME.xsl, so that an import finds its neighbour and a message
 * names what somebody can open.
 */
#include "view/render.h"

#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"
#include "view/render_texts.h"
#include "view/templates.h"

#include <libxml/parser.h>
#include <libxml/xpath.h>
#include <libxslt/documents.h>
#include <libxslt/security.h>
#include <libxslt/transform.h>
#include <libxslt/xsltInternals.h>
#include <libxslt/xsltutils.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FOLDER "templates/"
#define DEPTH 200 /* of templates that call each other; charts go through a list by recursion */

const char *const render_languages[] = {"en", "de", NULL};
#define NLANGUAGES (sizeof render_languages / sizeof *render_languages - 1)

struct sheet {
	const char *name; /* "layout.xsl" */
	xsltStylesheet *in[NLANGUAGES];
};

struct render {
	struct texts *texts[NLANGUAGES];
	struct sheet *sheets;
	size_t count;
	xsltSecurityPrefs *nothing;
};

/* ---- what libxml2 and libxslt complain of ---- */

/* The first that they say, on one line. */
struct trouble {
	bool is;
	struct buf text;
	xmlStructuredErrorFunc old;
	xmlGenericErrorFunc old_words;
	void *old_data, *old_words_data;
};

static void add_line(struct trouble *t, const char *said)
{
	t->is = true;
	if (t->text.size > sizeof((struct err *)0)->text)
		return;
	if (t->text.size && *said)
		buf_addc(&t->text, ' ');
	for (; *said; said++)
		if (*said != '\n')
			buf_addc(&t->text, *said);
		else if (said[1])
			buf_adds(&t->text, ", ");
}

/* In the words of libxslt, which come in pieces: where it is, then what. */
static void on_message(void *data, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void on_message(void *data, const char *format, ...)
{
	struct buf said = {0};
	va_list args;
	va_start(args, format);
	buf_addv(&said, format, args);
	va_end(args);
	add_line(data, buf_text(&said));
	buf_free(&said);
}

static void on_error(void *data, xmlErrorPtr error)
{
	if (error->code == XML_ERR_NO_MEMORY ||
	    error->code == XML_XPATH_EXPRESSION_OK + XPATH_MEMORY_ERROR)
		mem_die(0);
	if (error->file)
		on_message(data, "%s:%d: %s", error->file, error->line, error->message);
	else
		on_message(data, "%s", error->message ? error->message : "an error");
}

static void catch (struct trouble *t)
{
	*t = (struct trouble){.old = xmlStructuredError,
	    .old_data = xmlStructuredErrorContext,
	    .old_words = xmlGenericError,
	    .old_words_data = xmlGenericErrorContext};
	xmlSetStructuredErrorFunc(t, on_error);
	xmlSetGenericErrorFunc(t, on_message);
	xsltSetGenericErrorFunc(t, on_message);
}

static void release(struct trouble *t)
{
	xmlSetStructuredErrorFunc(t->old_data, t->old);
	xmlSetGenericErrorFunc(t->old_words_data, t->old_words);
	xsltSetGenericErrorFunc(NULL, NULL);
	buf_free(&t->text);
}

/* ---- loading ---- */

/* The loader of libxslt knows no context: that of the load that is going on. */
static struct {
	const struct texts *texts;
	struct err *e;
} loading;

/* A stylesheet that is compiled in, with its texts; `uri` is templates/NAME. */
static xmlDoc *read_sheet(const char *uri, xmlDict *dict)
{
	const struct template *file =
	    text_starts(uri, FOLDER) ? template_find(uri + strlen(FOLDER)) : NULL;
	if (!file || !loading.texts)
		return NULL;
	xmlParserCtxt *c = xmlNewParserCtxt();
	if (!c)
		mem_die(0);
	if (dict) { /* one stylesheet and what it imports have their names in common */
		xmlDictFree(c->dict);
		c->dict = dict;
		xmlDictReference(dict);
	}
	xmlDoc *doc = xmlCtxtReadMemory(
	    c, file->bytes, (int)file->size, uri, "UTF-8", XML_PARSE_NONET | XML_PARSE_NOCDATA);
	xmlFreeParserCtxt(c);
	if (doc && texts_expand(loading.texts, doc, file->name, loading.e))
		return doc;
	xmlFreeDoc(doc);
	return NULL;
}

static xmlDoc *loader(
    const xmlChar *uri, xmlDict *dict, int options, void *context, xsltLoadType type)
{
	(void)options, (void)context;
	return type == XSLT_LOAD_STYLESHEET ? read_sheet((const char *)uri, dict) : NULL;
}

static xsltStylesheet *load_sheet(const struct texts *texts, const char *name, struct err *e)
{
	struct trouble t;
	struct buf uri = {0};
	*e = (struct err){{0}};
	catch (&t);
	loading.texts = texts;
	loading.e = e;
	buf_addf(&uri, FOLDER "%s", name);
	xmlDoc *doc = read_sheet(buf_text(&uri), NULL);
	xsltStylesheet *sheet = doc ? xsltParseStylesheetDoc(doc) : NULL;
	loading.texts = NULL;
	if (doc && !sheet)
		xmlFreeDoc(doc);
	if (sheet && (sheet->errors || t.is || e->text[0])) {
		xsltFreeStylesheet(sheet);
		sheet = NULL;
	}
	if (!sheet && !e->text[0])
		err_set(e, FOLDER "%s: %s", name, t.is ? buf_text(&t.text) : "no stylesheet");
	buf_free(&uri);
	release(&t);
	return sheet;
}

static bool load_texts(struct render *r, struct err *e)
{
	for (size_t i = 0; i < NLANGUAGES; i++) {
		char name[16];
		snprintf(name, sizeof name, "texts.%s", render_languages[i]);
		const struct template *file = template_find(name);
		if (!file)
			return err_set(e, "there is no " FOLDER "%s", name);
		r->texts[i] = texts_read(name, file->bytes, file->size, e);
		if (!r->texts[i])
			return false;
	}
	for (size_t i = 1; i < NLANGUAGES; i++)
		if (!texts_cover(r->texts[i], r->texts[0], e) ||
		    !texts_cover(r->texts[0], r->texts[i], e))
			return false;
	return true;
}

static bool load_sheets(struct render *r, struct err *e)
{
	size_t count;
	const struct template *files = templates(&count);
	r->sheets = mem_calloc(count, sizeof *r->sheets);
	for (size_t i = 0; i < count; i++) {
		if (!text_ends(files[i].name, ".xsl"))
			continue;
		struct sheet *s = &r->sheets[r->count++];
		s->name = files[i].name;
		for (size_t k = 0; k < NLANGUAGES; k++) {
			s->in[k] = load_sheet(r->texts[k], s->name, e);
			if (!s->in[k])
				return false;
		}
	}
	return true;
}

static xsltSecurityPrefs *nothing_allowed(void)
{
	static const xsltSecurityOption all[] = {XSLT_SECPREF_READ_FILE, XSLT_SECPREF_WRITE_FILE,
	    XSLT_SECPREF_CREATE_DIRECTORY, XSLT_SECPREF_READ_NETWORK, XSLT_SECPREF_WRITE_NETWORK};
	xsltSecurityPrefs *prefs = xsltNewSecurityPrefs();
	if (!prefs)
		mem_die(0);
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		xsltSetSecurityPrefs(prefs, all[i], xsltSecurityForbid);
	return prefs;
}

struct render *render_new(struct err *e)
{
	struct render *r = mem_alloc(sizeof *r);
	xmlInitParser();
	xsltInit();
	xsltSetLoaderFunc(loader);
	r->nothing = nothing_allowed();
	if (load_texts(r, e) && load_sheets(r, e))
		return r;
	render_free(r);
	return NULL;
}

void render_free(struct render *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->count; i++)
		for (size_t k = 0; k < NLANGUAGES; k++)
			if (r->sheets[i].in[k])
				xsltFreeStylesheet(r->sheets[i].in[k]);
	for (size_t k = 0; k < NLANGUAGES; k++)
		texts_free(r->texts[k]);
	xsltFreeSecurityPrefs(r->nothing);
	free(r->sheets);
	free(r);
}

/* ---- a page ---- */

static xsltTransformContext *context_new(
    const struct render *r, xsltStylesheet *sheet, xmlDoc *doc, struct trouble *t)
{
	xsltTransformContext *c = xsltNewTransformContext(sheet, doc);
	if (!c || xsltSetCtxtSecurityPrefs(r->nothing, c) != 0)
		mem_die(0);
	xsltSetTransformErrorFunc(c, t, on_message);
	c->maxTemplateDepth = DEPTH;
	c->xpathCtxt->opLimit = LIMIT_RENDER_OPS;
	return c;
}

/*
 * libxml2 encodes what it thinks may not stand in a URL, also the brackets of https://[2001:db8::7]/, which leads
 * nowhere then. It leaves attributes alone that have a namespace; one without a prefix is not seen.
 */
static void keep_brackets(const xmlNode *within, xmlNs *kept)
{
	for (const xmlNode *n = within; n; n = n->next) {
		xmlAttr *href =
		    n->type == XML_ELEMENT_NODE ? xmlHasProp(n, (const xmlChar *)"href") : NULL;
		const xmlNode *value = href ? href->children : NULL;
		if (value && value->content && strstr((const char *)value->content, "://["))
			href->ns = kept;
		if (n->type == XML_ELEMENT_NODE)
			keep_brackets(n->children, kept);
	}
}

static bool save(xmlDoc *html, xsltStylesheet *sheet, struct buf *out)
{
	static xmlNs kept = {.type = XML_NAMESPACE_DECL, .href = (const xmlChar *)FOLDER};
	xmlChar *bytes = NULL;
	int size = 0;
	keep_brackets(html->children, &kept);
	bool ok = xsltSaveResultToString(&bytes, &size, html, sheet) == 0 && size > 0;
	if (ok)
		buf_add(out, bytes, (size_t)size);
	xmlFree(bytes);
	return ok;
}

static bool transform(
    const struct render *r, xsltStylesheet *sheet, xmlDoc *doc, struct buf *out, struct err *e)
{
	struct trouble t;
	catch (&t);
	xsltTransformContext *c = context_new(r, sheet, doc, &t);
	xmlDoc *html = xsltApplyStylesheetUser(sheet, doc, NULL, NULL, NULL, c);
	bool ok = html && c->state == XSLT_STATE_OK && !t.is && save(html, sheet, out);
	if (!ok)
		err_set(e, "%s", t.is ? buf_text(&t.text) : "the stylesheet made nothing");
	xmlFreeDoc(html);
	xsltFreeTransformContext(c);
	release(&t);
	return ok;
}

static size_t language_at(const char *language)
{
	for (size_t i = 0; i < NLANGUAGES; i++)
		if (language && strcmp(language, render_languages[i]) == 0)
			return i;
	return 0;
}

bool render_page(struct render *r, const char *name, const char *language, struct doc *d,
    struct buf *out, struct err *e)
{
	for (size_t i = 0; i < r->count; i++) {
		const struct sheet *s = &r->sheets[i];
		size_t n = strlen(name);
		if (strncmp(s->name, name, n) == 0 && strcmp(s->name + n, ".xsl") == 0)
			return transform(r, s->in[language_at(language)], doc_xml(d), out, e);
	}
	return err_set(e, "there is no stylesheet %s", name);
}

/* ---- which language ---- */

/* "de-AT;q=0.8": is it of that language, and how much is it wanted, in thousandths? 0: not. */
static int wanted(const char *range, size_t n, const char *language)
{
	const char *weight = memchr(range, ';', n);
	size_t name = weight ? (size_t)(weight - range) : n, size = strlen(language);
	text_trim(&range, &name);
	bool is = name >= size && strncasecmp(range, language, size) == 0 &&
		  (name == size || range[size] == '-');
	bool any = name == 1 && *range == '*';
	double q = 1;
	if (weight)
		sscanf(weight, "; q = %lf", &q);
	/* A language that is named goes before one that is merely not excluded. */
	return q > 0 && q <= 1 ? (int)(q * 1000) * is + any : 0;
}

const char *render_language(const char *accept)
{
	int best = 0;
	size_t at = 0;
	for (size_t i = 0; accept && i < NLANGUAGES; i++)
		for (const char *range = accept; *range; range += *range == ',') {
			size_t n = strcspn(range, ",");
			int q = wanted(range, n, render_languages[i]);
			if (q > best) {
				best = q;
				at = i;
			}
			range += n;
		}
	return render_languages[at];
}
