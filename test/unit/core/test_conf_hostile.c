/* SPDX-License-Identifier: ISC */
/* Texts that are made to hurt: refused, with a line where there is one, and at once. */
#include "test/unit/core/conf_try.h"

/* Seconds of CPU, ten times what a slow machine needs; what sanitizers and valgrind add comes below. */
#define SOON 1.0

static double allowed(void)
{
#if defined(__SANITIZE_ADDRESS__)
	return 20 * SOON;
#else
	return getenv("VALGRIND") ? 100 * SOON : SOON;
#endif
}

static void refused(const char *bytes, size_t size, const char *said)
{
	struct tried t = conf_try_over(NULL, bytes, size);
	if (t.config || !strstr(buf_text(&t.text), said))
		fail_msg("expected: %s\nfound: %s", said, buf_text(&t.text));
	if (t.seconds > allowed())
		fail_msg("%s took %f s", said, t.seconds);
	conf_try_free(&t);
}

static void refused_text(const char *text, const char *said)
{
	refused(text, strlen(text), said);
}

static void entities(void **state)
{
	(void)state;
	refused_text("<!DOCTYPE config [\n<!ENTITY a 'x'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>\n"
		     "<!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;'>]><config>&c;</config>",
	    "user-config.xml:1: error: a DOCTYPE may only name a DTD");
	refused_text(
	    "<!DOCTYPE config [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><config>&x;</config>",
	    ":1: error: a DOCTYPE may only name a DTD");
	refused_text("<!DOCTYPE config SYSTEM \"a'[b\"\n[<!ENTITY % p SYSTEM "
		     "'http://127.0.0.1:1/'>%p;]><config/>",
	    ":2: error: a DOCTYPE may only name a DTD");
	refused_text(
	    "<!DOCTYPE config SYSTEM 'file:///etc/passwd'><config>\n<times dir='&x;'/></config>",
	    ": error: &x; is not known");
	refused_text("<config>&x;</config>", ":1: error: &x; is not known");
	refused_text(
	    "<config xmlns:xi='http://www.w3.org/2001/XInclude'>\n<xi:include href='/etc/passwd'/>"
	    "</config>",
	    ":2: error: config has no element <xi:include>");
}

/* One entity of 100 KB, used 10 000 times. */
static void quadratic(void **state)
{
	struct buf xml = {0};
	(void)state;
	buf_adds(&xml, "<!DOCTYPE config [<!ENTITY a '");
	for (size_t i = 0; i < 100000; i++)
		buf_addc(&xml, 'x');
	buf_adds(&xml, "'>]><config>");
	for (size_t i = 0; i < 10000; i++)
		buf_adds(&xml, "&a;");
	buf_adds(&xml, "</config>");
	refused(xml.data, xml.size, ":1: error: a DOCTYPE may only name a DTD");
	buf_free(&xml);
}

static void many(
    const char *head, const char *piece, size_t count, const char *tail, const char *said)
{
	struct buf xml = {0};
	buf_adds(&xml, head);
	for (size_t i = 0; i < count; i++)
		buf_adds(&xml, piece);
	buf_adds(&xml, tail);
	refused(xml.data, xml.size, said);
	buf_free(&xml);
}

static void attributes(size_t count, const char *name, const char *between, const char *said)
{
	struct buf xml = {0};
	buf_adds(&xml, "<config>\n<times ");
	for (size_t i = 0; i < count; i++)
		buf_addf(&xml, "%s%zu=''%s", name, i, between);
	buf_adds(&xml, "/></config>");
	refused(xml.data, xml.size, said);
	buf_free(&xml);
}

