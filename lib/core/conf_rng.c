/* SPDX-License-Identifier: ISC */
/* RELAX NG, the net below our own checks. */
#include "core/conf_xml.h"

#include "base/mem.h"

#include <libxml/relaxng.h>

static void say(struct findings *f, const struct conf_source *source,
    const struct conf_xml_error *error, const char *what)
{
	findings_add(f, FINDING_ERROR, source->name, error->line, "%s: %s", what,
	    error->any ? error->text : "libxml2 does not say why");
}

/* The compiled schema keeps pieces of its document: the document is closed after it. */
static xmlRelaxNG *compile(const struct conf_xml *schema)
{
	xmlRelaxNGParserCtxt *parser = xmlRelaxNGNewDocParserCtxt(schema->doc);
	if (!parser)
		mem_die(0);
	xmlRelaxNG *rules = xmlRelaxNGParse(parser);
	xmlRelaxNGFreeParserCtxt(parser);
	return rules;
}

static bool validate(xmlRelaxNG *rules, const struct conf_xml *x)
{
	xmlRelaxNGValidCtxt *context = xmlRelaxNGNewValidCtxt(rules);
	if (!context)
		mem_die(0);
	int result = xmlRelaxNGValidateDoc(context, x->doc);
	xmlRelaxNGFreeValidCtxt(context);
	return result == 0;
}

void conf_rng_check(const struct conf_xml *x, const struct conf_source *source,
    const struct conf_source *schema, struct findings *f)
{
	struct conf_xml opened;
	struct conf_xml_error error;
	if (!conf_xml_open(&opened, schema, f)) {
		conf_xml_close(&opened);
		return;
	}
	conf_xml_catch(&error);
	xmlRelaxNG *rules = compile(&opened);
	if (!rules)
		say(f, schema, &error, "this is no RELAX NG schema");
	else if (!validate(rules, x))
		say(f, source, &error, "the schema does not allow this");
	conf_xml_release(&error);
	xmlRelaxNGFree(rules);
	conf_xml_close(&opened);
}
