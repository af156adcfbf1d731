/* SPDX-License-Identifier: ISC */
#include "core/xml_read.h"

#include "base/mem.h"
#include "base/text.h"
#include "core/conf_xml.h"

#include <libxml/parser.h>
#include <stdio.h>
#include <string.h>

/* No entity is put in, no DTD read, nothing fetched, nothing repaired. */
xmlDoc *xml_parse(const char *text, size_t size, bool *names_good)
{
	const int options =
	    XML_PARSE_NONET | XML_PARSE_NOCDATA | XML_PARSE_IGNORE_ENC | XML_PARSE_BIG_LINES;
	xmlParserCtxt *context = xmlNewParserCtxt();
	if (!context)
		mem_die(0);
	xmlDoc *doc = xmlCtxtReadMemory(context, text, (int)size, NULL, "UTF-8", options);
	bool good = doc && context->wellFormed;
	if (names_good)
		*names_good = context->nsWellFormed;
	xmlFreeParserCtxt(context);
	if (good)
		return doc;
	xmlFreeDoc(doc);
	return NULL;
}

void xml_add_uri(struct buf *out, const xmlNs *ns)
{
	static const char amp[] = "&#38;";
	const char *at = ns->href ? (const char *)ns->href : "", *next;
	for (; (next = strstr(at, amp)); at = next + strlen(amp)) {
		buf_add(out, at, (size_t)(next - at));
		buf_addc(out, '&');
	}
	buf_adds(out, at);
}

static bool decode(const char *bytes, size_t size, struct buf *text, struct err *e)
{
	char name[40], shown[81];
	unsigned line = 0;
	switch (conf_decode_bytes(bytes, size, text, name, sizeof name, &line)) {
	case CONF_DECODED:
		return true;
	case CONF_DECODE_ENCODING:
		text_clean(shown, sizeof shown, name, strlen(name));
		return err_set(e,
		    "the encoding \"%s\" is not read here: UTF-8, ISO-8859-1 and UTF-16 are",
		    shown);
	case CONF_DECODE_UTF16:
		return err_set(e, "it is not well-formed UTF-16");
	case CONF_DECODE_UTF8:
		return err_set(e, "line %u: a byte is no UTF-8", line);
	default:
		return err_set(e, "line %u: a character cannot stand in XML", line);
	}
}

static bool scan(const struct buf *text, const struct xml_limits *limits, struct err *e)
{
	const struct conf_limits most = {
	    limits->elements, limits->depth, limits->attributes, false};
	struct conf_scan s;
	conf_scan_start(&s, buf_text(text), text->size, &most);
	while (conf_scan_next(&s, NULL))
		;
	if (*s.problem.text) {
		char clean[480]; /* names in it came over the network */
		text_clean(clean, sizeof clean, s.problem.text, strlen(s.problem.text));
		return err_set(e, "line %u: %s", s.line, clean);
	}
	return s.elements || err_set(e, "there is no element in it");
}

static xmlDoc *parse(const struct buf *text, struct err *e)
{
	struct conf_xml_error error;
	bool names_good = false;
	conf_xml_catch(&error);
	xmlDoc *doc = xml_parse(buf_text(text), text->size, &names_good);
	conf_xml_release(&error);
	if (!doc) {
		char clean[480];
		text_clean(clean, sizeof clean, error.text, strlen(error.text));
		err_set(e, "line %u: %s", error.line, clean);
		return NULL;
	}
	if (names_good && !doc->intSubset)
		return doc;
	xmlFreeDoc(doc);
	err_set(e, names_good
		       ? "it has a DOCTYPE"
		       : "a name has a prefix that is not declared, or a declaration is wrong");
	return NULL;
}

xmlDoc *xml_read(const char *bytes, size_t size, const struct xml_limits *limits, struct err *e)
{
	struct buf text = {0};
	xmlDoc *doc = NULL;
	if (size > limits->bytes)
		err_set(e, "it is larger than %zu bytes", limits->bytes);
	else if (decode(bytes, size, &text, e) && scan(&text, limits, e))
		doc = parse(&text, e);
	buf_free(&text);
	return doc;
}
