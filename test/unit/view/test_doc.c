/* SPDX-License-Identifier: ISC */
/* view/doc: what anybody says becomes text of a document that stays well-formed. */
#include "view/doc.h"

#include "test/unit/helpers.h"

#include <libxml/parser.h>
#include <libxml/tree.h>

static struct buf out;

static int teardown(void **state)
{
	(void)state;
	buf_free(&out);
	return 0;
}

/* Prints, checks that it can be read again, and frees. */
static const char *printed(struct doc *d)
{
	buf_reset(&out);
	doc_print(d, &out);
	doc_free(d);
	xmlDoc *again = xmlReadMemory(out.data, (int)out.size, NULL, "UTF-8", XML_PARSE_NONET);
	assert_non_null(again);
	xmlFreeDoc(again);
	return buf_text(&out);
}

static void elements_stand_where_they_were_opened(void **state)
{
	(void)state;
	struct doc *d = doc_new("page");
	doc_open(d, "list");
	doc_attr(d, "q", "ip232");
	doc_leaf(d, "one", "1");
	doc_leaf(d, "none", NULL);
	doc_leaf(d, "empty", "");
	doc_open(d, "two");
	doc_close(d);
	doc_close(d);
	doc_leaf(d, "after", "x");
	assert_string_equal(printed(d), "<page>\n"
					"  <list q=\"ip232\">\n"
					"    <one>1</one>\n"
					"    <empty/>\n"
					"    <two/>\n"
					"  </list>\n"
					"  <after>x</after>\n"
					"</page>\n");
}

static void attributes_of_all_kinds(void **state)
{
	(void)state;
	struct doc *d = doc_new("a");
	doc_attr(d, "text", "b");
	doc_attr(d, "null", NULL);
	doc_attr(d, "empty", "");
	doc_number(d, "least", INT64_MIN);
	doc_number(d, "most", INT64_MAX);
	doc_flag(d, "is", true);
	doc_flag(d, "is-not", false);
	doc_time(d, "at", 1700000000);
	doc_time(d, "never", 0);
	doc_attrf(d, "made", "%d of %s", 3, "<all>");
	doc_attr(d, "text", "c");
	assert_string_equal(printed(d),
	    "<a text=\"c\" empty=\"\" least=\"-9223372036854775808\" most=\"9223372036854775807\" "
	    "is=\"true\" at=\"1700000000\" at-iso=\"2023-11-14T22:13:20Z\" "
	    "made=\"3 of &lt;all&gt;\"/>\n");
}

static void markup_is_text(void **state)
{
	(void)state;
	struct doc *d = doc_new("a");
	doc_attr(d, "x", "\"'><script>&amp;]]>");
	doc_text(d, "</a><!-- ]]> &lt; <![CDATA[");
	assert_string_equal(printed(d),
	    "<a x=\"&quot;'&gt;&lt;script&gt;&amp;amp;]]&gt;\">&lt;/a&gt;&lt;!-- ]]&gt; &amp;lt; "
	    "&lt;![CDATA[</a>\n");
}

/* What is put in, and what must come out, as value and as content. */
static const struct {
	const char *in, *value, *content;
} bytes[] = {
    {"plain", "plain", "plain"},
    {"gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80",
	"gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80",
	"gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80"},
    {"a\tb\nc",
	"a\xef\xbf\xbd"
	"b\xef\xbf\xbd"
	"c",
	"a\tb\nc"},
    {"a\r\nb\rc",
	"a\xef\xbf\xbd\xef\xbf\xbd"
	"b\xef\xbf\xbd"
	"c",
	"a\nb\xef\xbf\xbd"
	"c"},
    {"\x01\x1b[31m\x7f", "\xef\xbf\xbd\xef\xbf\xbd[31m\xef\xbf\xbd",
	"\xef\xbf\xbd\xef\xbf\xbd[31m\xef\xbf\xbd"},
    {"\xc2\x85\xc2\x9b", "\xef\xbf\xbd\xef\xbf\xbd", "\xef\xbf\xbd\xef\xbf\xbd"},
    {"caf\xe9!", "caf\xef\xbf\xbd!", "caf\xef\xbf\xbd!"},
    {"\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd", "\xef\xbf\xbd\xef\xbf\xbd"},
    {"\xed\xa0\x80x", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdx",
	"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdx"},
    {"\xef\xbf\xbe|\xef\xbf\xbf",
	"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd|\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd",
	"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd|\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
    {"cut \xe2\x82", "cut \xef\xbf\xbd\xef\xbf\xbd", "cut \xef\xbf\xbd\xef\xbf\xbd"},
};

static void what_xml_cannot_hold_is_replaced(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof bytes / sizeof *bytes; i++) {
		struct doc *d = doc_new("a");
		doc_attr(d, "x", bytes[i].in);
		doc_text(d, bytes[i].in);
		xmlNode *a = xmlDocGetRootElement(doc_xml(d));
		char *value = (char *)xmlGetProp(a, (const xmlChar *)"x");
		char *content = (char *)xmlNodeGetContent(a);
		assert_string_equal(value, bytes[i].value);
		assert_string_equal(content, bytes[i].content);
		xmlFree(value);
		xmlFree(content);
		printed(d);
	}
}

static void bytes_may_hold_a_nul(void **state)
{
	(void)state;
	struct doc *d = doc_new("a");
	doc_bytes(d, "x\0y", 3);
	doc_bytes(d, "", 0);
	doc_text(d, NULL);
	doc_text(d, "z");
	assert_string_equal(printed(d), "<a>x\xef\xbf\xbdyz</a>\n");
}

static void nothing_is_freed(void **state)
{
	(void)state;
	doc_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(elements_stand_where_they_were_opened),
	    cmocka_unit_test(attributes_of_all_kinds),
	    cmocka_unit_test(markup_is_text),
	    cmocka_unit_test(what_xml_cannot_hold_is_replaced),
	    cmocka_unit_test(bytes_may_hold_a_nul),
	    cmocka_unit_test(nothing_is_freed),
	};
	return cmocka_run_group_tests(tests, NULL, teardown);
}
