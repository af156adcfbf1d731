/* SPDX-License-Identifier: ISC */
/* view/xml: whatever a device said, the document stays one, and a terminal is not spoken to. */
#include "view/xml.h"

#include "test/unit/helpers.h"

static struct buf out;

static int teardown(void **state)
{
	(void)state;
	buf_free(&out);
	return 0;
}

static void assert_text(const char *text, const char *expected)
{
	buf_reset(&out);
	xml_text(&out, text);
	assert_string_equal(buf_text(&out), expected);
}

#define NONE "\xef\xbf\xbd"

static void texts(void **state)
{
	(void)state;
	assert_text("", "");
	assert_text("plain, text", "plain, text");
	assert_text("<a b=\"c\">&'", "&lt;a b=&quot;c&quot;&gt;&amp;'");
	assert_text("]]>", "]]&gt;");
	assert_text("a\tb\nc\rd", "a&#9;b&#10;c&#13;d");
	assert_text("\x01\x1b[31m", NONE NONE "[31m");
	assert_text("\x7f\xc2\x9b", "&#127;&#155;");
	assert_text("M\xc3\xbcller \xe2\x82\xac \xf0\x9f\x93\x9e",
	    "M\xc3\xbcller \xe2\x82\xac \xf0\x9f\x93\x9e");
	assert_text("\xff\xc3", NONE NONE);
	assert_text("\xef\xbf\xbe\xef\xbf\xbf", NONE NONE NONE NONE NONE NONE);
	assert_text("\xed\xa0\x80", NONE NONE NONE); /* half of a pair */
}

static void attributes(void **state)
{
	(void)state;
	buf_reset(&out);
	xml_attribute(&out, "name", "\"<\n");
	assert_string_equal(out.data, " name=\"&quot;&lt;&#10;\"");
}

static void visible(void **state)
{
	(void)state;
	static const char xml[] = "<a b=\"\xc2\x9b\">\x7f\xc3\xbc\xc2\xa0\n</a>\xc2";
	buf_reset(&out);
	xml_visible(&out, xml, sizeof xml - 1);
	assert_string_equal(out.data, "<a b=\"&#155;\">&#127;\xc3\xbc\xc2\xa0\n</a>\xc2");
	buf_reset(&out);
	xml_visible(&out, "", 0);
	assert_int_equal(out.size, 0);
}

static void assert_indented(const char *xml, const char *expected)
{
	buf_reset(&out);
	xml_indent(&out, xml, strlen(xml));
	assert_string_equal(out.data, expected);
}

static void indented(void **state)
{
	(void)state;
	assert_indented("<info><a x=\"1\"/><b><c>M\xc3\xbcller</c></b></info>",
	    "<info>\n  <a x=\"1\"/>\n  <b>\n    <c>M\xc3\xbcller</c>\n  </b>\n</info>\n");
	assert_indented("<info>\r\n <a/>\n</info>", "<info>\n  <a/>\n</info>\n");
	assert_indented("<p>text <b/> text</p>", "<p>text <b/> text</p>\n"); /* as it was */
	assert_indented(
	    "<a b=\"\xc2\x9b\xc3\xa4\">&lt;&amp;</a>", "<a b=\"&#155;\xc3\xa4\">&lt;&amp;</a>\n");
}

static void not_well_formed(void **state)
{
	(void)state;
	assert_indented("<a>\x1b[31m", "<a>\\x1b[31m\n");
	assert_indented("", "\n");
	assert_indented("<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>",
	    "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(texts),
	    cmocka_unit_test(attributes),
	    cmocka_unit_test(visible),
	    cmocka_unit_test(indented),
	    cmocka_unit_test(not_well_formed),
	};
	return cmocka_run_group_tests(tests, NULL, teardown);
}
