/* SPDX-License-Identifier: ISC */
/*
 * Pages: an XML document (doc.h), a stylesheet (templates/NAME.xsl) and a catalogue of texts
 * (templates/texts.en, texts.de) make HTML. All of these are compiled into the program.
 *
 * A stylesheet is loaded once a language, and the texts are put in then, so a key that is missing is found
 * at start and costs nothing afterwards. In stylesheets, with xmlns:t="urn:rollcall:texts":
 *
 *   <t:say key="devices.title"/>            the text
 *   <t:say key="devices.shown"><t:with>…</t:with><t:with>…</t:with></t:say>
 *                                           … with {1}, {2} replaced by what stands in t:with (any XSLT)
 *   <t:count key="devices.found" select="@matches"/>
 *                                           devices.found.one when the number is 1, else .many; {1} is
 *                                           the number, with the separators of the language
 *   <t:number select="@matches"/>           the number, with the separators of the language
 *   <t:pick prefix="cert." select="@state"/>
 *                                           the text of the key "cert." + value; the value itself when the
 *                                           catalogue has no such key
 *   title="[[devices.hint]]"                in attributes: the text; of result elements, as it is. (In an
 *                                           expression of an xsl: element: only texts without quotes)
 *   href="…/[[@rollcall.css]]"              in attributes: the name of a file with its version, for a URL
 *
 * A catalogue has a line "key = text" for each text; blank lines and lines that begin with # do not count.
 */
#ifndef VIEW_RENDER_H
#define VIEW_RENDER_H

#include "base/buf.h"
#include "base/err.h"
#include "view/doc.h"

#include <stdbool.h>
#include <stddef.h>

struct render;

/*
 * Loads all stylesheets in all languages; once a process, or before fork. NULL: one of them is wrong, or a
 * catalogue lacks a text; `e` names it.
 */
struct render *render_new(struct err *e);
void render_free(struct render *r);

/* The languages there are, the default one first: "en", "de"; NULL at the end. */
extern const char *const render_languages[];
/* Of an Accept-Language header (may be NULL) the best that there is. */
const char *render_language(const char *accept);

/*
 * Adds the HTML of a page. `name` is that of a stylesheet. False: it failed or ran out of what it may use
 * (PITFALLS §4.4); nothing is added, and `e` says why.
 */
bool render_page(struct render *r, const char *name, const char *language, struct doc *d,
    struct buf *out, struct err *e);

/* Files that pages refer to: "rollcall.css", "rollcall.js", "icon.svg". NULL: there is none. */
struct render_file {
	const char *name, *type; /* type: Content-Type */
	const char *bytes;
	size_t size;
	char version
	    [17]; /* of its content; stands in URLs, so that a browser may keep it for ever */
};
const struct render_file *render_file(const char *name);

#endif