static void too_much(void **state)
{
	(void)state;
	attributes(70000, "a", " ", ":2: error: this element has too many attributes");
	attributes(40000, "xmlns:a", " ", ":2: error: this element has too many attributes");
	attributes(65, "a", "\n", ":66: error: this element has too many attributes");
	attributes(64, "a", "\n", ":2: error: times has no attribute \"a0\"");
	many("<config>", "<a>", 100000, "", ":1: error: elements are nested too deeply");
	many("<config>", "<a/>\n", 100000, "</config>",
	    ":20000: error: there are too many elements");
	many("<config><nobootdev>", "<model>x</model>\n", 10000, "</nobootdev></config>",
	    ":1025: error: here is one nobootdev/model too many: there may be 1024");
	many("<config>", "<a/>\n", 19990, "</config>", "more is wrong than is listed here");
	many("<config>", "x", LIMIT_CONFIG, "</config>",
	    "user-config.xml:1: error: the file is larger than 1 MiB");
	many("<config>", "x", LIMIT_CONFIG - 100, "</config>", ":1: error: config holds the text");
	many(
	    "<config><!--", "<", 1000000, "--></x>", ":1: error: </x> stands where </config> must");
}

/*
 * A tag of 95 000 attributes at a place where libxml2, after a complaint, finds it and we do not. Each
 * took five seconds.
 */
static void hidden(const char *before, const char *after, const char *said)
{
	struct buf xml = {0};
	buf_addf(&xml, "<config>\n%s<a ", before);
	for (size_t i = 0; i < 95000; i++)
		buf_addf(&xml, "a%zu='' ", i);
	buf_addf(&xml, "/>%s</config>", after);
	refused(xml.data, xml.size, said);
	buf_free(&xml);
}

static void hidden_tags(void **state)
{
	(void)state;
	hidden("<\" ", "\">", ":2: error: this < does not begin a tag");
	hidden("<\"", "\">", ":2: error: this < does not begin a tag");
	hidden("<x \"", "\">", ":2: error: the name of an attribute must stand here");
	hidden("<x y=\"", "\"/>", ":2: error: the quote \" that opens here is not closed");
	hidden("<x ", ">", ":2: error: the tag <x that begins here is not closed");
	hidden("<x></x ", ">", ":2: error: the tag </x that begins here is not closed");
	hidden("<x></x \"", "\">", ":2: error: the tag </x that begins here is not closed");
	hidden("<? ", "?>", ":2: error: between <? and ?> no < may stand");
	hidden("<?x \x01", "?>", ":2: error: here is a control character");
	hidden(
	    "<!DOCTYPE x \"", "\">", ":2: error: the DOCTYPE must stand before the first element");
	hidden("<!x \"", "\">", ":2: error: this < does not begin a tag");
	hidden("<!-- \x01", "-->", ":2: error: here is a control character");
	hidden("<![CDATA[ \xef\xbf\xbf", "]]>", ":2: error: here is a control character");
	hidden("<!-- -- ", "-->", ":2: error: a comment may not hold --");
}

/* As many of our own elements as are read. */
static void large_but_right(void **state)
{
	struct buf xml = {0};
	(void)state;
	buf_adds(&xml, "<config><environments>");
	for (size_t i = 0; i < 1000; i++)
		buf_addf(
		    &xml, "<environment id='e%zu'><implies>default</implies></environment>\n", i);
	buf_adds(&xml, "</environments><filenames>");
	for (size_t i = 0; i < 1000; i++)
		buf_addf(&xml, "<model id='m%zu' prot='x'/>\n", i);
	buf_adds(&xml, "</filenames></config>");
	struct tried t = conf_try_good(buf_text(&xml));
	assert_true(t.seconds < 2 * allowed());
	conf_try_free(&t);
	buf_free(&xml);
}

/* As many names as can be that are nobody's, each near to many. */
static void many_guesses(void **state)
{
	struct buf xml = {0};
	(void)state;
	buf_adds(&xml, "<config><environments>");
	for (size_t i = 0; i < 500; i++) {
		buf_addf(&xml, "<environment id='environment%zu'>", i);
		for (size_t k = 0; k < 30; k++)
			buf_adds(&xml, "<implies>environment</implies>");
		buf_adds(&xml, "</environment>\n");
	}
	buf_adds(&xml, "</environments></config>");
	refused(xml.data, xml.size, "which is no environment; did you mean");
	buf_free(&xml);
}

