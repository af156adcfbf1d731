/* SPDX-License-Identifier: ISC */
/*
 * What libxml2 says, and in plain words what it means: its first error, as the others follow from it.
 * Mistakes within a tag were said by conf_scan.c before libxml2 saw the text.
 */
#include "core/conf_xml.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

/* {1} and {2} are names that libxml2 found, {line} is where {1} began. */
static const struct {
	int code;
	const char *about; /* of what libxml2 says, where a code is used for several things */
	const char *text;
} words[] = {
    {XML_ERR_NAME_REQUIRED, "EntityRef", "this & must be written &amp;"},
    {XML_ERR_ENTITYREF_SEMICOL_MISSING, "", "this & must be written &amp;"},
    {XML_ERR_UNDECLARED_ENTITY, "",
	"&{1}; is not known: write the text itself, or &amp;{1}; if these very letters are meant"},
    {XML_ERR_TAG_NAME_MISMATCH, "",
	"</{2}> stands where </{1}> must: <{1}> was opened on line {line} and is not ended yet"},
    {XML_ERR_TAG_NOT_FINISHED, "",
	"here the file ends, but <{1}> of line {line} does not: </{1}> is missing"},
    {XML_ERR_ATTRIBUTE_REDEFINED, "", "the attribute {1} stands twice in this tag: one must go"},
    {XML_ERR_DOCUMENT_END, "",
	"something follows the end of the outermost element: there may be only one, and nothing behind it"},
    {XML_ERR_DOCUMENT_EMPTY, "", "something stands before the first tag: take it out"},
    {XML_ERR_RESERVED_XML_NAME, "",
	"the line <?xml …?> must be the first of the file: nothing may stand before it, no blank either"},
    {XML_ERR_HYPHEN_IN_COMMENT, "", "a comment may not hold --"},
    {XML_ERR_MISPLACED_CDATA_END, "", "]]> in a text is written ]]&gt;"},
};

static void add_name(struct buf *out, const char *name)
{
	name = name ? name : "?";
	buf_add(out, name, (size_t)findings_shown(name));
}

static void fill_in(const char *text, const xmlError *error, struct buf *out)
{
	while (*text) {
		size_t n = strcspn(text, "{");
		buf_add(out, text, n);
		text += n;
		if (text_starts(text, "{1}"))
			add_name(out, error->str1);
		else if (text_starts(text, "{2}"))
			add_name(out, error->str2);
		else if (*text)
			buf_addf(out, "%d", error->int1);
		text += strcspn(text, "}") + (*text == '{');
	}
}

static void in_words(const xmlError *error, struct buf *out)
{
	const char *said = error->message ? error->message : "it does not say why";
	size_t i = 0, n = sizeof words / sizeof *words, size = strlen(said);
	while (i < n && (words[i].code != error->code || !strstr(said, words[i].about)))
		i++;
	text_trim(&said, &size);
	if (i < n)
		fill_in(words[i].text, error, out);
	else
		buf_addf(out, "%s%.*s",
		    error->domain == XML_FROM_PARSER ? "this is not well-formed XML: " : "",
		    (int)size, said);
}

static void on_error(void *data, xmlErrorPtr error)
{
	struct conf_xml_error *e = data;
	struct buf text = {0};
	if (error->code == XML_ERR_NO_MEMORY)
		mem_die(0);
	if (e->any || error->level < XML_ERR_ERROR || error->domain == XML_FROM_NAMESPACE)
		return;
	in_words(error, &text);
	e->any = true;
	e->line = error->line > 0 ? (unsigned)error->line : 0;
	snprintf(e->text, sizeof e->text, "%s", buf_text(&text));
	buf_free(&text);
}

void conf_xml_catch(struct conf_xml_error *e)
{
	*e = (struct conf_xml_error){.old = xmlStructuredError,
	    .old_data = xmlStructuredErrorContext,
	    .text = "libxml2 does not say why"};
	xmlSetStructuredErrorFunc(e, on_error);
}

void conf_xml_release(struct conf_xml_error *e)
{
	xmlSetStructuredErrorFunc(e->old_data, e->old);
}
