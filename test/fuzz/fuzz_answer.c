/* SPDX-License-Identifier: ISC */
/*
 * core/answer: any bytes give one element that can stand in another document and stays as it is, or a
 * reason and nothing else.
 */
#include "core/answer.h"

#include "base/limits.h"
#include "base/text.h"
#include "core/xpath.h"

#include <libxml/parser.h>

#include <assert.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_refused(const struct buf *out, const struct err *e)
{
	assert(out->size == 1);
	assert(*e->text && !text_has_control(e->text, strlen(e->text)));
	assert(text_is_utf8(e->text, strlen(e->text)));
}

/* Put beside another one, it is one element of the whole. */
static void check_embedded(const char *xml, size_t size)
{
	struct buf whole = {0};
	buf_adds(&whole, "<state><id>");
	buf_add(&whole, xml, size);
	buf_adds(&whole, "</id><b/></state>");
	xmlDoc *doc = xmlReadMemory(whole.data, (int)whole.size, "", NULL, XML_PARSE_NONET);
	assert(doc);
	const xmlNode *id = xmlDocGetRootElement(doc)->children;
	assert(id->children && id->children == id->last && id->next && !id->next->next);
	assert(id->children->type == XML_ELEMENT_NODE);
	xmlFreeDoc(doc);
	struct xpath_doc *d = xpath_doc_open(whole.data, whole.size, NULL);
	assert(d);
	xpath_doc_close(d);
	buf_free(&whole);
}

static void check_taken(const char *xml, size_t size)
{
	struct buf again = {0};
	assert(size <= LIMIT_BODY_ANSWER && text_is_utf8(xml, size) && !memchr(xml, '\0', size));
	assert(xml[0] == '<' && xml[size - 1] == '>');
	assert(!strstr(xml, "<!") && !strstr(xml, "<?"));
	assert(answer_parse(xml, size, &again, NULL));
	assert(again.size == size && memcmp(again.data, xml, size) == 0);
	buf_free(&again);
	check_embedded(xml, size);
}

static void check_name(const char *xml, size_t size)
{
	struct arena a = {0};
	const char *name = answer_name(&a, "admin", xml, size);
	assert(strlen(name) <= LIMIT_NAME_DEVICE);
	assert(!text_has_control(name, strlen(name)) && text_is_utf8(name, strlen(name)));
	arena_free(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf out = {0};
	struct err e = {""};
	buf_addc(&out, '\n');
	if (answer_parse((const char *)data, size, &out, &e))
		check_taken(out.data + 1, out.size - 1);
	else
		check_refused(&out, &e);
	check_name((const char *)data, size);
	buf_free(&out);
	xmlResetLastError();
	return 0;
}