/* An error is listed although there are more warnings than anybody reads. */
static void error_among_warnings(void **state)
{
	struct buf xml = {0};
	(void)state;
	buf_adds(&xml, "<config><queries>");
	for (size_t i = 0; i < 250; i++)
		buf_addf(
		    &xml, "<query id='q%zu'><cmd>x</cmd><applies>nobody</applies></query>\n", i);
	buf_adds(&xml, "</queries>\n<master info='none'/></config>");
	refused(xml.data, xml.size, ":252: error: master/@firmware");
	buf_free(&xml);
}

static void not_xml(void **state)
{
	(void)state;
	refused_text("", "user-config.xml:1: error: there is no element in it");
	refused_text("hello", "user-config.xml:1: error: there is no element in it");
	refused_text(
	    "<config>\n<times></config>", ":2: error: </config> stands where </times> must");
	refused_text(
	    "<config>\n<times", ":2: error: the tag <times that begins here is not closed");
	refused_text("<config/><config/>", ":1: error: something follows the end");
	refused_text("<config>\n<times dir='a' dir='b'/></config>",
	    ":2: error: the attribute dir stands twice");
	refused("<config>\n\0</config>", 19, ":2: error: here is a control character");
	refused_text("<config>\n\x01</config>", ":2: error: here is a control character");
	refused_text("<config>\n\xef\xbf\xbe</config>", ":2: error: here is a control character");
	refused_text("<config>\n\xef\xbf\xbd&</config>", ":2: error: this & must be written &amp;");
	refused("\xff\xfe<\0c", 5, "user-config.xml:1: error: the file is not well-formed UTF-16");
	refused("\xff\xfe<\0\x00\xdc", 6,
	    "user-config.xml:1: error: the file is not well-formed UTF-16");
}

static void encodings(void **state)
{
	(void)state;
	refused_text("<?xml version='1.0' encoding='UTF-7'?><config/>",
	    ":1: error: the encoding \"UTF-7\" is not read here");
	refused_text("<?xml version='1.0' encoding='windows-1252'?><config/>",
	    ":1: error: the encoding \"windows-1252\" is not read here");
	refused_text("<?xml version='1.0' encoding='UTF-16'?><config/>",
	    ":1: error: the encoding \"UTF-16\" is not read here");
	refused_text(
	    "<config>\n<!-- f\xfcr -->\n</config>", ":2: error: here is a byte that is no UTF-8");
	refused_text("<config>\n\xc0\xbc</config>", ":2: error: here is a byte that is no UTF-8");
}

/* A finding is one line, and says nothing to a terminal. */
static void one_line(void **state)
{
	struct tried t = conf_try("<config><times grace='1&#10;\xc2\x9b\x7f'/></config>");
	(void)state;
	assert_int_equal(t.found.errors, 1);
	assert_null(strpbrk(t.found.list[0].text, "\n\x7f"));
	assert_null(strstr(t.found.list[0].text, "\xc2\x9b"));
	conf_try_free(&t);
}

/* Whatever is cut off a good file: an error or a configuration, and no harm. */
static void truncated(void **state)
{
	struct buf xml = {0};
	(void)state;
	conf_fixture_read("test/conformance/corpus/queries/user-config.xml", &xml);
	for (size_t n = 0; n + 1 < xml.size; n += 7) {
		struct tried t = conf_try_over(NULL, xml.data, n);
		assert_null(t.config);
		conf_try_free(&t);
	}
	buf_free(&xml);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(entities),
	    cmocka_unit_test(quadratic),
	    cmocka_unit_test(too_much),
	    cmocka_unit_test(hidden_tags),
	    cmocka_unit_test(large_but_right),
	    cmocka_unit_test(many_guesses),
	    cmocka_unit_test(error_among_warnings),
	    cmocka_unit_test(not_xml),
	    cmocka_unit_test(encodings),
	    cmocka_unit_test(one_line),
	    cmocka_unit_test(truncated),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
